"""How a batch of rows meets what the county already holds: new, changed, or the same; never lost, never twice.

A row whose key is known with the same values changes nothing. With other values it is a correction: both times are
kept. A value may not be learned before the value that it replaces. A column that a file does not have says nothing:
what is on record stays; an empty cell in a column that it has empties the value.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.db import connection

from twofront.core.errors import CannotDo
from twofront.core.playbook import Playbook
from twofront.ground import history, kinds, rows
from twofront.ground.acts import OpenAct
from twofront.ground.history import Dated, Fact, Holding

State = Literal["new", "changed", "same"]
Values = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Reject:
    """Why a row is not taken: the field, the contract's code, and a sentence that says what to do."""

    field: str
    code: str
    en: str
    zh: str


Verdict = State | Reject


def _nothing(codes: set[str]) -> set[str]:
    """Use no code."""
    return codes & set()


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows of a file that passed their own checks, by column, on their way into the county.

    Args:
        file: The file's name, for errors.
        numbers: The row number of each row in the file.
        columns: The cleaned values of each field; None where a cell was empty.
        on: The day from which rows without a date of their own hold.
        known: When the county learned them.
        act: The import's act.
        book: The playbook in force.
        in_use: Tells which of some codes the records of other apps still need.
        notes: What is to be said beside the counts (what was compared and not applied); the store adds to it.
        is_dry: It will be taken back; what lies outside the database must not be written.
        absent: Fields that the file has no column for: they say nothing, and change nothing of what is on record.
    """

    file: str
    numbers: Sequence[int]
    columns: Mapping[str, list[Any]]
    on: date
    known: datetime
    act: OpenAct
    book: Playbook
    in_use: Callable[[set[str]], set[str]] = field(default=_nothing)
    notes: list[dict[str, Any]] = field(default_factory=list)
    is_dry: bool = False
    absent: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.numbers)

    def row(self, i: int) -> dict[str, Any]:
        """Return one row by name of field."""
        return {name: column[i] for name, column in self.columns.items()}

    def with_made(self, **made: str) -> "Batch":
        """Return the batch, with the attributes absent too that are made of an absent field: attribute=field."""
        more = frozenset(attribute for attribute, of in made.items() if of in self.absent)
        return replace(self, absent=self.absent | more)

    def body(self, names: Iterable[str], said: Values, on_record: Values | None) -> Values:
        """Return the values of a row, with those on record where the file has no column that would speak of them."""
        if on_record is None or not self.absent:
            return said
        by_name = zip(names, said, on_record, strict=True)
        return tuple(old if name in self.absent else new for name, new, old in by_name)


def facts(
    model: type[Fact],
    batch: Batch,
    *,
    key: Mapping[str, list[Any]],
    values: Mapping[str, list[Any]],
    beside: Mapping[str, list[Any]],
    skip: Sequence[bool] | None = None,
) -> list[State]:
    """Add the facts whose key or value is new.

    Args:
        model: The table of facts.
        batch: Where they come from, and when they became known.
        key: The key's attributes, by column.
        values: What is compared and stored.
        beside: What is stored but not compared (line_code, block_code).
        skip: Rows that were rejected; their state means nothing.

    Raises:
        CannotDo: A value known later is already on record.
    """
    before = _newest(model, key, list(values))
    states: list[State] = []
    take: list[int] = []
    bodies: list[Values] = []
    keys = list(zip(*key.values(), strict=True))
    held: dict[Values, Values] = {}
    for i, (k, said) in enumerate(zip(keys, zip(*values.values(), strict=True), strict=True)):
        if skip is not None and skip[i]:
            states.append("same")
            continue
        old, known_at = (held[k], None) if k in held else before.get(k, (None, None))
        body = batch.body(values, said, old)
        _not_before(batch, i, known_at, replaces=old != body)
        states.append("new" if old is None else "same" if old == body else "changed")
        if states[-1] != "same":
            take.append(i)
            bodies.append(body)
            held[k] = body
    columns = {name: [column[i] for i in take] for name, column in {**key, **beside}.items()}
    columns |= {name: [body[n] for body in bodies] for n, name in enumerate(values)}
    rows.insert(model, columns, known_at=batch.known, act_id=batch.act.row.pk, is_void=False)
    return states


def held(
    model: type[Dated],
    batch: Batch,
    *,
    key: str,
    ids: list[Any],
    values: Mapping[str, list[Any]],
    skip: Sequence[bool] | None = None,
) -> list[State]:
    """Let each key hold its values from the batch's day on, until what is recorded for later.

    Args:
        model: The dated table.
        batch: Where the values come from.
        key: Attribute of the key.
        ids: The key of each row.
        values: What is compared and stored.
        skip: Rows that were rejected.

    Raises:
        CannotDo: A value known later is already on record.
    """
    before = _standing(model, (key,), [ids], list(values))
    states: list[State] = []
    closing: list[int] = []
    dropped: set[int] = set()  # what a later row of this very batch outdoes
    adding: list[tuple[Any, Holding[tuple[Any, ...]]]] = []
    for i, (k, said) in enumerate(zip(ids, zip(*values.values(), strict=True), strict=True)):
        if skip is not None and skip[i]:
            states.append("same")
            continue
        standing = before.setdefault((k,), [])
        body = batch.body(values, said, next((h.value for h, _ in standing if h.holds(batch.on)), None))
        closed, added = history.hold([h for h, _ in standing], body, on=batch.on)
        outdone = {id(h) for h, _ in standing if added and h.id is None and h.first == batch.on}
        _not_before(
            batch, i, max((at for h, at in standing if h.id in closed), default=None), replaces=bool(closed)
        )
        states.append("same" if not added else "changed" if closed or standing else "new")
        closing += closed
        adding += [(k, h) for h in added]
        dropped |= outdone
        before[(k,)] = [(h, at) for h, at in standing if h.id not in closed and id(h) not in outdone] + [
            (h, batch.known) for h in added
        ]
    rows.close(model, closing, known=batch.known)
    adding = [(k, h) for k, h in adding if id(h) not in dropped]
    _add_dated(model, batch, {key: [k for k, _ in adding]}, list(values), [h for _, h in adding])
    return states


def spans(
    model: type[Dated],
    batch: Batch,
    *,
    key: Mapping[str, list[Any]],
    first: list[date],
    last: list[date | None],
    values: Mapping[str, list[Any]],
    skip: Sequence[bool] | None = None,
) -> list[Verdict]:
    """Let each (key, first day) hold its values to its last day; spans of one key may not overlap.

    Raises:
        CannotDo: A value known later is already on record.
    """
    before = _standing(model, tuple(key), list(key.values()), list(values))
    states: list[Verdict] = []
    closing: list[int] = []
    adding: list[tuple[tuple[Any, ...], Holding[tuple[Any, ...]]]] = []
    keys = list(zip(*key.values(), strict=True))
    bodies = list(zip(*values.values(), strict=True)) or [()] * len(keys)
    for i, (k, said) in enumerate(zip(keys, bodies, strict=True)):
        if skip is not None and skip[i]:
            states.append("same")
            continue
        end = last[i]
        after = None if end is None else end + timedelta(days=1)
        standing = before.setdefault(k, [])
        same = next(((h, at) for h, at in standing if h.first == first[i]), None)
        if same is not None and "to" in batch.absent:
            after = same[0].after
        new = Holding(first[i], after, batch.body(values, said, same[0].value if same else None))
        clash = next((h for h, _ in standing if h.first != new.first and _overlap(h, new)), None)
        if clash is not None:
            states.append(_clash(clash))
            continue
        if same is not None and (same[0].after, same[0].value) == (new.after, new.value):
            states.append("same")
            continue
        states.append("new" if same is None else "changed")
        if same is not None:
            _not_before(batch, i, same[1], replaces=True)
            closing += [same[0].id] if same[0].id is not None else []
            adding = [(x, h) for x, h in adding if h is not same[0]]
        adding.append((k, new))
        before[k] = [(h, at) for h, at in standing if same is None or h is not same[0]] + [(new, batch.known)]
    rows.close(model, closing, known=batch.known)
    names = list(key)
    _add_dated(
        model,
        batch,
        {n: [k[j] for k, _ in adding] for j, n in enumerate(names)},
        list(values),
        [h for _, h in adding],
    )
    return states


def _add_dated(
    model: type[Dated],
    batch: Batch,
    key: dict[str, list[Any]],
    names: list[str],
    held_: list[Holding[tuple[Any, ...]]],
) -> None:
    columns: dict[str, list[Any]] = dict(key)
    columns |= {name: [h.value[j] for h in held_] for j, name in enumerate(names)}
    columns["valid"] = [history.days(h.first, h.after) for h in held_]
    columns["known"] = [history.moments(batch.known)] * len(held_)
    rows.insert(model, columns)


def _newest(
    model: type[Fact], key: Mapping[str, list[Any]], values: list[str]
) -> dict[tuple[Any, ...], tuple[tuple[Any, ...] | None, datetime]]:
    """Return the newest value of each key of the batch, whenever it became known; None where it was withdrawn."""
    names = list(key)
    columns = [_column(model, n) for n in names]
    wanted = ", ".join(f't."{c}"' for c in columns)
    joined = " and ".join(f't."{c}" = k.c{i}' for i, c in enumerate(columns))
    arrays = ", ".join(f"%s::{_type(model, n)}[]" for n in names)
    body = "".join(f', t."{_column(model, v)}"' for v in values)
    sql = f"""select distinct on ({wanted}) {wanted}{body}, t.is_void, t.known_at
        from (select distinct * from unnest({arrays}) as u({", ".join(f"c{i}" for i in range(len(names)))})) k
        join "{model._meta.db_table}" t on {joined} order by {wanted}, t.known_at desc, t.id desc"""  # noqa: S608 - names are the models'
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(v) for v in key.values()])
        n = len(names)
        return {tuple(r[:n]): (None if r[-2] else tuple(r[n:-2]), r[-1]) for r in cursor.fetchall()}


def _standing(
    model: type[Dated], names: tuple[str, ...], keys: list[list[Any]], values: list[str]
) -> dict[tuple[Any, ...], list[tuple[Holding[tuple[Any, ...]], datetime]]]:
    """Return what each key of the batch holds as known last, in the order of days, with the moment it became known."""
    columns = [_column(model, n) for n in names]
    wanted = ", ".join(f't."{c}"' for c in columns)
    joined = " and ".join(f't."{c}" = k.c{i}' for i, c in enumerate(columns))
    arrays = ", ".join(f"%s::{_type(model, n)}[]" for n in names)
    body = "".join(f', t."{_column(model, v)}"' for v in values)
    sql = f"""select {wanted}, t.id, lower(t.valid), upper(t.valid), lower(t.known){body}
        from (select distinct * from unnest({arrays}) as u({", ".join(f"c{i}" for i in range(len(names)))})) k
        join "{model._meta.db_table}" t on {joined}
        where upper_inf(t.known) and not isempty(t.known) order by {wanted}, lower(t.valid)"""  # noqa: S608 - names are the models'
    found: dict[tuple[Any, ...], list[tuple[Holding[tuple[Any, ...]], datetime]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, keys)
        n = len(names)
        for r in cursor.fetchall():
            row_id, first, after, known = r[n : n + 4]
            found.setdefault(tuple(r[:n]), []).append(
                (Holding(first, after, tuple(r[n + 4 :]), id=row_id), known)
            )
    return found


def _column(model: type[Fact | Dated], name: str) -> str:
    field: Any = model._meta.get_field(name.removesuffix("_id") if _is_relation(model, name) else name)
    return str(field.column)


def _is_relation(model: type[Fact | Dated], name: str) -> bool:
    return any(f.name == name.removesuffix("_id") and f.is_relation for f in model._meta.fields)


def _type(model: type[Fact | Dated], name: str) -> str:
    field: Any = model._meta.get_field(name.removesuffix("_id") if _is_relation(model, name) else name)
    return str(field.rel_db_type(connection) if field.is_relation else field.db_type(connection))


def _overlap(a: Holding[Any], b: Holding[Any]) -> bool:
    return (a.after is None or b.first < a.after) and (b.after is None or a.first < b.after)


def _clash(with_: Holding[Any]) -> Reject:
    last = "" if with_.after is None else (with_.after - timedelta(days=1)).isoformat()
    span = f"{with_.first.isoformat()}..{last}"
    return Reject(
        "from",
        "range",
        f"overlaps what is on record for {span}; end that one first, or correct its row",
        f"与已有记录 {span} 重叠; 请先结束该条, 或更正该条",
    )


def _not_before(batch: Batch, i: int, known_at: datetime | None, *, replaces: bool) -> None:
    if replaces and known_at is not None and batch.known < known_at:
        raise CannotDo(
            f"{batch.file}:{batch.numbers[i]}",
            f"would become known at {kinds.written(batch.known)}, before the value that it replaces ({kinds.written(known_at)})",
            "give a later --known, or none",
        )
