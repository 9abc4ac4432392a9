"""Answers of a decision table as Parquet: `index int64, rows list<int32>, out struct, table, version, error`."""

import io
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from twofront.core.rules.cells import from_plain
from twofront.core.rules.table import Table
from twofront.lake import rules_answers
from twofront.server.verbs import rules_files

_TYPES = {"text": pa.string(), "number": pa.float64(), "bool": pa.bool_(), "date": pa.date32()}


def in_bulk(table: Table, facts: Path) -> tuple[bytes, bool] | None:
    """Return the Parquet file of a Parquet file's answers, by the bulk engine, and whether one has an error.

    None where a column is not of its fact's type: one by one, a value may be read all the same, or is refused with its row.
    """
    found = rules_answers.answers(table, rules_files.frame_of(facts))
    return None if found is None else (_file(found), found["error"].null_count < len(found))


def answers(found: Sequence[dict[str, Any]], table: Table, old: Table | None) -> bytes:
    """Return the Parquet file of answers; `out` is a list of structs under `collect`; with *old*, `before` and `after` too."""
    columns = {
        "index": (pa.int64(), None),
        "rows": (pa.list_(pa.int32()), None),
        "out": (_struct(table), table),
        "table": (pa.string(), None),
        "version": (pa.string(), None),
        "error": (pa.string(), None),
    }
    if old is not None:
        columns |= {"before": (_struct(old), old), "after": (_struct(table), table)}
    if any("because" in a for a in found):
        columns["because"] = (
            pa.list_(pa.struct({"row": pa.int32(), "cells": pa.map_(pa.string(), pa.string())})),
            None,
        )
    arrays = {
        name: pa.array(
            [_typed(a.get(name), of) for a in found] if of else [_plain(a.get(name)) for a in found], type_
        )
        for name, (type_, of) in columns.items()
    }
    return _file(pa.table(arrays))


def _file(found: pa.Table) -> bytes:
    target = io.BytesIO()
    pq.write_table(found, target)
    return target.getvalue()


def _struct(table: Table) -> pa.DataType:
    moment = pa.timestamp("us", tz="UTC")
    one = pa.struct([(c.name, _TYPES.get(c.type, moment)) for c in table.outputs])
    return pa.list_(one) if table.hit == "collect" else one


def _typed(out: Any, table: Table) -> Any:  # noqa: ANN401 - an answer as JSON has it
    if isinstance(out, list):
        return [_typed(each, table) for each in out]
    if out is None:
        return None
    types = {c.name: c.type for c in table.outputs}
    typed: dict[str, str | float | bool | date | datetime | None] = {
        name: from_plain(value, types[name], zone=table.zone) for name, value in out.items()
    }
    return typed


def _plain(value: Any) -> Any:  # noqa: ANN401 - as above
    return (
        [{**r, "cells": list(r["cells"].items())} for r in value]
        if value and isinstance(value, list) and isinstance(value[0], dict)
        else value
    )
