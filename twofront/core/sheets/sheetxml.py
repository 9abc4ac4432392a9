"""Cells out of the XML of a worksheet (SpreadsheetML), whole blocks at once.

A general XML parser makes an object of every tag; a roster of 100,000 rows has five million. Here the positions of
all `<` are found by arithmetic, and cells, values and formulas told by the bytes behind them. Whatever does not look
exactly as the usual programs write it raises `Unusual`, and the reader takes the slow general way instead: this module
reads right, or not at all.
"""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twofront.core.sheets.columns import MOST_ROWS, Columns, Unreadable
from twofront.core.sheets.grid import BOOL, DATE, EMPTY, ERROR, FORMULA, NUMBER, TEXT

Places = NDArray[np.int64]
_BLOCK = 1 << 22
_LONGEST_ROW = 1 << 26
_ESCAPE = re.compile(rb"_x([0-9A-Fa-f]{4})_")
_SHARED, _INLINE = 20, 21  # kinds before the text is known
_KIND_OF = np.full(256, 255, np.uint8)  # by the first letter of the type attribute
for _letter, _kind in (
    (b"s", _SHARED),
    (b"n", NUMBER),
    (b"b", BOOL),
    (b"e", ERROR),
    (b"d", DATE),
    (b"i", _INLINE),
):
    _KIND_OF[_letter[0]] = _kind


class Unusual(Exception):  # noqa: N818 - not an error: the general reader takes over
    """The XML is not in the form that this reader knows."""


@dataclass(frozen=True, slots=True)
class Shared:
    """The shared strings of a workbook: one run of bytes and where each string lies in it."""

    data: bytes
    starts: Places
    ends: Places


@dataclass(frozen=True, slots=True)
class _Tags:
    """The tags of one block: place of each `<`, and the two bytes behind it."""

    data: bytes
    bytes_: NDArray[np.uint8]
    at: Places
    one: NDArray[np.uint8]
    two: NDArray[np.uint8]


def _tags(data: bytes) -> _Tags:
    padded = np.frombuffer(data + b"\0" * 48, np.uint8)
    at = np.flatnonzero(padded == 0x3C)
    one, two = padded[at + 1], padded[at + 2]
    if (bang := np.flatnonzero(one == 0x21)).size:
        if any(data[p : p + 9].upper() in (b"<!DOCTYPE", b"<!ENTITY ") for p in at[bang].tolist()):
            raise Unreadable("dtd")
        raise Unusual("a comment or CDATA")
    return _Tags(data, padded, at, one, two)


def blocks_of(parts: Iterable[bytes], start: bytes, stop: bytes, end: bytes) -> Iterator[bytes]:
    """Yield what lies between the tag *start* and the tag *stop*, cut after *end* tags.

    Raises:
        Unusual: The start tag is not there, or one element is longer than 64 MiB.

    Example:
        >>> list(blocks_of([b"<a><l><i>1</i><", b"i>2</i></l></a>"], b"<l>", b"</l>", b"</i>"))
        [b'<i>1</i>', b'<i>2</i>']
    """
    source = iter(parts)
    rest = _after(source, start)
    while rest is not None:
        if (over := rest.find(stop)) >= 0:
            if over:
                yield rest[:over]
            return
        cut = rest.rfind(end) + len(end)
        if cut >= len(end):
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > _LONGEST_ROW:
            raise Unusual("an element too long")
        if not (more := next(source, b"")):
            raise Unreadable("cut_off")
        rest += more


def _after(source: Iterator[bytes], start: bytes) -> bytes | None:
    """Return what is known to lie behind the tag *start*; None if the tag closes itself."""
    head = b""
    for part in source:
        head += part
        at = head.find(start)
        close = head.find(b">", at) if at >= 0 else -1
        if b"<!DOCTYPE" in head[: at if at >= 0 else None].upper():
            raise Unreadable("dtd")
        if close >= 0:
            return None if head[close - 1 : close] == b"/" else head[close + 1 :]
        if len(head) > _LONGEST_ROW:
            break
    raise Unusual("no start")


def shared_strings(parts: Iterable[bytes]) -> Shared:
    """Read the part of the shared strings; runs of rich text are joined, phonetic guides left out.

    Example:
        >>> found = shared_strings([b"<sst><si><t>A&amp;B</t></si><si><r><t>x</t></r><r><t>y</t></r></si></sst>"])
        >>> [found.data[a:b] for a, b in zip(found.starts, found.ends)]
        [b'A&B', b'xy']
    """
    data = bytearray()
    lengths: list[NDArray[np.int64]] = []
    for block in blocks_of(parts, b"<sst", b"</sst>", b"</si>"):
        tags = _tags(block)
        items = (tags.one == 0x73) & (tags.two == 0x69)  # si
        owner = np.cumsum(items) - 1
        cells = _joined(tags, owner, int(items.sum()))
        data += b"".join(cells)
        lengths.append(np.fromiter(map(len, cells), np.int64, len(cells)))
    sizes = np.concatenate(lengths) if lengths else np.empty(0, np.int64)
    ends = np.cumsum(sizes)
    return Shared(bytes(data), ends - sizes, ends)


