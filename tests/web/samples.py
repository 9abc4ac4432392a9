"""Contexts of the pages, with the numbers of the exercise county at 02-18 19:30. Invented where the story invents."""

from datetime import date, datetime, timedelta, timezone

from twofront.apps.centre.page import (
    Answer,
    BoardPage,
    Changed,
    Chart,
    Closing,
    Forecast,
    ForecastRow,
    FrontHead,
    Goal,
    Late,
    Measure,
    Point,
    Reference,
    RowsPage,
    Sentence,
    SlowVillage,
    Source,
    Tile,
    TileValue,
)
from twofront.web.parts import (
    Account,
    Cell,
    Choice,
    Column,
    DayPicker,
    Filter,
    Head,
    Link,
    NextLoad,
    Outcome,
    Owner,
    Pager,
    Row,
    Stop,
    Table,
)

ZONE = timezone(timedelta(hours=8))
DAY = date(2020, 2, 18)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of the exercise's February."""
    return datetime(2020, 2, day, hour, minute, tzinfo=ZONE)


class Words:
    """Data in one of two languages, as the playbook gives it."""

    def __init__(self, language: str) -> None:
        self.is_en = language == "en"

    def __call__(self, zh: str, en: str) -> str:
        return en if self.is_en else zh


def phone(n: int) -> str:
    return f"1540000{n:04d}"


def owner(w: Words, zh: str, en: str, n: int) -> Owner:
    return Owner(line=w(zh, en), name=w("演练-甲", "Drill-A"), phone=phone(n))


def head(
    w: Words, *, here: str = "board", crumbs: tuple[Link, ...] = (), outcomes: tuple[Outcome, ...] = ()
) -> Head:
    """The head as the office clerk of the exercise sees it."""
    nav = [
        ("board", "看板", "Board"),
        ("survey", "调查", "Survey"),
        ("report", "企业报告", "Reports"),
        ("projects", "项目", "Projects"),
        ("imports", "装入", "Load"),
        ("closings", "封账", "Closing"),
        ("accounts", "账号", "Accounts"),
    ]
    return Head(
        county=w("东阳市", "Dongyang"),
        as_of=at(18, 19, 30),
        phase=w("兼顾", "Both fronts"),
        phase_since=DAY,
        is_exercise=True,
        account=Account(
            name=w("演练-办公室", "Drill-Office"),
            role=w("指挥部办公室", "Office of the centre"),
            href="/me",
            sign_out_href="/out",
        ),
        nav=[Link(title=w(zh, en), href=f"/{key}", is_here=key == here, note="") for key, zh, en in nav],
        languages=[
            Link(title="中文", href="zh-hans", is_here=not w.is_en),
            Link(title="English", href="en", is_here=w.is_en),
        ],
        language_href="/language",
        stops=[
            Stop(title="02-18 19:30", at=at(18, 19, 30), is_here=True),
            Stop(title="02-19 06:00", at=at(19, 6)),
            Stop(title="02-20 20:00", at=at(20, 20)),
            Stop(title="02-21 24:00", at=at(22, 0)),
        ],
        next_stop_href="/clock/next",
        reset_href="/clock/reset",
        crumbs=crumbs,
        outcomes=outcomes,
    )


