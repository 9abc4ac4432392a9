"""The electricity index from files that somebody names: no lake, no county, one answer."""

from dataclasses import dataclass
from pathlib import Path

from twofront.core.power.index import DayIndex, Parameters
from twofront.core.time import Days
from twofront.lake import engine, firms, readings
from twofront.lake.index import (
    day_indexes,
    left_out,
    put_baselines,
    put_coded,
    put_firm_days,
    put_shares,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a file of readings.

    Args:
        layout: `wide`, `long` or `interval`.
        zero: A reading of exactly this value means 0; None = there is no such value.
        baseline: Days whose mean is a firm's baseline.
        days: Days to answer for.
        by: `sector` or `township`, with a file of firms; None = all firms together.
    """

    layout: str
    zero: float | None
    baseline: Days
    days: Days
    by: str | None


def of_files(
    path: Path, asked: Asked, *, firms_path: Path | None, params: Parameters, wants_left_out: bool = True
) -> tuple[list[DayIndex], list[tuple[str, str]]]:
    """Return the index by day (and group), and the meters left out with the reason (none unless wanted).

    Raises:
        Fault: A file cannot be used as it is.
    """
    with engine.connection() as con:
        readings.read(con, path, layout=asked.layout, zero=asked.zero)
        if firms_path is None:
            firms.meters_as_firms(con)
        else:
            firms.read(con, firms_path, by=asked.by)
        put_shares(con, params=params)
        put_coded(con)
        put_baselines(con, days=asked.baseline)
        put_firm_days(con, days=asked.days)
        return day_indexes(con, days=asked.days, is_grouped=asked.by is not None), left_out(
            con
        ) if wants_left_out else []
