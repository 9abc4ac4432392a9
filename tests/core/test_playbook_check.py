"""The check: every single broken line of a valid playbook is named with its file and line."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twofront.core.playbook import Fault, PlaybookFaults, check, read
from twofront.core.playbook.fields import fields_of
from twofront.core.playbook.kinds import KINDS

SMALL = {p.name: p.read_bytes() for p in (Path(__file__).parent / "test_playbook_other_county").iterdir()}
DONGYANG = Path(__file__).parents[2] / "playbooks" / "dongyang-2020"
LARGE = {
    p.relative_to(DONGYANG).as_posix(): p.read_bytes()
    for p in DONGYANG.rglob("*")
    if p.suffix in (".toml", ".csv")
}
KEY = re.compile(r"^(\w+)(\s*=\s*)(.*)$")
HEADER = re.compile(r"^(\[+)([\w.]+)(\]+)$")


def lines_of(files: dict[str, bytes]) -> list[tuple[str, int, str]]:
    """Return file, line number and text of each line that says something."""
    every = [
        (name, n, line)
        for name, text in files.items()
        if name.endswith(".toml")
        for n, line in enumerate(text.decode().split("\n"), 1)
    ]
    return [(name, n, line) for name, n, line in every if line.strip() and not line.startswith("#")]


def with_line(files: dict[str, bytes], name: str, n: int, line: str | None) -> dict[str, bytes]:
    """Return the files with one line replaced, or taken out."""
    lines = files[name].decode().split("\n")
    lines[n - 1 : n] = [] if line is None else [line]
    return {**files, name: "\n".join(lines).encode()}


def broken(line: str) -> Iterator[str]:
    """Return the ways to break a line that every kind of line has: its name, its value, its form."""
    if key := KEY.match(line):
        yield f"{key[1]}xx{key[2]}{key[3]}"
        if key[3] != "[":
            yield f"{key[1]}{key[2]}true"
            yield f"{key[1]}{key[2]}"
    elif header := HEADER.match(line):
        yield f"{header[1]}{header[2]}xx{header[3]}"
        yield f"{header[1]}{header[2]}"
    elif line.startswith("  "):
        yield "  1979-05-27,"
    yield "??? " + line


def named(files: dict[str, bytes], name: str, n: int) -> list[Fault]:
    """Return the faults that name a line."""
    return [f for f in check(files) if (f.file, f.line) == (name, n)]


def test_both_playbooks_are_valid() -> None:
    """The exercise county's and the other one have no fault."""
    assert check(SMALL) == []
    assert check(LARGE) == []


@pytest.mark.slow  # every line of the small playbook in up to four ways: some 500 checks
def test_every_single_broken_line_is_named() -> None:
    """Name, value or form of any line broken: a fault stands at that file and line, with what and do."""
    unnamed = []
    for name, n, line in lines_of(SMALL):
        for wrong in broken(line):
            faults = named(with_line(SMALL, name, n, wrong), name, n)
            if not faults or not all(f.what and f.do for f in faults):
                unnamed.append((name, n, wrong))

    assert unnamed == []


@pytest.mark.slow  # a hundred checks of the whole playbook
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_broken_line_of_the_exercise_county_is_named(data: st.DataObject) -> None:
    """The same law on the large playbook, at random lines."""
    name, n, line = data.draw(st.sampled_from(lines_of(LARGE)))
    wrong = data.draw(st.sampled_from(list(broken(line))))

    assert named(with_line(LARGE, name, n, wrong), name, n), wrong


@pytest.mark.slow  # every line of the small playbook once
def test_every_missing_line_that_must_be_there_is_named() -> None:
    """A required field taken out is named at the head of its row, with the words to add."""
    unnamed = []
    for name, n, line in lines_of(SMALL):
        key = KEY.match(line)
        if key is None or key[3] == "[":
            continue
        lines = SMALL[name].decode().split("\n")
        head = next(m for m in range(n - 1, 0, -1) if lines[m - 1].startswith("["))
        kind = KINDS.get(lines[head - 1].strip("[]"))
        if kind is not None and key[1] in {f.name for f in fields_of(kind) if f.required}:
            faults = named(with_line(SMALL, name, n, None), name, head)
            if not any(f.what.endswith(f"has no {key[1]}") for f in faults):
                unnamed.append((name, n, line))

    assert unnamed == []


