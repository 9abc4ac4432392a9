"""Every KIND at its door, row by row: what is accepted, a duplicate, rejected; by somebody who has read the contract only."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.conftest import DAY, FILES, NOON
from twofront.core.errors import CannotDo

CODES = [line.split(",")[1] for line in (FILES / "enterprises.csv").read_text("utf-8").splitlines()[1:]]
Load = Callable[..., Any]
PROJECTS = 'code,name,level,kind,township,workers_normal\nP1,示例项目一,省重点,continued,横店,10\nP2,示例项目二,市重点,新建,330783001,\nP3,示例项目三,市重点,续建,吴宁街道,"1,200"\n'


def _counts(report: Any) -> tuple[int, int, int, int]:
    return report.read, report.accepted, report.duplicate, report.rejected


def _reasons(report: Any) -> set[tuple[str, str, str]]:
    return {(r["field"], r["code"], cell) for r in report.reasons for cell in r["cells"]}


def _chart(key: str, *, on: date = DAY, known: datetime | None = None) -> dict[str, Any]:
    from twofront.apps.figures.queries.board import Board

    found: dict[str, Any] = next(c for c in Board(on, known=known).as_json()["charts"] if c["key"] == key)
    return found


def _goal(key: str, *, on: date = DAY) -> dict[str, Any]:
    from twofront.apps.figures.queries.board import Board

    found: dict[str, Any] = next(g for g in Board(on).as_json()["goals"] if g["key"] == key)
    return found


def _at(moment: str) -> datetime:
    return datetime.fromisoformat(f"{moment}+08:00")


def _set_clock(at: datetime) -> None:
    from twofront.ground import clockwork, scope
    from twofront.ground.acts import new_key

    clockwork.set_clock(at, by=scope.system("test"), under=None, key=new_key(), at=at)


def test_projects_are_written_by_code_or_name_and_only_continued_ones_join(load: Load) -> None:
    """A township by code or name, a kind by key or Chinese word; new projects, unknown codes and firms are no members."""
    projects = load("projects", PROJECTS)
    members = load(
        "lists",
        f"member,list,from\nP1,key_projects,2020-02-01\nP2,key_projects,2020-02-01\nP3,key_projects,2020-02-01\nP9,key_projects,2020-02-01\n{CODES[0]},key_projects,2020-02-01\nP1,above_scale_industry,2020-02-01\n",
    )

    assert _counts(projects) == (3, 3, 0, 0)
    assert _counts(members) == (6, 2, 0, 4)
    assert _reasons(members) == {("member", "unknown_value", f"A{row}") for row in (3, 5, 6, 7)}
    assert _chart("key_projects")["denominator"] == 2


def test_a_project_that_its_list_does_not_take_any_more_is_noted_and_stays(load: Load) -> None:
    """P1 becomes new: leaving the list of continued ones is an act of its own, so the roster says it and leaves it."""
    load("projects", PROJECTS)
    load("lists", "member,list,from\nP1,key_projects,2020-02-01\n")
    report = load("projects", PROJECTS.replace("continued", "新建").replace("续建", "新建"))

    assert [(n["row"], n["field"], n["on_record"]) for n in report.notes] == [
        (2, "kind", ["key_projects (continued)"])
    ]
    assert _chart("key_projects")["denominator"] == 1


def test_a_projects_report_counts_and_a_visit_may_be_to_a_project(load: Load) -> None:
    """P1 resumed, P3 did not; an officer sees P1 by its code."""
    load("projects", PROJECTS)
    load("lists", "member,list,from\nP1,key_projects,2020-02-01\nP3,key_projects,2020-02-01\n")
    reports = load(
        "project_reports",
        "code,date,resumed,on_site,reason\nP1,2020-02-18,是,5,\nP3,2020-02-18,false,0,缺人\nP9,2020-02-18,1,,\n",
    )
    visits = load(
        "visits",
        "date,credit_code,officer,opened,on_site\n2020-02-18,P1,演练-某,1,\n2020-02-18,P9,演练-某,1,\n",
    )

    assert (_counts(reports), _counts(visits)) == ((3, 2, 0, 1), (2, 1, 0, 1))
    assert _reasons(reports) == {("code", "unknown_value", "A4")}
    chart = _chart("key_projects")
    assert (chart["numerator"], chart["denominator"], chart["unknown"]) == (1, 2, 0)
    assert (chart["sources"]["confirmed"], _goal("full_resumption")["numerator"]) == (1, 3)


def test_a_lists_column_is_compared_and_never_applied(load: Load) -> None:
    """A roster that claims another list says so beside the counts; the membership stays."""
    report = load(
        "enterprises",
        f"name,credit_code,township,sector,lists\n示例厂01,{CODES[0]},330783001,C17,above_limit_services\n",
    )

    assert [(n["row"], n["code"]) for n in report.notes] == [(2, "differs")]
    assert _chart("above_limit_services")["denominator"] == 0
    assert _chart("above_scale_industry")["denominator"] == 12


def test_who_leaves_a_list_is_a_member_to_the_last_day(load: Load) -> None:
    """`to` is the last day: a member on 02-17, none on 02-18; a change of more than 2 % of the members is a break."""
    report = load("lists", f"member,list,from,to\n{CODES[11]},above_scale_industry,2020-01-01,2020-02-17\n")

    assert _counts(report) == (1, 1, 0, 0)
    assert _chart("above_scale_industry", on=DAY - timedelta(days=1))["denominator"] == 12
    chart = _chart("above_scale_industry")
    assert (chart["denominator"], chart["series"][-1]["break"]) == (11, True)


def test_shares_may_add_up_to_the_whole_and_no_further(load: Load) -> None:
    """0.6 and 0.4 are the whole; 0.1 more is refused, and so is a share above 1."""
    report = load(
        "meters",
        f"meter,credit_code,from,share\nM80,{CODES[0]},2020-01-01,0.6\nM80,{CODES[1]},2020-01-01,0.4\nM80,{CODES[2]},2020-01-01,0.1\nM81,{CODES[3]},2020-01-01,1.5\n",
    )

    assert _counts(report) == (4, 2, 0, 2)
    assert _reasons(report) == {("share", "range", "D4"), ("share", "range", "D5")}


def test_a_wide_sheet_counts_its_filled_cells(load: Load) -> None:
    """Two days, two meters, three filled cells, one of them of an unknown meter; exactly 1 means 0."""
    report = load(
        "readings",
        "record_date,M01,MXX\n2020-02-18,1,40\n2020-02-17,,\n2020-02-16,9,\n",
        layout="wide",
        zero_value=1.0,
    )

    assert _counts(report) == (3, 2, 0, 1)
    assert _reasons(report) == {("meter", "unknown_value", "C2")}
    # M01 used 0 instead of 50: 01 no longer resumed
    assert (_chart("power_index")["numerator"], _chart("power_index")["denominator"]) == (4, 9)


def test_negative_readings_are_unknown_and_equal_twins_count_once(load: Load) -> None:
    """5 and 5.0 are one value; -3 is taken as unknown; `abc` is refused; an empty cell is no reading."""
    report = load(
        "readings",
        "date,meter,kwh\n2020-02-18,M04,5\n2020-02-18,M04,5.0\n2020-02-18,M01,-3\n2020-02-18,M06,abc\n2020-02-18,M07,\n",
    )

    assert _counts(report) == (4, 2, 1, 1)
    assert _reasons(report) == {("kwh", "format", "C5")}
    chart = _chart("power_index")
    assert (chart["numerator"], chart["denominator"], chart["unknown"]) == (4, 8, 2)


def test_two_values_for_one_key_refuse_the_file_and_both_are_named(load: Load) -> None:
    """Nothing of the file is taken."""
    with pytest.raises(CannotDo) as refused:
        load("readings", "date,meter,kwh\n2020-02-18,M01,5\n2020-02-18,M02,5\n2020-02-18,M01,6\n")

    assert "C2" in str(refused.value) and "C4" in str(refused.value)
    assert _chart("power_index")["numerator"] == 5


def test_points_of_a_day_become_the_suppliers_meter_day(load: Load) -> None:
    """The meter day ends at 18:00: M10, dark by day, has 96 quarters of 0.35 from 18:00 of 02-17: 33.6 of 100, resumed."""
    began = _at("2020-02-17T18:00")
    rows = "".join(f"{began + timedelta(minutes=15 * i):%Y-%m-%dT%H:%M},M10,0.35\n" for i in range(96))

    report = load("readings", f"time,meter,kwh\n{rows}", layout="interval")

    assert _counts(report) == (96, 96, 0, 0)
    chart = _chart("power_index")
    assert (chart["numerator"], chart["denominator"], chart["unknown"]) == (6, 10, 0)


def test_a_published_row_without_a_figure_is_refused(load: Load) -> None:
    """A sheet says at least one of its three figures."""
    report = load(
        "published",
        "date,area,source,firm_share,energy_share,index,formula,published_at\n2020-02-10,330000,国网浙江电力,,,25.42,zj,2020-02-11T10:00\n2020-02-11,330000,x,,,,,\n",
    )

    assert _counts(report) == (2, 1, 0, 1)
    assert {r["code"] for r in report.reasons} == {"missing"}


def test_a_published_row_is_of_an_area_by_its_code(load: Load) -> None:
    """A word is no area; a province and a county are."""
    report = load(
        "published",
        "date,area,source,index\n2020-02-10,330000,省,1\n2020-02-10,330783,省,1\n2020-02-10,zzz,省,1\n",
    )

    assert _counts(report) == (3, 2, 0, 1)
    assert _reasons(report) == {("area", "format", "B4")}


def test_wrong_readings_are_named_at_the_cell_that_is_wrong(load: Load) -> None:
    """The meter's, the day's and the number's own cell, in whatever order the columns stand."""
    text = "kwh,meter,date\n1,M99,2020-02-18\n1,M01,2020-02-31\nx,M01,2020-02-18\n"

    assert _reasons(load("readings", text, layout="long")) == {
        ("meter", "unknown_value", "B2"), ("date", "date", "C3"), ("kwh", "format", "A4"),
    }  # fmt: skip


