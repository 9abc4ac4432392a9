"""The second wall: the catalogue of the database says what the models declare, and the serving login is bound by it."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

HISTORIES = {
    "fact": {"SELECT", "INSERT"},
    "dated": {"SELECT", "INSERT"},
    "current": {"SELECT", "INSERT", "UPDATE", "DELETE"},
}
LATE_COLUMNS = {"dated": {"known"}, "fact": set(), "current": set()}
HERE, ELSEWHERE = "330783001", "330783123"


@contextmanager
def _owner() -> Iterator[Any]:
    """Ask as the owner, who sees the catalogue whole; nothing that is done here stays."""
    from django.db import connections, transaction

    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        yield cursor
        transaction.set_rollback(True, using="owner")


def _protected() -> dict[str, tuple[type[Any], Any]]:
    """Return the model and the Protect operation of each protected table, read from the migrations."""
    from django.apps import apps
    from django.db import connections
    from django.db.migrations.loader import MigrationLoader

    from twofront.ground.protect import Protect

    loader = MigrationLoader(connections["owner"])
    found = {}
    for (app, _), migration in loader.disk_migrations.items():
        for operation in migration.operations:
            if isinstance(operation, Protect):
                model = apps.get_model(app, operation.name)
                found[model._meta.db_table] = (model, operation)
    return found


def _row_scoped() -> list[type[Any]]:
    return [model for model, operation in _protected().values() if operation.visible == "row"]


def _see(*pairs: tuple[str, str], may_write: bool = False) -> None:
    from twofront.ground import scope

    scope.apply(read=frozenset(pairs), write=frozenset(pairs) if may_write else frozenset())


def test_every_table_is_protected_or_says_why_not(small_county: Any) -> None:
    """A table of the schema has passed through Protect, or stands in UNPROTECTED with a reason."""
    from twofront.ground.protect import UNPROTECTED

    with _owner() as cursor:
        cursor.execute(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
        )
        tables = {name for (name,) in cursor.fetchall()}

    assert tables == set(_protected()) | set(UNPROTECTED)
    assert not set(_protected()) & set(UNPROTECTED)
    assert all(reason.strip() for reason in UNPROTECTED.values())


def test_every_protected_table_has_forced_policies_for_each_way_to_touch_it(small_county: Any) -> None:
    """Row security binds the owner too, and select, insert, update and delete have a policy each."""
    with _owner() as cursor:
        cursor.execute(
            "select relname, relrowsecurity and relforcerowsecurity from pg_class where relname = any(%s)",
            [list(_protected())],
        )
        forced = dict(cursor.fetchall())
        cursor.execute(
            "select tablename, array_agg(cmd order by cmd), bool_and(permissive = 'PERMISSIVE') from pg_policies group by tablename"
        )
        policies = {table: commands for table, commands, _ in cursor.fetchall()}

    assert forced == dict.fromkeys(_protected(), True)
    assert policies == {table: ["DELETE", "INSERT", "SELECT", "UPDATE"] for table in _protected()}


def test_every_protected_table_has_the_trigger_of_the_act(small_county: Any) -> None:
    """The trigger stands before insert, update and delete, is enabled, and calls the one function that asks for an act."""
    with _owner() as cursor:
        cursor.execute(
            """select c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_proc p on p.oid = t.tgfoid
            where p.proname = 'twofront_require_act' and t.tgenabled = 'O' and t.tgtype = 2 | 4 | 8 | 16"""  # before, insert, delete, update
        )
        tables = [name for (name,) in cursor.fetchall()]

    assert sorted(tables) == sorted(_protected())


def test_every_noted_table_notes_what_was_added_changed_and_removed(small_county: Any) -> None:
    """The three noting triggers stand on every table but the ledger's own."""
    with _owner() as cursor:
        cursor.execute(
            """select c.relname, array_agg(p.proname::text order by p.proname) from pg_trigger t join pg_class c on c.oid = t.tgrelid
            join pg_proc p on p.oid = t.tgfoid where p.proname like 'twofront_note%%' group by c.relname"""
        )
        noted = dict(cursor.fetchall())

    assert noted == {
        table: ["twofront_note_change", "twofront_note_new", "twofront_note_old"]
        for table, (_, operation) in _protected().items()
        if operation.noted
    }


