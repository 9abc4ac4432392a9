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

from twofront.core.sheets.cells import BOOL, DATE, EMPTY, ERROR, FORMULA, NUMBER, TEXT
from twofront.core.sheets.columns import MOST_ROWS, Columns, Shape, Unreadable

Places = NDArray[np.int64]
Bytes = NDArray[np.uint8]
_BLOCK = 1 << 22
_LONGEST_ROW = 1 << 26
_ROW = re.compile(rb"<row\b[^<>]*>")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^<>]*?ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_LONGEST_TAIL = 1 << 24
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

    data: Bytes
    starts: Places
    lengths: Places


@dataclass(frozen=True, slots=True)
class _Tags:
    """The tags of one block: place of each `<`, and the two bytes behind it."""

    data: bytes
    bytes_: Bytes
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


def blocks_of(
    parts: Iterable[bytes], start: bytes, stop: bytes, end: bytes, tail: bytearray | None = None
) -> Iterator[bytes]:
    """Yield what lies between the tag *start* and the tag *stop*, cut after *end* tags.

    What was read beyond *stop* goes into *tail*, if one is given.

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
            if tail is not None:
                tail += rest[over + len(stop) :]
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
        >>> bytes(found.data), found.lengths.tolist()
        (b'A&Bxy', [3, 2])
    """
    data = bytearray()
    lengths: list[Places] = [np.empty(0, np.int64)]
    for block in blocks_of(parts, b"<sst", b"</sst>", b"</si>"):
        tags = _tags(block)
        items = (tags.one == 0x73) & (tags.two == 0x69)  # si
        text = _Text(block)
        starts, sizes = _runs(tags, np.cumsum(items) - 1, int(items.sum()), text)
        data += gather(text.array(), starts, sizes)
        lengths.append(sizes)
    sizes = np.concatenate(lengths)
    return Shared(np.frombuffer(data, np.uint8), np.cumsum(sizes) - sizes, sizes)


def gather(data: Bytes, starts: Places, lengths: Places) -> bytes:
    """Return the spans of some bytes, one behind the other.

    Example:
        >>> gather(np.frombuffer(b"abcdef", np.uint8), np.array([4, 0]), np.array([2, 1]))
        b'efa'
    """
    index = np.repeat((starts - np.cumsum(lengths) + lengths).astype(np.int32), lengths)
    index += np.arange(index.size, dtype=np.int32)
    return data[index].tobytes()


class _Text:
    """The bytes of a block, and behind them the texts that do not stand in it as they are meant."""

    def __init__(self, block: bytes) -> None:
        self._block = block
        self._more = bytearray()

    def array(self) -> Bytes:
        return np.frombuffer(self._block + self._more if self._more else self._block, np.uint8)

    def piece(self, start: int, length: int) -> bytes:
        over = start - len(self._block)
        return bytes(self._more[over : over + length]) if over >= 0 else self._block[start : start + length]

    def put(self, piece: bytes) -> tuple[int, int]:
        """Keep a text; return where it begins and its length."""
        self._more += piece
        return len(self._block) + len(self._more) - len(piece), len(piece)

    def mend(self, starts: Places, lengths: Places) -> None:
        """Replace entities and escapes in some spans, which lie in ascending order."""
        odd = [mark for mark in (b"&", b"_x") if mark in self._block]
        found = [m.start() for m in re.finditer(b"|".join(odd), self._block)] if odd and starts.size else []
        if not found:
            return
        which = np.searchsorted(starts, found, side="right") - 1
        inside = (which >= 0) & (np.array(found) < starts[which] + lengths[which])
        for i in dict.fromkeys(which[inside].tolist()):
            piece = self.piece(int(starts[i]), int(lengths[i]))
            piece = html.unescape(piece.decode("utf-8", "replace")).encode() if b"&" in piece else piece
            starts[i], lengths[i] = self.put(_ESCAPE.sub(_character, piece))


def _character(found: re.Match[bytes]) -> bytes:
    return chr(int(found[1], 16) or 0xFFFD).encode("utf-8", "replace")


def _runs(tags: _Tags, owner: Places, count: int, text: _Text) -> tuple[Places, Places]:
    """Return start and length of the text of every owner: its `t` elements, joined, but for phonetic guides."""
    at = tags.at
    third, fourth = tags.bytes_[at + 3], tags.bytes_[at + 4]
    phonetic = (tags.one == 0x72) & (tags.two == 0x50) & (third == 0x68)  # rPh
    after = (tags.one == 0x2F) & (tags.two == 0x72) & (third == 0x50) & (fourth == 0x68)
    inside = np.cumsum(phonetic.astype(np.int64) - after) > 0
    which = np.flatnonzero(
        (tags.one == 0x74) & ((tags.two == 0x3E) | (tags.two == 0x20)) & ~inside & (owner >= 0)
    )
    run_starts, run_lengths = _spans(tags, which)
    text.mend(run_starts, run_lengths)
    owners = owner[which]
    starts, lengths = np.zeros(count, np.int64), np.zeros(count, np.int64)
    starts[owners], lengths[owners] = run_starts, run_lengths
    many = np.flatnonzero(np.bincount(owners, minlength=count) > 1)
    for who in many.tolist():
        first, last = np.searchsorted(owners, (who, who + 1))
        pieces = zip(run_starts[first:last].tolist(), run_lengths[first:last].tolist(), strict=True)
        starts[who], lengths[who] = text.put(b"".join([text.piece(a, n) for a, n in pieces]))
    return starts, lengths