BLOCKS = [  # name, en, short en, x, y, dwellings, done, per day, list, open
    ("吴宁", "Wuning", "WN", 1, 2, 31850, 13060, 6510, 18, 11), ("南市", "Nanshi", "NS", 1, 3, 12700, 4700, 2770, 34, 17),
    ("白云", "Baiyun", "BY", 0, 2, 17830, 7850, 3460, 30, 16), ("江北", "Jiangbei", "JB", 1, 1, 23770, 9510, 4940, 62, 34),
    ("城东", "Chengdong", "CD", 2, 2, 13780, 5240, 2960, 58, 31), ("六石", "Liushi", "LS", 2, 1, 12700, 4950, 2690, 46, 22),
    ("巍山", "Weishan", "WS", 3, 1, 20530, 7390, 4550, 68, 36), ("虎鹿", "Hulu", "HL", 3, 0, 9720, 4080, 1950, 16, 6),
    ("歌山", "Geshan", "GS", 3, 2, 10540, 3900, 2300, 34, 17), ("佐村", "Zuocun", "ZC", 4, 1, 4950, 1730, 1120, 4, 2),
    ("东阳江", "Dongyangjiang", "DYJ", 3, 3, 10810, 3570, 2510, 14, 6), ("湖溪", "Huxi", "HX", 3, 4, 11620, 4180, 2580, 30, 14),
    ("马宅", "Mazhai", "MZ", 3, 5, 7020, 2810, 1460, 12, 5), ("千祥", "Qianxiang", "QX", 2, 6, 12430, 4230, 2840, 22, 9),
    ("南马", "Nanma", "NM", 1, 5, 21070, 5900, 4530, 62, 24), ("画水", "Huashui", "HS", 0, 4, 11620, 4300, 2540, 34, 17),
    ("横店", "Hengdian", "HD", 2, 4, 34600, 7610, 6060, 94, 61), ("三单", "Sandan", "SD", 5, 2, 2460, 390, 390, 2, 1),
]  # fmt: skip


def forecast(w: Words) -> Forecast:
    """The survey by block: done + pace of the last day x three days."""
    rows = []
    for i, (zh, en, _, _, _, dwellings, done, pace, _, _) in enumerate(BLOCKS):
        reached = done + 3 * pace
        rows.append(
            ForecastRow(
                code=f"3307831{i:02d}",
                name=w(zh, en),
                done=done,
                dwellings=dwellings,
                per_day=pace,
                forecast_pct=100 * reached / dwellings,
                arrives=reached >= dwellings,
                short=max(0, dwellings - reached),
                href=f"/survey?block={i}",
                owner=owner(w, f"{zh}镇", en, 100 + i),
                villages=[
                    SlowVillage(
                        name=w(f"{zh}示例村{v}", f"{en} sample {v}"),
                        done=40 * v,
                        dwellings=800,
                        owner=owner(w, "村长", "Head", 200 + v),
                    )
                    for v in range(1, 10)
                ],
            )
        )
    rows.sort(key=lambda r: r.forecast_pct or 0)
    return Forecast(
        title=w("入户调查", "Household survey"),
        deadline=at(22, 0),
        rows=rows,
        needed_per_day=58200,
        per_day=56160,
        href="/survey",
    )


