"""The forms of file that the child can open: CSV, xlsx, xls, ods and Parquet. Each reads into columns; none writes or opens.

`prepare` imports what a form needs before the child gives up the right to open anything.
"""

import codecs
import gzip
import importlib
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BufferedIOBase, BufferedReader
from typing import IO, Any
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray

from twofront.core.sheets import compound, opendocument
from twofront.core.sheets.cells import BOOL, EMPTY, NUMBER, TEXT
from twofront.core.sheets.columns import Columns, Unreadable
from twofront.core.sheets.delimited import encoding_of, read_delimited
from twofront.core.sheets.sheetxml import Shared, Unusual, read_sheet, shared_strings
from twofront.ground import reader_general

Task = Mapping[str, Any]
Answer = dict[str, Any]

_BLOCK = 1 << 22
_MOST_UNPACKED = 1 << 31
_BOMB_BYTES, _BOMB_TIMES = 1 << 26, 250  # from so many bytes on, no honest file is packed so many times
_NAMES = {
    "m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "s": "http://purl.oclc.org/ooxml/spreadsheetml/main",
}
_RELATION = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)


@dataclass(frozen=True, slots=True)
class Form:
    """A form of file: what to import before the door closes, and how to read it."""

    prepare: Callable[[], None]
    read: Callable[[BufferedReader, Columns, Task], Answer]


# --- CSV -------------------------------------------------------------------------------------------------------------


def _prepare_csv() -> None:
    codecs.lookup("gb18030")
    codecs.lookup("utf-8-sig")


def _read_csv(source: BufferedReader, columns: Columns, task: Task) -> Answer:
    size = source.seek(0, io.SEEK_END) if task["gz"] else _MOST_UNPACKED
    encoding = encoding_of(_blocks(_unpacked(source, task), size))

    def lines() -> Iterator[str]:
        return io.TextIOWrapper(io.BufferedReader(_Plain(_unpacked(source, task))), encoding, newline="")

    rows, numbers = read_delimited(lines, columns)
    return {"rows": rows, "lines": numbers, "sheet": None, "sheets": []}


class _Plain(io.RawIOBase):
    """A stream that does not close the file below it when its reader lets it go."""

    def __init__(self, below: BufferedIOBase) -> None:
        self._below = below

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - the type that the base class has
        data = self._below.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _unpacked(source: BufferedReader, task: Task) -> BufferedIOBase:
    source.seek(0)
    return gzip.GzipFile(fileobj=source) if task["gz"] else source


def _blocks(stream: BufferedIOBase | IO[bytes], packed: int = _MOST_UNPACKED) -> Iterator[bytes]:
    """Yield a stream by the block; *packed* is the size of what it is unpacked from, where that may be a bomb."""
    most = min(_MOST_UNPACKED, max(_BOMB_BYTES, _BOMB_TIMES * packed))
    size = 0
    try:
        while block := stream.read(_BLOCK):
            size += len(block)
            if size > most:
                raise Unreadable("bomb" if most < _MOST_UNPACKED else "too_large")
            yield block
    except (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error):
        raise Unreadable("cut_off") from None


# --- xlsx ------------------------------------------------------------------------------------------------------------


def _prepare_xlsx() -> None:
    importlib.import_module("python_calamine")
    codecs.lookup("cp437")
    ET.fromstring("<a/>")  # noqa: S314 - ours; it loads the parser


def _read_xlsx(source: BufferedReader, columns: Columns, task: Task) -> Answer:
    with zipfile.ZipFile(source) as book:
        workbook = _tree(book, "xl/workbook.xml")
        sheets = _sheets(workbook)
        name, relation = _chosen(sheets, task["sheet"])
        part = _target(book, relation)
        try:
            if _is_1904(workbook):
                raise Unusual("the other calendar")
            shared = _shared(book)
            rows = read_sheet(_blocks(book.open(part)), shared, _dates(book), columns)
        except Unusual:
            columns.clear()
            formulas = reader_general.survey(_blocks(book.open(part)), columns.shape)
            rows = reader_general.values(source, name, formulas, columns)
    shown = [n for n, _, state in sheets if state == "visible"]
    return {"rows": rows, "sheet": name, "sheets": [n for n, _, _ in sheets], "shown": shown}


def _tree(book: zipfile.ZipFile, part: str) -> ET.Element:
    try:
        data = book.read(part)
    except KeyError:
        raise Unreadable("not_a_workbook", part) from None
    if b"<!DOCTYPE" in data[: 1 << 20].upper() or b"<!ENTITY" in data[: 1 << 20].upper():
        raise Unreadable("dtd")
    try:
        return ET.fromstring(data)  # noqa: S314 - no document type, and expat bounds what entities may become
    except ET.ParseError:
        raise Unreadable("broken_sheet", part) from None


def _sheets(workbook: ET.Element) -> list[tuple[str, str, str]]:
    """Return name, relation and state of every sheet."""
    found = [e for space in _NAMES.values() for e in workbook.iter(f"{{{space}}}sheet")]
    return [
        (e.get("name", ""), next((v for r in _RELATION if (v := e.get(r))), ""), e.get("state", "visible"))
        for e in found
    ]


def _chosen(sheets: list[tuple[str, str, str]], wanted: str | int | None) -> tuple[str, str]:
    which = reader_general.chosen([(name, state == "visible") for name, _, state in sheets], wanted)
    return sheets[which][:2]


def _target(book: zipfile.ZipFile, relation: str) -> str:
    for e in _tree(book, "xl/_rels/workbook.xml.rels"):
        if e.get("Id") == relation:
            target = e.get("Target", "").lstrip("/")
            part = target if target.startswith("xl/") else f"xl/{target}"
            if "worksheets/" in part and part in book.namelist():
                return part
    raise Unreadable("no_sheet", "")


