"""Many rows at once: one statement for a column of values each, as fast as the database takes them.

COPY is refused on tables with row security, so rows are added by `insert … select from unnest`. Only inside an act.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models

from twofront.ground.history import Dated

BATCH = 50_000
_RANGES = {"daterange", "tstzrange"}


def insert(model: type[models.Model], columns: Mapping[str, Sequence[Any]], **same: Any) -> None:  # noqa: ANN401 - values of columns
    """Add rows, given by column.

    Args:
        model: The table.
        columns: Attribute (`enterprise_id`, `on`, …) → its value a row; all of one length. Ranges are Django's.
        same: Attributes with one value for every row.

    Raises:
        ValueError: The columns differ in length.
    """
    lengths = {len(v) for v in columns.values()}
    if len(lengths) > 1:
        raise ValueError(f"columns of {sorted(lengths)} rows")
    names = [*columns, *same]
    fields: list[Any] = [
        model._meta.get_field(n.removesuffix("_id") if n not in _attnames(model) else n) for n in names
    ]
    types = [_type(f) for f in fields]
    quoted = ", ".join(f'"{f.column}"' for f in fields)
    arrays = ", ".join(f"%s::{'text' if t in _RANGES else t}[]" for t in types[: len(columns)])
    picked = [f"c{i}::{t}" if t in _RANGES else f"c{i}" for i, t in enumerate(types[: len(columns)])]
    picked += [f"%s::{t}" for t in types[len(columns) :]]
    alias = ", ".join(f"c{i}" for i in range(len(columns)))
    sql = f'insert into "{model._meta.db_table}" ({quoted}) select {", ".join(picked)} from unnest({arrays}) as t({alias})'  # noqa: S608 - names are the models'
    with connection.cursor() as cursor:
        for first in range(0, next(iter(lengths), 0), BATCH):
            part = [
                _values(v[first : first + BATCH], t) for v, t in zip(columns.values(), types, strict=False)
            ]
            cursor.execute(sql, [*same.values(), *part])


def close(model: type[Dated], ids: Sequence[int], *, known: datetime) -> None:
    """End the known time of dated rows at a moment; a row learned at that very moment is known never."""
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f'update "{model._meta.db_table}" set known = tstzrange(lower(known), greatest(lower(known), %s)) where id = any(%s)',  # noqa: S608 - the model's name
            [known, list(ids)],
        )


def _attnames(model: type[models.Model]) -> set[str]:
    return {f.name for f in model._meta.fields}


def _type(field: Any) -> str:  # noqa: ANN401 - Django's fields have no narrower common type
    kind = field.rel_db_type(connection) if field.is_relation else field.db_type(connection)
    return str(kind)


def _values(part: Sequence[Any], kind: str) -> list[Any]:
    if kind in _RANGES:
        return [_range_text(v) for v in part]
    return list(part)


def _range_text(value: Any) -> str:  # noqa: ANN401 - DateRange or DateTimeTZRange
    lower = "" if value.lower is None else value.lower.isoformat()
    upper = "" if value.upper is None else value.upper.isoformat()
    return f"[{lower},{upper})"