def test_goals_are_closed_by_key_or_by_name(load: Load) -> None:
    """零输入 is zero_imported; a closing that is on record already is a duplicate."""
    report = load("closings", "date,goal,by\n2020-02-18,全覆盖,office\n2020-02-18,zero_imported,health\n")

    assert _counts(report) == (2, 1, 1, 0)
    assert _goal("full_coverage")["closed"]["by"] == "office"


def test_an_origin_is_one_of_three(load: Load) -> None:
    """imported, local, unknown; a case without township stands under `-`."""
    report = load(
        "cases",
        "case_id,reported_on,origin,source_case,township\nE9,2020-02-18,unknown,,\nE10,2020-02-18,elsewhere,,横店\n",
    )

    assert _counts(report) == (2, 1, 0, 1)
    assert _reasons(report) == {("origin", "unknown_value", "C3")}
    assert (_goal("zero_imported")["state"], _goal("zero_imported")["unknown"]) == ("unknown", 1)


def test_no_more_dwellings_are_done_than_there_are(load: Load) -> None:
    """120 of 100 and -1 are out of range; a village without a row keeps its last."""
    _set_clock(_at("2020-02-19T20:00"))
    report = load(
        "coverage",
        "date,village,dwellings,done\n2020-02-19,330783001001,100,120\n2020-02-19,330783001002,100,-1\n2020-02-19,330783001003,100,100\n",
        at=_at("2020-02-19T20:00"),
    )

    assert _counts(report) == (3, 1, 0, 2)
    assert _reasons(report) == {("done", "range", "D2"), ("done", "range", "D3")}
    assert _goal("full_coverage", on=date(2020, 2, 19))["numerator"] == 330


