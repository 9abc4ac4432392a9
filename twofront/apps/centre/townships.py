"""The townships on the board: how far the survey has come, where its pace leads, and their tiles in rough place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from twofront.apps.centre import page as shapes
from twofront.apps.centre.words import Words
from twofront.apps.figures.queries.selecting import at_of, villages
from twofront.core import figures as sums
from twofront.core.time import end_of
from twofront.ground.pages import is_english, name_of

SLOWEST = 9
LETTERS = 9
"""So many letters of an English name stand in a tile."""


@dataclass(frozen=True, slots=True)
class Block:
    """How far the survey has come in a township, and where its pace leads."""

    code: str
    name: str
    forecast: sums.Forecast
    villages: tuple[tuple[str, str, int, int], ...]


class Townships:
    """The townships of a shown board."""

    def __init__(self, words: Words) -> None:
        """Take the board that is shown."""
        self.words = words
        self.board = words.board
        self.book = words.book
        self.frames = words.frames

    @cached_property
    def blocks(self) -> list[Block]:
        """Return the survey by township with its forecast, those that fall short first."""
        goal = self.words.survey_goal
        left = (
            (goal.deadline - end_of(self.board.on, zone=self.board.zone)) / timedelta(days=1)
            if goal and goal.deadline
            else 0.0
        )
        grouped: dict[str, list[Any]] = {}
        for v in villages(self.frames):
            grouped.setdefault(v.village[:9], []).append(v)
        names = self.frames.village_names
        blocks = [
            Block(
                code,
                self.words.place(code),
                sums.forecast(
                    done=sum(v.done for v in rows),
                    before=sum(v.before for v in rows),
                    total=sum(v.dwellings for v in rows),
                    days_left=left,
                ),
                tuple(
                    (v.village, names.get(v.village, v.village), v.done, v.dwellings)
                    for v in sorted(rows, key=lambda v: (v.done - v.dwellings, v.village))
                ),
            )
            for code, rows in sorted(grouped.items())
        ]
        return sorted(
            blocks, key=lambda b: (b.forecast.rate if b.forecast.rate is not None else 101.0, b.code)
        )

    def forecast(self) -> shapes.Forecast | None:
        """Return the survey by block, with what would be reached."""
        goal = self.words.survey_goal
        if goal is None or not self.blocks:
            return None
        done, total = sum(b.forecast.done for b in self.blocks), sum(b.forecast.total for b in self.blocks)
        left = (
            (goal.deadline - end_of(self.board.on, zone=self.board.zone)) / timedelta(days=1)
            if goal.deadline
            else 0
        )
        return shapes.Forecast(
            title=_("基础调查"),
            deadline=goal.deadline,
            rows=[self.forecast_row(b) for b in self.blocks],
            needed_per_day=-(-(total - done) // int(left)) if left >= 1 else None,
            per_day=sum(b.forecast.per_day for b in self.blocks),
            is_over=goal.deadline is not None and at_of(self.frames) >= goal.deadline,
            href=self.words.survey(),
        )

    def forecast_row(self, block: Block) -> shapes.ForecastRow:
        """Return a block of the survey, with the villages that have most left."""
        f = block.forecast
        slow = [
            shapes.SlowVillage(name=name, done=done, dwellings=total, owner=self.words.head_of(block.code))
            for _code, name, done, total in block.villages[:SLOWEST]
            if done < total
        ]
        return shapes.ForecastRow(
            code=block.code,
            name=block.name,
            done=f.done,
            dwellings=f.total,
            per_day=f.per_day,
            forecast_pct=f.rate,
            arrives=f.arrives,
            short=f.total - f.expected,
            href=self.words.survey(block.code),
            owner=self.words.head_of(block.code),
            villages=() if f.arrives else slow,
        )

    def measures(self) -> list[shapes.Measure]:
        """Return what the tile map can show."""
        found = [shapes.Measure(key="survey", title=_("调查完成"))] if self.blocks else []
        return found + [shapes.Measure(key=c.key, title=name_of(c)) for c in self.board.charts if c.list_key]

    def tiles(self) -> list[shapes.Tile]:
        """Return the blocks as tiles, in rough place."""
        blocks = {b.code: b for b in self.blocks}
        charts = {c["key"]: {p["code"]: p for p in c["by_township"]} for c in self.words.data["charts"]}
        return [
            shapes.Tile(
                code=t.key,
                name=t.en if is_english() else t.zh,
                short=_short(t.en) if is_english() else t.zh,
                x=t.column - 1,
                y=t.row - 1,
                values=[self._tile_value(m.key, t.key, blocks, charts) for m in self.measures()],
            )
            for t in self.book.of("tile", at=self.board.on)
        ]

    def _tile_value(
        self, measure: str, code: str, blocks: Mapping[str, Block], charts: Mapping[str, Mapping[str, Any]]
    ) -> shapes.TileValue:
        if measure == "survey":
            block = blocks.get(code)
            if block is None:
                return shapes.TileValue(text="", word=_("未知"), tone="unknown")
            rate = sums.share(block.forecast.done, block.forecast.total) or 0.0
            short = not block.forecast.arrives
            return shapes.TileValue(
                text=f"{rate:.1f}%",
                word=_("已完成")
                if block.forecast.done >= block.forecast.total
                else _("误期")
                if short
                else _("能完成"),
                level=min(4, int(rate // 20)),
                tone="bad" if short else "plain",
                href=self.words.survey(code),
            )
        part = charts.get(measure, {}).get(code)
        if part is None or not part["denominator"]:
            return shapes.TileValue(text="", word=_("无名单"), tone="unknown")
        told = sums.told(part["numerator"], part["denominator"], part["unknown"])
        word = (
            _("%(n)d 未报") % {"n": part["unknown"]}
            if part["unknown"]
            else f"{part['numerator']}/{part['denominator']}"
        )
        href = self.words.rows(f"chart:{measure}", "denominator", code)
        if told is None:
            return shapes.TileValue(text="", word=word, tone="unknown", href=href)
        return shapes.TileValue(text=f"{told:.0f}%", word=word, level=min(4, int(told // 20)), href=href)


def _short(name: str) -> str:
    """Return a name that a tile on a phone has room for."""
    return name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"
