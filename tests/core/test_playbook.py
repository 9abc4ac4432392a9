"""The playbook of the exercise county and the one of another county: what is in force, when, for whom."""

import dataclasses
import json
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from twofront.core import playbook as books
from twofront.core.playbook import KINDS, Goal, Line, NotInForce, Parameter, Playbook, Role, read, sha256_of

ROOT = Path(__file__).parents[2]
MEETING = date(2020, 2, 18)


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder and of `tables` in it."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def dongyang() -> Playbook:
    """The exercise county's playbook."""
    return read(files_of(ROOT / "playbooks" / "dongyang-2020"))


@pytest.fixture(scope="module")
def pujiang() -> Playbook:
    """Another county, another emergency: only data."""
    return read(files_of(Path(__file__).parent / "test_playbook_other_county"))


def test_the_four_goals_are_in_force_from_the_meeting_on(dongyang: Playbook) -> None:
    """Two at zero, two in full, in the contract's order; the province's set changes on the same day."""
    county = [s for s in dongyang.of("goal_set", at=MEETING) if s.level == "county"]

    assert [s.goals for s in county] == [
        ("zero_imported", "zero_transmitted", "full_coverage", "full_resumption")
    ]
    assert [s.zh for s in dongyang.of("goal_set", at=MEETING) if s.level == "province"] == ["两确保三争取"]
    assert [s.zh for s in dongyang.of("goal_set", at=MEETING - timedelta(days=1))] == ["一确保两争取"]


def test_the_goals_carry_what_the_story_says(dongyang: Playbook) -> None:
    """Zero counts from 02-14; the survey ends on 02-21 24:00, resumption on 02-29, over the three lists."""
    zero = dongyang.one(Goal, "zero_imported", at=MEETING)
    survey = dongyang.one(Goal, "full_coverage", at=MEETING)
    back = dongyang.one(Goal, "full_resumption", at=MEETING)

    assert (zero.counts, zero.origin, zero.since, zero.line) == (
        "cases",
        "imported",
        date(2020, 2, 14),
        "health",
    )
    assert survey.deadline == datetime(2020, 2, 22, tzinfo=dongyang.zone)
    assert back.deadline == datetime(2020, 3, 1, tzinfo=dongyang.zone)
    assert back.lists == ("above_scale_industry", "above_limit_services", "key_projects")


def test_phase_and_colour_turn_at_their_moment(dongyang: Playbook) -> None:
    """Holding until 02-17, both from 02-18; yellow until 02-19 16:00, blue from then."""
    turn = datetime(2020, 2, 19, 16, tzinfo=dongyang.zone)
    phases = [dongyang.phase(at=d) for d in (date(2020, 2, 17), MEETING)]
    colours = [dongyang.area_class("330783", at=m) for m in (turn - timedelta(seconds=1), turn)]

    assert [p.zh for p in phases if p] == ["阻击", "兼顾"]
    assert [c.key for c in colours if c] == ["yellow", "blue"]
    assert dongyang.phase(at=date(2019, 12, 31)) is None
    assert dongyang.area_class("330783", at=datetime(2020, 1, 1, tzinfo=dongyang.zone)) is None


def test_the_charts_and_the_formula_of_the_index(dongyang: Playbook) -> None:
    """The four charts in the contract's order; the index over the industrial list, its baseline of fourteen days."""
    charts = dongyang.of("chart", at=MEETING)
    formula = dongyang.one("formula", "zj_2020_v1", at=MEETING)

    assert [c.key for c in charts] == [
        "above_scale_industry",
        "above_limit_services",
        "key_projects",
        "power_index",
    ]
    assert (formula.threshold, formula.stopped, formula.of) == (0.30, 0.20, "above_scale_industry")
    assert (str(formula.baseline), len(formula.baseline)) == ("2020-01-02:2020-01-15", 14)
    assert [(b.area, b.on) for b in dongyang.of("break", at=MEETING)] == [("330000", date(2020, 2, 19))]


def test_the_twelve_roles_of_the_contract_are_there(dongyang: Playbook) -> None:
    """Word for word the contract's list."""
    contract = "commander office_clerk leader line_clerk township grid_worker gate_keeper service_officer enterprise inspector auditor observer"

    assert [r.key for r in dongyang.of(Role, at=MEETING)] == contract.split()


