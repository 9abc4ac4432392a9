"""No rule asks where somebody is registered, what stands on his card or telephone, his nation or his faith: by no name."""

import pytest

from twofront.core.rules.reading import TableFaults, read_table

PLACE, NUMBER, PHONE, NATION, FAITH, PART = (
    "registered place",
    "identity number",
    "telephone",
    "nationality",
    "religion",
    "function over a part",
)
ATTEMPTS = [
    # by its name, in Chinese, English and pinyin
    ("户籍", "text", PLACE), ("籍贯", "text", PLACE), ("户口所在地", "text", PLACE), ("出生地", "text", PLACE), ("原籍省份", "text", PLACE),
    ("registered_place", "text", PLACE), ("native_place", "text", PLACE), ("birthplace", "text", PLACE), ("household_registration", "text", PLACE),
    ("hukou", "text", PLACE), ("jiguan", "text", PLACE), ("nationality", "text", NATION), ("民族", "text", NATION), ("citizenship", "text", NATION),
    ("religion", "text", FAITH), ("宗教信仰", "text", FAITH), ("身份证号", "text", NUMBER), ("id_number", "text", NUMBER), ("phone", "text", PHONE), ("手机号", "text", PHONE),
    # by an alias: written otherwise, in another width, with something invisible in it
    ("HuKou", "text", PLACE), ("IDCardNo", "text", NUMBER), ("ｈｕｋｏｕ", "text", PLACE), ("户\u200b籍", "text", PLACE), ("permanent.residence.registered", "text", PLACE),
    # by a column derived from it, also a bool
    ("is_hubei_hukou", "bool", PLACE), ("id_prefix", "text", None), ("id_region", "text", NUMBER), ("phone_region", "text", PHONE), ("号码归属地", "text", PHONE),
    ("birth_province", "text", PLACE), ("passport_country", "text", None), ("area_code_of_phone", "text", PHONE), ("id_card_is_42", "bool", NUMBER),
    # by a text function on an ID
    ("left(id_no,2)", "text", PART), ("substr(身份证,1,6)", "text", PART), ("id_number[0:6]", "text", None), ("first_6_digits", "text", PART), ("starts with 4201", "bool", PART), ("前六位", "text", PART),
]  # fmt: skip
ALLOWED = [
    ("stay_place", "text"), ("旅居地", "text"), ("days_since_stay", "number"), ("has_certificate", "bool"), ("id_card_shown", "bool"), ("身份证已出示", "bool"), ("list", "text"), ("gate", "text"),
    ("temperature_c", "number"), ("体温(℃)", "number"), ("time_of_day", "text"), ("filing_id", "text"), ("origin", "text"), ("township", "text"), ("sector", "text"), ("firm_registered_on", "date"),
    ("work_place", "text"), ("entry_registered", "bool"), ("village", "text"), ("household_members", "number"),
]  # fmt: skip


def faults(name, type_):
    """Return what is said against a table that asks this."""
    cell = {"bool": "true", "number": "1", "date": "2020-02-18"}.get(type_, "420100")
    try:
        read_table(f'#table,t\n"in:{name}",out:x\n{type_},number\n{cell},1\n'.encode(), file="t.csv")
    except TableFaults as e:
        return e.faults
    return ()


def test_at_least_thirty_ways_are_tried():
    """As the issue asks."""
    assert len({name for name, _, _ in ATTEMPTS}) >= 30


@pytest.mark.parametrize(("name", "type_", "reason"), ATTEMPTS, ids=[a[0] for a in ATTEMPTS])
def test_a_forbidden_fact_is_refused_with_its_reason(name, type_, reason):
    """The table is not read; the fault names the heading, its line, and why."""
    found = faults(name, type_)

    assert len(found) == 1
    assert (found[0].file, found[0].line, found[0].value) == ("t.csv", 2, f"in:{name}")
    assert reason is None or reason in found[0].what
    assert found[0].do == "test where somebody stayed, and when"


@pytest.mark.parametrize(("name", "type_"), ALLOWED, ids=[a[0] for a in ALLOWED])
def test_what_may_be_asked_is_not_refused(name, type_):
    """Where somebody stayed, what he shows, when and where he comes: these are what rules are about."""
    assert faults(name, type_) == ()


def test_that_a_card_was_shown_may_be_asked_and_nothing_else_of_it():
    """Only as a bool: a text of the same name could hold what stands on the card."""
    assert faults("id_card_shown", "bool") == ()
    assert len(faults("id_card_shown", "text")) == 1
