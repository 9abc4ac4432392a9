"""Contexts of the pages beside the board."""

from tests.web import samples
from tests.web.samples import DAY, Words, at, days, head, owner, phone
from twofront.web.figures import Combination
from twofront.web.pages.campaigns import SurveyPage
from twofront.web.pages.enterprises import FirmsPage, ProjectsPage, ReportPage
from twofront.web.pages.errors import ErrorPage
from twofront.web.pages.figures import (
    ChartPage,
    ClosingsPage,
    DisagreementsPage,
    GoalClosing,
    ListPage,
    PublicationPage,
    SheetsPage,
)
from twofront.web.pages.intake import ImportPage, ImportsPage, ProgressPage, UploadPage
from twofront.web.pages.units import AccountPage, AccountsPage, LoginPage, PasswordPage, Secret, signed_out
from twofront.web.parts import (
    Cell,
    Choice,
    Column,
    Field,
    Form,
    Link,
    Outcome,
    Pager,
    Pair,
    Progress,
    Row,
    Table,
)


def table(
    w: Words, caption: str, columns: list[tuple[str, str]], rows: list[list[str | Cell]], **more: object
) -> Table:
    """A table from plain words; the first column leads."""
    return Table(
        caption=caption,
        columns=[Column(title=title, kind=kind, is_lead=i == 0) for i, (title, kind) in enumerate(columns)],  # type: ignore[arg-type]
        rows=[Row(cells=[c if isinstance(c, Cell) else Cell(text=c) for c in row]) for row in rows],
        **more,  # type: ignore[arg-type]
    )


def login(w: Words, wrong: str = "") -> LoginPage:
    fields = [
        Field(
            name="login",
            title=w("账号", "Login"),
            autocomplete="username",
            is_required=True,
            value="yanlian-ban" if wrong else "",
        ),
        Field(
            name="password",
            title=w("密码", "Password"),
            kind="password",
            autocomplete="current-password",
            is_required=True,
        ),
    ]
    return LoginPage(
        head=signed_out(w("东阳市", "Dongyang"), is_exercise=True),
        form=Form(href="/login", fields=fields, submit=w("登录", "Sign in"), error=wrong),
        help=w(
            "忘了密码：找指挥部办公室 15400000001",
            "Password lost: call the office of the centre, 15400000001",
        ),
    )


def password(w: Words) -> PasswordPage:
    fields = [
        Field(name="old", title=w("现在的密码", "Present password"), kind="password", autocomplete="current-password", is_required=True),
        Field(name="new", title=w("新密码", "New password"), kind="password", hint=w("至少 10 个字符", "At least 10 characters"), autocomplete="new-password", is_required=True),
        Field(name="again", title=w("再写一次", "Once more"), kind="password", autocomplete="new-password", is_required=True, error=w("两次写的不一样：请重写", "The two differ: write them again")),
    ]  # fmt: skip
    return PasswordPage(
        head=signed_out(w("东阳市", "Dongyang"), is_exercise=True),
        form=Form(href="/p", fields=fields, submit=w("换密码", "Change")),
        is_first=True,
    )


def accounts(w: Words) -> AccountsPage:
    rows: list[list[str | Cell]] = [
        [Cell(text=w(f"演练-{n}", f"Drill-{n}"), href=f"/accounts/{n}", note=f"yanlian-{n}"), w("镇街", "Township"), w("防控", "Prevention"), w("横店镇", "Hengdian"), "2020-02-01", Cell(text=w("有效", "valid"), tone="good")]
        for n in range(8)
    ]  # fmt: skip
    columns = [
        (w("账号", "Account"), "text"),
        (w("角色", "Role"), "text"),
        (w("条线", "Line"), "text"),
        (w("镇街", "Block"), "text"),
        (w("起", "Since"), "moment"),
        (w("状态", "State"), "state"),
    ]
    return AccountsPage(
        head=head(w, here="accounts"),
        table=table(
            w,
            w("全部账号", "All accounts"),
            columns,
            rows,
            href="/accounts",
            query="",
            pager=Pager(total=31, first=1, last=8, next_href="?p=2"),
        ),
        load_href="/load?kind=accounts",
    )