def test_grants_are_those_of_the_kind_of_history(small_county: Any) -> None:
    """A fact is only added, a dated row only closed by its known time, a current row may change; nobody truncates."""
    with _owner() as cursor:
        cursor.execute(
            "select table_name, array_agg(privilege_type::text) from information_schema.role_table_grants where grantee = 'twofront_app' group by table_name"
        )
        rights = {table: set(kinds) for table, kinds in cursor.fetchall()}
        cursor.execute(
            "select c.relname, array_agg(a.attname::text) from pg_attribute a join pg_class c on c.oid = a.attrelid where a.attacl::text like '%%twofront_app=w%%' group by 1"
        )
        columns = {table: set(names) for table, names in cursor.fetchall()}

    for table, (model, operation) in _protected().items():
        assert rights[table] == HISTORIES[operation.history], table
        assert columns.get(table, set()) == LATE_COLUMNS[operation.history] | set(operation.columns), table
        assert model.history == operation.history, table


def test_only_an_acts_answer_is_written_after_it(small_county: Any) -> None:
    """No fact may be changed later, but for the answer that an act keeps for a repeated key."""
    late = {table: operation.columns for table, (_, operation) in _protected().items() if operation.columns}

    assert late == {"ground_act": ("answer",)}


def test_the_serving_login_owns_nothing_and_passes_no_wall_by(small_county: Any) -> None:
    """It is no superuser, no bypasser, makes no roles or databases, is member of no role, and owns no object."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select session_user, current_user")
        assert cursor.fetchone() == ("twofront_app", "twofront_app")
        cursor.execute(
            "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication from pg_roles where rolname = current_user"
        )
        assert cursor.fetchone() == (False,) * 5
        cursor.execute("select count(*) from pg_auth_members where member = 'twofront_app'::regrole")
        assert cursor.fetchone() == (0,)
        cursor.execute(
            """select (select count(*) from pg_class where relowner = 'twofront_app'::regrole)
            + (select count(*) from pg_proc where proowner = 'twofront_app'::regrole)
            + (select count(*) from pg_namespace where nspowner = 'twofront_app'::regrole)
            + (select count(*) from pg_database where datdba = 'twofront_app'::regrole)"""
        )
        assert cursor.fetchone() == (0,)
        cursor.execute("select has_schema_privilege('public', 'create')")
        assert cursor.fetchone() == (False,)


def _filled(model: type[Any]) -> None:
    """Put a row of each of two townships into a row-scoped table, as the owner of the county would by an act."""
    from twofront.ground import scope

    scope.apply(read=scope.EVERYTHING, write=scope.EVERYTHING)
    scope.open_act(0, is_bulk=True)
    for block in (HERE, ELSEWHERE):
        _made(model, block).save()
    scope.open_act(None)


def _made(model: type[Any], block: str) -> Any:
    """Make a row of any model from the types of its fields."""
    values = {
        f.attname: _value(f, block)
        for f in model._meta.fields
        if not f.primary_key and not f.has_default() and not f.null
    }
    if "enterprise_id" in {f.attname for f in model._meta.fields}:
        values["enterprise_id"] = _any("register", "Enterprise")
    return model(**{**values, "line_code": "economy", "block_code": block})


def _value(field: Any, block: str) -> Any:
    from datetime import UTC, date, datetime

    from twofront.ground import acts, history

    day = date(1990, 1, 1 if block == HERE else 2)  # before every row of the small county
    if field.is_relation:
        return _any(field.related_model._meta.app_label, field.related_model.__name__)
    return {
        "TextField": block,
        "DateField": day,
        "DateTimeField": datetime(2020, 2, 1, tzinfo=UTC),
        "DateRangeField": history.days(day, date(1990, 1, 2 if block == HERE else 3)),
        "DateTimeRangeField": history.moments(datetime(2020, 2, 1, tzinfo=UTC)),
        "BooleanField": True,
        "IntegerField": 1,
        "FloatField": 1.0,
        "UUIDField": acts.new_uid(),
    }[field.get_internal_type() if "Range" not in type(field).__name__ else type(field).__name__]


def _any(app: str, name: str) -> int:
    from django.apps import apps

    model = apps.get_model(app, name)
    row = model.objects.order_by("pk").first()
    if row is None:
        from twofront.ground.acts import new_uid

        row = model.objects.create(uid=new_uid(), code="演练-1")
    return int(row.pk)


def test_there_are_row_scoped_tables_to_hold(small_county: Any) -> None:
    """Ten tables carry line and block; a model that has both columns is protected by them."""
    from django.apps import apps

    with_place = {
        m for m in apps.get_models() if {"line_code", "block_code"} <= {f.name for f in m._meta.fields}
    }

    assert set(_row_scoped()) == with_place
    assert len(with_place) == 10


def test_a_township_sees_no_row_of_another(small_county: Any) -> None:
    """Of every row-scoped table the serving login sees its own township's rows, and none of another's."""
    for model in _row_scoped():
        _filled(model)

        _see(("*", HERE))

        assert model.objects.exists(), model
        assert {str(block)[:9] for block in model.objects.values_list("block_code", flat=True)} == {HERE}, (
            model
        )
        assert model.objects.filter(block_code=ELSEWHERE).count() == 0, model


def test_without_a_scope_there_are_no_rows(small_county: Any) -> None:
    """Every protected table but the two that are needed to find a scope is empty to somebody without one."""
    for model in _row_scoped():
        _filled(model)

    _see()

    seen = {table for table, (model, _) in _protected().items() if model.objects.exists()}
    assert seen <= {"ground_kindsversion", "ground_clockreading"}
    assert {t for t, (_, o) in _protected().items() if o.visible == "always"} == {
        "ground_kindsversion",
        "ground_clockreading",
    }


@pytest.mark.parametrize(
    "pairs", [[("*", HERE)], [("economy", HERE)], []], ids=["a township", "a line in a township", "nobody"]
)
def test_nothing_is_written_outside_the_scope(small_county: Any, pairs: list[tuple[str, str]]) -> None:
    """A row of another township is refused by every row-scoped table, though an act is open."""
    from django.db import ProgrammingError, transaction

    from twofront.ground import scope

    for model in _row_scoped():
        _see(("*", "*"), may_write=True)
        scope.open_act(0, is_bulk=True)
        row = _made(model, ELSEWHERE)
        _see(*pairs, may_write=True)
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            row.save()


def test_no_row_outside_the_scope_is_closed(small_county: Any) -> None:
    """An update that may close dated rows reaches those of its own township only."""
    from django.db import connection

    from twofront.ground import scope

    for model in (m for m in _row_scoped() if m.history == "dated"):
        _filled(model)
        _see(("*", HERE), may_write=True)
        scope.open_act(0, is_bulk=True)
        with connection.cursor() as cursor:
            cursor.execute(
                f'update "{model._meta.db_table}" set known = tstzrange(lower(known), now()) where upper_inf(known)'
            )
            own = cursor.rowcount
        _see(("*", "*"))

        assert own > 0, model
        assert model.objects.filter(block_code=ELSEWHERE, known__upper_inf=True).exists(), model
        assert not model.objects.filter(block_code=HERE, known__upper_inf=True).exists(), model


def test_a_write_without_an_act_is_refused(small_county: Any) -> None:
    """With the whole county to write, no protected table takes a row while no act is open."""
    from django.db import DatabaseError, connection, transaction

    from twofront.ground import scope

    scope.apply(write=scope.EVERYTHING)
    scope.open_act(None)
    for table in _protected():
        with (
            pytest.raises(DatabaseError, match="without an open act"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f'insert into "{table}" default values')


def test_facts_are_neither_changed_nor_removed(small_county: Any) -> None:
    """The serving login has no right to; the ledger's tables are among them."""
    from django.db import ProgrammingError, connection, transaction

    from twofront.ground import scope

    scope.apply(write=scope.EVERYTHING)
    scope.open_act(0, is_bulk=True)
    for table, (_, operation) in _protected().items():
        if operation.history == "current":
            continue
        late = LATE_COLUMNS[operation.history] | set(operation.columns)
        for sql in (f'delete from "{table}"', f'update "{table}" set id = id', f'truncate "{table}"'):
            with (
                pytest.raises(ProgrammingError, match="permission denied"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(sql)
        assert "id" not in late


@pytest.mark.parametrize(
    "known",
    [
        "tstzrange('2020-01-01', null)",
        "tstzrange(null, null)",
        "tstzrange(lower(known) - interval '1 day', now())",
        "tstzrange(lower(known), null)",
    ],
    ids=["from another moment", "from for ever", "closed from an earlier moment", "left open"],
)
def test_a_dated_row_is_only_closed(small_county: Any, known: str) -> None:
    """Its known time may end; it may not begin elsewhere, nor stay open after an edit."""
    from django.db import DatabaseError, connection, transaction

    from twofront.ground import scope

    scope.apply(write=scope.EVERYTHING)
    scope.open_act(0, is_bulk=True)
    with (
        pytest.raises(DatabaseError, match="only closed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"update register_enterpriserecord set known = {known}")


def test_a_closed_row_is_not_opened_again(small_county: Any) -> None:
    """What was known until a moment stays known until that moment."""
    from django.db import DatabaseError, connection, transaction

    from twofront.ground import scope

    scope.apply(write=scope.EVERYTHING)
    scope.open_act(0, is_bulk=True)
    with connection.cursor() as cursor:
        cursor.execute("update register_enterpriserecord set known = tstzrange(lower(known), '2020-02-19')")
    for upper in ("null", "'2020-02-20'", "'2020-02-18 11:45'"):
        with (
            pytest.raises(DatabaseError, match="only closed"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"update register_enterpriserecord set known = tstzrange(lower(known), {upper})")


def test_the_policy_and_its_twin_in_python_agree(small_county: Any) -> None:
    """A row is seen if one pair covers its line and its block: a township covers its villages, a village its grids."""
    from django.db import connection

    from twofront.ground import scope
    from twofront.ground.protect import _row_rule

    lines = [None, "economy", "health"]
    blocks = [None, HERE, ELSEWHERE, f"{HERE}001", f"{HERE}002", f"{HERE}001007", "330783"]
    pairs = [
        (line, block) for line in ("*", "economy", "health") for block in ("*", HERE, f"{HERE}001", ELSEWHERE)
    ]
    rule = _row_rule("read")
    for chosen in [(), *((p,) for p in pairs), *itertools.combinations(pairs, 2)]:
        _see(*chosen)
        with connection.cursor() as cursor:
            cursor.execute(
                f"select line_code, block_code from unnest(%s::text[], %s::text[]) as t(line_code, block_code) where {rule}",
                [[line for line in lines for _ in blocks], [b for _ in lines for b in blocks]],
            )
            seen = set(cursor.fetchall())

        assert seen == {
            (x, y)
            for x in lines
            for y in blocks
            if scope.Scope(read=frozenset(chosen)).covers(line=x, block=y)
        }, chosen


def test_the_owner_is_bound_too(small_county: Any) -> None:
    """The owner of the tables sees no row without a scope."""
    with _owner() as cursor:
        for table, (_, operation) in _protected().items():
            if operation.visible != "always":
                cursor.execute(f'select count(*) from "{table}"')
                assert cursor.fetchone() == (0,), table
