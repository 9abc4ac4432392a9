"""Tables asked for many records at once: one expression over unbound tables, for DuckDB, PostgreSQL or Spark.

Each fact's values fall into classes that the same rows admit (`classes`). The classes of a few facts make one key, and a
join brings the rows that admit it, 62 bits a word. The words are and-ed; their lowest bit is the row that wins, and a
last join brings its outputs. How many rows a table has hardly matters, and no step depends on how an engine orders rows.

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
from twofront.core.rules.cells import Cell, Type
from twofront.core.rules.classes import ARROW, IBIS, Expression, classes_of, find, stored
from twofront.core.rules.table import Table

BITS = 62  # of a word: it stays positive in 64 bits
PRIME = 67  # no two powers of two below 2^66 leave the same rest, and none leaves 0
MOST_KEYS = 1 << 15  # of one lookup

Words = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bulk:
    """Tables compiled for bulk.

    Args:
        expression: `index`, and for each table `row` (from 1, the one that wins or the first that hits; null: none),
            `out_NAME` for each output (of the default where no row hits; null under `collect`), under `unique` and
            `collect` all that hit as `hits_0, hits_1, …`, 62 rows a word, and under `unique` `is_torn`: two rows hit with
            other outputs. Where several tables are asked, `t0_`, `t1_` and so on stand before these names.
        lookups: The small tables that the expression joins, by name.
    """

    expression: Expression
    lookups: Mapping[str, pa.Table]

    def sql(self, *, dialect: str = "duckdb") -> str:
        """Return the expression as SQL for an engine (`duckdb`, `postgres`, `pyspark`)."""
        return written(self.expression, dialect=dialect)


def facts_schema(*tables: Table) -> pa.Schema:
    """Return the columns of `facts`.

    Raises:
        ValueError: Two tables ask one fact as two types.
    """
    return pa.schema(
        [("index", pa.int64()), *((f"in_{name}", ARROW[type_]) for name, type_ in _asked(tables).items())]
    )


def bulk(*compiled: bytes) -> Bulk:
    """Return the expression and lookups of compiled tables; what several ask of one fact is found once.

    Raises:
        ValueError: Two tables ask one fact as two types.
    """
    tables = [Table.from_compiled(c) for c in compiled]
    asked = _asked(tables)
    hit = ibis.table(
        {"index": "int64"} | {f"in_{name}": IBIS[type_] for name, type_ in asked.items()}, name="facts"
    )
    lookups: dict[str, pa.Table] = {}
    admitting: dict[str, npt.NDArray[np.bool_]] = {}
    for f, (name, type_) in enumerate(asked.items()):
        classes = classes_of([_cell(table, name, i) for table in tables for i in table.winning_order], type_)
        hit, more = find(hit, f"in_{name}", classes, name=f"fact_{f}")
        lookups |= more
        admitting[f"fact_{f}"] = classes.rows
    hit = hit.select("index", *admitting)
    start = 0
    for t, table in enumerate(tables):
        stop = start + len(table.rows)
        mine = {
            f: rows[:, start:stop]
            for (f, rows), name in zip(admitting.items(), asked, strict=True)
            if _asks(table, name)
        }
        part = _Part(table, "" if len(tables) == 1 else f"t{t}_", mine)
        hit = part.answered(hit)
        lookups |= part.lookups
        start = stop
    return Bulk(hit.drop(*admitting), lookups)


def _asked(tables: Sequence[Table]) -> dict[str, Type]:
    asked: dict[str, Type] = {}
    for fact in (f for table in tables for f in table.facts):
        if asked.setdefault(fact.name, fact.type) != fact.type:
            raise ValueError(f"the fact {fact.name} is asked as {asked[fact.name]} and as {fact.type}")
    return asked


def _asks(table: Table, name: str) -> bool:
    return any(f.name == name for f in table.facts)


def _cell(table: Table, name: str, row: int) -> Cell:
    return next(
        (c for f, c in zip(table.facts, table.rows[row].cells, strict=True) if f.name == name), Cell("any")
    )


class _Part:
    """One table's part of the expression.

    Args:
        table: The table.
        prefix: What stands before its columns and lookups.
        facts: For each fact that it asks, by the column of the class, which of its rows, in winning order, admit each class.
    """

    def __init__(self, table: Table, prefix: str, facts: Mapping[str, npt.NDArray[np.bool_]]) -> None:
        self.table = table
        self.prefix = prefix
        self.facts = facts
        self.words = max(1, -(-len(table.rows) // BITS))
        self.lookups: dict[str, pa.Table] = {}

    def answered(self, hit: Expression) -> Expression:
        """Return the records with the table's answers beside what they have."""
        kept = hit.columns
        groups = _groups({name: len(rows) for name, rows in self.facts.items()})
        hit = hit.mutate(**{f"{self.prefix}key_{g}": self._key(hit, group) for g, group in enumerate(groups)})
        for g, group in enumerate(groups):
            hit = self._meet(hit, g, group)
        words = [
            _all_of(hit[f"{self.prefix}w{w}_{g}"] for g in range(len(groups))) for w in range(self.words)
        ]
        hit = hit.select(*kept, **{f"{self.prefix}hits_{w}": word for w, word in enumerate(words)})
        return self._looked_up(hit, kept)

    def _key(self, hit: Expression, group: Sequence[str]) -> Expression:
        key: Expression = ibis.literal(0, "int64")
        stride = 1
        for name in group:
            key = key + hit[name] * stride
            stride *= len(self.facts[name])
        return key.cast("int64")

    def _meet(self, hit: Expression, g: int, group: Sequence[str]) -> Expression:
        rows = np.ones((1, len(self.table.rows)), np.bool_)
        for name in group:  # the first fact counts least in the key
            rows = (self.facts[name][:, None, :] & rows[None, :, :]).reshape(-1, len(self.table.rows))
        is_, key = f"{self.prefix}k{g}", f"{self.prefix}key_{g}"
        columns = {is_: pa.array(np.arange(len(rows)))} | {
            f"{self.prefix}w{w}_{g}": pa.array(word) for w, word in enumerate(_packed(rows, self.words))
        }
        lookup = self._lookup(f"rows_{g}", pa.table(columns), dict.fromkeys(columns, "int64"))
        return hit.join(lookup, hit[key] == lookup[is_]).drop(is_, key)

    def _looked_up(self, hit: Expression, kept: Sequence[str]) -> Expression:
        table, p = self.table, self.prefix
        words = [hit[f"{p}hits_{w}"] for w in range(self.words)]
        lowest = [(word != 0, (word & -word) % PRIME + w * PRIME) for w, word in enumerate(words)]
        answers = self._answers()
        types = dict.fromkeys(answers.column_names, "int64") | {f"{p}row": "int32"}
        lookup = self._lookup(
            "answers", answers, types | {f"{p}out_{c.name}": IBIS[c.type] for c in table.outputs}
        )
        found = hit.mutate(**{f"{p}lowest": ibis.cases(*lowest, else_=ibis.literal(0, "int64"))})
        found = found.join(lookup, found[f"{p}lowest"] == lookup[f"{p}bit"])
        outs = {name: found[name] for c in table.outputs for name in (f"{p}out_{c.name}",)}
        hits = [f"{p}hits_{w}" for w in range(self.words)] if table.hit in ("unique", "collect") else []
        if table.hit == "unique":
            torn = _any_of((found[f"{p}hits_{w}"] & found[f"{p}other_{w}"]) != 0 for w in range(self.words))
            outs = {name: torn.ifelse(ibis.null(), out) for name, out in outs.items()} | {f"{p}is_torn": torn}
        return found.select(*kept, f"{p}row", *hits, **outs)

    def _lookup(self, name: str, rows: pa.Table, types: Mapping[str, str]) -> Expression:
        self.lookups[f"{self.prefix}{name}"] = rows
        return ibis.table(dict(types), name=f"{self.prefix}{name}")

    def _answers(self) -> pa.Table:
        """Return, for each lowest bit, its row, outputs and, under `unique`, the rows whose outputs are others."""
        table, order, p = self.table, self.table.winning_order, self.prefix
        n = len(order)
        rests = [pow(2, bit % BITS, PRIME) + bit // BITS * PRIME for bit in range(n)]
        outs = [table.default or (None,) * len(table.outputs), *(table.rows[i].out for i in order)]
        if table.hit == "collect":
            outs = [(None,) * len(table.outputs)] * (n + 1)
        columns: dict[str, pa.Array] = {
            f"{p}bit": pa.array([0, *rests], pa.int64()),
            f"{p}row": pa.array([None, *(i + 1 for i in order)], pa.int32()),
        }
        for c, column in enumerate(table.outputs):
            columns[f"{p}out_{column.name}"] = pa.array([stored(out[c]) for out in outs], ARROW[column.type])
        if table.hit == "unique":
            differs = np.array([[a != b for b in outs[1:]] for a in outs[1:]], np.bool_).reshape(n, n)
            others = _packed(np.vstack([np.zeros((1, n), np.bool_), differs]), self.words)
            columns |= {f"{p}other_{w}": pa.array(word) for w, word in enumerate(others)}
        return pa.table(columns)


def _packed(rows: npt.NDArray[np.bool_], words: int) -> list[Words]:
    wide = np.zeros((len(rows), words * BITS), np.int64)
    wide[:, : rows.shape[1]] = rows
    return [
        wide[:, w * BITS : (w + 1) * BITS] @ (np.int64(1) << np.arange(BITS, dtype=np.int64))
        for w in range(words)
    ]


def _groups(sizes: Mapping[str, int]) -> list[list[str]]:
    """Put facts together, small ones first, while a group has not too many keys."""
    groups: list[list[str]] = [[]]
    keys = 1
    for name in sorted(sizes, key=lambda n: (sizes[n], n)):
        if groups[-1] and keys * sizes[name] > MOST_KEYS:
            groups.append([])
            keys = 1
        groups[-1].append(name)
        keys *= sizes[name]
    return groups


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
