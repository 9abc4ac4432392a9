"""How many records at once find, fact by fact, the class of a value: values that the same rows admit are one class.

Four ways, each exact. A text without an order: a join by the word. A day: a join by the day, cut off at both ends. A number
among many: its interval is cut into equal buckets so narrow that none holds two ends; a join by the bucket brings the one
end to compare with. (Subtraction, product and floor never turn the order of two floats around, so a bucket says of all
other ends on which side they lie.) All else: by halving.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from twofront.core.rules.cells import Cell, Type, Value

Expression = Any  # ibis has no types
Found = tuple[Expression, dict[str, pa.Table]]
IBIS: dict[Type, str] = {
    "text": "string",
    "number": "float64",
    "bool": "boolean",
    "date": "date",
    "moment": "timestamp(6)",
}
ARROW: dict[Type, pa.DataType] = {
    "text": pa.string(),
    "number": pa.float64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "moment": pa.timestamp("us"),
}
_FEW = 8  # ends; so few are halved sooner than joined
_MOST_BUCKETS = 1 << 16
_MOST_DAYS = 1 << 16


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes of one fact's values.

    Args:
        type: The fact's type.
        ends: The values at which the class changes, sorted.
        of: The class of each piece: before the first end, at it, behind it, and so on.
        null: The class of null.
        rows: For each class, the rows that admit it.
        has_order: Whether a cell compares.
    """

    type: Type
    ends: list[Any]
    of: list[int]
    null: int
    rows: npt.NDArray[np.bool_]
    has_order: bool


def classes_of(cells: Sequence[Cell], type_: Type) -> Classes:
    """Return the classes into which a column's cells part the values of its fact.

    Example:
        >>> from twofront.core.rules.cells import Cell
        >>> found = classes_of([Cell("range", low=5.0, low_in=True), Cell("any")], "number")
        >>> found.ends, found.rows[found.of].tolist(), found.rows[found.null].tolist()
        ([5.0], [[False, True], [True, True], [True, True]], [False, True])
    """
    ends: list[Any] = (
        [False, True] if type_ == "bool" else sorted({end for cell in cells for end in cell.ends()})
    )
    at = {end: 2 * i + 1 for i, end in enumerate(ends)}
    pieces = np.arange(2 * len(ends) + 1)
    admitted = np.array([_admits(cell, pieces, at) for cell in cells], np.bool_).reshape(
        len(cells), len(pieces) + 1
    )
    rows, inverse = np.unique(admitted.T, axis=0, return_inverse=True)
    *of, null = inverse.ravel().tolist()
    kept = [i for i in range(len(ends)) if not of[2 * i] == of[2 * i + 1] == of[2 * i + 2]]
    pieces_kept = [of[0], *(c for i in kept for c in of[2 * i + 1 : 2 * i + 3])]
    has_order = any(cell.kind == "range" for cell in cells)
    return Classes(
        type_,
        [ends[i] for i in kept] if type_ != "bool" else ends,
        pieces_kept if type_ != "bool" else of,
        null,
        rows,
        has_order,
    )


def _admits(cell: Cell, pieces: npt.NDArray[np.int64], at: Mapping[Any, int]) -> npt.NDArray[np.bool_]:
    """Return whether a cell admits each piece; the last is null."""
    if cell.kind == "any":
        inside = np.ones(len(pieces), np.bool_)
    elif cell.kind == "range":
        low = -1.0 if cell.low is None else at[cell.low] - 0.5 * cell.low_in
        high = len(pieces) + 1.0 if cell.high is None else at[cell.high] + 0.5 * cell.high_in
        inside = (low < pieces) & (pieces < high)
    else:
        inside = np.isin(pieces, [at[v] for v in cell.values]) ^ (cell.kind == "not")
    return np.append(inside, cell.kind in ("any", "null"))


def find(table: Expression, column: str, classes: Classes, *, name: str) -> Found:
    """Return a table with the class of its column as the column *name*, and the lookups that it joins.

    Args:
        table: The records.
        column: The fact's column.
        classes: Its classes.
        name: Also of the lookup, and the beginning of its columns.
    """
    if classes.type == "text" and classes.ends and not classes.has_order:
        return _by_word(table, column, classes, name)
    if classes.type == "date" and len(classes.ends) > _FEW and (days := _days(classes.ends)):
        return _by_day(table, column, classes, name, days)
    if classes.type == "number" and len(classes.ends) > _FEW and (buckets := _Buckets.of(classes.ends)):
        return _by_bucket(table, column, classes, name, buckets)
    value = table[column]
    known = _halved(value, classes, 0, len(classes.ends))
    return table.mutate(**{name: value.isnull().ifelse(_class(classes.null), known)}), {}


def _by_word(table: Expression, column: str, classes: Classes, name: str) -> Found:
    lookup = pa.table(
        {
            f"{name}_is": classes.ends,
            f"{name}_class": pa.array(classes.of[1::2], pa.int64()),
        }
    )
    words = ibis.table({f"{name}_is": "string", f"{name}_class": "int64"}, name=name)
    joined = table.left_join(words, table[column] == words[f"{name}_is"])
    other = ibis.ifelse(joined[column].isnull(), _class(classes.null), _class(classes.of[0]))
    return joined.mutate(**{name: ibis.coalesce(joined[f"{name}_class"], other)}), {name: lookup}


