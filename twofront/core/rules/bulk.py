"""A table asked for many records at once: one expression over unbound tables, for DuckDB, PostgreSQL or Spark.

Each fact's values fall into classes that the same rows admit. A fact with an order finds its class by halving, a text
without one by a join; the classes of a few facts make one key, and a join brings the rows that admit it, 62 bits a
word. The words are and-ed; their lowest bit is the row that wins, and a last join brings its outputs. How many rows the
table has hardly matters, and no step depends on how an engine orders its rows.

Tables:
    facts: `index`, unique, and a column for each fact: text string, number float64 (null, never NaN), bool, date, moment
        timestamp in UTC. Texts are compared by code point: a PostgreSQL database needs the collation C.
    the lookups: those that `Bulk` brings, each by its name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from twofront.core.power.expressions import written
from twofront.core.rules.cells import Cell, Type, Value
from twofront.core.rules.table import Table

BITS = 62  # of a word: it stays positive in 64 bits
PRIME = 67  # no two powers of two below 2^66 leave the same rest, and none leaves 0
MOST_KEYS = 1 << 15  # of one lookup

_IBIS: dict[Type, str] = {
    "text": "string",
    "number": "float64",
    "bool": "boolean",
    "date": "date",
    "moment": "timestamp(6)",
}
_ARROW: dict[Type, pa.DataType] = {
    "text": pa.string(), "number": pa.float64(), "bool": pa.bool_(), "date": pa.date32(), "moment": pa.timestamp("us"),
}  # fmt: skip
Words = npt.NDArray[np.int64]
Expression = Any  # ibis has no types


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
    return pa.schema([("index", pa.int64()), *((f"in_{f.name}", _ARROW[f.type]) for f in table.facts)])


def bulk(compiled: bytes) -> Bulk:
    """Return a compiled table's expression and lookups."""
    table = Table.from_compiled(compiled)
    return _Builder(table, table.winning_order).build()


@dataclass(frozen=True, slots=True)
class _Fact:
    """The classes of one fact's values.

    Args:
        cuts: The values at which the class changes, with whether the value itself lies before the change, and the class behind.
        first: The class before all cuts.
        null: That of null.
        rows: For each class the rows, in winning order, that admit it.
    """

    cuts: list[tuple[Value, bool, int]]
    first: int
    null: int
    rows: npt.NDArray[np.bool_]


