"""The exercise's files as files: their order, their faults, their bytes, and who may not be in them."""

import ast
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.demo import reader
from tests.demo.conftest import MAKER, make
from tests.demo.reader import Known

# Making the files takes most of a second, replaying a stop one to three; both once a session.
pytestmark = pytest.mark.slow

Stop = Callable[[int], Known]
DEMO = MAKER.parent
CLOCKS = ["2020-02-18T19:30", "2020-02-19T06:00", "2020-02-20T20:00", "2020-02-21T24:00"]
ROLES = {
    "commander", "office_clerk", "leader", "line_clerk", "township", "grid_worker", "gate_keeper", "service_officer",
    "enterprise", "inspector", "auditor", "observer",
}  # fmt: skip
LINES = {
    "health", "public_security", "transport", "labour", "economy", "commerce", "tourism", "development",
    "construction", "market", "power", "office",
}  # fmt: skip


def test_the_clock_stops_four_times_and_nothing_later_is_known(folder: Path) -> None:
    """Each step is known by its stop and after the stop before, and the whole plan is in order of known time."""
    stops = reader.plan(folder)["stops"]
    known = [[step["known"] for step in stop["steps"]] for stop in stops]
    flat = [moment for stop in known for moment in stop]

    assert [stop["clock"] for stop in stops] == CLOCKS
    assert flat == sorted(flat)
    for before, clock, moments in zip(["", *CLOCKS], CLOCKS, known, strict=False):
        assert all(before < moment <= clock for moment in moments)


def test_no_row_is_known_before_the_last_publication_of_its_day(folder: Path) -> None:
    """What becomes known of a published day becomes known after its publication, and so is a correction."""
    published: dict[str, str] = {}
    for step in reader.steps(folder, stops=4):
        if "publish" in step:
            published[step["publish"]] = step["known"]
            continue
        for row in reader.parse(step, data=(folder / step["file"]).read_bytes()):
            day = row.get("date") or row.get("reported_on") or ""
            assert step["known"] >= published.get(day, "")

    assert published == {f"2020-02-{n}": f"2020-02-{n}T20:00" for n in range(17, 22)}


def test_no_value_is_replaced_by_an_older_one(stop: Stop) -> None:
    """Where a key comes twice, the later value is known later."""
    for keys in stop(4).past.values():
        for values in keys.values():
            moments = [moment for moment, _ in values]
            assert moments == sorted(moments)


def test_no_day_is_told_before_it_has_come(folder: Path) -> None:
    """A sheet never speaks of a day after the one on which it becomes known."""
    for step in reader.steps(folder, stops=4):
        if "publish" in step or step["layout"] == "interval":
            continue
        for row in reader.parse(step, data=(folder / step["file"]).read_bytes()):
            assert row.get("date", "") <= step["known"][:10]


def test_the_plan_names_every_file_and_no_other(folder: Path) -> None:
    """Each step's file is there, and no file lies beside the plan unnamed."""
    told = {step["file"] for step in reader.steps(folder, stops=4) if "file" in step}
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}

    assert there == told | {"plan.json"}


def test_the_same_seed_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """Made twice, every file is the same to the byte, workbooks too."""
    again = make(tmp_path / "again", seed=0)

    for path in folder.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (again / path.relative_to(folder)).read_bytes(), path.name


def test_another_seed_keeps_the_counts(tmp_path: Path, folder: Path) -> None:
    """Chance moves who is who, never how many: the declared, the visited and the surveyed stay."""
    known = reader.at_stop(make(tmp_path / "other", seed=7), stops=1)
    told = reader.declared(known, "above_scale_industry", on="2020-02-18")

    assert Counter(told.values()) == {True: 329, False: 289, None: 22}
    assert Counter(reader.confirmed(known, on="2020-02-18").values()) == {True: 248, False: 3}
    assert sum(int(r["done"]) for r in known.rows("coverage", date="2020-02-18")) == 95_400
    assert (tmp_path / "other" / "plan.json").read_text() != (folder / "plan.json").read_text()