def account(w: Words) -> AccountPage:
    pairs = (Pair(title=w("账号", "Login"), text="yanlian-3"), Pair(title=w("角色", "Role"), text=w("镇街", "Township")), Pair(title=w("条线", "Line"), text=w("防控", "Prevention")), Pair(title=w("镇街", "Block"), text=w("横店镇", "Hengdian")), Pair(title=w("最近登录", "Last seen"), text=""))  # fmt: skip
    forms = (
        Form(
            href="/a/p",
            fields=(),
            submit=w("发新密码", "New password"),
            confirm=w("发新密码？旧的马上作废。", "Make a new password? The old one ends at once."),
        ),
        Form(href="/a/t", fields=(), submit=w("发新令牌", "New token")),
    )
    return AccountPage(
        head=head(w, here="accounts", crumbs=(Link(title=w("账号", "Accounts"), href="/accounts"),)),
        title=w("演练-横店", "Drill-Hengdian"),
        pairs=pairs,
        forms=forms,
        secret=Secret(title=w("新密码", "New password"), value="sample-7Q4K-mulberry"),
    )


def upload(w: Words, wrong: str = "") -> UploadPage:
    kinds = [Choice(value="", title=w("选一种", "Choose one"), is_on=True)] + [
        Choice(value=k, title=w(zh, en)) for k, zh, en in samples.LOADS
    ]
    fields = [
        Field(name="kind", title=w("种类", "Kind"), kind="choice", choices=kinds, is_required=True),
        Field(
            name="file",
            title=w("文件", "File"),
            kind="file",
            accept=".xlsx,.xls,.csv",
            is_required=True,
            error=wrong,
        ),
        Field(
            name="on",
            title=w("从哪天起算", "From which day"),
            kind="date",
            value="2020-02-18",
            hint=w("行里没有日期时用它", "Used where a row has no date of its own"),
        ),
        Field(
            name="known",
            title=w("何时得知", "Known when"),
            kind="moment",
            hint=w("不填就是现在", "Empty = now"),
        ),
    ]
    return UploadPage(
        head=head(w, here="imports"),
        form=Form(href="/load", fields=fields, submit=w("装入", "Load"), has_file=True),
        loads=samples.loads(w),
        history_href="/imports",
    )


def progress(w: Words, done: bool = False) -> ProgressPage:
    job = Progress(
        title=w("装入 企业日报.xlsx", "Loading reports.xlsx"),
        href="/progress-live",
        done=840,
        of=1203,
        text=w("正在核对", "checking"),
    )
    if done:
        job = Progress(
            title=job.title,
            text=w("收下 1,131 行，重复 41，退回 31", "1,131 rows taken, 41 twins, 31 rejected"),
            is_running=False,
            tone="warn",
            next=[Link(title=w("看退回的行", "See the rejected rows"), href="/imports/7")],
        )
    return ProgressPage(head=head(w, here="imports"), progress=job)


def imports(w: Words) -> ImportsPage:
    columns = [(w("文件", "File"), "text"), (w("种类", "Kind"), "text"), (w("谁", "By"), "text"), (w("何时", "When"), "moment"), (w("读到", "Read"), "number"), (w("收下", "Taken"), "number"), (w("重复", "Twins"), "number"), (w("退回", "Rejected"), "number"), (w("结果", "Outcome"), "state")]  # fmt: skip
    rows: list[list[str | Cell]] = [[Cell(text=w("企业名册.xlsx", "roster.xlsx"), href="/imports/7"), w("企业", "Enterprises"), w("演练-办公室", "Drill-Office"), "02-18 17:40", "1,203", "1,131", "41", "31", Cell(text=w("有退回", "rejected rows"), tone="warn")], [Cell(text=w("日报 0218.csv", "reports 0218.csv"), href="/imports/8"), w("企业日报", "Reports"), w("演练-经信", "Drill-Economy"), "02-18 18:02", "618", "618", "0", "0", Cell(text=w("全收", "all taken"), tone="good")]]  # fmt: skip
    return ImportsPage(
        head=head(w, here="imports"),
        table=table(w, w("装入的文件", "Files loaded"), columns, rows, href="/imports", query=""),
        upload_href="/load",
    )


