"""Identifiers: vectors of the standards, and the laws that their check characters were made for."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twofront.core.ids import Verdict, credit_code, id_number, mobile, organisation_code, uuid7

CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
BYTES = st.binary(min_size=10, max_size=10)


def citizen_check(first: str) -> str:
    """Oracle: ISO 7064 MOD 11-2 by its recursion, P = (P + a) x 2 mod 11, from the definition."""
    p = 0
    for c in first:
        p = (p + int(c)) * 2 % 11
    return "0123456789X"[(12 - p) % 11]


def organisation_check(body: str) -> str:
    """Oracle: GB 11714, found by trial: the check makes the weighted sum a multiple of 11."""
    values = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    total = sum(values.index(c) * w for c, w in zip(body, [3, 7, 9, 10, 5, 8, 4, 2], strict=True))
    return "0123456789X"[next(c for c in range(11) if (total + c) % 11 == 0)]


def credit_check(first: str) -> str:
    """Oracle: GB 32100, found by trial: the check makes the sum with weights 3^(i-1) a multiple of 31."""
    total = sum(CREDIT.index(c) * 3**i for i, c in enumerate(first))
    return CREDIT[next(c for c in range(31) if (total + c) % 31 == 0)]


@st.composite
def credit_codes(draw: st.DrawFn) -> str:
    """Right credit codes of the authority 330799, which was never given out."""
    body = draw(st.text(CREDIT, min_size=8, max_size=8))
    first = f"{draw(st.sampled_from(['91', '92', '93', '52', 'Y1']))}330799{body}{organisation_check(body)}"
    return first + credit_check(first)


@st.composite
def id_numbers(draw: st.DrawFn) -> str:
    """Right ID numbers of the area 330799, which was never given out."""
    born = draw(st.dates(datetime(1900, 1, 1).date(), datetime(2019, 12, 31).date()))  # noqa: DTZ001 - days only
    first = f"330799{born:%Y%m%d}{draw(st.integers(1, 999)):03}"
    return first + citizen_check(first)


@pytest.mark.parametrize(
    ("judge", "value"),
    [
        pytest.param(credit_code, "91350100M000100Y43", id="GB 32100-2015, the standard's example"),
        pytest.param(organisation_code, "D2143569X", id="GB 11714, the standard's example"),
        pytest.param(organisation_code, "D2143569-X", id="the same with its hyphen"),
        pytest.param(id_number, "11010519491231002X", id="GB 11643-1999, the standard's first example"),
        pytest.param(id_number, "440524188001010014", id="GB 11643-1999, the standard's second example"),
        pytest.param(id_number, "110105491231002", id="15 digits"),
        pytest.param(id_number, " 11010519491231002x ", id="a small x, spaces around"),
        pytest.param(mobile, "15400000000", id="a mobile that no operator gives out"),
    ],
)
def test_right_identifiers_pass(judge, value: str) -> None:
    """The examples of the standards are right."""
    assert judge(value).ok


@pytest.mark.parametrize(
    ("judge", "value"),
    [
        pytest.param(credit_code, "91350100M000100Y4", id="17 characters"),
        pytest.param(credit_code, "91350100M000100Y433", id="19 characters"),
        pytest.param(credit_code, "91350100M000I00Y43", id="a letter I"),
        pytest.param(credit_code, "9135O100M000100Y43", id="an O for a 0"),
        pytest.param(credit_code, "91350A00M000100Y43", id="a letter in the authority"),
        pytest.param(credit_code, "９1350100M000100Y43", id="a full-width digit"),
        pytest.param(credit_code, "", id="nothing"),
        pytest.param(organisation_code, "D214356-9X", id="a hyphen too early"),
        pytest.param(organisation_code, "D2143569", id="an organisation code without its check"),
        pytest.param(id_number, "11010519490231002X", id="31 February"),
        pytest.param(id_number, "1101051949123100X2", id="an X inside"),
        pytest.param(id_number, "01010519491231002X", id="a 0 in front"),
        pytest.param(id_number, "110105491331002", id="15 digits with a month 13"),
        pytest.param(id_number, "1101054912310021", id="16 digits"),
        pytest.param(id_number, "11010519491231００2X", id="full-width digits"),
        pytest.param(mobile, "1540000000", id="10 digits"),
        pytest.param(mobile, "12400000000", id="a second digit 2"),
        pytest.param(mobile, "057986600000", id="a land line"),
        pytest.param(mobile, "+8615400000000", id="with the country"),
        pytest.param(mobile, "154٠0000000", id="an Arabic digit"),
    ],
)
def test_what_has_not_the_form_is_a_format_fault(judge, value: str) -> None:
    """Wrong length, characters or date: `format`, without a guess at a check character."""
    verdict = judge(value)

    assert (verdict.fault, verdict.expected, verdict.ok) == ("format", None, False)


def test_the_verdict_says_which_character_would_be_right() -> None:
    """The example of the style page: the last character should be 9."""
    verdict = credit_code("91330799MA00000158")

    assert (verdict.fault, verdict.expected, verdict.position) == ("check_digit", "9", 18)
    assert id_number("110105194912310020") == Verdict("110105194912310020", "check_digit", "X", 18)
    assert organisation_code("D21435690") == Verdict("D21435690", "check_digit", "X", 9)
    assert credit_code("91330799MA00000159").ok


def test_a_wrong_organisation_code_is_found_behind_a_right_last_character() -> None:
    """Both checks count: a last character that fits does not excuse the one before it."""
    first = "91330799MA0000014"

    verdict = credit_code(first + credit_check(first))

    assert (verdict.fault, verdict.expected, verdict.position) == (
        "check_digit",
        organisation_check("MA000001"),
        17,
    )


@given(credit_codes())
def test_every_right_credit_code_passes(code: str) -> None:
    """What the definition makes, the judge takes, in small letters too."""
    assert credit_code(code).ok
    assert credit_code(code.lower()).value == code
    assert organisation_code(code[8:17]).ok


@given(id_numbers())
def test_every_right_id_number_passes(number: str) -> None:
    """What the definition makes, the judge takes."""
    assert id_number(number).ok


@given(credit_codes(), st.integers(0, 16), st.sampled_from(CREDIT))
def test_no_single_wrong_character_of_a_credit_code_passes(code: str, at: int, other: str) -> None:
    """31 is prime and no weight is a multiple of it: one changed character never goes unseen."""
    changed = code[:at] + other + code[at + 1 :]

    assert credit_code(changed).ok == (changed == code)


@given(credit_codes(), st.integers(0, 15))
def test_no_two_swapped_neighbours_of_a_credit_code_pass(code: str, at: int) -> None:
    """Weights of neighbours differ: two swapped characters never go unseen."""
    changed = code[:at] + code[at + 1] + code[at] + code[at + 2 :]

    assert credit_code(changed).ok == (changed == code)


@given(id_numbers(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_no_single_wrong_character_of_an_id_number_passes(number: str, at: int, other: str) -> None:
    """ISO 7064 finds every single changed character."""
    changed = number[:at] + other + number[at + 1 :]

    assert id_number(changed).ok == (changed == number)


@given(id_numbers(), st.sampled_from("0123456789X"))
def test_the_expected_character_makes_an_id_number_right(number: str, other: str) -> None:
    """Putting in what the verdict expects gives a number that passes."""
    verdict = id_number(number[:17] + other)

    if verdict.fault is not None:
        assert verdict.expected == number[17]
        assert id_number(number[:17] + verdict.expected).ok


def test_uuid7_is_that_of_the_standard() -> None:
    """RFC 9562, appendix A.6: 2022-02-22 14:22:22 -05:00 with the random bits given there."""
    made = uuid7(datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC), chance=bytes.fromhex("0CC318C4DC0C0C07398F"))

    assert made == uuid.UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")


def test_the_first_uuid7_is_of_the_epoch() -> None:
    """The first moment that it can carry is 1970-01-01 00:00 UTC: all bits of its time are 0."""
    assert uuid7(datetime(1970, 1, 1, tzinfo=UTC), chance=bytes(10)) == uuid.UUID(
        "00000000-0000-7000-8000-000000000000"
    )


@given(MOMENTS, BYTES, BYTES)
def test_a_uuid7_of_a_later_millisecond_sorts_later(moment: datetime, chance: bytes, other: bytes) -> None:
    """Version and variant are right, and order of time is order of ids, whatever the chance."""
    made, later = uuid7(moment, chance=chance), uuid7(moment + timedelta(milliseconds=1), chance=other)

    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made < later
    assert str(made) < str(later)


@pytest.mark.parametrize(
    ("moment", "chance", "why"),
    [
        pytest.param(datetime(2020, 2, 18, tzinfo=UTC), b"short", "random bytes", id="too few bytes"),
        pytest.param(datetime(2020, 2, 18), bytes(10), "no zone", id="no zone"),  # noqa: DTZ001 - the matter
        pytest.param(datetime(1969, 12, 31, tzinfo=UTC), bytes(10), "before 1970", id="before 1970"),
    ],
)
def test_uuid7_refuses_what_it_cannot_carry(moment: datetime, chance: bytes, why: str) -> None:
    """Neither chance nor zone is guessed."""
    with pytest.raises(ValueError, match=why):
        uuid7(moment, chance=chance)
