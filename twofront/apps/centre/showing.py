"""The board as a page: what was counted, put into words, with the address of its rows and the person to call.

Nothing is counted here; a number that stands on the page stands in the board's data.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from twofront.apps.centre import page as shapes
from twofront.apps.centre.townships import Townships
from twofront.apps.centre.words import Words, fields, rate_of, value_of
from twofront.apps.figures.queries.selecting import Part, at_of, cases, mask, members_of, villages
from twofront.core import figures as sums
from twofront.core.playbook import Chart, Goal
from twofront.ground.pages import name_of
from twofront.web.parts import Tone

SHOWN = 6


class Showing(Words):
    """The board of a day in the reader's words."""

    @cached_property
    def is_empty(self) -> bool:
        """Tell whether nothing was loaded yet that a figure could be counted from."""
        return not self.frames.divisions or (
            not self.frames.spans and not villages(self.frames) and not cases(self.frames)
        )

    # -- sentences -----------------------------------------------------------------------------------------------

    def sentences(self) -> list[shapes.Sentence]:
        """Return the three sentences: where the goals stand, what will be late, what contradicts itself."""
        return [self._stand(), self._will_be_late(), self._contradiction()]

    def _stand(self) -> shapes.Sentence:
        label = _("目标")
        zero = [(g, self._goal(g.key)) for g in self.board.goals if g.counts == "cases"]
        full = [(g, self._goal(g.key)) for g in self.board.goals if g.counts != "cases"]
        if not zero and not full:
            return shapes.Sentence(label=label, text=_("今天没有生效的目标"), tone="unknown")
        words = [self._zero_words(zero)] if zero else []
        words += [f"{name_of(g)} {_share(g, d)}" for g, d in full]
        states = [d["state"] for _g, d in (*zero, *full)]
        tone: Tone = (
            "bad"
            if "broken" in states
            else "unknown"
            if any(d["state"] == "unknown" for _g, d in zero)
            else "good"
        )
        return shapes.Sentence(
            label=label, text=_("; ").join(words), href=self._rows_of_the_stand(zero or full), tone=tone
        )

    def _rows_of_the_stand(self, goals: Sequence[tuple[Goal, dict[str, Any]]]) -> str:
        """Return the rows that the sentence begins with: cases that broke a goal, cases of unknown origin, else all that are known."""
        first = goals[0][0]
        if first.counts != "cases":
            return self.rows(f"goal:{first.key}", "numerator")
        for part in ("numerator", "unknown"):
            for goal, d in goals:
                if d[part]:
                    return self.rows(f"goal:{goal.key}", part)
        return self.rows(f"goal:{first.key}", "cases")

    def _zero_words(self, zero: Sequence[tuple[Goal, dict[str, Any]]]) -> str:
        broken = [f"{name_of(g)} {d['count']}" for g, d in zero if d["state"] == "broken"]
        if broken:
            return _("起算以来新增病例: %(cases)s") % {"cases": ", ".join(broken)}
        unknown = [name_of(g) for g, d in zero if d["state"] == "unknown"]
        if unknown and (n := max(d["unknown"] for _g, d in zero)):
            return _("%(n)d 例来源不明, %(goals)s未知") % {"n": n, "goals": _("、").join(unknown)}
        if len(unknown) == len(zero):
            return _("今日病例尚未封账, 两零未知")
        if unknown:
            met = [name_of(g) for g, d in zero if d["state"] == "met"]
            return _("%(open)s尚未封账, 未知; %(met)s达成") % {
                "open": _("、").join(unknown),
                "met": _("、").join(met),
            }
        last = max((c.reported_on for c in cases(self.frames)), default=None)
        closed = max((c.at for g, _d in zero if (c := self.board.closing(g.key))), default=None)
        line = name_of(self.book.find("line", zero[0][0].line, at=self.board.on))
        at = closed.astimezone(self.board.zone).strftime("%H:%M") if closed else ""
        if last is None:
            return _("无病例 (%(line)s %(at)s 封账)") % {"line": line, "at": at}
        return _("无新增病例 %(days)d 天 (%(line)s %(at)s 封账)") % {
            "days": (self.board.on - last).days,
            "line": line,
            "at": at,
        }

    def _will_be_late(self) -> shapes.Sentence:
        label = _("将误期")
        goal = self.survey_goal
        if goal is None or goal.deadline is None or not self.townships.blocks:
            late = list(self.board.late())
            if late:
                return shapes.Sentence(
                    label=label,
                    text=_("%(n)d 项该报未报") % {"n": len(late)},
                    href=self.rows_late(),
                    tone="warn",
                )
            return shapes.Sentence(label=label, text=_("没有该报未报的"), tone="good")
        by = date_format((goal.deadline - timedelta(seconds=1)).astimezone(self.board.zone), _("j 日"))
        failing = [b for b in self.townships.blocks if not b.forecast.arrives]
        if at_of(self.frames) >= goal.deadline:
            missing = self._goal(goal.key)["count"]
            if missing == 0:
                return shapes.Sentence(
                    label=label,
                    text=_("%(day)s调查全部完成") % {"day": by},
                    href=self.survey(),
                    tone="good",
                )
            where = _("、").join(b.name for b in failing)
            return shapes.Sentence(
                label=label,
                text=_("期限已到, 还差 %(n)s 户: %(where)s") % {"n": f"{missing:,}", "where": where},
                href=self.survey(),
                tone="bad",
            )
        if not failing:
            return shapes.Sentence(
                label=label,
                text=_("按昨日进度, 各镇街 %(day)s前都能完成调查") % {"day": by},
                href=self.survey(),
                tone="good",
            )
        text = _("%(day)s前 %(n)d 个镇街完不成调查: %(where)s") % {
            "day": by,
            "n": len(failing),
            "where": _("、").join(b.name for b in failing),
        }
        return shapes.Sentence(
            label=label,
            text=text,
            href=self.survey(failing[0].code if len(failing) == 1 else ""),
            tone="warn",
        )

    def _contradiction(self) -> shapes.Sentence:
        label = _("对不上")
        charts = [c for c in self.board.charts if c.list_key and "measured" in c.sources]
        for chart in charts:
            members = members_of(self.frames, chart)
            if not (members.measured >= 0).any():
                continue
            parts: tuple[Part, ...] = ("reported", "seen", "unseen")
            values = {p: int(mask(members, chart, p).sum()) for p in parts}
            text = _("自报复工 %(reported)d 家, 其中用电只见 %(seen)d 家, %(unseen)d 家待走访") % values
            return shapes.Sentence(
                label=label,
                text=text,
                href=self.rows(f"chart:{chart.key}", "unseen"),
                tone="warn" if values["unseen"] else "good",
            )
        total = sum(c["disagreements"] for c in self.data["charts"])
        if total:
            return shapes.Sentence(
                label=label,
                text=_("%(n)d 家的自报与走访不一致") % {"n": total},
                href=self._first_disagreement(),
                tone="warn",
            )
        return shapes.Sentence(label=label, text=_("今天还没有可以互相核对的数"), tone="unknown")

    def _first_disagreement(self) -> str:
        return next(
            (
                self.rows(f"chart:{c['key']}", "disagreements")
                for c in self.data["charts"]
                if c["disagreements"]
            ),
            "",
        )

    # -- goals and charts ----------------------------------------------------------------------------------------

    def goals(self) -> list[shapes.Goal]:
        """Return the goals as cards."""
        return [self._goal_card(g, self._goal(g.key)) for g in self.board.goals]

    def charts(self) -> list[shapes.Chart]:
        """Return the charts as cards."""
        found = {c["key"]: c for c in self.data["charts"]}
        return [self.chart(c, found[c.key]) for c in self.board.charts]

    def chart(self, chart: Chart, d: Mapping[str, Any]) -> shapes.Chart:
        """Return one chart as a card."""
        figure = f"chart:{chart.key}"
        titles = {"reported": _("自报"), "confirmed": _("走访确认"), "measured": _("用电")}
        sources = (
            [
                shapes.Source(
                    title=titles[s],
                    count=d["sources"][s],
                    href=self.rows(figure, s if chart.list_key else "numerator"),
                )
                for s in chart.sources
            ]
            if chart.list_key
            else ()
        )
        return shapes.Chart(
            key=chart.key, title=name_of(chart), front=self._front(chart.front), rate=rate_of(d, is_list=bool(chart.list_key)), rate_known=d["rate_known"],
            is_index=chart.list_key is None, unit=_("家"), numerator=d["numerator"], denominator=d["denominator"], unknown=d["unknown"],
            facts=self._facts(d), sources=sources, against=self._against(chart), disagreements=d["disagreements"] if chart.list_key else None,
            disagreements_href=self.rows(figure, "disagreements"), series=[_point(p) for p in d["series"]], references=self._references(chart),
            owner=self.owner(d["owner"]), cutoff=datetime.fromisoformat(d["cutoff"]), list_version=d["list_version"], formula_version=d["formula_version"],
            numerator_href=self.rows(figure, "numerator"), denominator_href=self.rows(figure, "denominator"), unknown_href=self.rows(figure, "unknown"),
            href=f"{reverse('centre:chart', args=[chart.key])}?{urlencode(self.when())}",
        )  # fmt: skip

    def _against(self, chart: Chart) -> list[shapes.Source]:
        """Return what is declared against what is measured: both, declared only, measured only."""
        members = members_of(self.frames, chart)
        if chart.list_key is None or "measured" not in chart.sources or not (members.measured >= 0).any():
            return []
        parts: dict[Part, str] = {
            "seen": _("自报、用电都见"),
            "unseen": _("只有自报"),
            "silent": _("没报, 用电见"),
        }
        return [
            shapes.Source(title=title, count=int(mask(members, chart, part).sum()), href=self.rows(f"chart:{chart.key}", part))
            for part, title in parts.items()
        ]  # fmt: skip

    def _facts(self, d: Mapping[str, Any]) -> list[str]:
        if "energy_share" not in d:
            return []
        marked = [_("按供电公司发布数, 县里没有电表读数")] if d["basis"] == "published" else []
        facts = [
            ("firm_share", _("户数比例 %(n).1f %%")),
            ("energy_share", _("电量比例 %(n).1f %%")),
            ("index_without_top10", _("不计用电最大的十家: %(n).1f")),
        ]
        return marked + [text % {"n": d[key]} for key, text in facts if d[key] is not None]

    def _references(self, chart: Chart) -> list[shapes.Reference]:
        out = []
        for ref in self.board.references(chart):
            points = [
                shapes.Point(
                    on=p["on"],
                    rate=p["index"],
                    is_break=p["break"],
                    note=self._break_note(chart, ref["area"], p["on"]),
                )
                for p in ref["points"]
            ]
            out.append(
                shapes.Reference(
                    title=f"{self._area(ref['area'])} · {ref['source']}", points=points, source=ref["source"]
                )
            )
        return out

    def _area(self, code: str) -> str:
        if code == self.book.place:
            return name_of(self.book.county(at=self.board.on))
        place = self.frames.divisions.get(code)
        return place.name if place else _("全省") if len(code.rstrip("0")) <= 2 else code

    def _break_note(self, chart: Chart, area: str, on: date) -> str:
        return next(
            (
                name_of(b)
                for b in self.book.of("break", at=on)
                if (b.chart, b.area, b.on) == (chart.key, area, on)
            ),
            "",
        )

    def _goal_card(self, goal: Goal, d: Mapping[str, Any]) -> shapes.Goal:
        figure = f"goal:{goal.key}"
        closed = d["closed"]
        return shapes.Goal(
            key=goal.key, title=name_of(goal), front=self._front(goal.front), state=d["state"], count=d["count"],
            unit={"cases": _("例"), "dwellings": _("户"), "members": _("家")}[goal.counts],
            numerator=d["numerator"], denominator=d["denominator"], unknown=d["unknown"], is_silent=_is_silent(goal, d), since=goal.since, deadline=goal.deadline,
            closed=shapes.Closing(by=self._closer(closed["by"]), at=datetime.fromisoformat(closed["at"])) if closed else None,
            owner=self.owner(d["owner"]), note=self._note(goal), note_href=self.rows(figure, "cases") if goal.counts == "cases" else "", numerator_href=self.rows(figure, "numerator"),
            denominator_href=self.rows(figure, "denominator") if d["rows"]["denominator"] else "", unknown_href=self.rows(figure, "unknown"),
            missing_href=self.rows(figure, "missing") if goal.counts != "cases" else "",
            close_href=f"{reverse('figures:closings')}?{urlencode(self.when())}" if closed is None and self.actor.can(f"close:{goal.key}") else "",
        )  # fmt: skip

    def _note(self, goal: Goal) -> str:
        if goal.counts == "cases":
            known = cases(self.frames)
            if not known:
                return ""
            return _("累计 %(n)d 例, 最后一例 %(last)s") % {
                "n": len(known),
                "last": known[0].reported_on.strftime("%m-%d"),
            }
        if goal.counts == "members":
            return _("自报开工并经走访确认才算; 负面清单尚未启用, 无人因此停业")
        return ""

    def _closer(self, login: str) -> str:
        return next((h.name for h in self.board.holders if h.login == login), login)

    @cached_property
    def townships(self) -> Townships:
        """Return the townships: how far each is, and where its pace leads."""
        return Townships(self)

    # -- late, changed, answers ----------------------------------------------------------------------------------

    def rows_late(self) -> str:
        """Return the page of all that is late."""
        return f"{reverse('centre:late')}?{urlencode(self.when())}"

    def late(self, limit: int | None = SHOWN) -> list[shapes.Late]:
        """Return what is late."""
        return [
            shapes.Late(
                what=name_of(self.book.find("expectation", r["what"], at=self.board.on), r["what"]),
                unit=self.unit(r["unit"]),
                due_at=datetime.fromisoformat(r["due_at"]),
                owner=self.head_of(r["unit"]) or self.owner(r["owner"]),
                href=self._page_of(r["rows"]),
                n=r["n"],
            )
            for r in self.data["late"][:limit]
        ]

    def changed(self, limit: int | None = SHOWN) -> list[shapes.Changed]:
        """Return what changed since the day before, and what was corrected."""
        names = {
            str(c): str(n)
            for is_firm in (True, False)
            for c, n in _codes(self.frames.places(is_firm=is_firm))
        } | self.frames.village_names
        return [self._changed(r, names) for r in self.data["changed"][:limit]]

    def _changed(self, r: Mapping[str, Any], names: Mapping[str, str]) -> shapes.Changed:
        what = self.book.find("chart", r["key"], at=self.board.on) or self.book.find(
            "goal", r["key"], at=self.board.on
        )
        href = (
            reverse("intake:import", args=[r["import_id"]])
            if r["import_id"] and self.actor.can("imports.see") and self.actor.scope.is_whole
            else ""
        )
        if not href and r["field"] == "opened":
            href = f"{reverse('enterprises:report', args=[r['id']])}?{urlencode(self.when())}"
        name = names.get(r["id"], r["id"])
        return shapes.Changed(
            what=name_of(what, r["key"] or _("入户摸排")),  # the survey before it was a goal
            name=f"{self.place(r['code'])} {name}",
            field=fields()[r["field"]],
            before=value_of(r["field"], r["before"]),
            after=value_of(r["field"], r["after"]),
            known=datetime.fromisoformat(r["known"]) if r["known"] else None,
            is_correction=bool(r["known"] or r.get("since")),
            href=href,
        )

    def answers(self) -> list[shapes.Answer]:
        """Return who answers for what."""
        found: Sequence[Goal | Chart] = (*self.board.goals, *self.board.charts)
        owners = [(f, self.owner(self.board.owner(f.line))) for f in found]
        return [
            shapes.Answer(what=name_of(f), owner=o, front=self._front(f.front))
            for f, o in owners
            if o is not None
        ]

    def _page_of(self, address: str) -> str:
        asked = dict(parse_qsl(address.partition("?")[2]))
        return self.rows(asked["figure"], asked["part"], asked.get("township", ""))

    def _goal(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = next(g for g in self.data["goals"] if g["key"] == key)
        return found

    def _front(self, key: str) -> shapes.Front:
        return "prevention" if key == "prevention" else "resumption"


def _codes(places: Any) -> Any:  # noqa: ANN401 - pairs of arrays
    return zip(places.code, places.name, strict=True)


def _point(p: Mapping[str, Any]) -> shapes.Point:
    return shapes.Point(
        on=date.fromisoformat(p["on"]), rate=p["rate"], is_break=p["break"], revised=p["revised"]
    )


def _is_silent(goal: Goal, d: Mapping[str, Any]) -> bool:
    """Tell whether nobody has said anything; what is unknown of the survey is counted in villages, not in dwellings."""
    return goal.counts == "members" and bool(d["unknown"] >= d["denominator"])


def _share(goal: Goal, d: Mapping[str, Any]) -> str:
    rate = None if _is_silent(goal, d) else sums.share(d["numerator"], d["denominator"] or 0)
    return _("未知") if rate is None else f"{rate:.1f} %"
