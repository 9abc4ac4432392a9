"""The terms of the electricity index: its parameters, its answer for a day, its arithmetic on plain numbers.

One law: where nobody is known there is no figure; the answer is None, never 0.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from math import isfinite

RESUMED, GREY, STOPPED, UNKNOWN = "resumed", "grey", "stopped", "unknown"
"""States of a firm on a day (复工, 灰区, 停工, 未知)."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The numbers of the formula; a county's come from its playbook.

    Args:
        threshold: A firm has resumed (复工) on a day when kWh > threshold x its baseline.
        stopped: It stands still (停工) when kWh < stopped x its baseline; between the two it is grey. At most *threshold*.
        cap: `index_capped` counts a firm's kWh up to cap x its baseline; the index itself caps nothing.
        top: How many of the largest baselines `index_without_top10` leaves out.
        least_points: Percent of its usual points that a meter's day must have to be a reading.

    Raises:
        ValueError: A number is out of its range; the sentence names it.

    Example:
        >>> Parameters().threshold
        0.3
        >>> Parameters(threshold=0.2, stopped=0.3)
        Traceback (most recent call last):
        ValueError: stopped 0.3 is above threshold 0.2; a firm cannot have resumed and stand still
    """

    threshold: float = 0.30
    stopped: float = 0.20
    cap: float = 1.5
    top: int = 10
    least_points: int = 95

    def __post_init__(self) -> None:
        """Refuse what has no meaning."""
        for name in ("threshold", "stopped", "cap"):
            value = getattr(self, name)
            if not (isfinite(value) and value >= 0):
                raise ValueError(f"{name} {value} is not a number of 0 or more")
        if self.stopped > self.threshold:
            raise ValueError(
                f"stopped {self.stopped} is above threshold {self.threshold}; a firm cannot have resumed and stand still"
            )
        if self.top < 0 or not 0 <= self.least_points <= 100:
            raise ValueError(
                f"top {self.top} must be 0 or more, least_points {self.least_points} a percentage"
            )


@dataclass(frozen=True, slots=True)
class DayIndex:
    """The index of one day, of all firms or of one group (a sector or a township).

    Counts are firms, the other figures percent (100 = as before). None = not known, because nobody is known that day.

    Args:
        date: The day of the readings.
        group: Name of the group; None for all firms.
        firms: Firms with a baseline above 0. known + unknown = firms; resumed + grey + stopped = known.
        coverage: Baselines of the known as a part of the baselines of all firms.
        firm_share: 复工率: resumed of known.
        energy_share: 复产率: kWh of the resumed as a part of the baselines of the known.
        index: Mean of the two shares.
        index_capped: The index with each kWh counted up to 1.5 x its baseline.
        top10_energy_share: Part of the known firms' kWh used by the ten largest baselines.
        index_without_top10: The index without those ten.
    """

    date: date
    group: str | None
    firms: int
    known: int
    unknown: int
    coverage: float | None
    resumed: int
    grey: int
    stopped: int
    firm_share: float | None
    energy_share: float | None
    index: float | None
    index_capped: float | None
    top10_energy_share: float | None
    index_without_top10: float | None


FIGURES = tuple(f.name for f in fields(DayIndex) if f.name not in ("date", "group"))
"""What a suppressed cell withholds."""


def nobody(day: date) -> DayIndex:
    """Return the answer for a day on which there are no firms at all.

    Example:
        >>> nobody(date(2020, 2, 10)).index is None
        True
    """
    return DayIndex(day, None, 0, 0, 0, None, 0, 0, 0, None, None, None, None, None, None)


def state(kwh: float | None, *, baseline: float, parameters: Parameters) -> str:
    """Return the state of a firm on a day: resumed, grey, stopped, or unknown without a reading.

    Exactly at a threshold a firm is grey. kWh are decimal numbers and floats are not, so a difference below one part in
    10^12 counts as none: 0.9 of a baseline of 3 is grey at 0.30, though 0.3 x 3 is 0.8999999999999999 here.

    Example:
        >>> [state(k, baseline=100.0, parameters=Parameters()) for k in (None, 19.9, 20.0, 30.0, 30.1)]
        ['unknown', 'stopped', 'grey', 'grey', 'resumed']
        >>> state(0.9, baseline=3.0, parameters=Parameters())
        'grey'
    """
    if kwh is None:
        return UNKNOWN
    if kwh > parameters.threshold * baseline * (1 + TIE):
        return RESUMED
    return STOPPED if kwh < parameters.stopped * baseline * (1 - TIE) else GREY


TIE = 1e-12


def from_sums(
    *, resumed: float, known: float, kwh_resumed: float, baseline_known: float
) -> tuple[float, float, float] | None:
    """Return (firm_share, energy_share, index) from the four sums of a day; None with nobody known.

    *known* is the number of firms that have a reading, *baseline_known* the sum of their baselines in the unit of
    *kwh_resumed*.

    Example:
        The province on 2020-02-10: 64,590 of 333,427 firms, 40,541.65 of 128,807.02 (10^4 kWh).

        >>> [round(x, 2) for x in from_sums(resumed=64590, known=333427, kwh_resumed=40541.65, baseline_known=128807.02)]
        [19.37, 31.47, 25.42]
    """
    if not known or not baseline_known:
        return None
    firm, energy = 100 * resumed / known, 100 * kwh_resumed / baseline_known
    return firm, energy, from_shares(firm_share=firm, energy_share=energy)


def from_shares(*, firm_share: float, energy_share: float) -> float:
    """Return the index: the mean of the share of firms and the share of energy.

    Example:
        The province on 2020-02-19 and 02-20.

        >>> round(from_shares(firm_share=57.60, energy_share=45.28), 2), round(from_shares(firm_share=60.15, energy_share=47.27), 2)
        (51.44, 53.71)
    """
    return (firm_share + energy_share) / 2


def counts_only(cell: DayIndex) -> DayIndex:
    """Return a cell without the figures that tell of kWh; counts and the share of firms stay.

    For a group below the minimum cell: with two firms in it, each could read the other's consumption from the sum.

    Example:
        >>> cell = DayIndex(date(2020, 2, 10), "C26", 2, 2, 0, 100.0, 1, 0, 1, 50.0, 40.0, 45.0, 45.0, 100.0, None)
        >>> counts_only(cell).energy_share is None, counts_only(cell).firm_share
        (True, 50.0)
    """
    return replace(
        cell,
        coverage=None,
        energy_share=None,
        index=None,
        index_capped=None,
        top10_energy_share=None,
        index_without_top10=None,
    )


def records(cells: Iterable[DayIndex], *, min_cell: int) -> list[dict[str, object]]:
    """Return cells as they are printed: in the order of the contract, small groups suppressed.

    A group with fewer than *min_cell* firms keeps its date and name, has `suppressed: True` and None for every figure.
    Without groups nothing is suppressed and there is no key `group`.

    Example:
        >>> cell = DayIndex(date(2020, 2, 10), "C26", 2, 2, 0, 100.0, 1, 0, 1, 50.0, 40.0, 45.0, 45.0, 100.0, None)
        >>> [(r["group"], r["index"], r.get("suppressed")) for r in records([cell], min_cell=3)]
        [('C26', None, True)]
        >>> [(r["group"], r["index"], r.get("suppressed")) for r in records([cell], min_cell=2)]
        [('C26', 45.0, None)]
    """
    out = []
    for cell in cells:
        row: dict[str, object] = {**asdict(cell), "date": cell.date.isoformat()}
        if cell.group is None:
            del row["group"]
        elif cell.firms < min_cell:
            row |= dict.fromkeys(FIGURES) | {"suppressed": True}
        out.append(row)
    return out