def test_booleans_difficulties_and_numbers_of_a_report(load: Load) -> None:
    """1/0, true/false, 是/否; a difficulty by key or name; anything else is refused, by cell."""
    report = load(
        "reports",
        "date,credit_code,opened,on_site,normal_staff,difficulty\n"
        f"2020-02-17,{CODES[0]},2,1,,\n2020-02-17,{CODES[1]},false,0,10,招工难\n2020-02-17,{CODES[2]},true,x,10,labour\n"
        f"2020-02-17,{CODES[3]},是,３,10,\n2020-02-17,{CODES[4]},否,0,10,无聊\n",
    )

    assert _counts(report) == (5, 2, 0, 3)
    assert _reasons(report) == {
        ("opened", "unknown_value", "C2"), ("on_site", "format", "D4"), ("difficulty", "unknown_value", "F6"),
    }  # fmt: skip


def test_old_codes_of_divisions_stay_valid_before_the_new_tree(load: Load) -> None:
    """A township that comes on 02-20 is not there on 02-18; nothing that is in use vanishes."""
    from twofront.apps.territory import queries as divisions

    tree = (FILES / "divisions.csv").read_text("utf-8")
    report = load("divisions", f"{tree}330783002,示例街道,\n", on=date(2020, 2, 20))

    assert _counts(report) == (10, 1, 9, 0)
    assert "330783002" not in divisions.tree(date(2020, 2, 19))
    assert divisions.tree(date(2020, 2, 20))["330783002"].parent == "330783"
    with pytest.raises(CannotDo, match="330783"):
        load("divisions", "code,name\n330783,东阳市\n330783001,吴宁街道\n", on=date(2020, 3, 1))


