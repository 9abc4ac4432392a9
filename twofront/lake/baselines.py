"""Baselines that were computed once, kept beside the lake: the index of a new day then reads that day only.

What is kept can be computed again at any time, so nobody lists it, and a lake that cannot be written keeps nothing. Its
name is a hash of all that it follows from: the statements of the baseline days, whose meter is whose, the numbers,
the expressions and the release. Another asker's meters have another name, so nothing is seen through it.
"""

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from pyarrow import feather

from twofront import __version__
from twofront.core.power.index import Parameters
from twofront.lake.engine import golden
from twofront.lake.store import TEMPORARY, LakeFile, settle

FOLDER = "baselines"
MOST = 32
"""So many answers are kept; the oldest go first."""
PLACE = "place"
"""A column of shares beside those of the caller: the row's place, by which what is kept knows a meter."""
TABLES = ("usual", "baselines")
_SQL = ("usual_points", "firm_totals", "firm_baselines", "meter_days", "one_day")
_SHARES = ("meter", "firm", "share", "from", "to")


def with_place(shares: pa.Table) -> pa.Table:
    """Return the shares with the place of each row."""
    return shares.append_column(PLACE, pa.array(np.arange(shares.num_rows, dtype=np.int32)))


@dataclass(frozen=True, slots=True)
class Kept:
    """The baselines of one question.

    Args:
        folder: Where they lie.
        name: The hash of all that they follow from.
    """

    folder: Path
    name: str

    @classmethod
    def of(
        cls, root: Path, files: Iterable[LakeFile], shares: pa.Table, *, days: object, params: Parameters
    ) -> "Kept":
        """Name the baselines of these days from *files*, the statements on them as they are known."""
        follows = (__version__, days, params.least_points, [golden(s) for s in _SQL])
        digest = hashlib.sha256(repr(follows).encode())
        digest.update(repr(sorted((f.path, f.known, f.seq) for f in files)).encode())
        owned = shares.select([c for c in _SHARES if c in shares.column_names]).combine_chunks()
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, owned.schema.remove_metadata()) as out:
            out.write_table(owned)
        digest.update(sink.getvalue())
        return cls(root / FOLDER, digest.hexdigest()[:32])

    def bring(self, con: duckdb.DuckDBPyConnection) -> bool:
        """Put `usual` and `baselines` into a connection, and tell whether they were there."""
        try:
            found = [feather.read_table(self._path(table), memory_map=False) for table in TABLES]
        except (OSError, pa.ArrowInvalid):
            return False
        for table, rows in zip(TABLES, found, strict=True):
            con.register("kept", rows)
            con.execute(f"CREATE TABLE finely.{table} AS FROM kept")
            con.unregister("kept")
        return True

    def keep(self, con: duckdb.DuckDBPyConnection) -> None:
        """Keep both tables of a connection, if the disk takes them."""
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            for table in TABLES:
                part = (
                    self.folder / f"{self.name}.{table}-{os.getpid()}{TEMPORARY}"
                )  # what a crash leaves is swept
                feather.write_feather(
                    con.table(f"finely.{table}").to_arrow_table(), str(part), compression="lz4"
                )
                settle(part, self._path(table))
            aged = sorted(self.folder.glob("*.arrow"), key=lambda p: p.stat().st_mtime, reverse=True)
            for path in aged[MOST * len(TABLES) :]:
                path.unlink(missing_ok=True)

    def _path(self, table: str) -> Path:
        return self.folder / f"{self.name}.{table}.arrow"
