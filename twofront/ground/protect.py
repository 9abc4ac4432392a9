"""The wall: one migration operation gives a table its policy, its grants and its triggers.

Law: a table either has passed through `Protect` or stands in `UNPROTECTED` with a reason; a test over the catalogue
holds it. The policy is forced, so that it binds the owner too. The serving login owns nothing; what it may do follows
from the table's kind of history: a fact is only added, a dated row is only closed, a current row may change.
"""

from typing import Any, Literal

from django.conf import settings
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

History = Literal["fact", "dated", "current"]
Visible = Literal["row", "scoped", "always"]

UNPROTECTED = {
    "django_migrations": "Django's own list of migrations; written by the owner only",
    "django_session": "sessions: a random key and a signed body; read before anybody is known",
    "procrastinate_jobs": "the job queue's own table; bodies hold ids only",
    "procrastinate_events": "the job queue's own table",
    "procrastinate_periodic_defers": "the job queue's own table",
    "procrastinate_workers": "the job queue's own table",
}

FUNCTIONS = """
create or replace function twofront_list(name text) returns text[] language sql stable as
  $$ select string_to_array(coalesce(current_setting('twofront.' || name, true), ''), ',') $$;
create or replace function twofront_flag(name text) returns boolean language sql stable as
  $$ select coalesce(current_setting('twofront.' || name, true), '') = '1' $$;

create or replace function twofront_require_act() returns trigger language plpgsql as $$
begin
  if coalesce(current_setting('twofront.act', true), '') = '' then
    raise exception 'a write to % without an open act', tg_table_name using errcode = 'TF001';
  end if;
  return null;
end $$;

create or replace function twofront_refuse_edit() returns trigger language plpgsql as $$
begin
  raise exception 'a dated row of % is only closed, never edited', tg_table_name using errcode = 'TF002';
end $$;

create or replace function twofront_note_new() returns trigger language plpgsql as $$
begin
  if not twofront_flag('bulk') then
    insert into ground_touch (act_id, tab, op, keys, fields)
      select current_setting('twofront.act')::bigint, tg_table_name, lower(tg_op), array_agg(id), '{}'
      from new_rows having count(*) > 0;
  end if;
  return null;
end $$;

create or replace function twofront_note_old() returns trigger language plpgsql as $$
begin
  if not twofront_flag('bulk') then
    insert into ground_touch (act_id, tab, op, keys, fields)
      select current_setting('twofront.act')::bigint, tg_table_name, lower(tg_op), array_agg(id), '{}'
      from old_rows having count(*) > 0;
  end if;
  return null;
end $$;

create or replace function twofront_note_change() returns trigger language plpgsql as $$
begin
  if not twofront_flag('bulk') then
    insert into ground_touch (act_id, tab, op, keys, fields)
      select current_setting('twofront.act')::bigint, tg_table_name, 'update', array_agg(distinct o.id),
             coalesce(array_agg(distinct n.key) filter (where n.value is distinct from (to_jsonb(o) -> n.key)), '{}')
      from old_rows o join new_rows w using (id), jsonb_each(to_jsonb(w)) n
      having count(*) > 0;
  end if;
  return null;
end $$;
"""

GRANTS = {"fact": "select, insert", "dated": "select, insert", "current": "select, insert, update, delete"}


def _row_rule(mode: str) -> str:
    """Return the policy's condition; each sub-select runs once a statement, so that an index can be used."""
    return f"""(select twofront_flag('{mode}_all'))
        or block_code = any ((select twofront_list('{mode}_blocks'))::text[])
        or left(block_code, 9) = any ((select twofront_list('{mode}_blocks'))::text[])
        or left(block_code, 12) = any ((select twofront_list('{mode}_blocks'))::text[])
        or line_code = any ((select twofront_list('{mode}_lines'))::text[])
        or line_code || '|' || left(block_code, 9) = any ((select twofront_list('{mode}_pairs'))::text[])
        or line_code || '|' || left(block_code, 12) = any ((select twofront_list('{mode}_pairs'))::text[])
        or line_code || '|' || block_code = any ((select twofront_list('{mode}_pairs'))::text[])"""


_IS_CLOSING = "upper_inf(old.known) and (isempty(new.known) or (lower(new.known) = lower(old.known) and not upper_inf(new.known)))"


def statements(
    table: str, history: History, visible: Visible, role: str, columns: tuple[str, ...] = ()
) -> list[str]:
    """Return the SQL that protects one table."""
    see = {"row": _row_rule("read"), "scoped": "(select twofront_flag('read_any'))", "always": "true"}[
        visible
    ]
    write = _row_rule("write") if visible == "row" else "(select twofront_flag('write_any'))"
    sql = [
        f"alter table {table} enable row level security",
        f"alter table {table} force row level security",
        f"create policy see on {table} for select using ({see})",
        f"create policy add on {table} for insert with check ({write})",
        f"create policy change on {table} for update using ({write}) with check ({write})",
        f"create policy remove on {table} for delete using ({write})",
        f"revoke all on {table} from public, {role}",
        f"grant {GRANTS[history]} on {table} to {role}",
        f"create trigger act before insert or update or delete on {table} for each statement execute function twofront_require_act()",
        f"create trigger note_new after insert on {table} referencing new table as new_rows for each statement execute function twofront_note_new()",
        f"create trigger note_change after update on {table} referencing old table as old_rows new table as new_rows for each statement execute function twofront_note_change()",
        f"create trigger note_old after delete on {table} referencing old table as old_rows for each statement execute function twofront_note_old()",
    ]
    if history == "dated":
        columns = (*columns, "known")
        sql.append(
            f"create trigger only_closes before update on {table} for each row when (not ({_IS_CLOSING})) execute function twofront_refuse_edit()"
        )
    if columns:
        sql.append(f"grant update ({', '.join(columns)}) on {table} to {role}")
    return sql


class Protect(Operation):
    """Protect the table of a model.

    Args:
        name: The model.
        history: Its kind: `fact`, `dated` or `current`.
        visible: `row` = by its line_code and block_code; `scoped` = to everybody who has a scope; `always` = also
            before a scope is set (only what is needed to find one).
        noted: False for the ledger's own tables, which need no note of themselves.
        columns: Columns of a fact that may still be filled in after it was added.
    """

    reversible = False
    reduces_to_sql = True

    def __init__(
        self,
        name: str,
        history: History,
        visible: Visible = "row",
        noted: bool = True,  # noqa: FBT001, FBT002 - migrations write it by name
        columns: tuple[str, ...] = (),
    ) -> None:
        """Keep what is to be protected, and how."""
        self.columns = columns
        self.name, self.history, self.visible, self.noted = name, history, visible, noted

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change nothing in Django's picture of the models."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Run the statements as the owner."""
        table = to_state.apps.get_model(app_label, self.name)._meta.db_table
        role = str(settings.DATABASES["default"]["USER"])
        for sql in statements(table, self.history, self.visible, f'"{role}"', self.columns):
            if self.noted or "note_" not in sql:
                schema_editor.execute(sql)

    def database_backwards(self, *_: Any) -> None:  # noqa: ANN401 - Django's signature
        """Refuse: a wall is not taken down."""
        raise NotImplementedError("a protected table stays protected; write a new migration instead")

    def describe(self) -> str:
        """Say it in a line."""
        return f"Protect {self.name} as {self.history}, visible {self.visible}"
