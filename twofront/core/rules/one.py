"""One record against a table, with the reason: the engine of the command line and of every page.

Each fact's values are cut at the ends that its cells name; of every piece the rows that admit it are known beforehand,
as the bits of one number. A record looks up one number a fact and ands them; the lowest bit left is the row that wins.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from twofront.core.rules.cells import BadCell, Cell, Plain, Type, Value, from_plain
from twofront.core.rules.table import Column, Table

TWO_ROWS = "two rows"
_KEPT = 65_536  # answers kept by what hit; a table has few, a hostile stream of records may make many


class WrongFact(ValueError):  # noqa: N818 - named for what was given
    """A record holds a value that is not of the fact's type.

    Args:
        fact: Its name.
        value: What was given.
        what: What is wrong, as the end of a sentence that begins with the value.
        do: What to do.
    """

    code = "fact"

    def __init__(self, fact: str, value: object, what: str, do: str) -> None:
        """Keep the parts of the sentence."""
        super().__init__(f"{fact} {value!r} {what}; {do}")
        self.fact = fact
        self.value = value
        self.what = what
        self.do = do


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer of a table to one record (判定).

    Args:
        rows: The rows, from 1, that gave the output: one under `first` and `priority`, else all that hit, in row order.
        out: The outputs by name; a list of them under `collect`; None: no answer. Shared between equal answers: read it only.
        error: `two rows`: under `unique` two rows hit whose outputs differ.
    """

    rows: tuple[int, ...]
    out: dict[str, Plain] | list[dict[str, Plain]] | None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """A row that gave an output, and the cells of it that the record met, as they are written; cells of `-` are left out."""

    row: int
    cells: Mapping[str, str]


@dataclass(slots=True)
class Pieces:
    """The pieces into which the cells of one column cut the values of a fact.

    Piece 2i+1 is the i-th of *ends* itself, 2i what lies before it, the last what lies behind all.

    Args:
        ends: Sorted, each once.
        rows: The rows that admit each piece, as bits.
        null: The rows that admit null.
    """

    ends: list[Any]
    rows: list[int]
    null: int

    @classmethod
    def of(cls, cells: list[Cell]) -> "Pieces":
        """Cut the values at the ends of a column's cells; the i-th cell is the i-th bit."""
        ends: list[Any] = sorted({end for cell in cells for end in cell.ends()})
        place = {end: 2 * i + 1 for i, end in enumerate(ends)}
        turns = [0] * (2 * len(ends) + 2)
        null = 0
        for i, cell in enumerate(cells):
            null |= (cell.kind in ("any", "null")) << i
            for start, stop in _spans(cell, place, len(turns) - 1):
                turns[start] ^= 1 << i
                turns[stop] ^= 1 << i
        rows, now = [], 0
        for turn in turns[:-1]:
            now ^= turn
            rows.append(now)
        return cls(ends, rows, null)

    def at(self, value: Value) -> int:
        """Return the rows that admit a value."""
        i = bisect_left(self.ends, value)
        return self.rows[2 * i + 1 if i < len(self.ends) and self.ends[i] == value else 2 * i]


def _spans(cell: Cell, place: Mapping[Value, int], pieces: int) -> list[tuple[int, int]]:
    match cell.kind:
        case "any":
            return [(0, pieces)]
        case "null":
            return []
        case "in":
            return [(place[v], place[v] + 1) for v in cell.values]
        case "not":
            cuts = [place[v] for v in cell.values]
            return [(a + 1, b) for a, b in zip([-1, *cuts], [*cuts, pieces], strict=True)]
        case _:
            start = 0 if cell.low is None else place[cell.low] + (not cell.low_in)
            stop = pieces if cell.high is None else place[cell.high] + cell.high_in
            return [(start, stop)] if start < stop else []


_NATIVE: dict[Type, type[Any] | tuple[type[Any], ...]] = {
    "text": str,
    "number": float,
    "bool": bool,
    "date": (),
    "moment": (),
}


@dataclass(slots=True)
class OneByOne:
    r"""A table made ready for records that come one by one.

    Args:
        table: The table.

    Example:
        >>> from twofront.core.rules.reading import read_table
        >>> engine = OneByOne(read_table(b"#table,t\nin:age,out:days\nnumber,number\n>=60,14\n", file="t.csv"))
        >>> engine.decide({"age": 61}).out, engine.decide({}).out
        ({'days': 14}, None)
    """

    table: Table
    _asked: list[tuple[str, Callable[[Any], int]]] = field(init=False)
    _every: int = field(init=False)
    _same: list[int] = field(init=False)
    _answers: dict[int, Decision] = field(init=False, default_factory=dict)
    _reasons: dict[int, Reason] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        table = self.table
        order = table.winning_order
        self._every = (1 << len(order)) - 1
        self._asked = [
            (fact.name, _lookup(fact, Pieces.of([table.rows[i].cells[f] for i in order]), table))
            for f, fact in enumerate(table.facts)
        ]
        alike: dict[tuple[Value | None, ...], int] = {}
        for bit, i in enumerate(order):
            alike[table.rows[i].out] = alike.get(table.rows[i].out, 0) | 1 << bit
        self._same = [alike[table.rows[i].out] for i in order]

    def decide(self, facts: Mapping[str, Any]) -> Decision:
        """Return the table's answer to a record; facts that the table does not ask for are passed over.

        Raises:
            WrongFact: A value is not of its fact's type.
        """
        hits = self._every
        for name, look in self._asked:
            hits &= look(facts.get(name))
        found = self._answers.get(hits)
        if found is None:
            if len(self._answers) >= _KEPT:
                self._answers.clear()
            found = self._answers[hits] = self._answer(hits)
        return found

    def because(self, decision: Decision) -> list[Reason]:
        """Return, for each row of a decision, the cells that the record met."""
        return [self._reasons.get(n) or self._reason(n) for n in decision.rows]

    def _reason(self, n: int) -> Reason:
        zone, cells = self.table.zone, zip(self.table.facts, self.table.rows[n - 1].cells, strict=True)
        reason = self._reasons[n] = Reason(n, {f.name: c.text(zone) for f, c in cells if c.kind != "any"})
        return reason

    def _answer(self, hits: int) -> Decision:
        table = self.table
        if not hits:
            default = None if table.default is None else table.out(table.default)
            return Decision((), default if table.hit != "collect" else [] if default is None else [default])
        first = (hits & -hits).bit_length() - 1
        if table.hit in ("first", "priority"):
            n = table.winning_order[first]
            return Decision((n + 1,), table.out(table.rows[n].out))
        rows = tuple(i + 1 for i in range(hits.bit_length()) if hits >> i & 1)
        if table.hit == "collect":
            return Decision(rows, [table.out(table.rows[i - 1].out) for i in rows])
        if hits & ~self._same[first]:
            return Decision(rows, None, TWO_ROWS)
        return Decision(rows, table.out(table.rows[rows[0] - 1].out))


def _lookup(fact: Column, pieces: Pieces, table: Table) -> Callable[[Any], int]:
    """Return what tells the rows that admit a value of a fact."""
    at, null, native, zone = pieces.at, pieces.null, _NATIVE[fact.type], table.zone

    def look(value: Any) -> int:  # noqa: ANN401 - whatever a record holds
        if value is None:
            return null
        if isinstance(value, native) and value == value:  # noqa: PLR0124 - not a number is not equal to itself
            return at(value)
        try:
            known = from_plain(value, fact.type, zone=zone)
        except BadCell as e:
            raise WrongFact(fact.name, value, e.what, e.do) from None
        return null if known is None else at(known)

    return look