@pytest.mark.slow  # three boards a case
@pytest.mark.parametrize(
    ("kind", "text", "options"),
    [
        ("lists", f"member,list,from\n{CODES[0]},above_limit_services,2020-02-10\n", {}),
        ("meters", f"meter,credit_code,from\nM77,{CODES[10]},2020-01-01\n", {}),
        ("enterprises", f"name,credit_code,township\n示例厂01改,{CODES[0]},330783123\n", {}),
        ("projects", PROJECTS, {}),
        ("published", "date,area,source,index\n2020-02-18,330783,x,40\n", {}),
        ("readings", "date,meter,kwh\n2020-02-18,M08,90\n", {}),
        ("readings", "time,meter,kwh\n2020-02-18T08:00,M08,90\n", {"layout": "interval"}),
        ("reports", f"date,credit_code,opened\n2020-02-18,{CODES[11]},1\n", {}),
        ("coverage", "date,village,dwellings,done\n2020-02-18,330783123003,100,11\n", {}),
        ("cases", "case_id,reported_on,origin\nE9,2020-02-18,local\n", {}),
        ("closings", "date,goal,by\n2020-02-18,full_coverage,x\n", {}),
        ("visits", f"date,credit_code,officer,opened\n2020-02-18,{CODES[11]},x,1\n", {}),
    ],
    ids=["lists", "meters", "enterprises", "projects", "published", "readings", "points", "reports", "coverage", "cases", "closings", "visits"],
)  # fmt: skip
def test_nothing_of_a_published_day_is_learned_before_its_publication(
    load: Load, actor: Callable[[str], Any], kind: str, text: str, options: dict[str, Any]
) -> None:
    """Published as known at 20:00; what would have been known at 19:45 is refused, and the board of 20:00 stays."""
    from twofront.apps.centre import actions, queries

    later = _at("2020-02-18T21:00")
    _set_clock(later)
    actions.publish(DAY, known=_at("2020-02-18T20:00"), by=actor("office"), at=later)
    published = queries.board(DAY, known=_at("2020-02-18T20:00"), by=actor("office"))

    with pytest.raises(CannotDo, match="published"):
        load(kind, text, known=_at("2020-02-18T19:45"), at=later, **options)
    taken = load(kind, text, known=_at("2020-02-18T20:30"), at=later, name=f"{kind}-again.csv", **options)

    assert taken.accepted
    assert queries.board(DAY, known=_at("2020-02-18T20:00"), by=actor("office")) == published


def test_a_day_still_to_come_is_not_published(actor: Callable[[str], Any]) -> None:
    """The day after the county's now has no board to freeze."""
    from twofront.apps.centre import actions
    from twofront.ground.kinds import NotYet

    with pytest.raises(NotYet):
        actions.publish(DAY + timedelta(days=1), by=actor("office"), at=NOON)