def _is_1904(workbook: ET.Element) -> bool:
    found = [e for space in _NAMES.values() for e in workbook.iter(f"{{{space}}}workbookPr")]
    return any(e.get("date1904", "0") in {"1", "true"} for e in found)


def _shared(book: zipfile.ZipFile) -> Shared:
    if "xl/sharedStrings.xml" not in book.namelist():
        return Shared(np.empty(0, np.uint8), np.empty(0, np.int64), np.empty(0, np.int64))
    return shared_strings(_blocks(book.open("xl/sharedStrings.xml")))


def _dates(book: zipfile.ZipFile) -> NDArray[np.bool_]:
    """Return for every cell style whether its number format shows a day or an hour."""
    if "xl/styles.xml" not in book.namelist():
        return np.zeros(1, bool)
    data = book.read("xl/styles.xml")
    if b"<!DOCTYPE" in data[:65536].upper():
        raise Unreadable("dtd")
    shown = {*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)}
    for tag in re.findall(rb"<numFmt\b[^>]*>", data):
        number, code = re.search(rb'numFmtId="(\d+)"', tag), re.search(rb'formatCode="([^"]*)"', tag)
        if number and code and _shows_day(code[1].decode("utf-8", "replace")):
            shown.add(int(number[1]))
    styles = data[data.find(b"<cellXfs") : data.find(b"</cellXfs>")]
    formats = (re.search(rb'numFmtId="(\d+)"', m[0]) for m in re.finditer(rb"<xf\b[^>]*>", styles))
    dates = np.fromiter((f is not None and int(f[1]) in shown for f in formats), bool)
    return dates if dates.size else np.zeros(1, bool)


def _shows_day(code: str) -> bool:
    bare = re.sub(r'&quot;.*?&quot;|"[^"]*"|\\.|_.|\[(?![hms]+\])[^\]]*\]', "", code.lower())
    return bool(re.search(r"[ymdhs年月日]", bare)) and "general" not in bare


# --- xls and ods -----------------------------------------------------------------------------------------------------


def _prepare_calamine() -> None:
    _prepare_xlsx()
    codecs.lookup("utf-16-le")


def _read_xls(source: BufferedReader, columns: Columns, task: Task) -> Answer:
    def survey(_name: str, which: int) -> dict[int, list[int]]:
        source.seek(0)
        formulas, columns.shape = compound.survey(source.read(), which)
        return formulas

    return reader_general.workbook(source, columns, task["sheet"], survey)


def _read_ods(source: BufferedReader, columns: Columns, task: Task) -> Answer:
    def survey(name: str, _which: int) -> dict[int, list[int]]:
        with zipfile.ZipFile(source) as book:
            formulas, columns.shape = opendocument.survey(lambda: _blocks(book.open("content.xml")), name)
        return formulas

    return reader_general.workbook(source, columns, task["sheet"], survey)


# --- Parquet ---------------------------------------------------------------------------------------------------------


def _prepare_parquet() -> None:
    for name in ("pyarrow", "pyarrow.parquet", "pyarrow.compute"):
        importlib.import_module(name)


def _read_parquet(source: BufferedReader, columns: Columns, _task: Task) -> Answer:
    pq = importlib.import_module("pyarrow.parquet")
    file = pq.ParquetFile(source)
    for c, name in enumerate(file.schema_arrow.names):
        columns.add(c, np.array([0]), [name.encode()], np.array([TEXT], np.uint8))
    first = 1
    for batch in file.iter_batches(batch_size=200_000, use_threads=False):
        place = np.arange(first, first + batch.num_rows)
        for c, array in enumerate(batch.columns):
            data, lengths, tags = _as_text(array, file.schema_arrow.names[c])
            columns.add_run(c, place, data, lengths, tags)
        first += batch.num_rows
    return {"rows": first, "sheet": None, "sheets": []}


def _as_text(array: Any, name: str) -> tuple[bytes, NDArray[np.int32], NDArray[np.uint8]]:  # noqa: ANN401 - pyarrow has no types
    pa, pc = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.compute")
    kind = array.type
    if pa.types.is_dictionary(kind):
        array = array.dictionary_decode()
        kind = array.type
    tag = TEXT
    if pa.types.is_floating(kind):
        array, tag = pc.if_else(pc.is_nan(array), None, array), NUMBER
    elif pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        tag = NUMBER
    elif pa.types.is_boolean(kind):
        array, tag = pc.cast(array, pa.int8()), BOOL
    elif pa.types.is_timestamp(kind):
        whole = array.cast(pa.timestamp("s", kind.tz), safe=False).view(pa.int64()).view(pa.timestamp("s"))
        array = pc.binary_join_element_wise(
            pc.replace_substring(whole.cast(pa.string()), " ", "T"), "Z" if kind.tz else "", ""
        )
    elif not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_date(kind)):
        raise Unreadable("column_type", name)
    text = pc.fill_null(pc.cast(array, pa.string()), "")
    lengths = pc.binary_length(text).to_numpy(zero_copy_only=False).astype(np.int32)
    tags = np.where(lengths > 0, tag, EMPTY).astype(np.uint8)
    return b"".join(text.cast(pa.binary()).to_pylist()), lengths, tags


FORMS: Mapping[str, Form] = {
    "csv": Form(_prepare_csv, _read_csv),
    "xlsx": Form(_prepare_xlsx, _read_xlsx),
    "xls": Form(_prepare_calamine, _read_xls),
    "ods": Form(_prepare_calamine, _read_ods),
    "parquet": Form(_prepare_parquet, _read_parquet),
}
