"""The living page of the design system: each component in each of its states, with numbers that mean nothing.

It is filled from the county's own moment, so that it holds no date of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, ClassVar, get_args

from django.utils.translation import gettext as _

from twofront.web import icons
from twofront.web.figures import (
    Answer,
    Changed,
    Chart,
    Closing,
    Combination,
    Forecast,
    ForecastRow,
    Goal,
    Late,
    Measure,
    Point,
    Reference,
    Sentence,
    SlowVillage,
    Source,
    State,
    Tile,
    TileValue,
)
from twofront.web.parts import (
    Cell,
    Choice,
    Column,
    DayPicker,
    Field,
    Filter,
    Form,
    Head,
    Link,
    NextLoad,
    Outcome,
    Owner,
    Page,
    Pager,
    Pair,
    Progress,
    Row,
    Table,
    Tone,
)

HERE = "/design"
TONES: tuple[Tone, ...] = get_args(Tone)
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True, slots=True, kw_only=True)
class LivingPage(Page):
    """How does each component look, in each of its states?"""

    template: ClassVar[str] = "web/living.html"

    tones: Annotated[Sequence[Tone], "Every tone"] = TONES
    icons: Annotated[Sequence[str], "Every icon"] = tuple(icons.PATHS)
    sentences: Annotated[Sequence[Sentence], "One a tone"]
    goals: Annotated[Sequence[Goal], "One a state, of both fronts"]
    charts: Annotated[Sequence[Chart], "With everything, as an index, without data"]
    combinations: Annotated[Sequence[Combination], "One that differs, one that does not"]
    forecast: Annotated[Forecast, "A block that arrives, one that does not, one unknown"]
    tiles: Annotated[Sequence[Tile], "Shades, a bad one, an unknown one"]
    measures: Annotated[Sequence[Measure], "Two measures"]
    late: Annotated[Sequence[Late], "Two late things"]
    changed: Annotated[Sequence[Changed], "A change and a correction"]
    answers: Annotated[Sequence[Answer], "One of each front"]
    days: Annotated[DayPicker, "A day in the past"]
    outcomes: Annotated[Sequence[Outcome], "Done with undo, done for good, refused"]
    form: Annotated[Form, "Each kind of field, some wrong"]
    table: Annotated[Table, "A table with everything"]
    none: Annotated[Table, "A table without rows"]
    progress: Annotated[
        Sequence[Progress], "Running, running without an end in sight, ended well, ended badly"
    ]
    loads: Annotated[Sequence[NextLoad], "One to load, one loaded"]
    tabs: Annotated[Sequence[Link], "Two tabs"]
    pairs: Annotated[Sequence[Pair], "Words and values, one unknown"]


def living(head: Head, now: datetime) -> LivingPage:
    """Return the page with every component; `now` is the county's moment."""
    owner = Owner(line=_("经信局"), name=_("示例"), phone="15400000000")
    return LivingPage(
        head=head,
        sentences=[Sentence(label=_("标签"), text=_("一句话，点开是它的行"), tone=tone, href=HERE) for tone in TONES],
        goals=[_goal(state, now, owner) for state in STATES],
        charts=_charts(now, owner),
        combinations=_combinations(),
        forecast=_forecast(now, owner),
        tiles=_tiles(),
        measures=[Measure(key="a", title=_("深浅")), Measure(key="b", title=_("状态"))],
        late=[
            Late(what=_("日报"), unit=_("示例镇"), due_at=now - timedelta(hours=2), owner=owner, href=HERE, n=22),
            Late(what=_("调查数"), unit=_("示例乡"), due_at=now - timedelta(hours=1)),
        ],
        changed=[
            Changed(what=_("规上工业"), name=_("示例厂"), field=_("是否开工"), before=_("否"), after=_("是"), known=now, is_correction=True, href=HERE),
            Changed(what=_("规上工业"), name=_("当日开工"), after="329"),
        ],
        answers=[Answer(what=_("全覆盖"), owner=owner), Answer(what=_("规上工业"), owner=owner, front="resumption")],
        days=DayPicker(href=HERE, on=now.date() - timedelta(days=1), known=now, previous_href=HERE, next_href=HERE, now_href=HERE),
        outcomes=[
            Outcome(text=_("已封账"), undo_href=HERE),
            Outcome(text=_("已公布"), why_not=_("公布过的不能撤回，只能更正。")),
            Outcome(text=_("没有收下：文件打不开"), tone="bad"),
            Outcome(text=_("收下 1,131 行，退回 31 行"), tone="warn"),
        ],
        form=_form(),
        table=_table(),
        none=Table(caption=_("没有行的表"), columns=[Column(title=_("企业"))], rows=[]),
        progress=[
            Progress(title=_("装入"), done=420, of=1203, text=_("正在核对")),
            Progress(title=_("装入")),
            Progress(title=_("装入"), text=_("收下 1,131 行"), is_running=False, tone="good", next=[Link(title=_("看结果"), href=HERE)]),
            Progress(title=_("装入"), text=_("文件打不开：另存为 xlsx 再试"), is_running=False, tone="bad"),
        ],
        loads=[
            NextLoad(kind="reports", title=_("企业日报"), template_href=HERE, upload_href=HERE),
            NextLoad(kind="divisions", title=_("行政区划"), template_href=HERE, upload_href=HERE, count=388),
        ],
        tabs=[Link(title=_("开工"), href=HERE, note="329", is_here=True), Link(title=_("未知"), href=HERE, note="22")],
        pairs=[Pair(title=_("自报"), text=_("开工"), tone="good"), Pair(title=_("核实"), text=""), Pair(title=_("名单"), text=_("规上工业"), href=HERE, note=_("示例说明"))],
    )  # fmt: skip


