"""The files of the rules' commands: tables and records, opened here, read by `core/rules`."""

import csv
import gzip
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twofront.core.errors import CannotDo
from twofront.core.rules.reading import TableFaults, read_grid, read_table
from twofront.core.rules.table import Table

if TYPE_CHECKING:
    import pyarrow as pa

Record = tuple[int, Mapping[str, Any]]
"""A record and where it stands: the line of its file, or its row from 1 in a Parquet file."""

_FORMS = "give a .jsonl, .csv or .parquet (also .gz)"


def table_of(path: Path) -> Table:
    """Return the decision table of a CSV or a workbook.

    Raises:
        CannotDo: It cannot be opened, or is no table; the first fault is named.
    """
    try:
        if path.suffix.lower() == ".xlsx":
            from twofront.ground import reader  # noqa: PLC0415 - a child process only where a workbook is given

            return read_grid(reader.read(path), file=str(path))
        return read_table(_bytes(path, "give a table as CSV or xlsx"), file=str(path))
    except TableFaults as e:
        fault, more = e.faults[0], len(e.faults) - 1
        value = "" if fault.value is None else f"{fault.value!r} "
        also = f" (and {more} more)" if more else ""
        raise CannotDo(f"{fault.file}:{fault.line}", f"{value}{fault.what}", fault.do + also) from None


def records_of(path: Path, *tables: Table | None) -> Iterator[Record]:
    """Yield the records of a file, with the facts that the tables ask for at least.

    Raises:
        CannotDo: The file cannot be read, or a line is no record.
    """
    asked = {f.name for table in tables if table is not None for f in table.facts}
    kinds = [s.lower() for s in path.suffixes if s.lower() != ".gz"]
    match kinds[-1] if kinds else "":
        case ".jsonl" | ".ndjson":
            return _of_jsonl(_bytes(path, _FORMS), str(path))
        case ".csv":
            return _of_csv(_text(path), str(path), asked)
        case ".parquet":
            frame = frame_of(path)
            names = [n for n in frame.column_names if n in asked]
            return enumerate(frame.select(names).to_pylist(), 1)
        case _:
            raise CannotDo(str(path), "is no file of records", _FORMS)


def frame_of(path: Path) -> "pa.Table":
    """Return the records of a Parquet file.

    Raises:
        CannotDo: It is none.
    """
    import pyarrow as pa  # noqa: PLC0415 - heavy things late
    import pyarrow.parquet as pq  # noqa: PLC0415

    from twofront.core.gridding.tables import reader  # noqa: PLC0415

    try:
        return pq.read_table(reader(_bytes(path, _FORMS)))
    except pa.ArrowException as e:
        raise CannotDo(str(path), f"is no Parquet file ({e})", _FORMS) from None


def _bytes(path: Path, do: str) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    except (OSError, EOFError) as e:
        raise CannotDo(str(path), f"cannot be read: {getattr(e, 'strerror', None) or e}", do) from None


def _text(path: Path) -> str:
    data = _bytes(path, _FORMS)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CannotDo(str(path), "is neither UTF-8 nor GB18030", "save the file as UTF-8")


def _of_jsonl(data: bytes, name: str) -> Iterator[Record]:
    for line, text in enumerate(data.split(b"\n"), 1):
        if not text.strip():
            continue
        try:
            record = json.loads(text.removeprefix(b"\xef\xbb\xbf") if line == 1 else text)
        except ValueError as e:
            raise CannotDo(f"{name}:{line}", f"is no JSON ({e})", "write one object a line") from None
        if not isinstance(record, dict):
            raise CannotDo(f"{name}:{line}", "is no object", 'write the facts as {"fact": value}')
        yield line, record


def _of_csv(text: str, name: str, asked: set[str]) -> Iterator[Record]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        heads = [h.strip() for h in next(reader, [])]
        if twice := next((h for h in heads if h in asked and heads.count(h) > 1), None):
            raise CannotDo(f"{name}:1", f"two columns are named {twice}", "keep one")
        for cells in iter(lambda: next(reader, None), None):
            line, start = reader.line_num, line + 1
            if len(cells) < len(heads) and not "".join(cells).strip():
                continue
            if len(cells) < len(heads) or any(c.strip() for c in cells[len(heads) :]):
                raise CannotDo(
                    f"{name}:{start}",
                    f"{len(cells)} values under {len(heads)} headings",
                    "give each column one value, empty where unknown",
                )
            yield start, {h: c.strip() or None for h, c in zip(heads, cells, strict=False)}
    except csv.Error as e:
        raise CannotDo(f"{name}:{line}", f"is no CSV ({e})", "check the quotation marks") from None