def _days(ends: Sequence[date]) -> tuple[date, date] | None:
    """Return a day before all ends and one behind, where there is room for them and for one more."""
    first, last = ends[0], ends[-1]
    if first == date.min or (date.max - last).days < 2 or (last - first).days > _MOST_DAYS:
        return None
    return first - timedelta(days=1), last + timedelta(days=1)


def _by_day(table: Expression, column: str, classes: Classes, name: str, cut: tuple[date, date]) -> Found:
    first, last = cut
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    places = np.searchsorted(np.array(classes.ends, "datetime64[D]"), np.array(days, "datetime64[D]"))
    is_end = np.isin(np.array(days, "datetime64[D]"), np.array(classes.ends, "datetime64[D]"))
    of = [classes.of[2 * p + e] for p, e in zip(places.tolist(), is_end.tolist(), strict=True)]
    unknown = last + timedelta(days=1)
    lookup = pa.table(
        {f"{name}_on": [*days, unknown], f"{name}_class": pa.array([*of, classes.null], pa.int64())}
    )
    known = ibis.table({f"{name}_on": "date", f"{name}_class": "int64"}, name=name)
    cut_off = ibis.least(ibis.greatest(table[column], ibis.literal(first)), ibis.literal(last))
    day = table[column].isnull().ifelse(ibis.literal(unknown), cut_off)
    joined = table.mutate(**{f"{name}_day": day})
    joined = joined.join(known, joined[f"{name}_day"] == known[f"{name}_on"])
    return joined.mutate(**{name: joined[f"{name}_class"]}), {name: lookup}


@dataclass(frozen=True, slots=True)
class _Buckets:
    """Equal buckets over the interval of the ends: that of a value is floor((value - low) * scale), cut off at both ends."""

    low: float
    scale: float
    count: int
    at: list[int]

    @classmethod
    def of(cls, ends: Sequence[float]) -> "_Buckets | None":
        """Return few enough buckets, none of which holds two ends; None where too many would be needed."""
        count = 4 * len(ends)
        while count <= _MOST_BUCKETS:
            low, scale = ends[0], (count - 1) / (ends[-1] - ends[0])
            at = [int(min(max((end - low) * scale, 0.0), count - 1.0)) for end in ends]
            if len(set(at)) == len(at):
                return cls(low, scale, count, at)
            count *= 2
        return None


def _by_bucket(table: Expression, column: str, classes: Classes, name: str, buckets: _Buckets) -> Found:
    place = dict(zip(buckets.at, range(len(buckets.at)), strict=True))
    rows: list[tuple[float | None, int, int, int]] = []
    behind = classes.of[0]
    for bucket in range(buckets.count):
        if (i := place.get(bucket)) is None:
            rows.append((None, behind, behind, behind))
        else:
            rows.append((classes.ends[i], *classes.of[2 * i : 2 * i + 3]))
            behind = classes.of[2 * i + 2]
    rows.append((None, classes.null, classes.null, classes.null))
    heads = [f"{name}_{part}" for part in ("end", "before", "at", "behind")]
    parts = list(zip(*rows, strict=True))
    columns = [
        pa.array(parts[0], pa.float64()),
        *(pa.array(list(part), pa.int64()) for part in parts[1:]),
    ]
    lookup = pa.table([pa.array(range(len(rows)), pa.int64()), *columns], names=[f"{name}_is", *heads])
    known = ibis.table(
        {f"{name}_is": "int64", heads[0]: "float64"} | dict.fromkeys(heads[1:], "int64"), name=name
    )
    wide = (table[column] - literal(buckets.low, "number")) * literal(buckets.scale, "number")
    bucket = ibis.least(ibis.greatest(wide, literal(0.0, "number")), literal(buckets.count - 1.0, "number"))
    bucket = table[column].isnull().ifelse(_class(buckets.count), bucket.floor().cast("int64"))
    joined = table.mutate(**{f"{name}_bucket": bucket})
    joined = joined.join(known, joined[f"{name}_bucket"] == known[f"{name}_is"])
    value, end = joined[column], joined[heads[0]]
    found = ibis.cases(
        (value < end, joined[heads[1]]), (value > end, joined[heads[3]]), else_=joined[heads[2]]
    )
    return joined.mutate(**{name: found}), {name: lookup}


def _halved(value: Expression, classes: Classes, first: int, last: int) -> Expression:
    """Return the class of a known value among the ends *first* to *last*, the last not in it."""
    if classes.type == "bool":
        return value.ifelse(_class(classes.of[3]), _class(classes.of[1]))
    if first == last:
        return _class(classes.of[2 * first])
    middle = (first + last) // 2
    before, at, behind = classes.of[2 * middle : 2 * middle + 3]
    end = literal(classes.ends[middle], classes.type)
    lower = _halved(value, classes, first, middle)
    upper = _halved(value, classes, middle + 1, last)
    if at == before:
        return (value <= end).ifelse(lower, upper)
    if at == behind:
        return (value < end).ifelse(lower, upper)
    return ibis.cases((value < end, lower), (value == end, _class(at)), else_=upper)


def literal(value: Value, type_: Type) -> Expression:
    """Return a value as an expression; a number by its shortest digits, so that no engine takes it for a decimal."""
    if type_ == "number":
        return ibis.literal(repr(value)).cast("float64")
    return ibis.literal(stored(value), IBIS[type_])


def stored(value: Value | None) -> Value | None:
    """Return a value as the tables hold it: a moment as UTC without a zone."""
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value


def _class(number: int) -> Expression:
    return ibis.literal(number, "int64")