def _goal(state: State, now: datetime, owner: Owner) -> Goal:
    is_share = state in ("open", "unknown")
    return Goal(
        key=f"sample_{state}",
        title=_("示例目标"),
        front="resumption" if is_share else "prevention",
        state=state,
        count=652 if is_share else int(state == "broken"),
        unit=_("家") if is_share else _("例"),
        numerator=248 if is_share else None,
        denominator=900 if is_share else None,
        unknown=22 if is_share else None,
        since=now.date(),
        deadline=now + timedelta(days=3) if is_share else None,
        closed=Closing(by=_("示例"), at=now) if state == "met" else None,
        owner=owner,
        numerator_href=HERE,
        missing_href=HERE,
        unknown_href=HERE,
    )


def _charts(now: datetime, owner: Owner) -> list[Chart]:
    days = [now.date() - timedelta(days=9 - i) for i in range(10)]
    rates = [8.0, 12.0, 17.0, 22.0, None, 31.0, 36.0, 52.0, 55.0, 58.0]
    points = [
        Point(on=on, rate=rate, is_break=i == 7, revised=i == 9)
        for i, (on, rate) in enumerate(zip(days, rates, strict=True))
    ]
    sources = [
        Source(title=_("自报"), count=329, of=618, href=HERE),
        Source(title=_("核实"), count=248, of=251),
        Source(title=_("用电"), count=None),
    ]
    province = [Point(on=on, rate=20 + 3.5 * i, is_break=i == 4) for i, on in enumerate(days[2:8])]
    return [
        Chart(
            key="sample", title=_("示例图：有断点、有更正"), rate=58.0, rate_known=60.1, numerator=371, denominator=640, unknown=22, unit=_("家"),
            sources=sources, against=[Source(title=_("自报、用电都见"), count=291, href=HERE), Source(title=_("只有自报"), count=38)], disagreements=38, disagreements_href=HERE, series=points, owner=owner, cutoff=now,
            numerator_href=HERE, denominator_href=HERE, unknown_href=HERE, href=HERE,
        ),
        Chart(
            key="sample_index", title=_("示例指数：旁边有公布数"), rate=42.3, is_index=True, numerator=305, denominator=632, unknown=8, unit=_("家"),
            facts=[_("户数 48.26%"), _("电量 36.30%")], series=points, references=[Reference(title=_("全省"), points=province)], owner=owner, cutoff=now,
        ),
        Chart(key="sample_none", title=_("示例图：还没有数据")),
    ]  # fmt: skip


def _combinations() -> list[Combination]:
    declared, confirmed, measured = _("自报"), _("核实"), _("用电")
    return [
        Combination(
            words=[
                (declared, _("开工"), "good"),
                (confirmed, _("开工"), "good"),
                (measured, _("开工"), "good"),
            ],
            count=248,
            href=HERE,
        ),
        Combination(
            words=[
                (declared, _("开工"), "good"),
                (confirmed, _("未知"), "unknown"),
                (measured, _("没开"), "bad"),
            ],
            count=38,
            href=HERE,
            differs=True,
        ),
    ]


