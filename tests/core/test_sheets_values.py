"""One cell to one value, in the ways people write it; and the code of every cell that cannot be taken."""

from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twofront.core import ids
from twofront.core.sheets import BOOL, DATE, NUMBER, TEXT, Field
from twofront.core.sheets.fields import FieldType
from twofront.core.sheets.identity import right_credit_codes, right_id_numbers
from twofront.core.sheets.quick import as_it_stands
from twofront.core.sheets.values import Context, Wrong, read

CHINA = timezone(timedelta(hours=8))
CHOICES = {"continued": "continued", "续建": "continued", "new": "new", "新建": "new"}
RIGHT_CODE = "91350100M000100Y43"  # the standard's own example
RIGHT_ID = "11010519491231002X"  # the standard's own example


def value(text: str, kind: FieldType, tag: int = TEXT) -> object:
    """Return what a cell of a field is read as."""
    field = Field("f", "字段", kind, choices=CHOICES if kind == "choice" else None)
    return read(text, tag, field, Context(CHINA, date(2020, 2, 18)))


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("2020-02-08", TEXT),
        ("2020/2/8", TEXT),
        ("2020.2.8", TEXT),
        ("20200208", TEXT),
        ("20200208", NUMBER),
        ("2020年2月8日", TEXT),
        ("2020 年 2 月 8 号", TEXT),
        ("2月8日", TEXT),
        ("20.2.8", TEXT),
        ("2020-2-8 00:00:00", TEXT),
        ("2020-02-08T09:30", TEXT),
        ("43869", NUMBER),
        ("43869", TEXT),
        ("43869.5", DATE),
        ("\uff12\uff10\uff12\uff10\uff0f\uff12\uff0f\uff18", TEXT),
    ],
)
def test_a_day_is_read_however_it_is_written(text: str, tag: int) -> None:
    """The eighth of February 2020, in fifteen ways; 43869 is its serial number (1900-01-01 is 1, with the 29th of 1900)."""
    assert value(text, "date", tag) == date(2020, 2, 8)


@pytest.mark.parametrize(
    "text", ["2020-02-30", "2020-13-01", "昨天", "2.8", "1", "18880208", "2月30日", "2020"]
)
def test_a_day_that_is_none_is_named(text: str) -> None:
    """A day that was not, or cannot be told, is wrong with the code `date`."""
    with pytest.raises(Wrong) as wrong:
        value(text, "date")

    assert wrong.value.code == "date"


@pytest.mark.parametrize(
    ("text", "tag", "expected"),
    [
        ("2020-02-18T19:30", TEXT, datetime(2020, 2, 18, 11, 30, tzinfo=UTC)),
        ("2020-02-18T24:00", TEXT, datetime(2020, 2, 18, 16, 0, tzinfo=UTC)),
        ("2020-02-18T11:30Z", TEXT, datetime(2020, 2, 18, 11, 30, tzinfo=UTC)),
        ("2020/2/18 19:30", TEXT, datetime(2020, 2, 18, 11, 30, tzinfo=UTC)),
        ("2020-02-18", TEXT, datetime(2020, 2, 17, 16, 0, tzinfo=UTC)),
        ("43879.8125", DATE, datetime(2020, 2, 18, 11, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_without_offset_is_the_countys(text: str, tag: int, expected: datetime) -> None:
    """Moments are read with and without offset, as text and from a date cell."""
    assert value(text, "moment", tag) == expected


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("1,200", "int", 1200),
        ("\uff11\uff0c\uff12\uff10\uff10", "int", 1200),
        ("12.0", "int", 12),
        (" 12 ", "int", 12),
        ("1,234.50", "number", 1234.5),
        ("1e3", "number", 1000.0),
        ("-0.5", "number", -0.5),
        ("50%", "share", 0.5),
        ("0.4", "share", 0.4),
        ("是", "bool", True),
        ("√", "bool", True),
        ("TRUE", "bool", True),
        ("无", "bool", False),
        ("0", "bool", False),
        ("续建", "choice", "continued"),
        ("New", "choice", "new"),
        ("  东阳 12号\n", "text", "东阳 12号"),
        ("'=1+1", "text", "=1+1"),
        ("东\x00阳\x07", "text", "东阳"),
        ("154 0000 0001", "mobile", "15400000001"),
        ("+86-15400000001", "mobile", "15400000001"),
        ("9135 0100 m000 100y43", "credit_code", RIGHT_CODE),
        ("11010519491231002x", "id_number", RIGHT_ID),
        ("330724620101123", "id_number", "330724620101123"),
        ("c3911", "sector", "C3911"),
    ],
)
def test_a_cell_is_cleaned(text: str, kind: FieldType, expected: object) -> None:
    """Separators, blanks, full-width digits and small letters are no faults."""
    assert value(text, kind) == expected


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("91350100M000100Y44", "credit_code", "check_digit"),
        ("91350100M000100Y4", "credit_code", "format"),
        ("91350100M000100YI3", "credit_code", "format"),
        ("110105194912310021", "id_number", "check_digit"),
        ("1101051949123100", "id_number", "format"),
        ("11010519491331002X", "id_number", "format"),
        ("12345678901", "mobile", "format"),
        ("1540000000", "mobile", "format"),
        ("12人", "int", "format"),
        ("12.5", "int", "format"),
        ("1,20", "int", "format"),
        ("nan", "number", "format"),
        ("1.4", "share", "range"),
        ("-1", "share", "range"),
        ("也许", "bool", "unknown_value"),
        ("扩建", "choice", "unknown_value"),
        ("字" * 201, "text", "too_long"),
        ("文体", "sector", "unknown_value"),
    ],
)
def test_a_wrong_cell_has_its_code_and_a_sentence(text: str, kind: FieldType, code: str) -> None:
    """Every wrong cell is named with one of the contract's codes, in both languages."""
    with pytest.raises(Wrong) as wrong:
        value(text, kind)

    assert wrong.value.code == code
    assert wrong.value.en
    assert wrong.value.zh