def _joined(tags: _Tags, owner: Places, count: int) -> list[bytes]:
    """Return the text of every owner: its `t` elements, joined, but for phonetic guides."""
    at = tags.at
    phonetic = (tags.one == 0x72) & (tags.two == 0x50) & (tags.bytes_[at + 3] == 0x68)  # rPh
    after = (
        (tags.one == 0x2F)
        & (tags.two == 0x72)
        & (tags.bytes_[at + 3] == 0x50)
        & (tags.bytes_[at + 4] == 0x68)
    )
    inside = np.cumsum(phonetic.astype(np.int64) - after) > 0
    runs = np.flatnonzero(
        (tags.one == 0x74) & ((tags.two == 0x3E) | (tags.two == 0x20)) & ~inside & (owner >= 0)
    )
    pieces = _between(tags, runs)
    owners = owner[runs]
    if runs.size == count and (owners == np.arange(count)).all():
        return pieces
    cells = [b""] * count
    for who, piece in zip(owners.tolist(), pieces, strict=True):
        cells[who] += piece
    return cells


def _between(tags: _Tags, which: Places) -> list[bytes]:
    """Return the text behind some opening tags, up to the next `<`."""
    data, at = tags.data, tags.at
    if which.size and which[-1] + 1 >= at.size:
        raise Unreadable("cut_off")
    starts = at[which] + 3
    for i in np.flatnonzero(tags.two[which] != 0x3E).tolist():
        starts[i] = data.find(b">", int(at[which[i]])) + 1
    ends = at[which + 1]
    closed = tags.bytes_[starts - 2] == 0x2F  # <t xml:space="preserve"/>
    if closed.any():
        starts = np.where(closed & (tags.two[which] != 0x3E), ends, starts)
    pieces = [data[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
    return _plain(pieces, data)


def _plain(pieces: list[bytes], block: bytes) -> list[bytes]:
    if b"&" in block:
        pieces = [html.unescape(p.decode("utf-8", "replace")).encode() if b"&" in p else p for p in pieces]
    if b"_x" in block:
        pieces = [_ESCAPE.sub(_character, p) if b"_x" in p else p for p in pieces]
    return pieces


def _character(found: re.Match[bytes]) -> bytes:
    return chr(int(found[1], 16)).encode("utf-8", "replace")


def read_sheet(parts: Iterable[bytes], shared: Shared, dates: NDArray[np.bool_], columns: Columns) -> int:
    """Read a worksheet into columns and return how many rows it has.

    Args:
        parts: The bytes of the sheet's XML, in pieces of any size.
        shared: The workbook's shared strings.
        dates: For every cell style, whether it shows a day or an hour.
        columns: Where the cells go.

    Raises:
        Unusual: It is not in the usual form; nothing of *columns* may be used then.
        Unreadable: No honest program writes this.
    """
    for block in blocks_of(parts, b"<sheetData", b"</sheetData>", b"</row>"):
        _block(_tags(block), shared, dates, columns)
    return columns.last_row + 1


def _block(tags: _Tags, shared: Shared, dates: NDArray[np.bool_], columns: Columns) -> None:
    at, one, two = tags.at, tags.one, tags.two
    is_row = (one == 0x72) & (two == 0x6F)
    is_cell = (one == 0x63) & ((two == 0x20) | (two == 0x3E))
    cells = at[is_cell]
    if not cells.size:
        return
    row_number, digits = _row_numbers(tags, at[is_row])
    row_of = (np.cumsum(is_row) - 1)[is_cell]
    if row_of[0] < 0:
        raise Unusual("a cell outside of a row")
    column, kind = _attributes(tags.bytes_, cells, digits[row_of], dates)
    owner = np.cumsum(is_cell) - 1
    formulas = owner[(one == 0x66) & ((two == 0x3E) | (two == 0x20) | (two == 0x2F))]
    values = np.flatnonzero((one == 0x76) & ((two == 0x3E) | (two == 0x20)))
    if (np.diff(owner[values]) == 0).any():
        raise Unusual("a cell with two values")
    texts: list[bytes] = [b""] * cells.size
    tag = np.zeros(cells.size, np.uint8)
    is_shared = kind[owner[values]] == _SHARED
    direct, indirect = values[~is_shared], values[is_shared]
    for who, piece in zip(owner[direct].tolist(), _between(tags, direct), strict=True):
        texts[who] = piece
    for who, piece in zip(owner[indirect].tolist(), _strings(tags, indirect, shared), strict=True):
        texts[who] = piece
    tag[owner[values]] = np.where(kind == _SHARED, TEXT, kind)[owner[values]]
    if (kind == _INLINE).any():
        for i, text in enumerate(_joined(tags, owner, cells.size)):
            if kind[i] == _INLINE and text:
                texts[i], tag[i] = text, TEXT
    tag[formulas] = np.where(tag[formulas] == EMPTY, TEXT, tag[formulas]) | FORMULA
    _give(texts, tag, column, row_number[row_of] - 1, columns)


def _row_numbers(tags: _Tags, rows: Places) -> tuple[Places, Places]:
    """Return the number of every row and how many digits it has."""
    data = tags.bytes_
    if not (rows.size and _spells(data, rows + 4, b' r="')):
        raise Unusual("a row without its number first")
    number, digits = _digits(data, rows + 8, 8)
    if (number < 1).any() or (number > MOST_ROWS).any():
        raise Unreadable("far_cell", f"0,{int(number.max()) - 1}")
    return number, digits


def _spells(data: NDArray[np.uint8], at: Places, word: bytes) -> bool:
    return all((data[at + i] == letter).all() for i, letter in enumerate(word))


def _digits(data: NDArray[np.uint8], at: Places, most: int) -> tuple[Places, Places]:
    """Return the number that begins at each place, and how many digits it has."""
    number = np.zeros(at.size, np.int64)
    digits = np.zeros(at.size, np.int64)
    going = np.ones(at.size, bool)
    for i in range(most):
        digit = data[at + i].astype(np.int64) - 48
        going &= (digit >= 0) & (digit <= 9)
        if not going.any():
            break
        number = np.where(going, number * 10 + digit, number)
        digits += going
    return number, digits


def _attributes(
    data: NDArray[np.uint8], cells: Places, row_digits: Places, dates: NDArray[np.bool_]
) -> tuple[Places, NDArray[np.uint8]]:
    """Return column and kind of every cell, from `<c r="B7" s="1" t="s">`."""
    if not _spells(data, cells + 2, b' r="'):
        raise Unusual("a cell without its address first")
    letters = [data[cells + 6 + i].astype(np.int64) - 64 for i in range(3)]
    second = (letters[1] >= 1) & (letters[1] <= 26)
    third = second & (letters[2] >= 1) & (letters[2] <= 26)
    column = letters[0]
    column = np.where(second, column * 26 + letters[1], column)
    column = np.where(third, column * 26 + letters[2], column) - 1
    quote = cells + 7 + second + third + row_digits
    if not (data[quote] == 0x22).all() or (letters[0] < 1).any() or (letters[0] > 26).any():
        raise Unusual("an address in another form")
    kind = np.full(cells.size, NUMBER, np.uint8)
    dated = np.zeros(cells.size, bool)
    for _ in range(2):
        quote = _style(data, quote, dates, dated)
        quote = _type(data, quote, kind)
    if (rest := (data[quote + 1] == 0x20)).any() and (np.isin(data[quote[rest] + 2], (0x73, 0x74))).any():
        raise Unusual("attributes in another order")
    return column, np.where(dated & (kind == NUMBER), DATE, kind).astype(np.uint8)


def _style(
    data: NDArray[np.uint8], quote: Places, dates: NDArray[np.bool_], dated: NDArray[np.bool_]
) -> Places:
    here = np.flatnonzero((data[quote + 1] == 0x20) & (data[quote + 2] == 0x73) & (data[quote + 3] == 0x3D))
    if not here.size:
        return quote
    style, digits = _digits(data, quote[here] + 5, 7)
    if (style >= dates.size).any():
        raise Unusual("a style that is not declared")
    dated[here] = dates[style]
    moved = quote.copy()
    moved[here] += 5 + digits
    return moved


def _type(data: NDArray[np.uint8], quote: Places, kind: NDArray[np.uint8]) -> Places:
    here = np.flatnonzero((data[quote + 1] == 0x20) & (data[quote + 2] == 0x74) & (data[quote + 3] == 0x3D))
    if not here.size:
        return quote
    first, second = data[quote[here] + 5], data[quote[here] + 6]
    is_text = (first == 0x73) & (second == 0x74)  # str
    kind[here] = np.where(is_text, TEXT, _KIND_OF[first])
    if (kind == 255).any():
        raise Unusual("a type that is not known")
    moved = quote.copy()
    moved[here] += 5 + np.where(is_text, 3, np.where(first == 0x69, 9, 1))
    return moved


def _strings(tags: _Tags, values: Places, shared: Shared) -> list[bytes]:
    """Return the shared strings to which some values point."""
    index, digits = _digits(tags.bytes_, tags.at[values] + 3, 9)
    if (digits == 0).any() or (index >= shared.starts.size).any():
        raise Unusual("no such shared string")
    data = shared.data
    return [
        data[a:b] for a, b in zip(shared.starts[index].tolist(), shared.ends[index].tolist(), strict=True)
    ]


def _give(texts: list[bytes], tag: NDArray[np.uint8], column: Places, row: Places, columns: Columns) -> None:
    filled = np.flatnonzero(tag)
    order = filled[np.argsort(column[filled], kind="stable")]
    if not order.size:
        return
    cuts = np.flatnonzero(np.diff(column[order])) + 1
    for some in np.split(order, cuts):
        columns.add(int(column[some[0]]), row[some], [texts[i] for i in some.tolist()], tag[some])
