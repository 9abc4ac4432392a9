"""One door for files: read = accepted + duplicate + rejected is the database's own law, and the file is kept."""

import hashlib
from datetime import date
from typing import Any

import pytest

GOOD = "date,village,dwellings,done\n2020-02-18,330783001001,100,81\n2020-02-18,330783001002,100,90\n2020-02-18,330783001009,100,1\n"


def _count(sql: str, *values: Any) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0] if cursor.description else cursor.rowcount


@pytest.mark.parametrize(
    ("read", "accepted", "duplicate", "rejected"),
    [(3, 1, 1, 0), (0, 1, 0, 0), (2, 1, 1, 1), (1, 2, -1, 1)],
    ids=["a row is lost", "a row is invented", "a row is counted twice", "a wrong sum"],
)
def test_an_import_that_does_not_add_up_cannot_be_stored(
    small_county: Any, load: Any, read: int, accepted: int, duplicate: int, rejected: int
) -> None:
    """Not by the serving login inside an act, nor by SQL as the owner."""
    from django.db import IntegrityError, connections, transaction

    columns = 'act_id, kind, file_name, sha256, options, "on", known_at, at, machine_at, actor, report'
    insert = f"""insert into ground_import (uid, read, accepted, duplicate, rejected, {columns})
        values (gen_random_uuid(), %s, %s, %s, %s, 1, 'coverage', 'a.csv', 'x', '{{}}', '2020-01-01', now(), now(), now(), '', '{{}}')"""
    opened = "select set_config('twofront.act', '1', true), set_config('twofront.bulk', '1', true), set_config('twofront.write_any', '1', true)"
    for alias in ("default", "owner"):
        with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
            cursor.execute(opened)
            with pytest.raises(IntegrityError, match="every_row_is_accounted_for"):
                cursor.execute(insert, [read, accepted, duplicate, rejected])
            transaction.set_rollback(True, using=alias)


def test_every_row_of_a_file_is_accepted_duplicate_or_rejected(load: Any) -> None:
    """81 is new for its day, 90 stands already, the third names no village: 1 + 1 + 1 of 3, and the refused row is kept with its reason."""
    from twofront.ground.models import Import, RejectedRow

    report = load("coverage", GOOD)

    assert (report.read, report.accepted, report.duplicate, report.rejected) == (3, 1, 1, 1)
    (row,) = RejectedRow.objects.filter(imported=Import.objects.get(uid=report.import_id))
    assert row.row == 4
    assert row.cells == ["2020-02-18", "330783001009", "100", "1"]
    assert [(r["field"], r["code"]) for r in row.reasons] == [("village", "unknown_value")]
    assert report.reasons[0]["cells"] == ["B4"]


def test_the_file_is_kept_under_the_hash_of_its_bytes(small_county: Any, load: Any) -> None:
    """What came is in the inbox, whole, and no part of a copy is left beside it."""
    report = load("coverage", GOOD)

    kept = small_county.inbox / f"{hashlib.sha256(GOOD.encode()).hexdigest()}.csv"
    assert kept.read_text("utf-8") == GOOD
    assert report.sha256 == kept.stem
    assert not list(small_county.inbox.glob("*.part*"))


def test_a_dry_run_says_what_would_happen_and_writes_nothing(small_county: Any, tmp_path: Any) -> None:
    """The same counts, and neither row, ledger nor copy."""
    from tests.conftest import NOON, operator
    from twofront.ground import intake
    from twofront.ground.models import Act, Import
    from twofront.server.loads import loader

    path = tmp_path / "dry.csv"
    path.write_text(GOOD + "\n", "utf-8")
    before = (
        Act.objects.count(),
        Import.objects.count(),
        _count("select count(*) from campaigns_coverage"),
        sorted(small_county.inbox.iterdir()),
    )

    report = intake.load(
        loader("coverage"),
        path,
        by=operator(),
        at=NOON,
        sent=intake.Sent(on=date(2020, 2, 18)),
        keep_in=small_county.inbox,
        rehearsed=lambda report: None,
    )

    assert (report.read, report.accepted, report.duplicate, report.rejected) == (3, 1, 1, 1)
    assert (
        Act.objects.count(),
        Import.objects.count(),
        _count("select count(*) from campaigns_coverage"),
        sorted(small_county.inbox.iterdir()),
    ) == before


def test_a_township_loads_its_own_rows_only(load: Any, actor: Any) -> None:
    """A row of another township is rejected and never written; it does not stop the township's own."""
    own = "date,village,dwellings,done\n2020-02-18,330783001001,100,82\n"
    foreign = own + "2020-02-18,330783123001,100,21\n"
    of_others = "select count(*) from campaigns_coverage where left(village, 9) = '330783123' and act_id > "
    newest = _count("select max(id) from ground_act")

    report = load("coverage", foreign, by=actor("wuning"))

    assert (report.accepted, report.rejected) == (1, 1)
    assert [(r["field"], r["code"]) for r in report.reasons] == [("village", "unknown_value")]
    assert _count(f"{of_others}{newest}") == 0


def test_who_may_not_load_a_kind_is_refused(load: Any, actor: Any) -> None:
    """An observer loads nothing; the refusal says whom to ask."""
    from twofront.ground.scope import NotPermitted

    with pytest.raises(NotPermitted, match="ask the command office") as refused:
        load("coverage", GOOD, by=actor("observer"))

    assert refused.value.code == "not_permitted"


@pytest.mark.parametrize("kind", ["coverage", "reports"])
def test_a_file_without_a_known_column_is_refused_in_one_sentence(load: Any, kind: str) -> None:
    """The refusal names file and line, and what to do."""
    from twofront.core.errors import CannotDo

    with pytest.raises(CannotDo, match="name the columns as in the template"):
        load(kind, "a,b\n1,2\n")