def test_the_sentence_says_which_character_would_be_right() -> None:
    """The sentence of a wrong check names the right last character and the paper to compare it with."""
    with pytest.raises(Wrong, match="the last character should be 9; compare it with the licence") as wrong:
        value("91330799MA00000158", "credit_code")

    assert wrong.value.zh == "统一社会信用代码最后一位应为 9, 请对照营业执照"


def test_a_credit_code_whose_inner_check_is_off_is_taken() -> None:
    """The last character decides (GB 32100); the organisation code in it (GB 11714) was not always given out right."""
    body = "91330799MA0000014"  # 5 would be the inner check of MA000001
    verdict = ids.credit_code(f"{body}0")
    code = f"{body}{verdict.expected if verdict.position == 18 else '0'}"

    assert ids.credit_code(code).position == 17
    assert value(code, "credit_code") == code


def test_an_id_number_that_was_rounded_is_named_as_that() -> None:
    """An ID number kept as a number has lost its last digits, even if what is left passes the check by chance."""
    with pytest.raises(Wrong, match="rounded") as wrong:
        value("1.1010519491231E+17", "id_number", NUMBER)

    assert wrong.value.code == "check_digit"


@pytest.mark.parametrize(
    ("text", "code"),
    [("110105194912310000", "check_digit"), ("1.10105E+17", "format")],
    ids=["text", "power"],
)
def test_a_rounded_id_number_is_named_as_that_in_a_text_too(text: str, code: str) -> None:
    """A CSV that came out of a spreadsheet program holds the rounded number as text."""
    with pytest.raises(Wrong, match="rounded") as wrong:
        value(text, "id_number")

    assert wrong.value.code == code


def test_a_day_that_a_program_made_of_a_number_is_named() -> None:
    """House 3-2 becomes the second of March where a column is not text: a day in a text is asked about."""
    with pytest.raises(Wrong, match="such as 3-2") as wrong:
        value("43892", "text", DATE)

    assert (wrong.value.code, "2020-03-02" in wrong.value.zh) == ("format", True)


@pytest.mark.parametrize(
    ("text", "today", "day"),
    [
        ("12月28日", date(2020, 2, 18), date(2019, 12, 28)),
        ("1月3日", date(2020, 12, 30), date(2021, 1, 3)),
        ("2月29日", date(2019, 6, 1), date(2020, 2, 29)),
        ("56.3.8", date(2020, 2, 18), date(1956, 3, 8)),
    ],
)
def test_a_day_without_a_full_year_is_the_one_nearest_to_the_countys(
    text: str, today: date, day: date
) -> None:
    """December is of last year in February; a year of two digits more than ten years ahead is of the century before."""
    assert read(text, TEXT, Field("f", "字段", "date"), Context(CHINA, today)) == day


def test_a_trade_is_known_by_code_or_name() -> None:
    """GB/T 4754: 17 is 纺织业, C its section; a division that is not there and a name that is not are refused."""
    trades = {"17": "17", "C17": "C17", "纺织业": "C17", "C": "C"}
    field = Field("f", "行业", "sector")

    assert [read(t, TEXT, field, Context(CHINA, lookup=trades)) for t in ("c1713", "17", "纺织业")] == [
        "C1713",
        "17",
        "C17",
    ]
    for text in ("99", "A17", "织布"):
        with pytest.raises(Wrong):
            read(text, TEXT, field, Context(CHINA, lookup=trades))


