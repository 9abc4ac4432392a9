"""Readings into the lake: a file of meters becomes rows, the rows meet what is known, the new ones become files.

One law: the lake's file is whole on the disk before its manifest row is written in the act. Intervals are kept by the
supplier's meter day: its beginning is their 00:00.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from django.conf import settings
from django.db import connection

from twofront.apps.figures.queries.published import guard_publication
from twofront.apps.register import queries as register
from twofront.core.errors import CannotDo
from twofront.core.sheets import EMPTY, Column, Grid, cell_name
from twofront.core.sheets.cells import Tags
from twofront.core.sheets.fields import plain_heading
from twofront.ground import kinds, scope
from twofront.ground.intake import Reshaped
from twofront.ground.models import LakeFile
from twofront.ground.stores import Batch, Reject, Verdict
from twofront.lake import read as lake_read
from twofront.lake import store as lake_store

DAY_HEADINGS = {"date", "record_date", "日期"}
METER_HEADINGS = {"meter", "户号"}
KWH_HEADINGS = {"kwh", "电量"}
TIME_HEADINGS = {"time", "时间", "时刻"}
LAKE_LOCK = 7_706_310_002


def reshape(grid: Grid, options: Mapping[str, Any], file: str) -> Reshaped:
    """Turn a sheet of readings (wide, long or interval) into a list `date|time, meter, kwh` of its filled cells.

    Raises:
        CannotDo: The layout is missing, or the sheet does not have its columns.
    """
    layout = options.get("layout") or "long"
    top = _header(grid, TIME_HEADINGS if layout == "interval" else DAY_HEADINGS)
    if top is None:
        raise CannotDo(
            file,
            f"no column for the {'time' if layout == 'interval' else 'day'} in a sheet of the layout {layout}",
            "check --layout, or name the column date",
        )
    row, key_at = top
    named = _headings(grid, row)
    if layout == "wide":
        values = {c: text for c, text in named.items() if c != key_at and text}
        return _long(grid, row, key_at, values, options.get("zero_value"))
    meter = next((c for c, text in named.items() if plain_heading(text) in METER_HEADINGS), None)
    kwh = next((c for c, text in named.items() if plain_heading(text) in KWH_HEADINGS), None)
    if meter is None or kwh is None:
        raise CannotDo(
            f"{file}:{row + 1}",
            f"a sheet of the layout {layout} needs the columns meter and kwh",
            "check --layout, or name the columns",
        )
    return _listed(
        grid, row, (key_at, meter, kwh), "time" if layout == "interval" else "date", options.get("zero_value")
    )


def take(batch: Batch) -> Sequence[Verdict]:
    """Take readings: those that the lake does not know become files of it, with their manifest rows in the act."""
    c = batch.columns
    is_interval = c["time"][0] is not None if len(batch) else False
    meters = register.meters(c["meter"])
    own: list[Verdict] = ["new" if m in meters else _unknown_meter(m) for m in c["meter"]]
    places = [i for i, v in enumerate(own) if not isinstance(v, Reject)]
    if not places:
        return own
    table = _table(batch, places, is_interval=is_interval)
    if is_interval:
        guard_publication(batch.file, {t.date() for t in table.column("time").to_pylist()}, batch.known)
    layout: lake_store.Layout = "interval" if is_interval else "daily"
    _lock("pg_advisory_xact_lock_shared")
    known = [_known(row) for row in LakeFile.objects.all()]
    beside = lake_read.compare(settings.DATA.lake, known, table, layout=layout)
    verdicts = beside.column("verdict").to_pylist()
    _refuse_early(batch, places, verdicts, beside.column("before_known").to_pylist())
    fresh = table.filter(pa.array([v != "same" for v in verdicts]))
    if fresh.num_rows and not batch.is_dry:
        files = lake_store.append(
            settings.DATA.lake, fresh, layout=layout, known=batch.known, seq=batch.act.row.pk
        )
        LakeFile.objects.bulk_create([
            LakeFile(act=batch.act.row, path=f.path, on=f.day, kind=f.kind, rows=f.rows, size=f.bytes, sha256=f.sha256, known_at=f.known, seq=f.seq)
            for f in files
        ])  # fmt: skip
        batch.act.changed("readings", *sorted({f.day for f in files}))
    names: dict[str, Verdict] = {"new": "new", "same": "same", "other": "changed"}
    for i, verdict in zip(places, verdicts, strict=True):
        own[i] = names[verdict]
    return own


def sweep() -> list[str]:
    """Remove what a killed import left in the lake, and return it; nothing while an import is writing there."""
    with scope.reading(scope.READ_COUNTY):
        is_ours = _lock("pg_try_advisory_xact_lock")
        return lake_store.sweep(settings.DATA.lake, {file.path for file in manifest()}) if is_ours else []


def _lock(how: str) -> object:
    """Ask for the lake until the transaction ends: imports share it, sweeping has it alone."""
    with connection.cursor() as cursor:
        cursor.execute(f"select {how}(%s)", [LAKE_LOCK])
        return cursor.fetchone()[0]


def manifest() -> list[lake_store.LakeFile]:
    """Return the files of the lake that the manifest lists."""
    return [_known(row) for row in LakeFile.objects.order_by("id")]


def _known(row: LakeFile) -> lake_store.LakeFile:
    kind: lake_store.Kind = row.kind  # type: ignore[assignment]  # the manifest holds the three kinds only
    return lake_store.LakeFile(row.path, row.on, kind, row.rows, row.size, row.sha256, row.known_at, row.seq)


def _table(batch: Batch, places: Sequence[int], *, is_interval: bool) -> pa.Table:
    c = batch.columns
    meters = pa.array([c["meter"][i] for i in places], pa.string())
    kwh = pa.array([c["kwh"][i] for i in places], pa.float64())
    if not is_interval:
        return pa.table(
            {"meter": meters, "date": pa.array([c["date"][i] for i in places], pa.date32()), "kwh": kwh}
        )
    county = batch.book.county(at=batch.on)
    ends = county.meter_day_ends
    shift = (timedelta(days=1) - timedelta(hours=ends.hour, minutes=ends.minute)) % timedelta(days=1)
    local = [c["time"][i].astimezone(batch.book.zone).replace(tzinfo=None) + shift for i in places]
    return pa.table({"meter": meters, "time": pa.array(local, pa.timestamp("us")), "kwh": kwh})


def _refuse_early(
    batch: Batch, places: Sequence[int], verdicts: Sequence[str], before: Sequence[datetime | None]
) -> None:
    for i, verdict, known_at in zip(places, verdicts, before, strict=True):
        if verdict == "other" and known_at is not None and batch.known < known_at:
            raise CannotDo(
                f"{batch.file}:{batch.numbers[i]}",
                f"would become known at {kinds.written(batch.known)}, before the reading that it replaces ({kinds.written(known_at)})",
                "give a later --known, or none",
            )


def _header(grid: Grid, wanted: set[str]) -> tuple[int, int] | None:
    """Return (row from 0, column) of the heading of the day or moment within the first twenty rows."""
    for row in range(min(20, grid.rows)):
        for c, text in _headings(grid, row).items():
            if plain_heading(text) in wanted:
                return row, c
    return None


def _headings(grid: Grid, row: int) -> dict[int, str]:
    return {c: str(column.text[row].as_py() or "").strip() for c, column in grid.columns.items()}


def _long(grid: Grid, row: int, key_at: int, meters: Mapping[int, str], zero: float | None) -> Reshaped:
    days = grid.columns[key_at]
    rows = np.arange(row + 1, grid.rows)
    rows = rows[days.tags[rows] != EMPTY]
    keys, names, values, tags = [], [], [], []
    where: list[tuple[int, Mapping[str, int]]] = []
    for c, meter in meters.items():
        column = grid.columns[c]
        filled = rows[column.tags[rows] != EMPTY]
        keys.append(filled)
        names += [meter] * len(filled)
        values.append(column.text.take(pa.array(filled)))
        tags.append(column.tags[filled])
        where += [(int(r), {"kwh": c}) for r in filled]
    order = np.concatenate(keys) if keys else np.empty(0, np.int64)
    return _grid(
        "date",
        days.text.take(pa.array(order)),
        days.tags[order],
        pa.array(names, pa.string()),
        _text(values),
        _tags(tags),
        where,
        grid,
        zero,
    )


def _listed(grid: Grid, row: int, at: tuple[int, int, int], key: str, zero: float | None) -> Reshaped:
    key_at, meter_at, kwh_at = at
    rows = np.arange(row + 1, grid.rows)
    rows = rows[grid.columns[kwh_at].tags[rows] != EMPTY]
    keys, meters, values = (grid.columns[c].text.take(pa.array(rows)) for c in (key_at, meter_at, kwh_at))
    columns_of = {key: key_at, "meter": meter_at, "kwh": kwh_at}
    where: list[tuple[int, Mapping[str, int]]] = [(int(r), columns_of) for r in rows]
    return _grid(
        key,
        keys,
        grid.columns[key_at].tags[rows],
        meters,
        values,
        grid.columns[kwh_at].tags[rows],
        where,
        grid,
        zero,
    )


def _grid(
    key: str,
    keys: pa.Array,
    key_tags: Tags,
    meters: pa.Array,
    kwh: pa.Array,
    tags: Tags,
    where: list[tuple[int, Mapping[str, int]]],
    grid: Grid,
    zero: float | None,
) -> Reshaped:
    if zero is not None:
        kwh = pa.array([_zeroed(text, zero) for text in kwh.to_pylist()], pa.string())
    text_tags = np.ones(len(meters) + 1, np.uint8)
    columns = {
        0: Column(
            pa.concat_arrays([pa.array([key]), _plain(keys)]),
            np.concatenate([[1], key_tags]).astype(np.uint8),
        ),
        1: Column(pa.concat_arrays([pa.array(["meter"]), _plain(meters)]), text_tags),
        2: Column(
            pa.concat_arrays([pa.array(["kwh"]), _plain(kwh)]), np.concatenate([[1], tags]).astype(np.uint8)
        ),
    }

    def cell(number: int, name: str) -> str:
        row, columns_of = where[number - 2] if number >= 2 else (0, {"kwh": 0})
        return cell_name(grid.number(row), columns_of.get(name, columns_of["kwh"]))

    return Reshaped(Grid(columns=columns, rows=len(meters) + 1, sheet=grid.sheet), cell)


def _plain(texts: Any) -> pa.Array:  # noqa: ANN401 - pyarrow has no types
    return (texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts).cast(pa.string())


def _text(parts: Sequence[pa.Array]) -> pa.Array:
    return pa.concat_arrays([_plain(p) for p in parts]) if parts else pa.array([], pa.string())


def _tags(parts: Sequence[Any]) -> Any:  # noqa: ANN401 - numpy array
    return np.concatenate(parts) if parts else np.empty(0, np.uint8)


def _zeroed(text: str | None, zero: float) -> str | None:
    try:
        return "0" if text is not None and float(text) == zero else text
    except ValueError:
        return text


def _unknown_meter(meter: str) -> Reject:
    return Reject(
        "meter",
        "unknown_value",
        f"no meter {meter} is on record; load the meters first, or correct the number",
        f"库中没有户号 {meter}; 请先载入户号对照表, 或更正户号",
    )
