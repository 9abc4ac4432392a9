"""A table asked for many records at once: one expression over unbound tables, for DuckDB, PostgreSQL or Spark.

Each fact's values fall into classes that the same rows admit (`classes`). The classes of a few facts make one key, and a
join brings the rows that admit it, 62 bits a word. The words are and-ed; their lowest bit is the row that wins, and a last join brings its outputs. How many rows the
table has hardly matters, and no step depends on how an engine orders its rows.

Tables:
    facts: `index`, unique, and a column for each fact: text string, number float64 (null, never NaN), bool, date, moment
        timestamp in UTC. Texts are compared by code point: a PostgreSQL database needs the collation C.
    the lookups: those that `Bulk` brings, each by its name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from twofront.core.power.expressions import written
from twofront.core.rules.classes import ARROW, IBIS, Expression, classes_of, find, stored
from twofront.core.rules.table import Table

BITS = 62  # of a word: it stays positive in 64 bits
PRIME = 67  # no two powers of two below 2^66 leave the same rest, and none leaves 0
MOST_KEYS = 1 << 15  # of one lookup

Words = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bulk:
    """A table compiled for bulk.

    Args:
        expression: `index`, `row` (from 1, the one that wins or the first that hits; null: none), `out_NAME` for each
            output (of the default where no row hits; null under `collect`), under `unique` and `collect` all that hit
            as `hits_0, hits_1, …`, 62 rows a word, and under `unique` `is_torn`: two rows hit with other outputs.
        lookups: The small tables that the expression joins, by name.
    """

    expression: Expression
    lookups: Mapping[str, pa.Table]

    def sql(self, *, dialect: str = "duckdb") -> str:
        """Return the expression as SQL for an engine (`duckdb`, `postgres`, `pyspark`)."""
        return written(self.expression, dialect=dialect)


def facts_schema(table: Table) -> pa.Schema:
    """Return the columns of `facts`."""
    return pa.schema([("index", pa.int64()), *((f"in_{f.name}", ARROW[f.type]) for f in table.facts)])


def bulk(compiled: bytes) -> Bulk:
    """Return a compiled table's expression and lookups."""
    table = Table.from_compiled(compiled)
    return _Builder(table, table.winning_order).build()