@pytest.mark.parametrize(
    ("role", "line", "permission", "may"),
    [
        pytest.param("line_clerk", "health", "cases.see", True, id="health sees cases"),
        pytest.param("line_clerk", "health", "close:zero_imported", True, id="health closes its goal"),
        pytest.param(
            "line_clerk", "health", "close:full_coverage", False, id="health does not close the office's"
        ),
        pytest.param("line_clerk", "economy", "cases.see", False, id="economy sees no cases"),
        pytest.param("line_clerk", "economy", "load:reports", True, id="economy loads reports"),
        pytest.param("line_clerk", "economy", "load:cases", False, id="economy loads no cases"),
        pytest.param("commander", "*", "cases.see", True, id="the commander sees cases"),
        pytest.param("office_clerk", "*", "load:cases", True, id="the office loads everything"),
        pytest.param("office_clerk", "*", "close:full_resumption", True, id="the office closes everything"),
        pytest.param("auditor", "*", "audit.see", True, id="the auditor sees the audit"),
        pytest.param("auditor", "*", "load:reports", False, id="the auditor changes nothing"),
        pytest.param("observer", "*", "rows.see", False, id="an observer sees aggregates only"),
        pytest.param("township", "*", "load:coverage", True, id="a township loads its survey"),
        pytest.param("township", "*", "cases.see", False, id="a township sees no cases"),
        pytest.param("enterprise", "*", "report.declare", True, id="a firm declares"),
        pytest.param("enterprise", "*", "report.correct", False, id="a firm corrects nothing of others"),
    ],
)
def test_a_role_may_what_its_line_is_granted(
    dongyang: Playbook, role: str, line: str, permission: str, may: bool
) -> None:
    """Rights are the role's and, on its line, what the line is granted."""
    assert dongyang.may(role, permission, line=line, at=MEETING) is may


def test_every_list_and_section_has_one_competent_line(dongyang: Playbook) -> None:
    """The list decides before the trade; every trade of the standard has a line."""
    assert (line := dongyang.competent_line(lists=["above_limit_services"], sector="C2438", at=MEETING))
    assert line.key == "commerce"
    for section in "ABCDEFGHIJKLMNOPQRST":
        assert dongyang.competent_line(sector=section, at=MEETING) is not None
    assert dongyang.competent_line(at=MEETING) is None
    assert dongyang.competent_line(lists=["unknown_list"], sector="99", at=MEETING) is None


@pytest.mark.parametrize(
    ("sector", "section"),
    [("C", "C"), ("c", "C"), ("C13", "C"), ("43", "C"), ("4390", "C"), ("H6110", "H"), ("97", "T"), ("C44", None), ("98", None), ("Z", None), ("", None), ("٤٣", None)],
)  # fmt: skip
def test_a_trade_lies_in_the_section_of_its_division(
    dongyang: Playbook, sector: str, section: str | None
) -> None:
    """A code may be a section, division, group or class, with or without its letter; a letter that lies is refused."""
    found = dongyang.section_of(sector, at=MEETING)

    assert (found.key if found else None) == section


@pytest.mark.real
def test_the_sections_are_those_of_the_standard(dongyang: Playbook) -> None:
    """Names and divisions as in GB/T 4754-2017, and each division in the section that the standard puts it in."""
    source = ROOT.parent / "shared" / "data" / "registry" / "gbt4754_2017.csv"
    if not source.exists():
        pytest.skip("the real data are not beside the checkout: shared/data/registry/gbt4754_2017.csv")
    rows = [line.split(",") for line in source.read_text("utf-8-sig").splitlines()]

    for level, section, division, *_, name in (r[:6] for r in rows):
        if level == "1":
            assert dongyang.one("section", section, at=MEETING).zh == name
        if level == "2":
            found = dongyang.section_of(division, at=MEETING)
            assert found is not None
            assert found.key == section


def test_the_tile_map_is_the_story_s(dongyang: Playbook) -> None:
    """Eighteen tiles in seven rows, as drawn, and never without the words that say what it is not."""
    drawn = [
        ". . . 虎鹿 . .", ". 江北 六石 巍山 佐村 .", "白云 吴宁 城东 歌山 . 三单", ". 南市 . 东阳江 . .", "画水 . 横店 湖溪 . .",
        ". 南马 . 马宅 . .", ". . 千祥 . . .",
    ]  # fmt: skip
    tiles = {(t.row, t.column): t.zh for t in dongyang.of("tile", at=MEETING)}

    assert [" ".join(tiles.get((r, c), ".") for c in range(1, 7)) for r in range(1, 8)] == drawn
    assert dongyang.one("tile_map", "330783", at=MEETING).zh == "示意, 非边界"