@pytest.mark.parametrize(
    ("kind", "heading", "come", "to_come"),
    [
        ("reports", "date,credit_code,opened", f"2020-02-18,{CODES[0]},0", f"2020-02-19,{CODES[0]},0"),
        ("visits", "date,credit_code,officer,opened", f"2020-02-18,{CODES[0]},演练-某,1", f"2020-02-19,{CODES[0]},演练-某,1"),
        ("project_reports", "date,code,resumed", "2020-02-18,P1,1", "2020-02-19,P1,1"),
        ("coverage", "date,village,dwellings,done", "2020-02-18,330783001001,100,81", "2020-02-19,330783001001,100,82"),
        ("cases", "reported_on,case_id,origin", "2020-02-18,E8,local", "2020-02-19,E9,local"),
        ("closings", "date,goal", "2020-02-18,full_coverage", "2020-02-19,full_coverage"),
        ("published", "date,area,source,index", "2020-02-18,330783,某,3", "2020-02-19,330783,某,3"),
        ("readings", "date,meter,kwh", "2020-02-18,M01,7", "2020-02-19,M01,7"),
        ("readings", "time,meter,kwh", "2020-02-18T19:15,M01,7", "2020-02-18T19:45,M01,7"),
    ],
)  # fmt: skip
def test_what_has_not_come_yet_is_not_reported(
    load: Load, kind: str, heading: str, come: str, to_come: str
) -> None:
    """The clock stands at 02-18 19:30: a row of the 19th, or a quarter of an hour to come, is refused; the other is taken."""
    load("projects", PROJECTS)
    layout = {"layout": "interval" if heading.startswith("time") else "long"} if kind == "readings" else {}

    done = load(kind, f"{heading}\n{come}\n{to_come}\n", **layout)

    assert _counts(done) == (2, 1, 0, 1)
    assert _reasons(done) == {(heading.split(",", maxsplit=1)[0], "range", "A3")}


def test_why_a_day_to_come_is_refused_is_said_in_both_languages(load: Load) -> None:
    """What is wrong, and what to do."""
    from twofront.ground.models import RejectedRow

    load("reports", f"date,credit_code,opened\n2020-02-19,{CODES[0]},0\n")
    (why,) = RejectedRow.objects.get().reasons

    assert why["en"] == "2020-02-19: later than 2020-02-18; correct it, or send the row when that has come"
    assert why["zh"] == "“2020-02-19”晚于2020-02-18, 请更正, 或到时再报"


def test_columns_are_told_in_the_order_of_the_file(load: Load) -> None:
    """Also when the same file comes again, and as the history keeps it: a row of headings is read from left to right."""
    from twofront.ground.models import Import

    text = f"opened,zz,credit_code,remark,date,on_site\n1,,{CODES[0]},,2020-02-18,3\n"
    order = [("opened", "opened"), ("zz", None), ("credit_code", "credit_code"), ("remark", None), ("date", "date"), ("on_site", "on_site")]  # fmt: skip

    first, again = load("reports", text), load("reports", text)

    assert first.columns == again.columns == order
    assert (first.repeated, again.repeated) == (False, True)
    assert Import.objects.get(uid=first.import_id).report["columns"] == [list(pair) for pair in order]


