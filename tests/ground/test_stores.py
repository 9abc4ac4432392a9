"""What a batch of rows becomes: new, changed or the same; loaded twice it changes nothing, and no order loses a row."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.conftest import NOON

DAY = date(2020, 2, 18)
HEAD = "name,credit_code,township,sector,contact,mobile,normal_staff\n"
FIRM = "91330799MA0000373A"


def _tables() -> dict[str, int]:
    from django.apps import apps

    return {
        m._meta.db_table: m.objects.count() for m in apps.get_models() if m.__module__.startswith("twofront.")
    }


def _name_of(*, on: date, known: datetime) -> str:
    from twofront.apps.register.models import EnterpriseRecord
    from twofront.ground import history

    return history.in_force(EnterpriseRecord, on, known=known).get(credit_code=FIRM).name


@pytest.mark.parametrize(
    "kind",
    [
        "divisions",
        "accounts",
        "enterprises",
        "lists",
        "meters",
        "reports",
        "visits",
        "coverage",
        "cases",
        "closings",
    ],
)
def test_the_countys_own_file_loaded_again_adds_no_row_of_the_county(load: Any, kind: str) -> None:
    """Other bytes with the same rows, from the same day: every row is a duplicate, and only the ledger grows."""
    from tests.conftest import FILES

    text = (FILES / f"{kind}.csv").read_text("utf-8")
    before = _tables()

    report = load(kind, f"\n{text}", on=date(2020, 1, 1))

    assert (report.accepted, report.rejected) == (0, 0)
    assert report.read == report.duplicate == len(text.splitlines()) - 1
    after = _tables()
    assert {t for t in after if after[t] != before[t]} <= {
        "ground_act",
        "ground_event",
        "ground_import",
        "ground_change",
    }


def test_the_same_file_again_is_repeated_and_changes_nothing(load: Any) -> None:
    """Same KIND, bytes, day and layout: the first answer, marked as repeated, and no table grows at all."""
    text = "date,credit_code,opened,on_site\n2020-02-17,91330799MA0000373A,1,5\n"
    first = load("reports", text)
    before = _tables()

    again = load("reports", text, known=NOON - timedelta(hours=1))

    assert not first.repeated
    assert again.repeated
    assert again.import_id == first.import_id
    assert (again.read, again.accepted, again.duplicate, again.rejected) == (1, 1, 0, 0)
    assert _tables() == before


def test_a_value_known_before_the_one_it_replaces_is_refused(load: Any) -> None:
    """The report known at 19:30 may not be replaced by one known an hour before."""
    from twofront.core.errors import CannotDo

    before = _tables()

    with pytest.raises(CannotDo, match="before the value that it replaces"):
        load(
            "reports",
            "date,credit_code,opened,on_site\n2020-02-18,91330799MA0000373A,0,0\n",
            known=NOON - timedelta(hours=1),
        )

    assert _tables() == before


def test_a_key_not_known_yet_may_be_learned_earlier(load: Any) -> None:
    """Another firm's report with an earlier known moment is new, and is seen from that moment on."""
    from twofront.apps.enterprises.models import Report
    from twofront.ground import history

    report = load(
        "reports",
        "date,credit_code,opened,on_site\n2020-02-17,91330799MA0000373A,1,5\n",
        known=NOON - timedelta(hours=1),
    )

    assert report.accepted == 1
    for minutes, seen in ((-61, 0), (-60, 1), (0, 1)):
        assert (
            history.newest(Report, known=NOON + timedelta(minutes=minutes), on=date(2020, 2, 17)).count()
            == seen
        )


def test_of_two_files_of_one_known_moment_the_later_counts(load: Any) -> None:
    """Both were known at 19:30; the order of their imports decides, and the earlier is not lost."""
    from twofront.apps.enterprises.models import Report
    from twofront.ground import history

    for on_site in (6, 7):
        report = load(
            "reports", f"date,credit_code,opened,on_site\n2020-02-18,{FIRM},1,{on_site}\n", known=NOON
        )
        assert (report.accepted, report.duplicate) == (1, 0)

    rows = Report.objects.filter(enterprise__records__credit_code=FIRM, on=DAY).order_by("id")
    assert [r.on_site for r in rows] == [1, 6, 7]
    newest = history.newest(Report, on=DAY).filter(enterprise__records__credit_code=FIRM)
    assert [r.on_site for r in newest] == [7]