def one_import(w: Words) -> ImportPage:
    reasons = table(w, w("退回的原因", "Reasons"), [(w("列", "Column"), "text"), (w("原因", "Reason"), "text"), (w("多少", "How many"), "number"), (w("单元格", "Cells"), "text")], [[w("统一社会信用代码", "credit code"), w("校验位不对", "check digit"), "19", "C7, C22, C31 …"], [w("镇街", "township"), w("不认识的值", "unknown value"), "12", "E9, E10 …"]])  # fmt: skip
    rows = table(w, w("退回的行", "Rejected rows"), [(w("单元格", "Cell"), "text"), (w("写的是", "Value"), "text"), (w("原因", "Reason"), "text"), (w("怎么办", "What to do"), "text")], [["C7", "91330799MA00000158", w("校验位不对", "wrong check digit"), w("最后一位应为 9，请对照营业执照", "the last character should be 9; compare with the licence")]] * 4, pager=Pager(total=31, first=1, last=4, next_href="?p=2"))  # fmt: skip
    return ImportPage(head=head(w, here="imports", crumbs=(Link(title=w("装入记录", "Imports"), href="/imports"),)), title=w("企业名册.xlsx", "roster.xlsx"), kind=w("企业", "Enterprises"), read=1203, accepted=1131, duplicate=41, rejected=31, by=w("演练-办公室", "Drill-Office"), at=at(18, 17, 40), pairs=[Pair(title="SHA-256", text="9f2c1d07a4b8…"), Pair(title=w("工作表", "Sheet"), text=w("名册", "Roster")), Pair(title=w("表头行", "Header row"), text="3")], state=w("有退回的行", "With rejected rows"), tone="warn", reasons=reasons, rows=rows, downloads=[Link(title=w("标红的原表", "The workbook with marks"), href="/d"), Link(title=w("只要退回的行", "Rejected rows only"), href="/r")])  # fmt: skip


def survey(w: Words) -> SurveyPage:
    forecast = samples.forecast(w)
    columns = [
        (w("村（社区）", "Village"), "text"),
        (w("已查", "Done"), "number"),
        (w("户数", "Dwellings"), "number"),
        (w("还差", "Left"), "number"),
        (w("找谁", "Whom"), "text"),
        (w("电话", "Phone"), "phone"),
    ]
    rows: list[list[str | Cell]] = [
        [w(f"示例村{i}", f"Sample {i}"), "31", "188", "157", w("演练-村长", "Drill-head"), phone(400 + i)]
        for i in range(6)
    ]
    return SurveyPage(
        head=head(w, here="survey", crumbs=(Link(title=w("看板", "Board"), href="/"),)),
        forecast=forecast,
        slow=list(forecast.rows[:2]),
        villages=table(w, w("横店镇：全部村（社区）", "Hengdian: all villages"), columns, rows),
        days=days(w, "/survey"),
    )


def firms(w: Words) -> FirmsPage:
    return FirmsPage(head=head(w, here="report"), table=samples.rows_table(w), on=DAY, days=days(w, "/firms"))


def report(w: Words) -> ReportPage:
    yes_no = [
        Choice(value="1", title=w("开工", "open"), is_on=True),
        Choice(value="0", title=w("没开", "closed")),
    ]
    fields = [
        Field(
            name="opened",
            title=w("今天开工了吗", "Open today?"),
            kind="options",
            choices=yes_no,
            is_required=True,
        ),
        Field(
            name="on_site",
            title=w("在岗人数", "People on site"),
            kind="number",
            value="60",
            unit=w("人", "people"),
            error=w("60 大于正常用工 48：请核对", "60 is above the normal staff of 48: please check"),
        ),
        Field(
            name="difficulty",
            title=w("最大的困难", "Hardest thing"),
            kind="choice",
            choices=[
                Choice(value="", title=w("没有", "none"), is_on=True),
                Choice(value="people", title=w("缺人", "people")),
            ],
        ),
    ]
    record = [Pair(title=w("自报", "Declared"), text=w("开工 60 人", "open, 60"), tone="good", note=w("今天 16:02", "today 16:02")), Pair(title=w("核实", "Confirmed"), text=""), Pair(title=w("用电", "Measured"), text=w("未开（0.02）", "shut (0.02)"), tone="bad"), Pair(title=w("名单", "Lists"), text=w("规上工业", "Industry")), Pair(title=w("正常用工", "Normal staff"), text="48")]  # fmt: skip
    history = table(w, w("这家企业以前的报告", "Earlier reports"), [(w("哪天", "Day"), "moment"), (w("开工", "Open"), "state"), (w("在岗", "On site"), "number"), (w("何时得知", "Known"), "moment"), (w("谁", "By"), "text")], [["02-18", Cell(text=w("开", "open"), tone="good"), "60", "02-18 16:02", w("演练-企业", "Drill-firm")], ["02-17", Cell(text=w("没开", "shut"), tone="plain"), "", "02-17 16:40", w("演练-企业", "Drill-firm")]])  # fmt: skip
    return ReportPage(head=head(w, here="report", crumbs=(Link(title=w("企业报告", "Reports"), href="/firms"),), outcomes=(Outcome(text=w("已收下报告", "The report is in"), undo_href="/undo"),)), name=w("示例雕刻一厂", "Sample carver one"), code="91330799MA00000158", on=DAY, form=Form(href="/r", fields=fields, submit=w("更正报告", "Correct the report")), record=record, owner=owner(w, "厂长", "Manager", 77), is_correction=True, history=history, days=days(w, "/report"))  # fmt: skip


