"""The one way to write: one transaction, one key, one event; and what is kept of it holds no value."""

import contextlib
import threading
from datetime import UTC, date, datetime
from typing import Any

import pytest

AT = datetime(2020, 2, 18, 11, 30, tzinfo=UTC)
DAY = date(2020, 2, 18)


def _close(**words: Any) -> Any:
    from twofront.apps.figures import actions
    from twofront.ground.acts import Key

    key = Key(words.pop("key", "演练-closing"))
    return actions.close_day(
        words.pop("goal", "zero_imported"),
        words.pop("on", date(2020, 2, 17)),
        under=None,
        key=key,
        at=AT,
        **words,
    )


def _counts() -> dict[str, int]:
    """Count the rows of every table of the county that an act writes."""
    from django.apps import apps

    from twofront.ground.models import RefusedKey

    return {
        m._meta.db_table: m.objects.count()
        for m in apps.get_models()
        if m.__module__.startswith("twofront.") and m is not RefusedKey
    }


@pytest.fixture
def health(actor: Any) -> Any:
    """The clerk of the health line, who closes the zero goals."""
    return actor("health")


def test_an_act_leaves_one_event_of_ids_and_fields(small_county: Any, health: Any) -> None:
    """Who, what, about which row, when in the world and by the machine's clock."""
    from twofront.ground.models import Act, Event

    _close(by=health)

    row = Act.objects.get(key="演练-closing")
    (event,) = Event.objects.filter(act=row)
    assert (event.verb, event.about, event.actor, event.at) == (
        "goal.closed",
        "goal:zero_imported:2020-02-17",
        "health",
        AT,
    )
    assert event.machine_at > datetime(2026, 1, 1, tzinfo=UTC)
    assert (row.actor, row.at, row.under) == ("health", AT, None)


def test_the_same_key_and_body_get_the_first_answer_and_change_nothing(
    small_county: Any, health: Any
) -> None:
    """Twice is once: the second call answers what the first did, in its type, and no table grows."""
    first = _close(by=health)
    before = _counts()

    again = _close(by=health)

    assert again == first
    assert type(again) is type(first)
    assert _counts() == before


def test_who_repeats_and_when_is_no_part_of_the_body(small_county: Any, health: Any, actor: Any) -> None:
    """A device that sends again under another moment gets the first answer."""
    from twofront.apps.figures import actions
    from twofront.ground.acts import Key

    first = _close(by=health)

    again = actions.close_day(
        "zero_imported",
        date(2020, 2, 17),
        by=health,
        under="order-7/3",
        key=Key("演练-closing"),
        at=datetime(2020, 2, 18, 11, 31, tzinfo=UTC),
    )

    assert again == first


def test_the_same_key_with_another_body_is_refused_and_kept(small_county: Any, health: Any) -> None:
    """Nothing is written for it, and the caller's transaction may go on with the refusal kept."""
    from twofront.ground.acts import KeyReused
    from twofront.ground.models import RefusedKey

    _close(by=health)
    before = _counts()

    with pytest.raises(KeyReused) as refused:
        _close(by=health, goal="zero_transmitted")

    assert refused.value.code == "id_reused"
    assert "演练-closing" in refused.value.zh
    assert _counts() == before
    assert RefusedKey.objects.filter(key="演练-closing", actor="health").count() == 1
    _close(by=health, goal="zero_transmitted", key="演练-other")
    assert RefusedKey.objects.filter(key="演练-closing", actor="health").count() == 1


def test_an_act_that_fails_leaves_nothing_and_frees_its_key(small_county: Any, health: Any) -> None:
    """Rows, event and key go with the transaction, so that the key may be sent again."""
    from twofront.ground.acts import Key, act
    from twofront.ground.models import Act

    with contextlib.suppress(RuntimeError), act(by=health, under=None, key=Key("演练-half"), at=AT) as a:
        a.event("goal.closed", "goal:zero_imported:2020-02-17")
        raise RuntimeError("half-way")

    assert not Act.objects.filter(key="演练-half").exists()
    with act(by=health, under=None, key=Key("演练-half"), at=AT):
        pass
    assert Act.objects.filter(key="演练-half").exists()


def _tell(*, to: list[str], word: str) -> None:
    to.append(word)


def test_what_follows_an_act_waits_for_the_commit(small_county: Any, health: Any) -> None:
    """A job is deferred once the act stands; it is not if the act fails."""
    from django.db import connection, transaction

    from twofront.ground.acts import Key, act

    told: list[str] = []
    with transaction.atomic():
        with act(by=health, under=None, key=Key("演练-told"), at=AT) as a:
            a.after_commit(_tell, to=told, word="stands")
        with contextlib.suppress(RuntimeError), act(by=health, under=None, key=Key("演练-fails"), at=AT) as a:
            a.after_commit(_tell, to=told, word="fell")
            raise RuntimeError

    assert told == []
    waiting = [call for _, call, _ in connection.run_on_commit]
    for call in waiting:
        call()
    assert told == ["stands"]


def test_an_act_in_an_act_gives_the_outer_one_back(small_county: Any, health: Any) -> None:
    """After the inner act its rows are its own, and the outer one still writes, under its own name and pairs."""
    from django.db import connection

    from twofront.ground import scope
    from twofront.ground.acts import Key, act
    from twofront.ground.models import Event

    with act(by=scope.system("outer"), under=None, key=Key("演练-outer"), at=AT) as outer:
        _close(by=health, key="演练-inner")
        with connection.cursor() as cursor:
            cursor.execute("select current_setting('twofront.act'), current_setting('twofront.write_all')")
            assert cursor.fetchone() == (str(outer.row.pk), "1")
        outer.event("outer.after")

    assert list(Event.objects.filter(act=outer.row).values_list("verb", "actor")) == [
        ("outer.after", "system:outer")
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(current_setting('twofront.act', true), ''), coalesce(current_setting('twofront.write_any', true), '')"
        )
        assert cursor.fetchone() == ("", "")


