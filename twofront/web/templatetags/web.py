"""What templates say with one word: an asset's address, an icon, a number, a moment. Unknown is shown as unknown."""

import functools
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from twofront.web import icons

register = template.Library()
DIST = Path(__file__).parents[1] / "dist"


@functools.lru_cache(maxsize=4)
def _manifest(path: Path, stamp: float) -> dict[str, dict[str, object]]:
    """Return the builder's manifest; `stamp` is the file's time, so that a new build is seen without a restart."""
    del stamp
    entries: dict[str, dict[str, object]] = json.loads(path.read_text("utf-8"))
    return entries


@register.simple_tag
def asset(name: str) -> str:
    """Return the address of a built page asset, as `app.css`; empty while the assets are not built."""
    path = DIST / "manifest.json"
    if not path.exists():
        return ""
    entry = _manifest(path, path.stat().st_mtime).get(f"assets/{name}")
    return "" if entry is None else static(str(entry["file"]))


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Return an icon; give a label only where no word stands beside it."""
    return mark_safe(icons.svg(name, label=escape(label)))  # noqa: S308 - a drawing of our own and an escaped label


@register.filter
def number(value: float | str | None) -> str:
    """Return a count with separators: 95,400; unknown where there is none."""
    if value is None or isinstance(value, str):
        return value or gettext("未知")
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,}"


@register.filter
def percent(value: float | None, places: int = 1) -> str:
    """Return a share with its sign: 35.3%; unknown where there is none."""
    return gettext("未知") if value is None else f"{value:.{places}f}%"


@register.filter
def figure(value: float | None, places: int = 1) -> str:
    """Return a value without sign, as an index."""
    return gettext("未知") if value is None else f"{value:.{places}f}"


@register.filter
def svglen(value: float | None) -> str:
    """Return a length in percent for an SVG attribute, never in the reader's number format."""
    return f"{max(0.0, min(100.0, value or 0.0)):.2f}%"


@register.filter
def day(value: date | None) -> str:
    """Return a day with its weekday."""
    if value is None:
        return gettext("未知")
    return gettext("%(day)s %(weekday)s") % {"day": shortday(value), "weekday": weekday(value)}


@register.filter
def shortday(value: date | None) -> str:
    """Return a day without its weekday."""
    return gettext("未知") if value is None else date_format(value, gettext("n月j日"))


@register.filter
def weekday(value: date) -> str:
    """Return the weekday as one short word."""
    names = (
        gettext("周一"),
        gettext("周二"),
        gettext("周三"),
        gettext("周四"),
        gettext("周五"),
        gettext("周六"),
        gettext("周日"),
    )
    return names[value.weekday()]


@register.filter
def moment(value: datetime | None) -> str:
    """Return a moment in the county's zone, to the minute."""
    return gettext("未知") if value is None else date_format(_local(value), gettext("n月j日 H:i"))


@register.filter
def hour(value: datetime | None) -> str:
    """Return the hour and minute only."""
    return gettext("未知") if value is None else date_format(_local(value), "H:i")


@register.filter
def hour_on(value: datetime | None, shown: date | None) -> str:
    """Return the hour of a moment on the day that the page shows anyway, else the whole moment."""
    if value is None:
        return gettext("未知")
    return hour(value) if _local(value).date() == shown else moment(value)


@register.filter
def until(value: datetime | None) -> str:
    """Return a last moment; midnight is said as 24:00 of the day before, as orders say it."""
    if value is None:
        return gettext("未知")
    local = _local(value)
    if (local.hour, local.minute) == (0, 0):
        return f"{date_format(local - timedelta(days=1), gettext('n月j日'))} 24:00"
    return moment(value)


@register.filter
def iso(value: date | datetime | None) -> str:
    """Return what a date or datetime-local field takes."""
    if value is None:
        return ""
    return _local(value).strftime("%Y-%m-%dT%H:%M") if isinstance(value, datetime) else value.isoformat()


@register.filter
def tel(value: str) -> str:
    """Return the digits of a phone for a `tel:` address."""
    return "".join(c for c in value if c.isdigit() or c == "+")


@register.filter
def pairs(left: Iterable[object], right: Iterable[object]) -> Sequence[tuple[object, object]]:
    """Return left and right side by side, as a table's columns and a row's cells."""
    return list(zip(left, right, strict=True))


@register.filter
def times(value: float, factor: float) -> str:
    """Return a product for an SVG attribute."""
    return f"{value * factor:g}"


@register.simple_tag
def state_word(state: str) -> str:
    """Return the word of a goal's state."""
    words = {
        "met": gettext("达成"),
        "broken": gettext("已破"),
        "open": gettext("未完成"),
        "unknown": gettext("未知"),
    }
    return words[state]


def _local(value: datetime) -> datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value