W, C = "work.toml", "county.toml"


@pytest.mark.parametrize(
    ("file", "change", "fault"),
    [
        pytest.param(W, ('line    = "water"', 'line    = "wind"'), ('line    = "wind"', "wind", "names no line"), id="an unknown line"),
        pytest.param(W, ('"close:all_inspected"', '"close:all"'), ('"close:all",', "close:all", "names no goal"), id="an unknown goal in a permission"),
        pytest.param(W, ('["board.see"]', '["board.sea"]'), ('permissions = ["board.sea"]', "board.sea", "names no goal"), id="an unknown permission"),
        pytest.param(W, ('goals  = ["all_inspected"]', 'goals  = ["none"]'), ('goals  = ["none"]', "none", "names no goal"), id="an unknown goal"),
        pytest.param(W, ('section = "C"', 'section = "D"'), ('section = "D"', "D", "names no section"), id="an unknown section"),
        pytest.param(C, ('place  = "330726"', 'place  = "330783"'), ('place  = "330783"', "330783", "names no county"), id="an unknown county"),
        pytest.param(C, ("to     = 2021-06-30\nvalue", "value"), ('key    = "visit_window_days"', "visit_window_days", "is in force twice"), id="days of one key that overlap"),
        pytest.param(C, ("column = 1", "column = 0"), ("column = 0", "0", "lies outside 1 to 99"), id="a number outside its range"),
        pytest.param(C, ("330726100", "330783001"), ('key    = "330783001"', "330783001", "lies outside the county 330726"), id="a tile of another county"),
        pytest.param(C, ("to     = 2021-06-30\nfronts", "to     = 2021-06-19\nfronts"), ("to     = 2021-06-19", "2021-06-19", "lies before from"), id="an end before the beginning"),
        pytest.param(C, ("from   = 2021-06-20", "from   = 2021-06-31"), ("from   = 2021-06-31", "from   = 2021-06-31", "is no TOML: Invalid date"), id="a day that does not exist"),
        pytest.param(C, ("from   = 2021-06-20", 'from   = "2021-06-31"'), ('from   = "2021-06-31"', "2021-06-31", "does not exist"), id="the same as a text"),
        pytest.param(C, ("Asia/Shanghai", "Asia/Pujiang"), ('zone           = "Asia/Pujiang"', "Asia/Pujiang", "is not the name of a time zone"), id="no time zone"),
        pytest.param(C, ('"06:00"', '"25:00"'), ('day_turns_at   = "25:00"', "25:00", "lies outside a day"), id="no hour"),
        pytest.param(C, ('en     = "township"', 'en     = "乡镇"'), ('en     = "乡镇"', "乡镇", "is not an English text"), id="Chinese for English"),
        pytest.param(C, ('zh     = "乡镇"', 'zh     = "township"'), ('zh     = "township"', "township", "is not a Chinese text"), id="English for Chinese"),
        pytest.param(C, ("value  = 5", "value  = 0"), ("value  = 0", "0.0", "lies outside 1 to 50"), id="a parameter outside its range"),
        pytest.param(C, ("min_cell", "min_sell"), ('key    = "min_sell"', "min_sell", "is no parameter"), id="a parameter that nobody asks for"),
        pytest.param(C, ("invented for a test", "somebody said so"), ('source = "somebody said so"', "somebody said so", "begins with one of"), id="a source without a basis"),
        pytest.param(W, ('"dwellings"', '"cases"'), ("[[goal]]", "all_inspected", "counts cases without origin"), id="a goal that lacks what it counts"),
        pytest.param(W, ('"18:30"', '"18.30"'), ('hour       = "18.30"', "18.30", "is no hour"), id="an hour with a point"),
        pytest.param(W, ('"累计"', '"日期"'), ('done = ["已排查", "日期"]', "日期", "is already a heading of date"), id="a heading of two columns"),
        pytest.param(W, ("done = [", "doen = ["), ('doen = ["已排查", "累计"]', "doen", "is no column of coverage"), id="a column that the KIND lacks"),
        pytest.param(W, ('list   = "dams"', 'list   = "dams"\nfrom   = 2021-01-01'), ('key    = "dams"', "dams", "has no competent line on the days before any date"), id="a list that nobody answers for"),
        pytest.param(W, ("first  = 13", "first  = 44"), ("last   = 43", "43", "lies before the first division 44"), id="divisions the wrong way round"),
        pytest.param(W, ('front  = "rescue"', 'front  = "rescue"\nto     = 2021-01-01'), ('line        = "water"', "water", "not in force on 2021-01-02"), id="a reference that outlives its target"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_where_it_is(
    file: str, change: tuple[str, str], fault: tuple[str, str, str]
) -> None:
    """One change in a valid playbook: the fault stands at its line, gives the value and says what is wrong."""
    text = SMALL[file].decode()
    assert change[0] in text
    text = text.replace(*change, 1)
    on, value, what = fault

    faults = check({**SMALL, file: text.encode()})

    said = [
        (text.split("\n")[f.line - 1].strip(), f.value) for f in faults if f.file == file and what in f.what
    ]
    assert (on, value) in said, faults


LINE = '[[line]]\nkey = "water"\nzh = "水利"\nen = "water"\nsource = "invented for a test"\n'
SECTION = '[[section]]\nkey = "D"\nzh = "电力"\nen = "electricity"\nfirst = {}\nlast = {}\nsource = "invented for a test"\n'
COMPETENCE = '[[competence]]\nsection = "D"\nline = "water"\nsource = "invented for a test"\n'


def more(text: str) -> list[Fault]:
    """Check the small playbook with one more file, last by name."""
    return check({**SMALL, "z.toml": text.encode()})


def test_two_phases_on_one_day_are_one_fault() -> None:
    """Only one phase a day; the newer row is named, and the older one's place is in the sentence."""
    (fault,) = more(
        '[[phase]]\nkey = "sun"\nzh = "返家"\nen = "return"\nfrom = 2021-06-30\nfronts = ["rescue"]\nsource = "invented for a test"\n'
    )

    assert (fault.file, fault.line, fault.value) == ("z.toml", 2, "sun")
    assert fault.what == "stands beside water (county.toml:86) on the same days"
    assert fault.do == "only one phase can be in force there: date or move one of them"


def test_two_tiles_in_one_place_are_one_fault() -> None:
    """The sentence says which fields are the same; a tile beside it is none."""
    tile = '[[tile]]\nkey = "330726101"\nzh = "仙华"\nen = "Xianhua"\ncolumn = 1\nrow = {}\nsource = "invented for a test"\n'

    (fault,) = more(tile.format(1))

    assert fault.what == "stands beside 330726100 (county.toml:95) on the same days with the same column, row"
    assert more(tile.format(2)) == []


def test_one_key_twice_is_one_fault_and_not_two() -> None:
    """A phase that comes twice is a key in force twice, and not also a phase beside itself."""
    (fault,) = more(
        '[[phase]]\nkey = "water"\nzh = "抢险"\nen = "water high"\nfrom = 2021-06-30\nfronts = ["rescue"]\nsource = "invented for a test"\n'
    )

    assert (
        fault.what
        == "is in force twice: its days 2021-06-30: overlap those of county.toml:86 (2021-06-20:2021-06-30)"
    )


@pytest.mark.parametrize(
    ("first", "last", "shared"),
    [(43, 44, "43"), (10, 13, "13"), (20, 21, "20"), (1, 99, "13"), (44, 46, None), (6, 12, None)],
)
def test_a_division_lies_in_one_section(first: int, last: int, shared: str | None) -> None:
    """Both ends of a section are in it; neighbours share nothing."""
    faults = more(SECTION.format(first, last) + COMPETENCE)

    expected = [] if shared is None else [(shared, "is a division of C as well (work.toml:33)")]
    assert [(f.value, f.what) for f in faults] == expected


@pytest.mark.parametrize(
    ("older", "newer", "gap"),
    [
        pytest.param("to = 2021-06-30", "from = 2021-07-01", None, id="one row ends, the other begins the day after"),
        pytest.param("to = 2021-06-29", "from = 2021-07-01", "2021-06-30", id="a day between"),
        pytest.param("to = 2021-06-30", "from = 2021-07-01\nto = 2021-12-31", "2022-01-01", id="an end that comes too soon"),
        pytest.param("from = 2020-01-01\nto = 2021-06-30", "from = 2021-07-01", "the days before any date", id="a beginning that comes too late"),
    ],
)  # fmt: skip
def test_a_reference_must_hold_on_every_day(older: str, newer: str, gap: str | None) -> None:
    """Rows of one key together hold a reference, in any order of the files; the first day without any is named."""
    work = (
        SMALL["work.toml"]
        .decode()
        .replace('front  = "rescue"\n', f'front  = "rescue"\n{newer}\n', 1)
        .encode()
    )

    faults = check({**SMALL, "work.toml": work, "z.toml": f"{LINE}{older}\n".encode()})

    said = {f"names a line that is not in force on {gap}, when this row is"} if gap else set()
    assert {f.what for f in faults} == said


def test_a_fault_says_which_keys_there_are() -> None:
    """What to do names the keys that exist, or asks for the row."""
    dams = '[[list]]\nkey = "weirs"\nzh = "堰"\nen = "weirs"\nmember = "project"\nonly = "old"\nsource = "invented for a test"\n'
    line = '[[competence]]\nlist = "weirs"\nline = "wind"\nsource = "invented for a test"\n'

    said = {f.value: f.do for f in more(dams + line)}

    assert said == {"old": "add a [[project_kind]] with that key", "wind": "write one of water"}


def test_a_near_miss_is_asked_for() -> None:
    """A misspelt kind or field is answered with the nearest word, any other with all of them."""
    said = {f.value: f.do for f in more('[[lien]]\n[[line]]\nfrnt = "rescue"\ncolour = "blue"\n')}

    assert said["lien"] == "did you mean line?"
    assert said["frnt"] == "did you mean front?"
    assert said["colour"] == "write one of source, from, to, key, zh, en, front"


@pytest.mark.parametrize("kind", ["playbook", "county", "level", "role", "section", "list"])
def test_what_no_county_can_do_without_is_asked_for(kind: str) -> None:
    """Every row of such a kind taken away: the fault asks for it, at the head of the playbook or what is left."""
    rows = {name: re.split(r"(?m)^(?=\[\[)", text.decode()) for name, text in SMALL.items()}
    files = {
        n: "".join(r for r in each if not r.startswith(f"[[{kind}]]")).encode() for n, each in rows.items()
    }

    assert f"the playbook has no [[{kind}]]" in {f.what for f in check(files)}


ROW = '[[{}]]\nkey = "new"\nzh = "新"\nen = "new"\nsource = "invented for a test"\n'
GOAL = 'line = "water"\nfront = "rescue"\n'
DUE = 'every = "county"\nline = "water"\nhour = "18:00"\n'
INDEX = 'baseline = "2020-01-02:2020-01-15"\nof = "all"\n'
CHART = 'line = "water"\nfront = "rescue"\ncutoff = "18:00"\nsources = ["reported"]\n'


@pytest.mark.parametrize(
    ("kind", "fields", "what"),
    [
        pytest.param("formula", INDEX + "threshold = 0.3\nstopped = 0.3", None, id="stopped as high as the threshold"),
        pytest.param("formula", INDEX + "threshold = 0.3\nstopped = 0.31", "lies above the threshold 0.3", id="stopped above the threshold"),
        pytest.param("formula", INDEX + "threshold = nan\nstopped = 0", "is not a number", id="a threshold that is no number"),
        pytest.param("formula", INDEX + "threshold = 1\nstopped = -inf", "is not a number", id="no end of numbers"),
        pytest.param("formula", INDEX + "threshold = 1.01\nstopped = 0", "lies outside 0.01 to 1", id="a threshold above all"),
        pytest.param("list", 'member = "enterprise"\nonly = "new"', "but the members are enterprises", id="a kind of project among enterprises"),
        pytest.param("chart", CHART, "must count a list or a formula", id="a chart of nothing"),
        pytest.param("chart", CHART + 'list = "dams"\nformula = "x"', "must count a list or a formula", id="a chart of two things"),
        pytest.param("chart", CHART + 'list = "dams"\nreference = []', "is not a list with at least one value", id="an empty list"),
        pytest.param("chart", CHART + 'list = "dams"\nreference = ["33", "33"]', "stands twice in the list", id="one value twice"),
        pytest.param("chart", CHART + 'list = "dams"', None, id="a chart of a list"),
        pytest.param("goal", GOAL + 'counts = "dwellings"\ndeadline = "2021-07-02T24:00"\nsince = 2021-07-01', "which has no since", id="a field of another count"),
        pytest.param("goal", GOAL + 'counts = "members"\nlists = ["dams"]', "counts members without deadline", id="members without an end"),
        pytest.param("goal_set", 'level = "city"\naims_zh = ["安全"]', "are not as many as the 1 aims in Chinese", id="an aim not translated"),
        pytest.param("goal_set", 'level = "city"', None, id="a set in name only"),
        pytest.param("expectation", DUE + 'load = "closings"', "names a goal exactly if it is closings", id="closings of nothing"),
        pytest.param("expectation", DUE + 'load = "reports"\ngoal = "all_inspected"', "names a goal exactly if it is closings", id="a goal that is not closed"),
        pytest.param("expectation", DUE + 'load = "reports"\narea = "33"', "is the area of a published sheet only", id="an area of reports"),
        pytest.param("expectation", DUE + 'load = "published"\narea = "33"\ndays_after = 31', None, id="a sheet of an area, a month late"),
        pytest.param("expectation", DUE + 'load = "published"\ndays_after = 32', "lies outside 0 to 31", id="later than a month"),
        pytest.param("sheet", "columns = {}", "is not a table with at least one entry", id="a sheet without headings"),
        pytest.param("role", 'scope = "world"\npermissions = ["board.see"]', "is not a known word here", id="a scope that code does not know"),
    ],
)  # fmt: skip
def test_the_fields_of_a_row_must_agree(kind: str, fields: str, what: str | None) -> None:
    """One row more in a valid playbook: what does not go together is a fault, what does is none."""
    faults = more(ROW.format(kind) + fields + "\n")

    if what is None:
        assert faults == []
    else:
        assert any(what in f.what for f in faults), faults


@pytest.mark.parametrize(
    ("row", "what"),
    [
        pytest.param('[[competence]]\nline = "water"\n', "must name a list or a section", id="a competence for nothing"),
        pytest.param('[[competence]]\nline = "water"\nlist = "dams"\nsection = "C"\n', "must name a list or a section", id="for two things"),
        pytest.param('[[place_class]]\nplace = "33"\nsince = 2021-07-01\nclass = "red"\nfrom = 2021-07-01\n', "has no place here", id="days and a moment"),
    ],
)  # fmt: skip
def test_a_row_without_a_name_must_agree_too(row: str, what: str) -> None:
    """Kinds that are named by what they join say what they miss."""
    faults = more(row + 'source = "invented for a test"\n')

    assert [f.what.startswith(what) for f in faults] == [True]


@pytest.mark.parametrize(
    ("key", "low", "high"),
    [
        ("min_cell", 1, 50),
        ("list_change_break_pct", 0, 100),
        ("series_days", 1, 366),
        ("visit_window_days", 1, 31),
    ],
)
def test_a_parameter_lies_in_the_range_of_the_page(key: str, low: int, high: int) -> None:
    """Both ends of the range that the reference page gives are in it, the next numbers are not."""
    work = re.sub(
        rf'(?s)(key    = "{key}".*?value  = )[0-9.]+', r"\g<1>{}", SMALL["county.toml"].decode(), count=1
    )

    faults = {
        v: check({**SMALL, "county.toml": work.replace("{}", str(v)).encode()})
        for v in (low - 1, low, high, high + 1)
    }

    assert [bool(f) for f in faults.values()] == [True, False, False, True]


def test_an_unknown_head_is_named_even_where_the_file_is_no_toml() -> None:
    """A misspelt head can make the rest of a file unreadable: then it is named besides the line that cannot be read."""
    faults = more('\n[[shet]]\n\n[sheet.columns]\ndate = ["x"]\n[[sheet]]\n')

    assert [(f.line, f.value) for f in faults if f.what == "is no kind of a playbook"] == [(2, "shet")]
    assert [f.line for f in faults if f.what.startswith("is no TOML")] == [6]


def test_a_long_value_is_cut() -> None:
    """A fault shows at most 200 characters of a value."""
    (fault,) = more(f'[[line]]\nkey = "{"x" * 300}Y"\nzh = "水"\nen = "w"\nsource = "invented for a test"\n')

    assert fault.value == "x" * 199 + "…"


@pytest.mark.parametrize(
    ("files", "line", "what"),
    [
        pytest.param({}, 1, "is not there", id="no file"),
        pytest.param({"a.toml": b""}, 1, "has no row", id="an empty file"),
        pytest.param({"a.toml": b"\n\nzh = '\xff'"}, 3, "not UTF-8", id="bytes that are not UTF-8"),
        pytest.param({"a.toml": "\nzh = '中'".encode("gb18030")}, 2, "not UTF-8", id="GB18030"),
        pytest.param({"a.toml": b"[playbook]\nkey = 'x'"}, 1, "is not a row", id="one pair of brackets"),
        pytest.param({"a.toml": b"\n\nkey = 1"}, 3, "is no kind", id="a key outside a row"),
        pytest.param({"a.toml": b"\nline = [1]"}, 2, "is not a row", id="a list of numbers"),
        pytest.param({"a.toml": b"a = [1,\n2,\n"}, 2, "is no TOML", id="a list without an end"),
        pytest.param({"a.toml": b"a = " + b"[" * 100_000}, 1, "nested too deeply", id="a bomb of brackets"),
        pytest.param(
            {"a.toml": b"[[line]]\nkey = 'a'\n[[line]]\nkey = 'b'\nkey = 'c'\n"},
            5,
            "Cannot overwrite",
            id="a key twice",
        ),
    ],
)
def test_files_that_are_no_playbook_are_named(files: dict[str, bytes], line: int, what: str) -> None:
    """Whatever the bytes are, the answer is a fault with a line, never an exception."""
    faults = check(files)

    assert any(f.line == line and what in f.what for f in faults), faults


@given(st.binary(max_size=200))
def test_no_bytes_make_the_check_fall_over(content: bytes) -> None:
    """Any bytes are judged: they are no playbook."""
    assert check({"a.toml": content})


@given(st.text(st.sampled_from("[]{}\"'=.,#\\\n abk1-:"), max_size=60))
def test_no_text_makes_the_check_fall_over(content: str) -> None:
    """Neither does anything that looks like TOML."""
    assert check({"a.toml": content.encode()})


def test_a_file_saved_on_windows_is_read() -> None:
    """A mark of byte order in front and returns at the ends of lines change nothing, lines included."""
    windows = {name: b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n") for name, text in SMALL.items()}
    wrong = {
        **windows,
        "work.toml": windows["work.toml"].replace(b'front  = "rescue"', b'front  = "fire"', 1),
    }

    assert check(windows) == []
    assert [(f.line, f.value) for f in check(wrong)] == [(5, "fire")]


def test_reading_refuses_what_the_check_finds() -> None:
    """A playbook is read whole or not at all; the error carries every fault and says the first."""
    files = {**SMALL, "extra.toml": b"[[line]]\nkey = 'x'\n"}

    with pytest.raises(PlaybookFaults) as refused:
        read(files)

    assert list(refused.value.faults) == check(files)
    assert str(refused.value).startswith("extra.toml:1: [[line]] has no en; add en = …, and 2 more")