def test_an_enterprises_new_name_begins_on_its_day_and_the_past_stays(load: Any) -> None:
    """示例厂01 is called 示例新厂 from 02-10, known at 19:30; before that day and before that moment it is what it was."""
    load(
        "enterprises",
        f"{HEAD}示例新厂,{FIRM},330783001,C17,演练-某,15400001001,10\n",
        on=date(2020, 2, 10),
        known=NOON,
    )

    assert _name_of(on=date(2020, 2, 9), known=NOON) == "示例厂01"
    assert _name_of(on=date(2020, 2, 10), known=NOON) == "示例新厂"
    assert _name_of(on=DAY, known=NOON) == "示例新厂"


def test_two_rows_of_one_key_in_one_file_are_each_accounted_for(load: Any) -> None:
    """Two names for one credit code from one day: no row is lost, and one name is on record."""
    report = load(
        "enterprises",
        f"{HEAD}示例甲厂,{FIRM},330783001,C17,演练-某,15400001001,10\n示例乙厂,{FIRM},330783001,C17,演练-某,15400001001,10\n",
    )

    assert report.read == 2 == report.accepted + report.duplicate + report.rejected
    assert _name_of(on=DAY, known=NOON) in {"示例甲厂", "示例乙厂"}


def test_an_ended_division_is_on_record_before_its_end(load: Any) -> None:
    """A tree without 示例己村 from 03-01: the village is there until 02-29 and not after, as known from 19:30 on."""
    from tests.conftest import FILES
    from twofront.apps.territory.models import Division
    from twofront.ground import history

    lines = [
        line
        for line in (FILES / "divisions.csv").read_text("utf-8").splitlines()
        if not line.startswith("330783123003")
    ]
    from twofront.core.errors import CannotDo

    with pytest.raises(CannotDo, match="which records still name"):
        load("divisions", "\n".join(lines) + "\n", on=date(2020, 3, 1))

    load(
        "divisions",
        "\n".join([*lines, "330783123003,示例己村,330783123", "330783123004,示例庚村,330783123"]) + "\n",
        on=date(2020, 2, 20),
    )
    load("divisions", "\n".join([*lines, "330783123003,示例己村,330783123"]) + "\n", on=date(2020, 3, 1))
    seen = [
        history.in_force(Division, d, known=NOON).filter(code="330783123004").exists()
        for d in (date(2020, 2, 19), date(2020, 2, 20), date(2020, 2, 29), date(2020, 3, 1))
    ]
    assert seen == [False, True, True, False]


def test_a_withdrawn_closing_can_be_closed_again_by_file(load: Any, actor: Any) -> None:
    """A day that its line reopened is closed by the same row once more, and is not taken for a duplicate."""
    from twofront.apps.figures import actions
    from twofront.ground.acts import new_key

    text = "date,goal,by\n2020-02-18,zero_imported,health\n"
    load("closings", f"\n{text}")
    actions.reopen_day(
        "zero_imported", DAY, reason="演练", by=actor("health"), under=None, key=new_key(), at=NOON
    )

    report = load("closings", text)

    assert (report.accepted, report.duplicate) == (1, 0)


def test_a_batch_answers_a_row_by_name(small_county: Any) -> None:
    """Columns in, a row out."""
    from twofront.ground.stores import Batch

    batch = Batch("a.csv", [2, 3], {"code": ["x", "y"]}, DAY, NOON, None, None)  # type: ignore[arg-type]

    assert len(batch) == 2
    assert batch.row(1) == {"code": "y"}


def test_rows_of_columns_that_differ_in_length_are_refused(small_county: Any) -> None:
    """Nothing is padded."""
    from twofront.apps.figures.models import Closing
    from twofront.ground import rows

    with pytest.raises(ValueError, match="columns of"):
        rows.insert(Closing, {"goal": ["a", "b"], "on": [DAY]})