def _forecast(now: datetime, owner: Owner) -> Forecast:
    villages = [SlowVillage(name=_("示例村"), done=31, dwellings=188, owner=owner)]
    return Forecast(
        title=_("入户调查"),
        deadline=now + timedelta(days=3),
        needed_per_day=580,
        per_day=560,
        href=HERE,
        rows=[
            ForecastRow(code="a", name=_("差的镇"), done=761, dwellings=3460, per_day=606, forecast_pct=74.5, arrives=False, short=881, href=HERE, owner=owner, villages=villages),
            ForecastRow(code="b", name=_("能完成的镇"), done=951, dwellings=2377, per_day=494, forecast_pct=102.4, arrives=True),
            ForecastRow(code="c", name=_("没有数的镇"), done=None, dwellings=None, per_day=None, forecast_pct=None, arrives=None),
        ],
    )  # fmt: skip


def _tiles() -> list[Tile]:
    plain = [
        Tile(
            code=f"t{i}",
            name=_("示例"),
            short=_("示例"),
            x=i,
            y=0,
            values=[
                TileValue(text=f"{20 * i}%", word=_("已查"), level=i, href=HERE),
                TileValue(text="100%", word=_("完成")),
            ],
        )
        for i in range(5)
    ]
    bad = Tile(
        code="t5",
        name=_("示例"),
        short=_("示例"),
        x=1,
        y=1,
        values=[TileValue(text="63.4%", word=_("会差"), level=1, tone="bad", href=HERE)] * 2,
    )
    unknown = Tile(
        code="t6",
        name=_("示例"),
        short=_("示例"),
        x=3,
        y=1,
        values=[TileValue(text="", word=_("未知"), tone="unknown")] * 2,
    )
    return [*plain, bad, unknown]  # fmt: skip


def _form() -> Form:
    yes_no = [
        Choice(value="1", title=_("是"), is_on=True),
        Choice(value="0", title=_("否"), note=_("写明原因")),
    ]
    return Form(
        href=HERE,
        submit=_("报上去"),
        confirm=_("确定报上去？"),
        cancel_href=HERE,
        has_file=True,
        error=_("有两处要改"),
        fields=[
            Field(name="a", title=_("文字"), hint=_("写企业全称"), value=_("示例厂"), is_required=True),
            Field(
                name="b",
                title=_("人数"),
                kind="number",
                unit=_("人"),
                value="60",
                error=_("60 大于用工总数 48：请核对"),
            ),
            Field(name="c", title=_("日期"), kind="date"),
            Field(name="d", title=_("时刻"), kind="moment", hint=_("何时得知；不填就是现在")),
            Field(name="e", title=_("一种"), kind="choice", choices=yes_no),
            Field(name="f", title=_("是否开工"), kind="options", choices=yes_no, is_required=True),
            Field(name="g", title=_("我已核对"), kind="flag", hint=_("核对过再勾")),
            Field(name="h", title=_("说明"), kind="note"),
            Field(name="i", title=_("密码"), kind="password"),
            Field(name="j", title=_("文件"), kind="file", accept=".xlsx,.csv", error=_("没有选文件")),
        ],
    )


def _table() -> Table:
    columns = [
        Column(title=_("企业"), is_lead=True, sort_href=HERE, sorted="up"),
        Column(title=_("人数"), kind="number", sort_href=HERE),
        Column(title=_("状态"), kind="state"),
        Column(title=_("电话"), kind="phone"),
        Column(title=_("操作")),
    ]
    rows = [
        Row(cells=[Cell(text=_("示例厂"), href=HERE, note="91330799"), Cell(text="60"), Cell(text=tone, tone=tone), Cell(text="15400000000"), Cell(text=_("撤销"), act=HERE)], tone="warn" if tone == "bad" else "plain")
        for tone in TONES
    ]  # fmt: skip
    rows.append(Row(cells=[Cell(text=_("没有数的厂"))] + [Cell()] * 4))
    return Table(
        caption=_("示例表"),
        columns=columns,
        rows=rows,
        href=HERE,
        query="",
        filters=[Filter(name="t", title=_("镇街"), choices=[Choice(value="", title=_("全部"))])],
        exports=[Link(title="xlsx", href=HERE), Link(title="csv", href=HERE)],
        pager=Pager(total=38, first=1, last=6, next_href=HERE, previous_href=HERE),
    )