class _Builder:
    def __init__(self, table: Table, order: Sequence[int]) -> None:
        self.table = table
        self.order = order
        self.facts = [
            _classes([table.rows[i].cells[f] for i in order], fact.type) for f, fact in enumerate(table.facts)
        ]
        self.words = max(1, -(-len(order) // BITS))
        self.lookups: dict[str, pa.Table] = {}

    def build(self) -> Bulk:
        table = self.table
        facts = ibis.table(
            {"index": "int64"} | {f"in_{f.name}": _IBIS[f.type] for f in table.facts}, name="facts"
        )
        keyed = facts
        classes: list[Expression] = []
        for f, fact in enumerate(self.facts):
            keyed, found = self._class(keyed, f, fact)
            classes.append(found)
        groups = _groups([len(fact.rows) for fact in self.facts])
        keys = {f"key_{g}": _key(keyed, classes, group, self.facts) for g, group in enumerate(groups)}
        hit = keyed.select("index", **keys)
        for g, group in enumerate(groups):
            hit = self._meet(hit, g, group)
        words = [_all_of(hit[f"w{w}_{g}"] for g in range(len(groups))) for w in range(self.words)]
        hit = hit.select("index", **{f"hits_{w}": word for w, word in enumerate(words)})
        return Bulk(self._answered(hit), self.lookups)

    def _class(self, keyed: Expression, f: int, fact: _Fact) -> tuple[Expression, Expression]:
        column = self.table.facts[f]
        has_order = any(row.cells[f].kind == "range" for row in self.table.rows)
        if column.type == "text" and fact.cuts and not has_order:
            values = [v for v, is_before, _ in fact.cuts if not is_before]
            of = [c for _, is_before, c in fact.cuts if not is_before]
            name = f"values_{f}"
            self.lookups[name] = pa.table({f"value_{f}": values, f"class_{f}": pa.array(of, pa.int64())})
            named = ibis.table({f"value_{f}": "string", f"class_{f}": "int64"}, name=name)
            keyed = keyed.left_join(named, keyed[f"in_{column.name}"] == named[f"value_{f}"]).drop(
                f"value_{f}"
            )
            return keyed, lambda t: _or_null(
                t[f"in_{column.name}"], fact, ibis.coalesce(t[f"class_{f}"], fact.first)
            )
        return keyed, lambda t: _or_null(
            t[f"in_{column.name}"], fact, _halved(t[f"in_{column.name}"], fact.cuts, fact.first, column.type)
        )

    def _meet(self, hit: Expression, g: int, group: Sequence[int]) -> Expression:
        rows = np.ones((1, len(self.order)), np.bool_)
        for f in group:
            rows = (rows[:, None, :] & self.facts[f].rows[None, :, :]).reshape(-1, len(self.order))
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
        lookup = ibis.table(types | {f"out_{c.name}": _IBIS[c.type] for c in table.outputs}, name="answers")
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
            columns[f"out_{column.name}"] = pa.array([_stored(out[c]) for out in outs], _ARROW[column.type])
        if table.hit == "unique":
            differs = np.array([[a != b for b in outs[1:]] for a in outs[1:]], np.bool_).reshape(n, n)
            others = _packed(np.vstack([np.zeros((1, n), np.bool_), differs]), self.words)
            columns |= {f"other_{w}": pa.array(word) for w, word in enumerate(others)}
        return pa.table(columns)


def _classes(cells: Sequence[Cell], type_: Type) -> _Fact:
    ends: list[Any] = sorted({end for cell in cells for end in cell.ends()})
    if type_ == "bool":
        ends = [False, True]
    at = {end: 2 * i + 1 for i, end in enumerate(ends)}
    pieces = np.arange(2 * len(ends) + 1)
    admitted = np.array([_admits(cell, pieces, at) for cell in cells], np.bool_).reshape(
        len(cells), len(pieces) + 1
    )
    rows, of = np.unique(admitted.T, axis=0, return_inverse=True)
    of = of.ravel()
    if type_ == "bool":  # there is nothing but its two ends
        return _Fact([(True, False, int(of[3]))], int(of[1]), int(of[-1]), rows)
    cuts = [
        (ends[piece // 2], piece % 2 == 1, int(of[piece + 1]))
        for piece in range(len(pieces) - 1)
        if of[piece] != of[piece + 1]
    ]
    return _Fact(cuts, int(of[0]), int(of[-1]), rows)


def _admits(cell: Cell, pieces: npt.NDArray[np.int64], at: Mapping[Any, int]) -> npt.NDArray[np.bool_]:
    """Return whether a cell admits each piece; the last is null."""
    if cell.kind == "any":
        inside = np.ones(len(pieces), np.bool_)
    elif cell.kind == "range":
        low = -1.0 if cell.low is None else at[cell.low] - 0.5 * cell.low_in
        high = len(pieces) + 1.0 if cell.high is None else at[cell.high] + 0.5 * cell.high_in
        inside = (low < pieces) & (pieces < high)
    else:
        inside = np.isin(pieces, [at[v] for v in cell.values]) ^ (cell.kind == "not")
    return np.append(inside, cell.kind in ("any", "null"))


def _packed(rows: npt.NDArray[np.bool_], words: int) -> list[Words]:
    wide = np.zeros((len(rows), words * BITS), np.int64)
    wide[:, : rows.shape[1]] = rows
    return [
        wide[:, w * BITS : (w + 1) * BITS] @ (np.int64(1) << np.arange(BITS, dtype=np.int64))
        for w in range(words)
    ]


def _groups(sizes: Sequence[int]) -> list[list[int]]:
    """Put facts together, small ones first, while a group has not too many keys; there is at least one group."""
    groups: list[list[int]] = [[]]
    keys = 1
    for f in sorted(range(len(sizes)), key=lambda i: (sizes[i], i)):
        if groups[-1] and keys * sizes[f] > MOST_KEYS:
            groups.append([])
            keys = 1
        groups[-1].append(f)
        keys *= sizes[f]
    return groups


def _key(
    keyed: Expression, classes: Sequence[Expression], group: Sequence[int], facts: Sequence[_Fact]
) -> Expression:
    key: Expression = ibis.literal(0, "int64")
    for f in group:
        key = key * len(facts[f].rows) + classes[f](keyed)
    return key.cast("int64")


def _or_null(value: Expression, fact: _Fact, known: Expression) -> Expression:
    return value.isnull().ifelse(ibis.literal(fact.null, "int64"), known)


def _halved(
    value: Expression, cuts: Sequence[tuple[Value, bool, int]], before: int, type_: Type
) -> Expression:
    """Return the class of a known value by halving the cuts."""
    if not cuts:
        return ibis.literal(before, "int64")
    middle = len(cuts) // 2
    cut, is_before, behind = cuts[middle]
    end = ibis.literal(_stored(cut), _IBIS[type_])
    lower = value <= end if is_before else value < end
    if type_ == "bool":
        lower = ~value
    return lower.ifelse(
        _halved(value, cuts[:middle], before, type_), _halved(value, cuts[middle + 1 :], behind, type_)
    )


def _stored(value: Value | None) -> Value | None:
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value


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
