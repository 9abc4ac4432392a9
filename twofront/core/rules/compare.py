"""Two tables side by side: the cases that they answer otherwise, each with facts that show it.

Exact, as `examine` is: a row of the one and a row of the other are compared only where both win.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from twofront.core.rules.cells import Cell, Plain
from twofront.core.rules.examine import Box, Space, Witness, outside
from twofront.core.rules.one import Decision, OneByOne
from twofront.core.rules.table import Column, Row, Table

Out = dict[str, Plain]


@dataclass(frozen=True, slots=True)
class Difference:
    """Facts that two tables answer otherwise, with what each answers."""

    witness: Witness
    before: Decision
    after: Decision


@dataclass(frozen=True, slots=True)
class Wins:
    """Where a table gives an output: in a row (from 0; None: where none hits), outside the rows that win over it."""

    row: int | None
    out: Out | None
    beaten: Sequence[int]


@dataclass(frozen=True, slots=True)
class Beside:
    """The rows of two tables as boxes of one space."""

    space: Space
    boxes: tuple[Sequence[Box], Sequence[Box]]

    @classmethod
    def of(cls, one: Table, other: Table) -> "Beside":
        """Return both tables over the facts that either asks; to a table that does not ask a fact any value is right."""
        names = [f.name for f in other.facts]
        facts = (*other.facts, *(f for f in one.facts if f.name not in names))
        space = Space.of(Table("", "collect", facts, (), (*_widened(one, facts), *_widened(other, facts))))
        return cls(space, (space.boxes[: len(one.rows)], space.boxes[len(one.rows) :]))

    def meet(self, wins: Sequence[tuple[int, Wins]]) -> Witness | None:
        """Return facts for which all of these win, each named with its table (0 or 1); None where there are none."""
        box, beaten = self.space.everything, []
        for table, won in wins:
            if won.row is not None:
                box = tuple(x & y for x, y in zip(box, self.boxes[table][won.row], strict=True))
            beaten += [self.boxes[table][i] for i in won.beaten]
        left = next(outside(box, beaten, set()), None)
        return None if left is None else self.space.witness(left)


def answers(table: Table) -> Iterator[Wins]:
    """Yield where a table that collects nothing gives each of its outputs, its default (or no answer) last."""
    won = table.winning_order
    for place, i in enumerate(won):
        yield Wins(i, table.out(table.rows[i].out), won[:place] if table.hit != "unique" else ())
    yield Wins(None, None if table.default is None else table.out(table.default), won)


def differences(before: Table, after: Table, *, beside: Sequence[str] = ()) -> Iterator[Difference]:
    r"""Yield cases that two tables answer otherwise, one for each pair of rows that do; none where they never do.

    Of tables that collect, a case differs where one gives an output that the other does not; how often it gives it is
    passed over. Outputs named in *beside* are passed over too.

    Example:
        >>> from twofront.core.rules.reading import read_table
        >>> text = "#table,t\nin:age,out:days\nnumber,number\n>={},14\n#default,7\n"
        >>> old, new = (read_table(text.format(age).encode(), file="t.csv") for age in (60, 65))
        >>> [(d.witness, d.before.out, d.after.out) for d in differences(old, new)]
        [({'age': 60}, {'days': 14}, {'days': 7})]
    """
    first, second = _without(before, beside), _without(after, beside)
    if "collect" in (before.hit, after.hit):
        found = _collected(first, second)
    else:
        both = Beside.of(first, second)
        pairs = ((a, b) for a in answers(first) for b in answers(second) if a.out != b.out)
        found = (both.meet([(0, a), (1, b)]) for a, b in pairs)
    engines = OneByOne(before), OneByOne(after)
    for witness in found:
        if witness is not None:
            yield Difference(witness, *(engine.decide(witness) for engine in engines))


def _collected(before: Table, after: Table) -> Iterator[Witness | None]:
    both = Beside.of(before, after)
    for side, (one, other) in enumerate(((before, after), (after, before))):
        for mine in _given(one):
            theirs = list(_given(other))
            if not any(w.row is None for w in theirs):
                theirs.append(Wins(None, None, range(len(other.rows))))
            also = [w.row for w in theirs if w.out == mine.out and w.row is not None]
            for lacks in (w for w in theirs if w.out != mine.out):
                beaten = [*lacks.beaten, *also] if other.hit == "collect" else lacks.beaten
                yield both.meet([(side, mine), (1 - side, replace(lacks, beaten=beaten))])


def _given(table: Table) -> list[Wins]:
    """Return where a table gives each output, whatever else it gives."""
    if table.hit != "collect":
        return [w for w in answers(table) if w.out is not None]
    rows = [Wins(i, table.out(row.out), ()) for i, row in enumerate(table.rows)]
    default = [] if table.default is None else [Wins(None, table.out(table.default), range(len(rows)))]
    return [*rows, *default]


def _without(table: Table, names: Sequence[str]) -> Table:
    """Return a table without some of its outputs; which row wins stays."""
    kept = [i for i, c in enumerate(table.outputs) if c.name not in names]

    def out(values: Sequence[object]) -> tuple[object, ...]:
        return tuple(values[i] for i in kept)

    rows = tuple(Row(row.cells, out(row.out)) for row in table.rows)  # type: ignore[arg-type]
    default = None if table.default is None else out(table.default)
    return replace(table, outputs=tuple(table.outputs[i] for i in kept), rows=rows, default=default)  # type: ignore[arg-type]


def _widened(table: Table, facts: Sequence[Column]) -> Iterator[Row]:
    """Return the rows with a cell for each of *facts*; one that the table does not ask is any."""
    at = {f: i for i, f in enumerate(table.facts)}
    for row in table.rows:
        yield Row(tuple(row.cells[at[f]] if f in at else Cell("any") for f in facts), ())
