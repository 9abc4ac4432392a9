"""Draw docs/pictures/recovery.svg: the index of a real county through the Spring Festival of 2015, whole-county sums only.

    python bench/power/recovery.py CURVES.csv.gz docs/pictures/recovery.svg

CURVES: a wide file of daily kWh (Yangzhong, 1,454 enterprises; beside the checkout in shared/data/electricity, never in
the product). The picture holds four figures a day and no firm's curve.
"""

import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from twofront.core.power.index import DayIndex, Parameters
from twofront.core.time import Days
from twofront.lake.power import Asked, of_files

NEW_YEAR = date(2015, 2, 19)
BASELINE = Days(date(2015, 1, 1), date(2015, 1, 31))
DAYS = Days(date(2015, 2, 1), date(2015, 3, 31))
STOPPED = (date(2015, 2, 28), date(2015, 3, 5), date(2015, 3, 6))
"""Days on which the largest user, and with it others of the ten largest, is read as using nothing."""

MARKED = tuple(date(2015, *md) for md in ((2, 1), (2, 10), (2, 19), (2, 28), (3, 10), (3, 20), (3, 31)))

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 960, 520, 56, 214, 64, 56
LINES: tuple[tuple[str, str, str, str, Callable[[DayIndex], float | None]], ...] = (
    ("without the ten largest", "#6b7280", "2", "6 4", lambda c: c.index_without_top10),
    ("share of firms (heads)", "#1d4ed8", "2.5", "", lambda c: c.firm_share),
    ("share of energy (sums)", "#c2410c", "2.5", "", lambda c: c.energy_share),
    ("index = their mean", "#111827", "3.5", "", lambda c: c.index),
)


def recovery(curves: Path) -> list[DayIndex]:
    """Compute the index of each day."""
    cells, _ = of_files(
        curves,
        Asked("wide", 1.0, BASELINE, DAYS, None),
        firms_path=None,
        params=Parameters(),
        wants_left_out=False,
    )
    return cells


def picture(cells: Sequence[DayIndex]) -> str:
    """Return the picture as SVG."""
    parts = [*frame(), *festival(), *stops()]
    for _, colour, width, dash, value in LINES:
        points = " ".join(f"{x(c.date):.1f},{y(value(c) or 0):.1f}" for c in cells)
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-dasharray="{dash}"/>'
        )
    ends = sorted((y(value(cells[-1]) or 0), name, colour) for name, colour, _, _, value in LINES)
    at = 0.0
    for height, name, colour in ends:
        at = max(height, at + 20)
        parts.append(text(WIDTH - RIGHT + 10, at + 5, name, colour=colour, weight="600"))
    body = "\n".join(parts)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="t d" font-family="system-ui, 'Noto Sans SC', sans-serif">
<title id="t">Recovery after the Spring Festival of 2015 in one county, by electricity</title>
<desc id="d">The share of firms falls to 28 percent on New Year's Day and is back at 89 percent eleven days later; the share of energy follows, and falls by half on three days when the largest firm, and others of the ten largest, stopped.</desc>
<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>
{body}
</svg>
"""


def frame() -> list[str]:
    """Draw title and axes."""
    parts = [
        text(LEFT, 26, "Recovery after the Spring Festival, seen by 1,141 meters", size=19, weight="700"),
        text(
            LEFT,
            47,
            "Yangzhong 2015, percent of January; resumed = above 30 % of a firm's own baseline",
            colour="#4b5563",
        ),
    ]
    for percent in range(0, 101, 20):
        parts.append(f'<path d="M{LEFT} {y(percent):.1f}H{WIDTH - RIGHT}" stroke="#e5e7eb"/>')
        parts.append(text(LEFT - 8, y(percent) + 5, str(percent), anchor="end", colour="#4b5563"))
    parts += [
        text(x(d), HEIGHT - BOTTOM + 20, f"{d:%m-%d}", anchor="middle", colour="#4b5563") for d in MARKED
    ]
    return parts


def festival() -> list[str]:
    """Mark New Year's Day."""
    line = f'<path d="M{x(NEW_YEAR):.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#b91c1c" stroke-dasharray="2 3"/>'
    return [line, text(x(NEW_YEAR) - 6, TOP + 14, "New Year's Day", anchor="end", colour="#b91c1c")]


def stops() -> list[str]:
    """Mark the days on which the largest firm stopped."""
    shade = [
        f'<rect x="{x(d) - 5:.1f}" y="{TOP}" width="10" height="{HEIGHT - BOTTOM - TOP}" fill="#fdba74" opacity="0.35"/>'
        for d in STOPPED
    ]
    return [
        *shade,
        text(x(STOPPED[1]) + 14, y(30), "the largest stopped:"),
        text(x(STOPPED[1]) + 14, y(30) + 18, "sums halve, heads stay"),
    ]


def text(
    left: float,
    top: float,
    what: str,
    *,
    colour: str = "#111827",
    size: int = 14,
    weight: str = "400",
    anchor: str = "start",
) -> str:
    """Draw a line of text."""
    escaped = what.replace("&", "&amp;").replace("<", "&lt;")
    return f'<text x="{left:.1f}" y="{top:.1f}" fill="{colour}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}">{escaped}</text>'


def x(day: date) -> float:
    """Return where a day stands."""
    return LEFT + (WIDTH - LEFT - RIGHT) * (day - DAYS.first).days / (len(DAYS) - 1)


def y(percent: float) -> float:
    """Return where a percentage stands."""
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * percent / 110


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(picture(recovery(Path(sys.argv[1]))), encoding="utf-8")