def test_one_roster_has_wrong_rows_and_a_mended_one_follows(stop: Stop) -> None:
    """Two wrong check characters and an unknown township are rejected; the mended file brings the three firms in."""
    known = stop(1)

    assert Counter(reason for _, reason in known.rejected) == {"credit_code": 2, "township": 1}
    codes = {r["credit_code"] for r in known.rows("enterprises")}
    assert len(reader.members(known, "above_limit_services", on="2020-02-18") & codes) == 214


def test_one_sheet_comes_twice(stop: Stop) -> None:
    """The same bytes come again under another name; they change nothing."""
    assert stop(1).repeated == ["2020-02-17/服务业复工日报(1).csv"]


def test_the_lists_column_of_the_roster_differs_from_the_lists(stop: Stop) -> None:
    """One member lacks its list in the roster, one firm claims a list it is not on; the lists decide."""
    known = stop(1)
    of = reader.members(known, "above_scale_industry", on="2020-02-18")
    claims = {r["credit_code"] for r in known.rows("enterprises", lists="above_scale_industry")}

    assert (len(of), len(of - claims), len(claims - of)) == (640, 1, 1)


def test_a_member_that_left_is_no_longer_counted(stop: Stop) -> None:
    """One firm left the list on 01-31, with its reason."""
    known = stop(1)
    gone = [r for r in known.rows("lists") if r["to"]]

    assert [(r["to"], bool(r["reason"])) for r in gone] == [("2020-01-31", True)]
    assert len(reader.members(known, "above_scale_industry", on="2020-01-31")) == 641


def test_meters_have_their_faults(stop: Stop) -> None:
    """Missing readings, a stuck meter, one meter for two firms, firms with two meters, a changed meter, a correction."""
    known = stop(1)
    meters = Counter(r["meter"] for r in known.rows("meters"))
    shared = [r for r in known.rows("meters") if meters[r["meter"]] > 1]
    days = [f"2020-02-{n}" for n in range(10, 19)]
    stuck = {m for m in meters if len({known.now["readings"].get((m, d), {}).get("kwh") for d in days}) == 1}
    twice = [v for v in known.past["readings"].values() if len(v) > 1]
    dates = {date for _, date in known.now["readings"]}

    assert sorted(float(r["share"]) for r in shared) == [0.4, 0.6]
    assert max(Counter(r["credit_code"] for r in known.rows("meters") if not r["to"]).values()) == 2
    assert len([r for r in known.rows("meters") if r["to"]]) == 1
    assert len(stuck - {r["meter"] for r in known.rows("meters") if r["to"]}) == 1
    assert [[known_at for known_at, _ in v] for v in twice] == [["2020-02-14T19:00", "2020-02-16T10:00"]]
    assert 20 < len(dates) * (len(meters) - 1) - len(known.now["readings"]) < 400


def test_every_code_points_to_something(stop: Stop) -> None:
    """Members, reports, visits, meters, villages and officers are all on their registers."""
    known = stop(4)
    firms = {r["credit_code"] for r in known.rows("enterprises")}
    projects = {r["code"] for r in known.rows("projects")}
    places = {r["code"] for r in known.rows("divisions")}
    logins = {r["login"] for r in known.rows("accounts")}

    assert {r["member"] for r in known.rows("lists")} <= firms | projects
    assert {r["credit_code"] for kind in ("reports", "visits", "meters") for r in known.rows(kind)} <= firms
    assert {r["code"] for r in known.rows("project_reports")} <= projects
    assert {r["village"] for r in known.rows("coverage")} <= places
    assert {r["township"] for r in known.rows("cases")} <= places
    assert {r["officer"] for r in known.rows("visits")} | {r["by"] for r in known.rows("closings")} <= logins


def test_those_who_bring_a_file_have_an_account(folder: Path, stop: Stop) -> None:
    """A step names a login of the list of accounts, or nobody: then it is the operator."""
    logins = {r["login"] for r in stop(1).rows("accounts")}

    assert {step["by"] for step in reader.steps(folder, stops=4) if step.get("by")} <= logins


def test_every_role_line_and_township_has_somebody(stop: Stop) -> None:
    """Twelve roles, twelve lines with a clerk, a head for each of the 18 townships; the leader looks after two."""
    rows = stop(1).rows("accounts")
    towns = {r["code"] for r in stop(1).rows("divisions") if len(r["code"]) == 9}

    assert {r["role"] for r in rows} == ROLES
    assert {r["line"] for r in rows if r["role"] == "line_clerk"} == LINES
    assert {r["unit"] for r in rows if r["role"] == "township"} == towns
    assert {r["unit"] for r in rows if r["role"] == "leader"} == {"330783118", "330783123", "*"}