def test_another_county_is_only_data(pujiang: Playbook) -> None:
    """Other lines, goals, hours and numbers; a parameter that changes on a day; the same questions answered."""
    last, first = date(2021, 6, 30), date(2021, 7, 1)

    assert (pujiang.code, pujiang.place) == ("pujiang-flood", "330726")
    assert [line.key for line in pujiang.of(Line, at=first)] == ["water"]
    assert [pujiang.parameter("visit_window_days", at=d) for d in (last, first)] == [3, 5]
    assert pujiang.county(at=first).day_turns_at == time(6)
    assert pujiang.may("line_clerk", "close:all_inspected", line="water", at=first)
    assert pujiang.of("chart", at=first) == ()
    assert pujiang.one("expectation", "coverage", at=first).days_after == 1


def test_a_moment_means_the_county_s_day(pujiang: Playbook) -> None:
    """Late on 06-30 in London it is 07-01 in the county."""
    moment = datetime.fromisoformat("2021-06-30T18:00:00+01:00")

    assert pujiang.parameter("visit_window_days", at=moment) == 5


def test_what_is_not_in_force_is_an_answer(pujiang: Playbook) -> None:
    """Asking outside the days of a row says which row is missing, and what to do."""
    with pytest.raises(NotInForce) as refused:
        pujiang.one(Parameter, "min_rows", at=MEETING)

    assert (
        str(refused.value)
        == "no parameter 'min_rows' is in force on 2020-02-18; add a dated row for it to the playbook"
    )
    assert pujiang.find(Goal, "zero_imported", at=MEETING) is None
    with pytest.raises(KeyError):
        pujiang.of("rumour", at=MEETING)


@pytest.mark.parametrize("name", ["dongyang", "pujiang"])
def test_json_gives_the_same_playbook_back(name: str, request: pytest.FixtureRequest) -> None:
    """Stored as JSON text and read again, every row and the version are equal."""
    book: Playbook = request.getfixturevalue(name)

    again = Playbook.from_json(json.loads(json.dumps(book.to_json())))

    assert again == book
    assert again.version == book.version == f"{book.code}@{book.sha256[:12]}"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param(lambda rows: rows.update(rumour=[{}]), "'rumour'", id="an unknown kind"),
        pytest.param(lambda rows: rows["line"][0].update(colour="red"), "colour", id="an unknown field"),
        pytest.param(lambda rows: rows["line"][0].pop("zh"), "zh", id="a missing field"),
        pytest.param(
            lambda rows: rows["section"][0].update(first="x"), "section.first", id="a value of another type"
        ),
    ],
)
def test_json_of_another_form_is_refused(pujiang: Playbook, change, why: str) -> None:
    """What another version of the program stored is not half read."""
    stored = json.loads(json.dumps(pujiang.to_json()))
    change(stored["rows"])

    with pytest.raises(ValueError, match=why):
        Playbook.from_json(stored)


def test_the_version_is_that_of_the_files() -> None:
    """Order and what is no .toml do not matter; names, bytes and their borders do."""
    files = {"a.toml": b"xy", "b.toml": b"z"}

    assert sha256_of(files) == sha256_of(dict(reversed(files.items())) | {"README.md": b"!"})
    assert (
        len(
            {
                sha256_of(f)
                for f in (files, {"a.toml": b"x", "b.toml": b"yz"}, {"a.toml": b"xy", "c.toml": b"z"})
            }
        )
        == 3
    )


def test_every_row_says_where_it_is_from(dongyang: Playbook) -> None:
    """Each row has a basis, and what rests on a publication names it."""
    for rows in dongyang.rows.values():
        for row in rows:
            assert row.basis in {"real", "standard", "reconstructed", "invented", "product"}


def test_every_kind_has_a_row_and_a_door(dongyang: Playbook) -> None:
    """The exercise county uses every kind that is declared, and each is exported under its name."""
    assert [name for name in KINDS if not dongyang.rows[name]] == []
    for kind in KINDS.values():
        assert getattr(books, kind.__name__) is kind
        assert dataclasses.is_dataclass(kind)