def projects(w: Words) -> ProjectsPage:
    columns = [
        (w("项目", "Project"), "text"),
        (w("级别", "Level"), "text"),
        (w("类型", "Kind"), "text"),
        (w("镇街", "Block"), "text"),
        (w("状态", "State"), "state"),
        (w("在岗/正常", "On site/normal"), "number"),
        (w("缺什么", "Lacks"), "text"),
        (w("找谁", "Whom"), "text"),
        (w("电话", "Phone"), "phone"),
    ]
    rows: list[list[str | Cell]] = [[Cell(text=w(f"示例项目{i}", f"Sample project {i}"), href=f"/p/{i}"), w("省级", "province"), w("续建", "continued"), w("画水镇", "Huashui"), Cell(text=w("已复工", "resumed"), tone="good") if i else Cell(text=w("没复工", "not yet"), tone="warn"), "40 / 120", w("缺人", "people"), w("演练-项目", "Drill-project"), phone(500 + i)] for i in range(5)]  # fmt: skip
    return ProjectsPage(head=head(w, here="projects"), table=table(w, w("续建项目", "Continued projects"), columns, rows, href="/projects", query="", exports=[Link(title="xlsx", href="/x")]), pairs=[Pair(title=w("续建", "Continued"), text="46"), Pair(title=w("已复工", "Resumed"), text="27"), Pair(title=w("未知", "Unknown"), text="0")], days=days(w, "/projects"))  # fmt: skip


def closings(w: Words) -> ClosingsPage:
    known = [
        Pair(title=w("已报", "In"), text=w("18 个镇街中 17 个", "17 of 18 blocks")),
        Pair(title=w("最新", "Newest"), text="02-18 17:52"),
        Pair(title=w("还没报", "Missing"), text=w("三单乡", "Sandan"), href="/late"),
    ]
    form = Form(
        href="/c",
        fields=[
            Field(
                name="by",
                title=w("谁来说这句话", "Who says so"),
                value=w("演练-卫健", "Drill-Health"),
                is_required=True,
            ),
            Field(
                name="sure",
                title=w("我所知道的都报齐了", "All that I know of is in"),
                kind="flag",
                is_required=True,
            ),
        ],
        submit=w("封账", "Close the day"),
        confirm=w("封 2月18日 的账？", "Close 18 February?"),
    )
    return ClosingsPage(head=head(w, here="closings"), on=DAY, days=days(w, "/closings"), goals=[GoalClosing(title=w("零输入", "Zero imported"), known=known, closed=w("演练-卫健 2月18日 18:00", "Drill-Health 18 Feb 18:00")), GoalClosing(title=w("全覆盖", "Full coverage"), known=known, form=form), GoalClosing(title=w("全复工", "Full resumption"), known=known, why_not=w("由企业复工组封账", "Closed by the resumption line"))])  # fmt: skip


def publication(w: Words) -> PublicationPage:
    revisions = table(
        w,
        w("与公布时不同的数", "Different from what went out"),
        [
            (w("哪个数", "Figure"), "text"),
            (w("公布时", "Then"), "number"),
            (w("现在", "Now"), "number"),
            (w("何时得知", "Known"), "moment"),
        ],
        [[w("规上工业", "Industry"), "329", "330", "02-19 08:12"]],
    )
    return PublicationPage(head=head(w), on=DAY, pairs=[Pair(title=w("规上工业", "Industry"), text="51.4%"), Pair(title=w("全覆盖", "Coverage"), text="35.3%"), Pair(title=w("电力指数", "Power index"), text="42.3")], form=Form(href="/p", fields=(), submit=w("公布", "Publish"), confirm=w("按现在所知公布？", "Publish as known now?")), published_at=at(18, 20), published_by=w("演练-办公室", "Drill-Office"), hash="4be1907c22d1", revisions=revisions, days=days(w, "/publish"))  # fmt: skip


