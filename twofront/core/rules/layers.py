"""Whether a lower layer adds to a rule: a township's table that answers more strictly than the county's, for any case.

No layer may add to a rule without the centre's dated consent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twofront.core.rules.cells import Plain
from twofront.core.rules.compare import Beside, answers
from twofront.core.rules.examine import Witness
from twofront.core.rules.table import Table

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
    if "collect" in (lower.hit, upper.hit):
        return None
    both = Beside.of(lower, upper)
    for mine in answers(lower):
        for theirs in answers(upper):
            a, b = mine.out or {}, theirs.out or {}
            by = next((o for o in order if rank(a.get(o), order[o]) > rank(b.get(o), order[o])), None)
            if by is not None and (witness := both.meet([(0, mine), (1, theirs)])) is not None:
                row, than = (None if w.row is None else w.row + 1 for w in (mine, theirs))
                return Stricter(row, than, by, witness)
    return None


def rank(value: Plain, order: Sequence[str]) -> float:
    """Return how strict a value is by an order, to compare."""
    if value is None:
        return float("-inf")
    if order[0] in (LARGER, SMALLER):
        number = float(value) if isinstance(value, int | float) else 0.0
        return number if order[0] == LARGER else -number
    return order.index(str(value)) if str(value) in order else len(order)