class _Builder:
    def __init__(self, table: Table, order: Sequence[int]) -> None:
        self.table = table
        self.order = order
        self.facts = [
            classes_of([table.rows[i].cells[f] for i in order], fact.type)
            for f, fact in enumerate(table.facts)
        ]
        self.words = max(1, -(-len(order) // BITS))
        self.lookups: dict[str, pa.Table] = {}

    def build(self) -> Bulk:
        table = self.table
        hit = ibis.table(
            {"index": "int64"} | {f"in_{f.name}": IBIS[f.type] for f in table.facts}, name="facts"
        )
        groups = _groups([len(fact.rows) for fact in self.facts])
        for group in groups:
            stride = 1
            for f in group:
                column, name = f"in_{table.facts[f].name}", f"fact_{f}"
                hit, lookups = find(hit, column, self.facts[f], stride=stride, name=name)
                self.lookups |= lookups
                stride *= len(self.facts[f].rows)
        keys = {f"key_{g}": _sum(hit[f"fact_{f}"] for f in group) for g, group in enumerate(groups)}
        hit = hit.select("index", **keys)
        for g, group in enumerate(groups):
            hit = self._meet(hit, g, group)
        words = [_all_of(hit[f"w{w}_{g}"] for g in range(len(groups))) for w in range(self.words)]
        hit = hit.select("index", **{f"hits_{w}": word for w, word in enumerate(words)})
        return Bulk(self._answered(hit), self.lookups)

    def _meet(self, hit: Expression, g: int, group: Sequence[int]) -> Expression:
        rows = np.ones((1, len(self.order)), np.bool_)
        for f in group:  # the first fact counts least in the key
            rows = (self.facts[f].rows[:, None, :] & rows[None, :, :]).reshape(-1, len(self.order))
        columns = {f"k{g}": pa.array(np.arange(len(rows)))} | {
            f"w{w}_{g}": pa.array(word) for w, word in enumerate(_packed(rows, self.words))
        }
        self.lookups[f"rows_{g}"] = pa.table(columns)
        lookup = ibis.table(dict.fromkeys(columns, "int64"), name=f"rows_{g}")
        return hit.join(lookup, hit[f"key_{g}"] == lookup[f"k{g}"]).drop(f"k{g}", f"key_{g}")

    def _answered(self, hit: Expression) -> Expression:
        table = self.table
        lowest = [
            (hit[f"hits_{w}"] != 0, (hit[f"hits_{w}"] & -hit[f"hits_{w}"]) % PRIME + w * PRIME)
            for w in range(self.words)
        ]
        answers = self._answers()
        self.lookups["answers"] = answers
        types = dict.fromkeys(answers.column_names, "int64") | {"row": "int32"}
        lookup = ibis.table(types | {f"out_{c.name}": IBIS[c.type] for c in table.outputs}, name="answers")
        found = hit.mutate(lowest=ibis.cases(*lowest, else_=ibis.literal(0, "int64")))
        found = found.join(lookup, found["lowest"] == lookup["bit"])
        outs = {f"out_{c.name}": found[f"out_{c.name}"] for c in table.outputs}
        if table.hit in ("first", "priority"):
            return found.select("index", "row", **outs)
        hits = {f"hits_{w}": found[f"hits_{w}"] for w in range(self.words)}
        if table.hit == "collect":
            return found.select("index", "row", **hits, **outs)
        torn = _any_of((found[f"hits_{w}"] & found[f"other_{w}"]) != 0 for w in range(self.words))
        outs = {name: torn.ifelse(ibis.null(), out) for name, out in outs.items()}
        return found.select("index", "row", **hits, **outs, is_torn=torn)

    def _answers(self) -> pa.Table:
        """Return, for each lowest bit, its row, outputs and, under `unique`, the rows whose outputs are others."""
        table, order = self.table, self.order
        n = len(order)
        rests = [pow(2, bit % BITS, PRIME) + bit // BITS * PRIME for bit in range(n)]
        outs = [table.default or (None,) * len(table.outputs), *(table.rows[i].out for i in order)]
        if table.hit == "collect":
            outs = [(None,) * len(table.outputs)] * (n + 1)
        columns: dict[str, pa.Array] = {
            "bit": pa.array([0, *rests], pa.int64()),
            "row": pa.array([None, *(i + 1 for i in order)], pa.int32()),
        }
        for c, column in enumerate(table.outputs):
            columns[f"out_{column.name}"] = pa.array([stored(out[c]) for out in outs], ARROW[column.type])
        if table.hit == "unique":
            differs = np.array([[a != b for b in outs[1:]] for a in outs[1:]], np.bool_).reshape(n, n)
            others = _packed(np.vstack([np.zeros((1, n), np.bool_), differs]), self.words)
            columns |= {f"other_{w}": pa.array(word) for w, word in enumerate(others)}
        return pa.table(columns)


def _packed(rows: npt.NDArray[np.bool_], words: int) -> list[Words]:
    wide = np.zeros((len(rows), words * BITS), np.int64)
    wide[:, : rows.shape[1]] = rows
    return [
        wide[:, w * BITS : (w + 1) * BITS] @ (np.int64(1) << np.arange(BITS, dtype=np.int64))
        for w in range(words)
    ]


def _groups(sizes: Sequence[int]) -> list[list[int]]:
    """Put facts together, small ones first, while a group has not too many keys."""
    groups: list[list[int]] = [[]]
    keys = 1
    for f in sorted(range(len(sizes)), key=lambda i: (sizes[i], i)):
        if groups[-1] and keys * sizes[f] > MOST_KEYS:
            groups.append([])
            keys = 1
        groups[-1].append(f)
        keys *= sizes[f]
    return groups


def _sum(terms: Iterable[Expression]) -> Expression:
    total: Expression = ibis.literal(0, "int64")
    for term in terms:
        total = total + term
    return total.cast("int64")


def _all_of(words: Iterable[Expression]) -> Expression:
    first, *rest = words
    for word in rest:
        first = first & word
    return first


def _any_of(conditions: Iterable[Expression]) -> Expression:
    first, *rest = conditions
    for condition in rest:
        first = first | condition
    return first
