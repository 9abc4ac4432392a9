"""A look at a file from outside, before anything in it is parsed.

It tells what the file is, how large it says it is, and whether an honest program could have written it.

Only the first bytes, the directory of a zip and the first kilobytes of its sheets are read, whatever the file claims.
"""

import os
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO

_MOST_PARTS = 2_000
_MOST_UNPACKED = 1 << 31
_BOMB = (1 << 26, 250)  # from so many bytes on, no honest sheet is packed so many times
_MANY_ROWS, _MOST_WIDTH = 200_000, 20
_LARGE_TEXT = 24 << 20  # a CSV or sheet of about 200,000 rows
_MOST_FILE = 1 << 30
_MOST_COMPOUND = 1 << 27  # no .xls of 65,536 rows and 256 columns that people keep is larger
_NOT_TABLES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf", b"\x7fELF", b"{\\rtf")
_END = b"PK\x05\x06"
_DIMENSION = re.compile(rb'<(?:\w+:)?dimension\s+ref="(?:[A-Z]{1,3}\d+:)?([A-Z]{1,3})(\d{1,7})"')


@dataclass(frozen=True, slots=True)
class Look:
    """What a look from outside told.

    Args:
        form: `csv`, `xlsx`, `xls`, `ods` or `parquet`.
        is_gz: Whether it is packed by gzip.
        is_large: Whether it announces so much that the child gets the larger limits.
        fault: Why it is not read, as a code of `reader_words`; "" if nothing speaks against it.
        at: Where.
    """

    form: str = "csv"
    is_gz: bool = False
    is_large: bool = False
    fault: str = ""
    at: str = ""


def look(source: IO[bytes]) -> Look:
    """Look at an open file from outside; nothing in it is parsed."""
    size = source.seek(0, os.SEEK_END)
    source.seek(0)
    head = source.read(8)
    if not size or size > _MOST_FILE:
        return Look(fault="too_large" if size else "empty")
    if head.startswith(b"PK"):
        return _zip(source, size)
    if head.startswith(b"\x1f\x8b"):
        source.seek(-4, os.SEEK_END)
        unpacked = struct.unpack("<I", source.read(4))[0]
        return Look(is_gz=True, is_large=max(unpacked, size) > _LARGE_TEXT)
    if head.startswith(b"PAR1"):
        return Look(form="parquet", is_large=True)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        source.seek(0)
        is_secret = "EncryptedPackage".encode("utf-16-le") in source.read(1 << 20)
        return Look(
            form="xls", fault="encrypted" if is_secret else "too_large" if size > _MOST_COMPOUND else ""
        )
    fault = "not_a_table" if head.startswith(_NOT_TABLES) else ""
    return Look(is_large=size > _LARGE_TEXT, fault=fault)


def _zip(source: IO[bytes], size: int) -> Look:
    source.seek(-min(size, 65_557), os.SEEK_END)
    tail = source.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < 22:
        return Look(fault="cut_off")
    parts, directory = struct.unpack("<HxxI", tail[at + 10 : at + 12] + b"\0\0" + tail[at + 12 : at + 16])
    if parts > _MOST_PARTS or directory > 1 << 20:
        return Look(fault="too_many_parts", at=str(parts))
    try:
        with zipfile.ZipFile(source) as book:
            return _parts(book, size)
    except (zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError, zlib.error, EOFError):
        return Look(fault="cut_off")


def _parts(book: zipfile.ZipFile, size: int) -> Look:
    entries = book.infolist()
    names = {e.filename for e in entries}
    if fault := _contents(names):
        return Look(fault=fault)
    if len(names) != len(entries) or sum(e.compress_size for e in entries) > size:
        return Look(fault="bomb")
    if any(e.flag_bits & 1 for e in entries):
        return Look(fault="encrypted")
    bytes_, times = _BOMB
    is_bomb = any(e.file_size > bytes_ and e.file_size > times * max(e.compress_size, 1) for e in entries)
    if is_bomb or sum(e.file_size for e in entries) > _MOST_UNPACKED:
        return Look(fault="bomb" if is_bomb else "too_large")
    if "xl/workbook.xml" not in names:
        return Look(form="ods")
    sheets = [e for e in entries if e.filename.startswith("xl/worksheets/") and e.filename.endswith(".xml")]
    return Look(form="xlsx", is_large=any(_is_large(book, e) for e in sheets))


def _contents(names: set[str]) -> str:
    if "xl/vbaProject.bin" in names or any(n.startswith(("xl/macrosheets/", "Basic/")) for n in names):
        return "macros"
    if "xl/workbook.xml" in names:
        return ""
    if "xl/workbook.bin" in names:
        return "xlsb"
    return "" if {"content.xml", "mimetype"} <= names else "not_a_workbook"


def _is_large(book: zipfile.ZipFile, sheet: zipfile.ZipInfo) -> bool:
    if sheet.file_size < _LARGE_TEXT:
        return False
    with book.open(sheet) as part:
        found = _DIMENSION.search(part.read(4096))
    if found is None or int(found[2]) <= 1:
        return True
    return int(found[2]) >= _MANY_ROWS and len(found[1]) == 1 and ord(found[1]) - 64 <= _MOST_WIDTH
