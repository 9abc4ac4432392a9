"""The survey by block and village, with what the pace of the last day would reach: a forecast, not a fact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from twofront.apps.campaigns.queries import VillageProgress
from twofront.apps.territory.queries import Place
from twofront.apps.units.queries import Holder
from twofront.core import figures as sums
from twofront.ground.lists import Col, ListOf, Sieve
from twofront.web.figures import Forecast, ForecastRow, SlowVillage
from twofront.web.parts import Cell, Owner

SLOWEST = 9
TOWNSHIP = 9
"""Digits of a township's code, which a village's code begins with."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What the pages of the survey are made of.

    Args:
        blocks: Every village's progress, by township: sums are open to every account.
        seen: The villages in the asker's sight, by township.
        places: The divisions of the day.
        blocks_called: The playbook's names of townships, in the reader's language.
        holders: Who holds which post that day.
        deadline: When nothing may be missing any more.
        days_left: Days from the end of the day to the deadline.
        is_over: Whether the deadline has passed at the moment shown.
        when: The day and known moment, as an address carries them.
    """

    blocks: Mapping[str, Sequence[VillageProgress]]
    seen: Mapping[str, Sequence[VillageProgress]]
    places: Mapping[str, Place]
    blocks_called: Mapping[str, str]
    holders: Sequence[Holder]
    deadline: datetime | None
    days_left: float
    is_over: bool
    when: Sequence[tuple[str, str]]

    def forecast(self) -> Forecast:
        """Return every block, those that fall short first, the furthest behind first among them."""
        rows = sorted((self._row(code, rows) for code, rows in self.blocks.items()), key=_behind)
        open_ = sum((r.dwellings or 0) - (r.done or 0) for r in rows)
        return Forecast(
            title=_("入户摸排"),
            deadline=self.deadline,
            rows=rows,
            needed_per_day=ceil(open_ / self.days_left) if rows and self.days_left >= 1 else None,
            per_day=sum(r.per_day or 0 for r in rows) if rows else None,
            is_over=self.is_over,
        )

    def name(self, code: str) -> str:
        """Return a place's name as people say it."""
        place = self.places.get(code)
        return self.blocks_called.get(code) or (place.short if place else code)

    def whom(self, village: str) -> Owner | None:
        """Return whom to call about a village: its own grid worker, else the head of its township."""
        own = next((h for h in self.holders if h.role == "grid_worker" and h.unit == village), None)
        head = next((h for h in self.holders if h.role == "township" and h.unit == village[:TOWNSHIP]), None)
        found = own or head
        if found is None:
            return None
        line = _("网格员") if own else self.name(found.unit)
        return Owner(line=line, name=found.name, phone=found.phone)

    def villages(self, block: str, *, href: str) -> ListOf[VillageProgress]:
        """Return the villages of a block in the asker's sight, those with most left first."""
        rows = sorted(self.seen.get(block, ()), key=lambda v: (v.done - v.dwellings, v.village))
        newest = max((v.on for v in rows), default=None)

        def state(v: VillageProgress) -> str:
            return "done" if v.done >= v.dwellings else "late" if v.on != newest else "open"

        words = {"done": _("完成"), "open": _("没完成"), "late": _("没完成，今天没报")}
        tones = {"done": "good", "open": "plain", "late": "warn"}

        def owner(v: VillageProgress) -> Owner:
            return self.whom(v.village) or Owner(line="")

        return ListOf(
            caption=_("%(block)s：全部村（社区）") % {"block": self.name(block)}, href=href, rows=rows, name="villages",
            kept=[*self.when, ("block", block)], text=lambda v: f"{self._full(v.village)} {v.village}",
            empty=_("这个镇街的村（社区）不在您的范围内，或还没有报过"),
            columns=(
                Col(key="name", title=_("村（社区）"), is_lead=True, order=lambda v: v.village, cell=lambda v: Cell(text=self._full(v.village))),
                Col(key="code", title=_("代码"), is_hidden=True, cell=lambda v: Cell(text=v.village)),
                Col(key="done", title=_("已完成"), kind="number", order=lambda v: v.done, cell=lambda v: Cell(text=f"{v.done:,}"), value=lambda v: v.done),
                Col(key="dwellings", title=_("户数"), kind="number", order=lambda v: v.dwellings, cell=lambda v: Cell(text=f"{v.dwellings:,}"), value=lambda v: v.dwellings),
                Col(key="left", title=_("还差"), kind="number", order=lambda v: v.dwellings - v.done, cell=lambda v: Cell(text=f"{v.dwellings - v.done:,}"), value=lambda v: v.dwellings - v.done),
                Col(key="pace", title=_("最近一天"), kind="number", order=lambda v: v.done - v.before, cell=lambda v: Cell(text=f"{v.done - v.before:,}"), value=lambda v: v.done - v.before),
                Col(key="on", title=_("报到哪天"), kind="moment", order=lambda v: v.on, cell=lambda v: Cell(text=v.on.isoformat())),
                Col(key="state", title=_("状态"), kind="state", order=state, cell=lambda v: Cell(text=words[state(v)], tone=tones[state(v)])),  # type: ignore[arg-type]
                Col(key="whom", title=_("找谁"), cell=lambda v: Cell(text=owner(v).name, note=owner(v).line)),
                Col(key="phone", title=_("电话"), kind="phone", cell=lambda v: Cell(text=owner(v).phone)),
            ),
            sieves=(Sieve(name="state", title=_("状态"), names=words, value=state),),
        )  # fmt: skip

    def slow(self, block: str) -> ForecastRow | None:
        """Return a block with its slowest villages in the asker's sight; None if none is open there."""
        rows = self._row(block, self.blocks.get(block, ()), with_villages=True)
        return rows if rows.villages else None

    def _row(self, code: str, rows: Sequence[VillageProgress], *, with_villages: bool = False) -> ForecastRow:
        f = sums.forecast(
            done=sum(v.done for v in rows),
            before=sum(v.before for v in rows),
            total=sum(v.dwellings for v in rows),
            days_left=self.days_left,
        )
        head = next((h for h in self.holders if h.role == "township" and h.unit == code), None)
        return ForecastRow(
            code=code, name=self.name(code), done=f.done, dwellings=f.total, per_day=f.per_day, forecast_pct=f.rate, arrives=f.arrives,
            short=f.total - f.expected, href=f"{reverse('campaigns:survey')}?{urlencode([*self.when, ('block', code)])}",
            owner=Owner(line=_("镇街负责人"), name=head.name, phone=head.phone) if head else None,
            villages=self._slowest(code) if with_villages else (),
        )  # fmt: skip

    def _slowest(self, block: str) -> list[SlowVillage]:
        rows = sorted(self.seen.get(block, ()), key=lambda v: (v.done - v.dwellings, v.village))
        return [
            SlowVillage(
                name=self._full(v.village), done=v.done, dwellings=v.dwellings, owner=self.whom(v.village)
            )
            for v in rows[:SLOWEST]
            if v.done < v.dwellings
        ]

    def _full(self, code: str) -> str:
        place = self.places.get(code)
        return place.name if place else code


def by_block(rows: Sequence[VillageProgress]) -> dict[str, list[VillageProgress]]:
    """Return villages by the township that their codes begin with."""
    found: dict[str, list[VillageProgress]] = {}
    for row in rows:
        found.setdefault(row.village[:TOWNSHIP], []).append(row)
    return found


def days_between(on_ends: datetime, deadline: datetime | None) -> float:
    """Return the days from the end of a day to a deadline; 0 without one, or when it is over."""
    return 0.0 if deadline is None else max(0.0, (deadline - on_ends) / timedelta(days=1))


def _behind(row: ForecastRow) -> tuple[bool, float, str]:
    return row.arrives is not False, row.forecast_pct or 0.0, row.code
