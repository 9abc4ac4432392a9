"""Workbooks of other forms, written by hand from their specifications: .xls ([MS-XLS] in [MS-CFB]) and .ods (OpenDocument 1.2)."""

import struct
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from xml.sax.saxutils import quoteattr

from tests.oracles.layouts import EPOCH, Cell, Page

MAIN = "urn:oasis:names:tc:opendocument:xmlns:"
FREE, END, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def string(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


def xls_bytes(
    rows: Iterable[Sequence[Cell]],
    *,
    merged: Sequence[tuple[int, int, int, int]] = (),
    hidden: Sequence[int] = (),
    formulas: Sequence[tuple[int, int]] = (),
    names: Sequence[str] = ("名册",),
) -> bytes:
    """Return an old workbook; the cells stand on its first sheet, a formula's value is a number."""
    bof = struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0x07CC, 0, 6)
    fonts = record(0x31, struct.pack("<HHHHHBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0) + b"\x05\0Arial") * 5
    xfs = b"".join(
        record(
            0xE0, struct.pack("<HHHBBBBIIH", 0, form, 0xFFF5 if form is None else 1, 0x20, 0, 0, 0, 0, 0, 0)
        )
        for form in (0, 14)
    )
    head = record(0x809, bof) + record(0x42, b"\xb0\x04") + fonts + xfs
    sheets = []
    body = bytearray(record(0x809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0x07CC, 0, 6)))
    for r in hidden:
        body += record(0x208, struct.pack("<HHHHHHI", r, 0, 256, 255, 0, 0, 0x20))
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if value is None:
                continue
            if (r, c) in formulas:
                body += record(
                    6, struct.pack("<HHHdHIH", r, c, 0, float(str(value)), 0, 0, 3) + b"\x1e\x01\0"
                )
            elif isinstance(value, date):
                body += record(0x203, struct.pack("<HHHd", r, c, 1, float((value - EPOCH).days)))
            elif isinstance(value, int | float):
                body += record(0x203, struct.pack("<HHHd", r, c, 0, float(value)))
            else:
                body += record(0x204, struct.pack("<HHH", r, c, 0) + string(value))
    if merged:
        ranges = b"".join(struct.pack("<4H", t, b, left, right) for t, left, b, right in merged)
        body += record(0xE5, struct.pack("<H", len(merged)) + ranges)
    body += record(0x0A)
    sheets.append(bytes(body))
    blank = record(0x809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0x07CC, 0, 6)) + record(0x0A)
    sheets += [blank] * (len(names) - 1)
    bounds = [struct.pack("<BBBB", 0, 0, len(n), 1) + n.encode("utf-16-le") for n in names]
    at = len(head) + sum(8 + len(b) for b in bounds) + 4
    listed = b""
    for b, sheet in zip(bounds, sheets, strict=True):
        listed += record(0x85, struct.pack("<I", at) + b)
        at += len(sheet)
    return compound("Workbook", head + listed + record(0x0A) + b"".join(sheets))


def compound(name: str, stream: bytes, *more: str) -> bytes:
    """Return a compound file with one stream, and empty entries of other names."""
    stream += b"\0" * max(0, 4096 - len(stream))
    sectors = -(-len(stream) // 512)
    fats = 1
    while fats * 128 < sectors + 1 + fats:
        fats += 1
    chain = [*range(1, sectors), END, END, *[FAT_SECTOR] * fats]
    fat = struct.pack(f"<{fats * 128}I", *chain, *[FREE] * (fats * 128 - len(chain)))

    def entry(title: str, kind: int, start: int, size: int, child: int = FREE) -> bytes:
        text = title.encode("utf-16-le") + b"\0\0"
        ids = struct.pack("<III", FREE, FREE, child)
        return (
            text.ljust(64, b"\0")
            + struct.pack("<HBB", len(text), kind, 1)
            + ids
            + b"\0" * 36
            + struct.pack("<III", start, size, 0)
        )

    entries = [entry("Root Entry", 5, END, 0, 1), entry(name, 2, 0, len(stream))]
    entries += [entry(m, 1, END, 0) for m in more]
    directory = b"".join(entries).ljust(512, b"\0")
    places = [sectors + 1 + i for i in range(fats)][:109]
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 16
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + b"\0" * 6
    )
    header += struct.pack("<IIIIIIIII", 0, fats, sectors, 0, 4096, END, 0, END, 0)
    header += struct.pack("<109I", *places, *[FREE] * (109 - len(places)))
    return header + stream.ljust(sectors * 512, b"\0") + directory + fat


def to_xls(page: Page, path: Path) -> None:
    """Write a page as an old workbook."""
    path.write_bytes(xls_bytes(page.rows, merged=page.merged, hidden=sorted(page.hidden)))


def to_ods(page: Page, path: Path, formulas: Sequence[tuple[int, int]] = ()) -> None:
    """Write a page as an OpenDocument sheet."""
    spans = {(t, left): (b - t + 1, right - left + 1) for t, left, b, right in page.merged}
    covered = {
        (r, c) for t, left, b, right in page.merged for r in range(t, b + 1) for c in range(left, right + 1)
    } - set(spans)
    width = max(map(len, page.rows), default=0)
    lines = []
    for r, row in enumerate(page.rows):
        cells = []
        for c in range(width):
            value = row[c] if c < len(row) else None
            if (r, c) in covered:
                cells.append("<table:covered-table-cell/>")
                continue
            down, right = spans.get((r, c), (1, 1))
            mark = (
                f' table:number-rows-spanned="{down}" table:number-columns-spanned="{right}"'
                if (r, c) in spans
                else ""
            )
            mark += ' table:formula="of:=1+1"' if (r, c) in formulas else ""
            cells.append(_ods_cell(value, mark))
        state = ' table:visibility="collapse"' if r in page.hidden else ""
        lines.append(f"<table:table-row{state}>{''.join(cells)}</table:table-row>")
    spaces = " ".join(f'xmlns:{n}="{MAIN}{n}:1.0"' for n in ("office", "table", "text"))
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="名册">{"".join(lines)}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        book.writestr("content.xml", content)
        book.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{MAIN}manifest:1.0" manifest:version="1.2"/>',
        )


def _ods_cell(value: Cell, mark: str) -> str:
    if value is None:
        return f"<table:table-cell{mark}/>"
    if isinstance(value, date):
        return f'<table:table-cell{mark} office:value-type="date" office:date-value="{value}"><text:p>{value}</text:p></table:table-cell>'
    if isinstance(value, int | float):
        return f'<table:table-cell{mark} office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'
    parts = "".join(f"<text:p>{quoteattr(p)[1:-1]}</text:p>" for p in value.split("\n"))
    return f'<table:table-cell{mark} office:value-type="string">{parts}</table:table-cell>'