def test_nobody_real_is_in_it(stop: Stop) -> None:
    """People are 演练-, firms 示例, mobiles 154, credit codes right and of the authority 330799 that never was."""
    known = stop(4)
    firms = known.rows("enterprises")
    people = [r["name"] for r in known.rows("accounts")] + [r["contact"] for r in firms]
    phones = [r["phone"] for r in known.rows("accounts")] + [r["mobile"] for r in firms]

    assert all(name.startswith("演练-") for name in people)
    assert all(re.fullmatch(r"154\d{8}", phone) for phone in phones)
    assert len({r["phone"] for r in known.rows("accounts")}) == len(
        {r["login"] for r in known.rows("accounts")}
    )
    assert all(r["name"].startswith("示例") for r in firms)
    assert len({r["name"] for r in firms}) == len(firms)
    assert all(r["credit_code"].startswith("91330799") for r in firms)
    assert all(r["name"].startswith("示例") for r in known.rows("projects"))


def test_the_readers_of_codes_agree_with_the_standards_own_example() -> None:
    """GB 32100 gives 91350100M000100Y43 as its example; one character changed is refused."""
    assert reader.is_credit_code("91350100M000100Y43")
    assert not reader.is_credit_code("91350100M000100Y44")


@pytest.mark.real
def test_villages_are_those_of_the_edition(stop: Stop) -> None:
    """388 villages and communities under 18 townships, equal to the edition of 2023-06-30 but for one invented name."""
    source = Path(__file__).parents[3] / "shared" / "data" / "divisions" / "dongyang_villages.csv"
    if not source.exists():
        pytest.skip("the real divisions are not beside the checkout")
    lines = [line.split(",") for line in source.read_text(encoding="utf-8").splitlines()[1:]]
    ours = {r["code"]: r["name"] for r in stop(1).rows("divisions") if len(r["code"]) == 12}

    assert [name for code, name, *_ in lines if ours[code] != name] == ["钱溪村委会"]
    assert len(ours) == len(lines) == 388


def test_files_are_kept_as_clerks_keep_them(folder: Path) -> None:
    """Workbooks have one sheet with title and notes; some CSV is GB18030, some has a BOM, some is plain UTF-8."""
    forms = Counter()
    for path in folder.rglob("*.csv"):
        data = path.read_bytes()
        try:
            data.decode("utf-8")
            forms["bom" if data.startswith(b"\xef\xbb\xbf") else "utf-8"] += 1
        except UnicodeDecodeError:
            data.decode("gb18030")
            forms["gb18030"] += 1
    for path in folder.rglob("*.xlsx"):
        pages = openpyxl.load_workbook(path).worksheets
        first, last = pages[0]["A1"].value, pages[0].cell(pages[0].max_row, 1).value
        assert len(pages) == 1
        assert "演练" in first
        assert isinstance(last, str)

    assert set(forms) == {"bom", "utf-8", "gb18030"}


def test_the_maker_knows_no_database_and_no_part_of_the_product() -> None:
    """Under demo/ only the standard library, xlsxwriter and its own modules are imported; no SQL; no file above 400 lines."""
    own = {path.stem for path in DEMO.glob("*.py")}
    for path in sorted(DEMO.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        names = set()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add((node.module or "").split(".")[0])
        assert names - own - {"xlsxwriter"} <= sys.stdlib_module_names, path.name
        assert "sqlite3" not in names
        assert not re.search(r"\b(INSERT INTO|SELECT\b.+\bFROM|UPDATE\b.+\bSET|CREATE TABLE)\b", text), (
            path.name
        )
        assert text.count("\n") <= 400, path.name


def test_the_makers_own_examples_run() -> None:
    """The examples in the docstrings are true."""
    import doctest
    import importlib.util

    for name in ("names", "county"):
        spec = importlib.util.spec_from_file_location(f"demo_{name}", DEMO / f"{name}.py")
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        assert doctest.testmod(module).failed == 0