def sheets(w: Words) -> SheetsPage:
    rows: list[list[str | Cell]] = [
        [
            "02-18",
            w("全市", "County"),
            "42.30",
            "42.10",
            w("户数与电量均值", "mean of firms and energy"),
            Cell(text=w("相差 0.20", "0.20 apart"), tone="warn"),
        ],
        [
            "02-10",
            w("全省", "Province"),
            "",
            "25.42",
            w("同上", "same"),
            Cell(text=w("只有公布数", "published only"), tone="unknown"),
        ],
    ]
    return SheetsPage(head=head(w), table=table(w, w("逐日对照", "Day by day"), [(w("哪天", "Day"), "moment"), (w("范围", "Area"), "text"), (w("自算", "Ours"), "number"), (w("公布", "Published"), "number"), (w("公式", "Formula"), "text"), (w("对照", "Compared"), "state")], rows), note=w("供电公司的表和我们按电表算的，放在一起看。", "The power company's sheet beside what we compute from meters."), chart=samples.charts(w)[3])  # fmt: skip


def chart(w: Words) -> ChartPage:
    rows: list[list[str | Cell]] = [
        [Cell(text=w(zh, en), href="/rows"), str(n), str(m), "1", f"{100 * n / m:.1f}%"]
        for zh, en, *_, m, n in samples.BLOCKS
    ]
    columns = [
        (w("镇街", "Block"), "text"),
        (w("开工", "Open"), "number"),
        (w("全部", "All"), "number"),
        (w("未知", "Unknown"), "number"),
        (w("复工率", "Rate"), "number"),
    ]
    return ChartPage(head=head(w, crumbs=(Link(title=w("看板", "Board"), href="/"),)), chart=samples.charts(w)[0], pairs=[Pair(title=w("公式", "Formula"), text=w("开工 ÷ 当日名单", "open / members of the day")), Pair(title=w("名单版本", "List version"), text="4f1c2a9be0d1")], by_township=table(w, w("分镇街", "By block"), columns, rows), days=days(w, "/chart"))  # fmt: skip


def disagreements(w: Words) -> DisagreementsPage:
    d, c, m = w("自报", "declared"), w("核实", "confirmed"), w("用电", "measured")
    o, s, u = w("开", "open"), w("没开", "shut"), w("未知", "unknown")
    combos = [
        Combination(words=[(d, o, "good"), (c, o, "good"), (m, o, "good")], count=248, href="/r"),
        Combination(
            words=[(d, o, "good"), (c, u, "unknown"), (m, s, "bad")], count=35, href="/r", differs=True
        ),
        Combination(words=[(d, o, "good"), (c, s, "bad"), (m, s, "bad")], count=3, href="/r", differs=True),
        Combination(words=[(d, s, "bad"), (c, u, "unknown"), (m, s, "bad")], count=289, href="/r"),
    ]
    return DisagreementsPage(head=head(w, crumbs=(Link(title=w("看板", "Board"), href="/"),)), title=w("规上工业", "Industry"), total=38, table=samples.rows_table(w), combinations=combos, days=days(w, "/d"))  # fmt: skip


def late(w: Words) -> ListPage:
    return ListPage(
        head=head(w),
        title=w("迟报", "Late"),
        what=w("到了截止时间还不知道的。", "Expected by a cut-off and not known."),
        table=samples.rows_table(w, 0),
    )


def error(w: Words) -> ErrorPage:
    return ErrorPage(
        head=head(w),
        title=w("没有收下这个文件", "The file was not taken"),
        text=w(
            "roster.xlsx 打不开：它不是表格文件。请在 Excel 里另存为 xlsx 再传。",
            "roster.xlsx cannot be opened: it is not a sheet. Save it as xlsx and send it again.",
        ),
        href="/load",
        href_title=w("再传一次", "Try again"),
        code="unreadable",
    )