def _spans(tags: _Tags, which: Places) -> tuple[Places, Places]:
    """Return start and length of the text behind some opening tags, up to the next `<`."""
    if which.size and which[-1] + 1 >= tags.at.size:
        raise Unreadable("cut_off")
    starts = tags.at[which] + 3
    ends = tags.at[which + 1]
    for i in np.flatnonzero(tags.two[which] != 0x3E).tolist():  # <t xml:space="preserve">, or the same closed
        close = tags.data.find(b">", int(tags.at[which[i]]))
        starts[i] = min(close + 1, int(ends[i])) if tags.data[close - 1] != 0x2F else int(ends[i])
    return starts, ends - starts


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
    source, tail = iter(parts), bytearray()
    for block in blocks_of(source, b"<sheetData", b"</sheetData>", b"</row>", tail):
        _block(_tags(block), shared, dates, columns)
        _hidden(block, columns.shape)
    for part in source:
        tail += part[: max(0, _LONGEST_TAIL - len(tail))]
    shape_of(bytes(tail), columns.shape)
    return columns.last_row + 1


def _hidden(block: bytes, shape: Shape) -> None:
    if b"hidden" not in block:  # ends on a letter that is rare in a sheet, so that the search is fast
        return
    for row in _ROW.findall(block):
        if (number := re.search(rb'\sr="(\d{1,7})"', row)) and re.search(rb'\shidden="(?:1|true)"', row):
            shape.hide(int(number[1]) - 1)


def shape_of(tail: bytes, shape: Shape) -> None:
    """Note what stands behind a sheet's cells: its merged ranges and its filter.

    Example:
        >>> shape = Shape()
        >>> shape_of(b'<autoFilter ref="A1:B9"/><mergeCells><mergeCell ref="A1:C1"/></mergeCells>', shape)
        >>> shape.merged, shape.is_filtered
        ([(0, 0, 0, 2)], True)
    """
    shape.is_filtered |= b"autoFilter" in tail
    shape.merged += [
        (int(m[2]) - 1, column_number(m[1]), int(m[4]) - 1, column_number(m[3]))
        for m in _MERGED.finditer(tail)
    ]


def column_number(letters: bytes) -> int:
    """Return the number of a column, from 0, by its letters.

    Example:
        >>> column_number(b"A"), column_number(b"AB")
        (0, 27)
    """
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


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
    holders = owner[values]
    if (np.diff(holders) == 0).any():
        raise Unusual("a cell with two values")
    text = _Text(tags.data)
    starts, lengths = np.zeros(cells.size, np.int64), np.zeros(cells.size, np.int64)
    inline = kind == _INLINE
    if inline.any():
        starts, lengths = _runs(tags, owner, cells.size, text)
    value_starts, value_lengths = _spans(tags, values)
    if (kind[holders] == TEXT).any():
        text.mend(value_starts, value_lengths)
    starts[holders], lengths[holders] = value_starts, value_lengths
    is_shared = kind == _SHARED
    index = _indexes(tags.bytes_, starts[is_shared], shared)
    starts[is_shared], lengths[is_shared] = shared.starts[index], shared.lengths[index]
    tag = np.where(is_shared | inline, TEXT, kind).astype(np.uint8)
    tag[lengths == 0] = EMPTY
    tag[formulas] = np.where(tag[formulas] == EMPTY, TEXT, tag[formulas]) | FORMULA
    sources = np.where(is_shared, 1, 0)
    _give(
        _Cells(column, row_number[row_of] - 1, tag, starts, lengths, sources),
        (text.array(), shared.data),
        columns,
    )


def _row_numbers(tags: _Tags, rows: Places) -> tuple[Places, Places]:
    """Return the number of every row and how many digits it has."""
    data = tags.bytes_
    if not (rows.size and _spells(data, rows + 4, b' r="')):
        raise Unusual("a row without its number first")
    number, digits = _digits(data, rows + 8, 8)
    if (number < 1).any() or (number > MOST_ROWS).any():
        raise Unreadable("far_cell", f"0,{int(number.max()) - 1}")
    return number, digits


def _spells(data: Bytes, at: Places, word: bytes) -> bool:
    return all((data[at + i] == letter).all() for i, letter in enumerate(word))


def _digits(data: Bytes, at: Places, most: int) -> tuple[Places, Places]:
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
    data: Bytes, cells: Places, row_digits: Places, dates: NDArray[np.bool_]
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


def _style(data: Bytes, quote: Places, dates: NDArray[np.bool_], dated: NDArray[np.bool_]) -> Places:
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


def _type(data: Bytes, quote: Places, kind: NDArray[np.uint8]) -> Places:
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


def _indexes(data: Bytes, at: Places, shared: Shared) -> Places:
    """Return the numbers of the shared strings that stand at some places."""
    if not at.size:
        return at
    index, digits = _digits(data, at, 9)
    if (digits == 0).any() or (index >= shared.starts.size).any():
        raise Unusual("no such shared string")
    return index


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of a block: where each belongs, what it is, and where its text lies in which run of bytes."""

    column: Places
    row: Places
    tag: NDArray[np.uint8]
    start: Places
    length: Places
    source: Places


def _give(cells: _Cells, sources: tuple[Bytes, Bytes], columns: Columns) -> None:
    filled = np.flatnonzero(cells.tag)
    order = filled[np.argsort(cells.column[filled].astype(np.int16), kind="stable")]
    if not order.size:
        return
    cuts = np.flatnonzero(np.diff(cells.column[order])) + 1
    both: Bytes | None = None
    for some in np.split(order, cuts):
        source, starts, lengths = cells.source[some], cells.start[some], cells.length[some]
        if (source == source[0]).all():
            data = sources[source[0]]
        else:
            both = np.concatenate(sources) if both is None else both
            data, starts = both, starts + source * sources[0].size
        run = gather(data, starts, lengths)
        columns.add_run(
            int(cells.column[some[0]]), cells.row[some], run, lengths.astype(np.int32), cells.tag[some]
        )