def tiles(w: Words) -> list[Tile]:
    """Eighteen blocks with three measures."""
    out = []
    for i, (zh, en, short, x, y, dwellings, done, pace, listed, is_open) in enumerate(BLOCKS):
        reach = 100 * (done + 3 * pace) / dwellings
        done_pct, rate = 100 * done / dwellings, 100 * is_open / listed
        values = [
            TileValue(text=f"{min(reach, 100):.1f}%", word=w("会完成", "on time") if reach >= 100 else w("会差", "short"), level=4 if reach >= 100 else 1, tone="plain" if reach >= 100 else "bad", href=f"/survey?b={i}"),
            TileValue(text=f"{done_pct:.1f}%", word=w("已查", "done"), level=int(done_pct // 12), href=f"/survey?b={i}"),
            TileValue(text=f"{rate:.1f}%", word=f"{is_open}/{listed}", level=int(rate // 20), href=f"/rows?b={i}"),
        ]  # fmt: skip
        out.append(Tile(code=f"3307831{i:02d}", name=w(zh, en), short=w(zh, short), x=x, y=y, values=values))
    return out


def series(start: int, values: list[float | None], broken: int | None = None) -> list[Point]:
    return [
        Point(on=date(2020, 2, start + i), rate=v, is_break=start + i == broken) for i, v in enumerate(values)
    ]


def charts(w: Words) -> list[Chart]:
    """The four charts of the evening."""
    economy = owner(w, "经信局", "Economy", 11)
    unit = w("家", "firms")

    def three(a, b, c, of):
        return [
            Source(title=w("自报", "declared"), count=a, of=of, href="/rows?s=d"),
            Source(title=w("核实", "confirmed"), count=b, of=251 if b else None, href="/rows?s=c"),
            Source(title=w("用电", "measured"), count=c, of=632 if c else None, href="/rows?s=m"),
        ]

    common = {"cutoff": at(18, 18), "list_version": "4f1c2a9be0d1", "href": "/chart"}
    return [
        Chart(key="above_scale_industry", title=w("规上工业", "Industry above scale"), rate=51.40625, rate_known=53.2362, numerator=329, denominator=640, unknown=22, unit=unit, sources=three(329, 248, 305, 618), disagreements=38, disagreements_href="/rows?d=1", series=series(10, [8, 11, 15, 19, 24, 31, 38, 45.3, 51.4]), owner=economy, numerator_href="/rows?n=1", denominator_href="/rows?n=2", unknown_href="/rows?n=3", **common),
        Chart(key="above_limit_services", title=w("限上服务业", "Services above limit"), rate=36.4486, rate_known=36.4486, numerator=78, denominator=214, unknown=0, unit=unit, sources=three(78, 0, None, 214), disagreements=0, series=series(10, [6, 8, 9, 14, 18, 22, 27, 31, 36.4]), owner=owner(w, "商务局", "Commerce", 12), numerator_href="/rows?n=1", denominator_href="/rows?n=2", **common),
        Chart(key="key_projects", title=w("续建重点项目", "Key projects continued"), rate=58.6957, rate_known=58.6957, numerator=27, denominator=46, unknown=0, unit=w("个", "projects"), sources=three(27, 0, None, 46), disagreements=0, series=series(10, [13, 15, 20, 26, 33, 39, 46, 52, 58.7]), owner=owner(w, "发改局", "Development", 13), numerator_href="/rows?n=1", denominator_href="/rows?n=2", **common),
        Chart(key="power_index", title=w("企业复工电力指数", "Power index of resumption"), rate=42.3, is_index=True, numerator=305, denominator=632, unknown=8, unit=unit, facts=[w("户数 48.26%", "firms 48.26%"), w("电量 36.30%", "energy 36.30%"), w("覆盖 98.9%", "coverage 98.9%")], series=series(10, [12.1, 14.0, 17.2, 20.5, 24.9, 29.4, 34.0, 38.4, 42.3]), references=[Reference(title=w("全省", "Province"), points=[Point(on=date(2020, 2, 10), rate=25.42)])], owner=economy, numerator_href="/rows?n=1", denominator_href="/rows?n=2", unknown_href="/rows?n=3", formula_version="firm_energy_mean", **common),
    ]  # fmt: skip


def goals(w: Words) -> list[Goal]:
    """The four goals of the evening, in the states the story gives them."""
    health = owner(w, "卫健局", "Health", 1)
    closed = Closing(by=w("演练-卫健", "Drill-Health"), at=at(18, 18))
    case = w("例", "cases")
    note = w("累计 19 例，最近 2月13日", "19 in all, the last on 13 Feb")
    return [
        Goal(key="zero_imported", title=w("零输入", "Zero imported"), front="prevention", state="met", count=0, numerator=0, unit=case, since=date(2020, 2, 14), closed=closed, owner=health, note=note, numerator_href="/rows?g=1"),
        Goal(key="zero_transmitted", title=w("零传染", "Zero transmitted"), front="prevention", state="met", count=0, numerator=0, unit=case, since=date(2020, 2, 14), closed=closed, owner=health, note=note, numerator_href="/rows?g=2"),
        Goal(key="full_coverage", title=w("全覆盖", "Full coverage"), front="prevention", state="open", count=174600, numerator=95400, denominator=270000, unknown=0, unit=w("户", "dwellings"), deadline=at(22, 0), owner=owner(w, "社区防控组", "Communities", 2), numerator_href="/rows?g=3", denominator_href="/rows?g=4", missing_href="/rows?g=5", close_href="/closings"),
        Goal(key="full_resumption", title=w("全复工", "Full resumption"), front="resumption", state="open", count=652, numerator=248, denominator=900, unknown=22, unit=w("家", "members"), deadline=datetime(2020, 3, 1, 0, 0, tzinfo=ZONE), owner=owner(w, "企业复工组", "Resumption", 3), note=w("申报开工并经驻企服务员核实；负面清单尚未备案，无人按其关停", "Declared open and confirmed by an officer; no filing yet, so nobody is closed by the negative list"), numerator_href="/rows?g=6", denominator_href="/rows?g=7", missing_href="/rows?g=8", unknown_href="/rows?g=9"),
    ]  # fmt: skip


def days(w: Words, href: str = "/board") -> DayPicker:
    return DayPicker(
        href=href, on=DAY, earliest=date(2020, 2, 1), latest=DAY, previous_href=f"{href}?on=2020-02-17"
    )


def board(w: Words) -> BoardPage:
    """The board with the county's data."""
    return BoardPage(
        head=head(w),
        days=days(w),
        fronts=[FrontHead(key="prevention", title=w("疫情防控", "Holding the outbreak"), note=w("零输入、零传染、全覆盖", "zero imported, zero transmitted, full coverage")), FrontHead(key="resumption", title=w("企业复工", "Bringing work back"), note=w("全复工与四张图", "full resumption and four charts"))],
        sentences=[
            Sentence(label=w("目标在哪", "Where the goals stand"), text=w("无新增病例 5 天（卫健 18:00 封账）", "5 days without a new case (health closed 18:00)"), tone="good", href="/rows?1"),
            Sentence(label=w("什么会迟", "What will be late"), text=w("21 日前 3 个镇街完不成调查", "3 blocks will not finish the survey by the 21st"), tone="warn", href="/survey"),
            Sentence(label=w("哪里矛盾", "What contradicts itself"), text=w("自报复工 329 家，其中用电只见 291 家", "329 firms declare work; power sees 291 of them"), tone="warn", href="/rows?3"),
        ],
        goals=goals(w),
        charts=charts(w),
        forecast=forecast(w),
        measures=[Measure(key="forecast", title=w("到期时调查", "Survey at the deadline")), Measure(key="coverage", title=w("已查", "Surveyed")), Measure(key="industry", title=w("规上复工", "Industry open"))],
        tiles=tiles(w),
        late=[Late(what=w("规上工业日报", "Daily reports, industry"), unit=w("22 家企业", "22 firms"), due_at=at(18, 17), owner=owner(w, "经信局", "Economy", 11), n=22, href="/late"), Late(what=w("入户调查数", "Survey counts"), unit=w("三单乡", "Sandan"), due_at=at(18, 18), owner=owner(w, "三单乡", "Sandan", 117), href="/late")],
        late_total=23, late_href="/late",
        changed=[Changed(what=w("规上工业", "Industry"), name=w("巍山镇 · 示例电机厂", "Weishan · Sample motors"), field=w("是否开工", "open"), before=w("否", "no"), after=w("是", "yes"), known=at(18, 18, 25), is_correction=True, href="/i/7"), Changed(what=w("规上工业", "Industry"), name=w("当日开工", "Open that day"), before="290", after="329", href="/rows"), Changed(what=w("入户调查", "Survey"), name=w("全市", "County"), before="39,240", after="95,400", href="/rows")],
        changed_total=41, changed_href="/changed",
        answers=[Answer(what=w("零输入、零传染", "Zero goals"), owner=owner(w, "卫健局", "Health", 1)), Answer(what=w("全覆盖", "Full coverage"), owner=owner(w, "社区防控组", "Communities", 2)), Answer(what=w("规上工业、用电", "Industry, power"), owner=owner(w, "经信局", "Economy", 11), front="resumption"), Answer(what=w("限上服务业", "Services"), owner=owner(w, "商务局", "Commerce", 12), front="resumption"), Answer(what=w("重点项目", "Projects"), owner=owner(w, "发改局", "Development", 13), front="resumption")],
        publish_href="/publish", poll_href="/board-live.html", edition=w("区划：国家统计局 2023-06-30 版", "Divisions: NBS edition of 2023-06-30"),
    )  # fmt: skip


LOADS = [
    ("accounts", "账号", "Accounts"),
    ("divisions", "行政区划", "Divisions"),
    ("enterprises", "企业", "Enterprises"),
    ("lists", "企业名单", "Lists"),
    ("meters", "电表", "Meters"),
    ("readings", "用电量", "Readings"),
    ("reports", "企业日报", "Daily reports"),
    ("visits", "走访", "Visits"),
    ("cases", "病例", "Cases"),
    ("coverage", "入户调查", "Survey counts"),
]


def loads(w: Words) -> list[NextLoad]:
    return [
        NextLoad(
            kind=kind,
            title=w(zh, en),
            template_href=f"/t/{kind}.xlsx",
            upload_href=f"/load?kind={kind}",
            count=18 if i < 2 else 0,
        )
        for i, (kind, zh, en) in enumerate(LOADS)
    ]


def empty_board(w: Words) -> BoardPage:
    """The board of a county that has nothing yet."""
    return BoardPage(head=head(w), days=days(w), next_loads=loads(w))


def rows_table(w: Words, n: int = 12) -> Table:
    """Rows behind a figure."""
    columns = [
        Column(title=w("企业", "Firm"), is_lead=True, sort_href="?s=name", sorted="up"),
        Column(title=w("镇街", "Block"), sort_href="?s=t"),
        Column(title=w("原因", "Reason")),
        Column(title=w("用工", "On site"), kind="number", sort_href="?s=n"),
        Column(title=w("状态", "State"), kind="state"),
        Column(title=w("找谁", "Whom to call")),
        Column(title=w("电话", "Phone"), kind="phone"),
        Column(title=w("下一步", "Next step")),
    ]
    rows = [
        Row(
            id=f"r{i}",
            tone="warn" if i == 0 else "plain",
            cells=[
                Cell(
                    text=w(f"示例雕刻{i}厂", f"Sample carver {i}"), href=f"/e/{i}", note="91330799MA00000158"
                ),
                Cell(text=w("六石街道", "Liushi")),
                Cell(
                    text=w(
                        "自报开工，用电 3 天为基线的 0.02",
                        "Declared open; power at 0.02 of the baseline for 3 days",
                    )
                ),
                Cell(text="60" if i % 4 else ""),
                Cell(text=w("不一致", "differs"), tone="warn"),
                Cell(text=w("演练-驻企员", "Drill-officer")),
                Cell(text=phone(300 + i)),
                Cell(text=w("今天去看", "Visit today")),
            ],
        )
        for i in range(n)
    ]
    return Table(
        caption=w("自报开工而用电未见的企业", "Firms that declare work and show no power"),
        columns=columns,
        rows=rows,
        href="/rows",
        query="",
        filters=[
            Filter(
                name="township",
                title=w("镇街", "Block"),
                choices=[
                    Choice(value="", title=w("全部", "All"), is_on=True),
                    Choice(value="1", title=w("六石", "Liushi"), note="5"),
                ],
            )
        ],
        exports=[Link(title="xlsx", href="/x"), Link(title="csv", href="/c")],
        pager=Pager(total=38, first=1 if n else 0, last=n, next_href="?p=2"),
        empty="",
    )


def rows(w: Words, n: int = 12) -> RowsPage:
    """The rows page of the disagreements."""
    facets = [
        Link(title=w("开工", "Open"), href="/rows?1", note="329"),
        Link(title=w("全部", "All"), href="/rows?2", note="640"),
        Link(title=w("未知", "Unknown"), href="/rows?3", note="22"),
        Link(title=w("不一致", "Disagreements"), href="/rows?4", note="38", is_here=True),
    ]
    return RowsPage(
        head=head(w, crumbs=(Link(title=w("看板", "Board"), href="/"),)),
        title=w("规上工业：不一致", "Industry: disagreements"),
        figure=38 if n else 0,
        unit=w("家", "firms"),
        table=rows_table(w, n),
        what=w(
            "自报开工、走访与用电中，有两个都知道而说法不同的企业。",
            "Firms on which two sources that both know differ.",
        ),
        days=days(w, "/rows"),
        facets=facets,
    )