def test_numbers_kept_as_numbers_are_taken_as_codes() -> None:
    """A phone or code that a program keeps as a number is read without exponent and without `.0`."""
    assert value("1.5400000001E10", "mobile", NUMBER) == "15400000001"
    assert value("330783001.0", "code", NUMBER) == "330783001"
    assert value("1", "bool", BOOL) is True


def test_a_list_takes_its_own_spellings_only() -> None:
    """A field with a list takes what is in it, by code or name, and nothing else."""
    towns = Context(CHINA, lookup={"330783104": "330783104", "横店镇": "330783104", "横店": "330783104"})
    field = Field("township", "乡镇", "township")

    assert [read(t, TEXT, field, towns) for t in ("横店", "横 店 镇", "330783104")] == ["330783104"] * 3
    with pytest.raises(Wrong) as wrong:
        read("横街", TEXT, field, towns)
    assert wrong.value.code == "unknown_value"


CODE = r"\A[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}\Z"
NUMBER_18 = r"\A[1-9][0-9]{5}(19|20)[0-9]{2}(0[0-9]|1[0-2])[0-3][0-9]{4}[0-9X]\Z"


@settings(deadline=None)
@given(st.from_regex(CODE), st.text("0123456789ABCDEFGHIJSVZ", min_size=18, max_size=18))
def test_credit_codes_are_right_at_once_where_they_are_right_alone(code: str, other: str) -> None:
    """What is right by the arithmetic on whole columns is right by `core.ids`, but for the inner check (GB 11714)."""
    mended = (
        code[:17] + (ids.credit_code(code).expected or "0") if ids.credit_code(code).position == 18 else code
    )
    codes = [code, mended, other]

    right = right_credit_codes(np.frombuffer("".join(codes).encode(), np.uint8).reshape(-1, 18))

    judged = [ids.credit_code(c) for c in codes]
    assert right.tolist() == [v.ok or v.position == 17 for v in judged]


@settings(deadline=None)
@given(st.from_regex(NUMBER_18))
def test_id_numbers_are_right_at_once_where_they_are_right_alone(number: str) -> None:
    """What is right by the arithmetic on whole columns is right by `core.ids`, which knows the standard alone."""
    numbers = [number, number[:17] + (ids.id_number(number).expected or "0")]

    right = right_id_numbers(np.frombuffer("".join(numbers).encode(), np.uint8).reshape(-1, 18))

    assert right.tolist() == [ids.id_number(n).ok for n in numbers]


@pytest.mark.parametrize(
    ("born", "was"),
    [
        ("20000229", True),
        ("19000229", False),
        ("19960229", True),
        ("19980229", False),
        ("19990431", False),
        ("19991231", True),
    ],
)
def test_a_day_of_birth_must_have_been(born: str, was: bool) -> None:
    """The 29th of February was in 2000 and 1996, not in 1900 and 1998."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    head = f"330799{born}001"
    number = head + "10X98765432"[sum(int(c) * w for c, w in zip(head, weights, strict=True)) % 11]

    assert right_id_numbers(np.frombuffer(number.encode(), np.uint8).reshape(1, 18)).tolist() == [was]


KINDS: list[FieldType] = ["text", "code", "credit_code", "id_number", "mobile", "number", "int"]
CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            RIGHT_CODE,
            RIGHT_ID,
            "15400000001",
            "-12",
            "1.50",
            " a",
            "a ",
            "a b",
            "字",
            "'=1",
            "12",
            "\uff11\uff12",
        ]
    ),
    st.integers().map(str),
    st.floats(allow_nan=False).map(repr),
)


@pytest.mark.parametrize("tag", [TEXT, NUMBER], ids=["text", "number"])
@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=60)
@given(st.lists(CELLS, min_size=1, max_size=30))
def test_no_kernel_takes_what_the_reader_would_change(kind: FieldType, tag: int, cells: list[str]) -> None:
    """A cell that is taken as it stands has the value that reading it alone gives."""
    cells = [*(c.encode("utf-8", "replace").decode() for c in cells), " a", "b ", "'=1"]
    field = Field("f", "字段", kind)

    quick = as_it_stands(pa.array(cells, pa.string()), np.full(len(cells), tag, np.uint8), field)

    assert quick is not None
    for cell, is_taken, taken in zip(cells, quick[0], quick[1].to_pylist(), strict=True):
        if is_taken:
            assert read(cell, tag, field, Context(CHINA)) == taken
