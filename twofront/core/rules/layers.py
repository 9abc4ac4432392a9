"""Whether a lower layer adds to a rule: a township's table that answers more strictly than the county's, for any case.

No layer may add to a rule without the centre's dated consent. Exact, as `examine` is: a row of the one and a row of the
other are compared only where both win.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from twofront.core.rules.cells import Cell, Plain
from twofront.core.rules.examine import Space, Witness, outside
from twofront.core.rules.table import Column, Row, Table

LARGER, SMALLER = "larger", "smaller"
Order = Mapping[str, Sequence[str]]
"""For an output: `larger` or `smaller` for a number, else its words from the mildest to the strictest. Null is the mildest."""


@dataclass(frozen=True, slots=True)
class Stricter:
    """A case for which the lower table is the stricter.

    Args:
        row: The lower table's row, from 1; None: its default.
        than: The upper table's row; None: its default, or that it has no answer.
        output: By which output.
        witness: Facts that show it.
    """

    row: int | None
    than: int | None
    output: str
    witness: Witness


def stricter(lower: Table, upper: Table, order: Order) -> Stricter | None:
    r"""Return a case for which the lower table is stricter than the upper, or None; of tables that collect nothing is said.

    Example:
        >>> from twofront.core.rules.reading import read_table
        >>> text = "#table,t\nin:age,out:days\nnumber,number\n>=60,{}\n#default,7\n"
        >>> county, township = (read_table(text.format(days).encode(), file="t.csv") for days in (14, 21))
        >>> stricter(township, county, {"days": ["larger"]})
        Stricter(row=1, than=1, output='days', witness={'age': 60})
        >>> stricter(county, township, {"days": ["larger"]}) is None
        True
    """
    names = [f.name for f in upper.facts]
    facts = (*upper.facts, *(f for f in lower.facts if f.name not in names))
    both = Table("", "collect", facts, (), (*_widened(lower, facts), *_widened(upper, facts)))
    space = Space.of(both)
    mine, theirs = space.boxes[: len(lower.rows)], space.boxes[len(lower.rows) :]
    for a, out_a, beat_a in _answers(lower):
        for b, out_b, beat_b in _answers(upper):
            by = next((o for o in order if rank(out_a.get(o), order[o]) > rank(out_b.get(o), order[o])), None)
            if by is None:
                continue
            box = space.everything
            for boxes, row in ((mine, a), (theirs, b)):
                box = box if row is None else tuple(x & y for x, y in zip(box, boxes[row], strict=True))
            beaten = [mine[i] for i in beat_a] + [theirs[i] for i in beat_b]
            if (left := next(outside(box, beaten, set()), None)) is not None:
                shown = (None if a is None else a + 1, None if b is None else b + 1)
                return Stricter(*shown, by, space.witness(left))
    return None


def _widened(table: Table, facts: Sequence[Column]) -> Iterator[Row]:
    """Return the rows with a cell for each of *facts*; one that the table does not ask is any."""
    at = {f: i for i, f in enumerate(table.facts)}
    for row in table.rows:
        yield Row(tuple(row.cells[at[f]] if f in at else Cell("any") for f in facts), ())


def _answers(table: Table) -> Iterator[tuple[int | None, dict[str, Plain], Sequence[int]]]:
    """Yield each row (from 0; None: no row) with its outputs and the rows that it must not meet to give them."""
    won = table.winning_order
    if table.hit == "collect":
        return
    for place, i in enumerate(won):
        yield i, table.out(table.rows[i].out), won[:place] if table.hit != "unique" else ()
    yield None, {} if table.default is None else table.out(table.default), won


def rank(value: Plain, order: Sequence[str]) -> float:
    """Return how strict a value is by an order, to compare."""
    if value is None:
        return float("-inf")
    if order[0] in (LARGER, SMALLER):
        number = float(value) if isinstance(value, int | float) else 0.0
        return number if order[0] == LARGER else -number
    return order.index(str(value)) if str(value) in order else len(order)