FULL = {
    "accounts": {"login": "wuning", "role": "township", "unit": "330783001", "line": "*", "from": "2020-01-01", "name": "演练-新", "phone": "15400000999", "to": "2020-12-31"},
    "enterprises": {"name": "示例厂01", "credit_code": CODES[0], "township": "330783001", "sector": "C18", "contact": "演练-新", "mobile": "15400009999", "normal_staff": "77"},
    "lists": {"member": CODES[0], "list": "above_scale_industry", "from": "2020-01-01", "to": "2020-12-31", "reason": "并入"},
    "meters": {"meter": "M01", "credit_code": CODES[0], "from": "2020-01-01", "share": "0.5", "to": "2020-12-31"},
    "reports": {"date": "2020-02-18", "credit_code": CODES[0], "opened": "1", "on_site": "7", "normal_staff": "9", "difficulty": "labour"},
    "visits": {"date": "2020-02-17", "credit_code": CODES[0], "officer": "演练-officer", "opened": "1", "on_site": "5"},
    "projects": {"code": "P1", "name": "示例项目一", "kind": "continued", "township": "330783001", "level": "省重点", "workers_normal": "11"},
    "project_reports": {"code": "P1", "date": "2020-02-18", "resumed": "1", "on_site": "5", "reason": "缺料"},
    "cases": {"case_id": "E3", "reported_on": "2020-02-13", "origin": "local", "source_case": "E2", "township": "330783001"},
    "closings": {"date": "2020-02-18", "goal": "zero_imported", "by": "演练-某"},
    "published": {"date": "2020-02-17", "area": "330783", "source": "供电公司", "index": "3", "firm_share": "1", "energy_share": "2", "formula": "甲", "published_at": "2020-02-18T10:00"},
}  # fmt: skip
WHOLE = {"divisions", "readings"}
"""A tree is a whole, and a reading is one value: in them no column can be left out and mean something else."""


def _text(*rows: dict[str, str]) -> str:
    return "\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows), ""])


def _optional(kind: str) -> set[str]:
    from twofront.server.loads import LOADERS

    # a sheet's row needs one of its figures, a firm's lists are compared and never taken over
    return {f.name for f in LOADERS[kind].fields if not f.required} - {"index", "lists"}


def test_every_kind_with_columns_that_may_be_left_out_stands_here() -> None:
    """The test below is asked of every KIND, and of each of its optional columns."""
    from twofront.server.loads import LOADERS

    assert FULL.keys() == {kind for kind in LOADERS if _optional(kind)} - WHOLE
    assert all(_optional(kind) <= FULL[kind].keys() for kind in FULL)


@pytest.mark.parametrize("kind", FULL)
def test_a_column_left_out_changes_nothing_and_an_empty_cell_empties(load: Load, kind: str) -> None:
    """Without its optional columns a row says nothing new; with them empty it is a correction, and stays one."""
    load("projects", PROJECTS)
    full = FULL[kind]
    bare = {k: v for k, v in full.items() if k not in _optional(kind)}
    empty = {k: "" if k in _optional(kind) else v for k, v in full.items()}

    done = [
        _counts(load(kind, _text(row | {"remark": str(n)})))  # so that no file is an earlier one again
        for n, row in enumerate((full, bare, empty, bare, full, bare))
    ]

    new, same = (1, 1, 0, 0), (1, 0, 1, 0)
    assert done == [new, same, new, same, new, same]