def test_an_act_opens_the_wall_by_itself(county_folder: Any, actor: Any) -> None:
    """Where nobody has set a scope, an act reads and writes within its actor's own pairs."""
    from django.db import connection, transaction

    from twofront.ground import scope
    from twofront.ground.acts import Key, act

    clerk = actor("health")
    scope.apply(read=scope.NOTHING)
    with (
        transaction.atomic(),
        act(by=clerk, under=None, key=Key("演练-alone"), at=AT),
        connection.cursor() as cursor,
    ):
        cursor.execute("select current_setting('twofront.read_lines'), current_setting('twofront.read_all')")
        lines, whole = cursor.fetchone()

    assert whole == "1" or "health" in lines
    assert not scope.is_set()


def test_two_at_once_with_one_key_are_one_act(county_folder: Any) -> None:
    """The second waits for the first, then answers as the first did; one act, one row, one event."""
    from django.db import connections

    from twofront.ground import scope
    from twofront.ground.acts import Key, act, action, new_key
    from twofront.ground.models import Act, Event
    from twofront.ground.scope import Actor

    key = new_key()
    began, may_end = threading.Event(), threading.Event()
    answers: list[str] = []
    done: list[str] = []

    @action
    def slow(word: str, *, by: Actor, under: str | None, key: Key, at: datetime) -> str:
        with act(by=by, under=under, key=key, at=at) as a:
            began.set()
            may_end.wait(10)
            done.append(word)
            a.event("exercise.once", "演练")
            return a.answer(f"{word}, the {len(done)}st")

    def run() -> None:
        try:
            answers.append(slow("once", by=scope.system("test"), under=None, key=key, at=AT))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    threads[0].start()
    assert began.wait(10)
    threads[1].start()
    threads[1].join(0.2)
    assert threads[1].is_alive()  # it waits for whoever claimed the key first
    may_end.set()
    for thread in threads:
        thread.join(10)

    assert answers == ["once, the 1st"] * 2
    assert done == ["once"]
    with scope.reading(scope.READ_COUNTY):
        row = Act.objects.get(key=key)
        assert Event.objects.filter(act=row).count() == 1


def test_a_function_without_the_four_words_is_no_action() -> None:
    """by, under, key, at and the answer must be typed, so that a repeated key can be answered in its type."""
    from twofront.ground.acts import action

    with pytest.raises(TypeError, match="under"):

        @action
        def nameless(*, by: object, key: str, at: datetime) -> None:
            """Lack one."""


def test_the_ledger_holds_no_value_that_people_entered(small_county: Any, load: Any) -> None:
    """Names, codes and phones of a list are in no table that notes what was done: ids, fields and hashes only."""
    from django.db import connection

    planted = ["演练植入机械厂", "13912345678", "演练-张某某"]
    load(
        "enterprises",
        f"name,credit_code,township,sector,contact,mobile,normal_staff\n{planted[0]},91330799MA0000373A,330783001,C17,{planted[2]},{planted[1]},10\n",
    )
    load(
        "accounts",
        f"login,role,unit,line,from,name,phone,to\nwuning,township,330783001,*,2020-01-01,{planted[2]},{planted[1]},\n",
    )

    for table in (
        "ground_act",
        "ground_event",
        "ground_touch",
        "ground_change",
        "ground_seal",
        "ground_import",
        "ground_refusedkey",
        "ground_attempt",
    ):
        with connection.cursor() as cursor:
            cursor.execute(
                f"select count(*), count(*) filter (where to_jsonb(t)::text ~ %s) from {table} t",
                ["|".join(planted)],
            )
            _, found = cursor.fetchone()
        assert found == 0, table


def test_a_written_row_is_noted_by_table_key_and_fields(small_county: Any) -> None:
    """The trigger notes that the account's password and epoch changed, and not to what."""
    from twofront.apps.units import actions
    from twofront.apps.units.models import Account
    from twofront.ground import scope
    from twofront.ground.acts import new_key
    from twofront.ground.models import Act, Touch

    key = new_key()
    actions.issue_password("wuning", by=scope.system("test"), under=None, key=key, at=AT)

    (touch,) = Touch.objects.filter(act=Act.objects.get(key=key))
    assert (touch.tab, touch.op, touch.keys) == (
        "units_account",
        "update",
        [Account.objects.get(login="wuning").pk],
    )
    assert set(touch.fields) <= {"password", "must_change", "epoch"}
    assert {"password", "epoch"} <= set(touch.fields)


def test_an_import_is_noted_by_its_file_and_not_row_by_row(small_county: Any, load: Any) -> None:
    """One event with the file's hash; no note a row."""
    from twofront.ground.models import Act, Event, Import, Touch

    report = load("coverage", "date,village,dwellings,done\n2020-02-18,330783001001,100,81\n")

    row = Import.objects.get(uid=report.import_id)
    (event,) = Event.objects.filter(act=row.act)
    assert (event.verb, event.about, event.digest) == ("import", f"import:{report.import_id}", report.sha256)
    assert not Touch.objects.filter(act=row.act).exists()
    assert Act.objects.get(pk=row.act_id).actor == "operator"
