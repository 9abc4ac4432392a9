"""Parquet in, answers out, by the million: what `rules evaluate` says of each record, as columns."""

from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from twofront.core.rules.bulk import BITS, facts_schema
from twofront.core.rules.cells import Type
from twofront.core.rules.classes import ARROW, stored
from twofront.core.rules.one import TWO_ROWS
from twofront.core.rules.table import Table
from twofront.lake import engine
from twofront.lake.rules import InBulk

_AT_ONCE = 200_000  # records whose bits are spread out at a time
Ints = npt.NDArray[np.int64]


def answers(table: Table, frame: pa.Table) -> pa.Table | None:
    """Return `index, rows, out, table, version, error` of each record, in order; None where a column is not of its fact's type."""
    columns = [_column(frame, f.name, f.type, table) for f in table.facts]
    if any(c is None for c in columns):
        return None
    facts = pa.table([pa.array(np.arange(len(frame))), *columns], schema=facts_schema(table))
    with engine.connection() as con:
        found = InBulk(con, [table.compiled]).decide(facts)
    found = found.take(np.argsort(found["index"].to_numpy())).combine_chunks()
    torn = found["is_torn"].to_numpy() if table.hit == "unique" else np.zeros(len(found), np.bool_)
    offsets, rows = _rows(table, found)
    error = pc.if_else(pa.array(torn), TWO_ROWS, pa.scalar(None, pa.string()))
    same = {"table": table.key, "version": table.start}
    return pa.table({
        "index": found["index"],
        "rows": pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(rows, pa.int32())),
        "out": _listed(table, offsets, rows) if table.hit == "collect" else _single(table, found, torn, offsets),
        **{name: pa.array([text] * len(found), pa.string()) for name, text in same.items()},
        "error": error,
    })  # fmt: skip


def _column(frame: pa.Table, name: str, type_: Type, table: Table) -> pa.Array | None:
    """Return a fact as the bulk engine takes it: null and never NaN, a moment as UTC."""
    if name not in frame.column_names:
        return pa.nulls(len(frame), ARROW[type_])
    column = frame[name].combine_chunks()
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    found = column.type
    if pa.types.is_null(found):
        return column.cast(ARROW[type_])
    if type_ == "number" and (pa.types.is_integer(found) or pa.types.is_floating(found)):
        number = column.cast(pa.float64(), safe=False)
        return pc.if_else(pc.is_nan(number), None, number)
    if type_ == "moment" and pa.types.is_timestamp(found):
        away = timedelta() if found.tz else table.zone.utcoffset(None)
        return pc.subtract(
            column.cast(pa.timestamp("us", tz=found.tz), safe=False).cast(pa.timestamp("us")),
            pa.scalar(away, pa.duration("us")),
        )
    fits = {
        "text": pa.types.is_string(found) or pa.types.is_large_string(found),
        "bool": pa.types.is_boolean(found),
        "date": pa.types.is_date32(found),
    }
    return column.cast(ARROW[type_]) if fits.get(type_, False) else None


def _rows(table: Table, found: pa.Table) -> tuple[Ints, Ints]:
    """Return the rows of all answers, one after the other, and where each answer begins."""
    if table.hit in ("first", "priority"):
        row = found["row"].fill_null(0).to_numpy()
        return np.concatenate([[0], np.cumsum(row > 0)]), row[row > 0]
    words = [found[name].to_numpy() for name in found.column_names if name.startswith("hits_")]
    counts = [np.zeros(1, np.int64)]
    rows = []
    for start in range(0, len(found), _AT_ONCE):
        bits = np.hstack([w[start : start + _AT_ONCE, None] >> np.arange(BITS) & 1 for w in words])
        counts.append(bits.sum(axis=1))
        rows.append(np.nonzero(bits)[1] + 1)
    return np.cumsum(np.concatenate(counts)), np.concatenate([np.zeros(0, np.int64), *rows])


def _single(table: Table, found: pa.Table, torn: npt.NDArray[np.bool_], offsets: Ints) -> pa.Array:
    none = torn | ((np.diff(offsets) == 0) & (table.default is None))
    outs = [_typed(found[f"out_{c.name}"], c.type) for c in table.outputs]
    return pa.StructArray.from_arrays(outs, [c.name for c in table.outputs], mask=pa.array(none))


def _listed(table: Table, offsets: Ints, rows: Ints) -> pa.Array:
    """Return the outputs of all rows that hit, the default's where none does."""
    values = [*(row.out for row in table.rows), table.default or ()]
    columns = [
        pa.array([stored(v[i]) if v else None for v in values], ARROW[c.type])
        for i, c in enumerate(table.outputs)
    ]
    stock = pa.StructArray.from_arrays(
        [_typed(c, o.type) for c, o in zip(columns, table.outputs, strict=True)],
        [c.name for c in table.outputs],
    )
    if table.default is not None:
        alone = np.diff(offsets) == 0
        rows = np.insert(rows, offsets[:-1][alone], len(table.rows) + 1)
        offsets = offsets + np.concatenate([[0], np.cumsum(alone)])
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), stock.take(pa.array(rows - 1)))


def _typed(column: pa.Array, type_: Type) -> pa.Array:
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return column.cast(pa.timestamp("us", tz="UTC")) if type_ == "moment" else column