@pytest.mark.parametrize(
    ("kind", "row", "field", "code", "cell"),
    [
        ("readings", "date,meter,kwh\n2020-02-17,M02,{}\n2020-02-17,M01,5\n", "kwh", "range", "C2"),
        ("reports", "date,credit_code,opened,on_site\n2020-02-17,{firm},1,{}\n2020-02-17,{other},1,5\n", "on_site", "range", "D2"),
        ("coverage", "date,village,dwellings,done\n2020-02-17,330783001001,{},1\n2020-02-17,330783001002,5,1\n", "dwellings", "range", "C2"),
        ("published", "date,area,source,index\n2020-02-17,330783,演练,{}\n2020-02-16,330783,演练,5\n", "index", "range", "D2"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("number", ["1e300", "1000000000000"])
def test_a_number_beyond_all_sense_rejects_its_row_alone(
    load: Load, kind: str, row: str, field: str, code: str, cell: str, number: str
) -> None:
    """No meter, firm or village has so many; the other row of the file goes in."""
    options = {"layout": "long"} if kind == "readings" else {}
    report = load(
        kind, row.replace("{firm}", CODES[0]).replace("{other}", CODES[1]).format(number), **options
    )

    assert _counts(report) == (2, 1, 0, 1)
    assert {(f, c) for f, _, c in _reasons(report)} == {(field, cell)}
    assert {c for _, c, _ in _reasons(report)} <= {code, "format"}


@pytest.mark.parametrize(
    ("kind", "text", "cell"),
    [
        ("meters", "meter,credit_code,from,to,share\nM90,{0},2020-02-10,2020-02-09,1\nM91,{0},2020-02-10,2020-02-10,1\n", "D2"),
        ("lists", "member,list,from,to,reason\n{0},above_limit_services,2020-02-10,2020-02-01,\n{1},above_limit_services,2020-02-01,2020-02-10,\n", "D2"),
        ("accounts", "login,role,unit,line,from,to\nx1,observer,*,*,2020-02-10,2020-02-09\nx2,observer,*,*,2020-02-10,2020-02-10\n", "F2"),
    ],
)  # fmt: skip
def test_an_end_before_its_beginning_rejects_its_row_alone(
    load: Load, kind: str, text: str, cell: str
) -> None:
    """The last day may be the first; it may not lie before it."""
    report = load(kind, text.format(*CODES))

    assert _counts(report) == (2, 1, 0, 1)
    assert _reasons(report) == {("to", "range", cell)}


@pytest.mark.parametrize(
    ("login", "accepted"), [("../../x", 0), ("x y", 0), ("..", 0), ("a/b", 0), ("张三", 1), ("a.b-c@d_1", 1)]
)
def test_a_login_is_a_word_that_an_address_can_hold(
    load: Load, client_as: Callable[[str], Any], login: str, accepted: int
) -> None:
    """What the page of accounts links to; whatever is loaded, the page opens."""
    report = load("accounts", f"login,role,unit,line,from\n{login},observer,*,*,2020-02-10\n")

    assert report.accepted == accepted
    assert accepted or _reasons(report) == {("login", "format", "A2")}
    assert client_as("office").get("/accounts").status_code == 200


@pytest.mark.parametrize("unit", ["*", "330783", "东阳市"])
def test_the_countys_own_code_is_the_whole_county(load: Load, actor: Callable[[str], Any], unit: str) -> None:
    """A line's clerk of the county sees the line in every township, however the county is written."""
    report = load("accounts", f"login,role,unit,line,from\nx,line_clerk,{unit},economy,2020-02-10\n")

    assert report.accepted == 1
    assert ("economy", "*") in actor("x").scope.read


def test_the_source_of_a_case_is_another_case_of_the_county_or_the_list(load: Load) -> None:
    """E9 from E1 of the county, E10 from E9 of the list; not from nobody, not from itself."""
    report = load(
        "cases",
        "case_id,reported_on,origin,source_case,township\nE9,2020-02-14,local,E1,330783001\nE10,2020-02-14,local,E9,330783001\n"
        "E11,2020-02-14,local,NOPE,330783001\nE12,2020-02-14,local,E12,330783001\n",
    )

    assert _counts(report) == (4, 2, 0, 2)
    assert _reasons(report) == {
        ("source_case", "unknown_value", "D4"),
        ("source_case", "unknown_value", "D5"),
    }


def test_a_sheet_of_a_later_hour_is_not_published_yet(load: Load) -> None:
    """What the county is told at 19:30 cannot have been published at 20:00."""
    report = load(
        "published",
        "date,area,source,index,published_at\n2020-02-17,330783,演练甲,5,2020-02-18T20:00\n2020-02-17,330783,演练乙,5,2020-02-18T19:00\n",
    )

    assert _counts(report) == (2, 1, 0, 1)
    assert _reasons(report) == {("published_at", "range", "E2")}


@pytest.mark.parametrize(
    "text",
    [
        "code,name,parent\n330783002,x,330783002\n",
        "code,name,parent\n330783002,x,330784\n",
        "code,name\n33078,x\n",
        "code,name\n330783abc,x\n",
    ],
)
def test_a_division_is_numbered_as_the_nations_are_and_lies_under_a_larger_one(load: Load, text: str) -> None:
    """Six, nine or twelve digits; nothing lies under itself, or under a county that is not there."""
    whole = (FILES / "divisions.csv").read_text("utf-8")
    report = load(
        "divisions",
        text
        + "".join(
            f"{line}\n" if "parent" in text.splitlines()[0] else f"{','.join(line.split(',')[:2])}\n"
            for line in whole.splitlines()[1:]
        ),
    )

    assert report.rejected == 1
