"""Many records against a decision table, on our own engine."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from twofront.core.rules.bulk import bulk
from twofront.lake.engine import name

PIECE = 60 * 2048
"""Records that one thread takes at a time, as many as in a row group of the engine's own: a table in one piece keeps the
other threads idle."""


@dataclass(slots=True)
class InBulk:
    """Compiled tables made ready for records that come by the million.

    Args:
        con: The connection; the lookups are put into it as temporary tables, so it serves one set of tables at a time.
        compiled: The tables, as `Table.compiled`; what they ask of one fact is found once.
    """

    con: duckdb.DuckDBPyConnection
    compiled: Sequence[bytes]
    sql: str = field(init=False)

    def __post_init__(self) -> None:
        made = bulk(*self.compiled)
        for lookup, rows in made.lookups.items():
            self.con.register("lookup_rows", rows)
            self.con.execute(f"CREATE OR REPLACE TEMP TABLE {name(lookup)} AS FROM lookup_rows")
            self.con.unregister("lookup_rows")
        self.sql = made.sql()

    def decide(self, facts: pa.Table, *, columns: str = "*") -> pa.Table:
        """Return what `core.rules.bulk.Bulk` says of each record, in no order; *facts* as its module says.

        The engine is told to join in the order that is written, the records before the lookups: it cannot know how many
        records an Arrow table holds, takes them for few, and would hash them all, five times slower.
        """
        self.con.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
        self.con.execute("SET preserve_insertion_order = false")
        self.con.register("facts", _in_pieces(facts))
        try:
            return self.con.sql(f"SELECT {columns} FROM ({self.sql})").to_arrow_table()  # noqa: S608 - our own words
        finally:
            self.con.unregister("facts")
            self.con.execute("RESET preserve_insertion_order")
            self.con.execute("RESET disabled_optimizers")


def _in_pieces(facts: pa.Table) -> pa.Table:
    return pa.Table.from_batches(facts.to_batches(max_chunksize=PIECE), facts.schema)
