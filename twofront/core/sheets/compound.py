"""What an old workbook (.xls, BIFF in a compound file) says beside its values.

Its formulas, merged cells, hidden rows and filters, and whether it is encrypted or holds macros: the reader of the values
tells none of these. Sources: [MS-CFB] for the compound file, [MS-XLS] for the records.
"""

import struct
from collections.abc import Iterator

from twofront.core.sheets.columns import Shape, Unreadable

MOST_ROWS = 65_536
"""The rows of a sheet of this form: a full one may have been cut by the program that saved it."""
_FREE, _END = 0xFFFFFFFF, 0xFFFFFFFE
_FORMULA, _EOF, _FILEPASS, _BOUNDSHEET, _ROW, _MERGED, _FILTERED, _BOF = (
    0x0006, 0x000A, 0x002F, 0x0085, 0x0208, 0x00E5, (0x009B, 0x009D), (0x0009, 0x0209, 0x0409, 0x0809),
)  # fmt: skip
_MACRO_SHEET = 1
_IS_HIDDEN = 0x20


def survey(data: bytes, sheet: int) -> tuple[dict[int, list[int]], Shape]:
    """Return the rows of the formulas in each column of a sheet, and its shape.

    Args:
        data: The whole file.
        sheet: Which sheet, from 0, in the order of the workbook; below 0: only whether the file may be read is looked at.

    Raises:
        Unreadable: `encrypted`, `macros`, or `broken` where it is no workbook of this form.
    """
    try:
        book = _stream(data)
        starts = list(_sheets(book))
        return _cells(book, starts[sheet]) if 0 <= sheet < len(starts) else ({}, Shape())
    except (struct.error, IndexError):
        raise Unreadable("broken") from None


def _stream(data: bytes) -> bytes:
    """Return the stream of the workbook out of its compound file."""
    shift, small_shift = struct.unpack_from("<HH", data, 30)
    if not 7 <= shift <= 16 or small_shift > shift:
        raise Unreadable("broken")
    size, least = 1 << shift, struct.unpack_from("<I", data, 56)[0]
    fat = _fat(data, size)

    def chain(start: int) -> bytes:
        return b"".join(data[(s + 1) * size : (s + 2) * size] for s in _chain(fat, start))

    entries = list(_entries(chain(struct.unpack_from("<I", data, 48)[0])))
    names = {name for name, _, _ in entries}
    if names & {"_VBA_PROJECT_CUR", "Macros", "VBA"}:
        raise Unreadable("macros")
    start, length = next(((s, n) for name, s, n in entries if name in {"Workbook", "Book"}), (_END, 0))
    if length >= least:
        return chain(start)[:length]
    small, step = chain(entries[0][1]), 1 << small_shift
    near = _numbers(chain(struct.unpack_from("<I", data, 60)[0]))
    return b"".join(small[s * step : (s + 1) * step] for s in _chain(near, start))[:length]


def _fat(data: bytes, size: int) -> tuple[int, ...]:
    """Return for every sector the next one of its chain."""
    places = list(struct.unpack_from("<109I", data, 76))
    more, seen = struct.unpack_from("<I", data, 68)[0], 0
    while more < _END and seen < len(data) // size:
        part = struct.unpack_from(f"<{size // 4}I", data, (more + 1) * size)
        places += part[:-1]
        more, seen = part[-1], seen + 1
    whole = b"".join(data[(p + 1) * size : (p + 2) * size] for p in places if p < _END - 1)
    return _numbers(whole)


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])


def _chain(fat: tuple[int, ...], start: int) -> Iterator[int]:
    for _ in range(len(fat)):
        if start >= len(fat):
            return
        yield start
        start = fat[start]


def _entries(directory: bytes) -> Iterator[tuple[str, int, int]]:
    """Yield name, first sector and length of every entry."""
    for at in range(0, len(directory) - 127, 128):
        length = struct.unpack_from("<H", directory, at + 64)[0]
        name = directory[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        start, size = struct.unpack_from("<II", directory, at + 116)
        yield name, start, size


def _records(book: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Yield kind, place and length of the records from a place on."""
    while at + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, at)
        yield kind, at + 4, length
        at += 4 + length


def _sheets(book: bytes) -> Iterator[int]:
    """Yield where each sheet begins."""
    for kind, at, _ in _records(book, 0):
        if kind == _FILEPASS:
            raise Unreadable("encrypted")
        if kind == _BOUNDSHEET:
            start, _state, form = struct.unpack_from("<IBB", book, at)
            if form == _MACRO_SHEET:
                raise Unreadable("macros")
            yield start
        if kind == _EOF:
            return


def _cells(book: bytes, start: int) -> tuple[dict[int, list[int]], Shape]:
    formulas: dict[int, list[int]] = {}
    shape, depth = Shape(), 0
    for kind, at, _length in _records(book, start):
        if kind == _FORMULA:
            row, column = struct.unpack_from("<HH", book, at)
            formulas.setdefault(column, []).append(row)
        elif kind == _ROW and struct.unpack_from("<H", book, at + 12)[0] & _IS_HIDDEN:
            shape.hide(struct.unpack_from("<H", book, at)[0])
        elif kind == _MERGED:
            for i in range(struct.unpack_from("<H", book, at)[0]):
                top, bottom, left, right = struct.unpack_from("<4H", book, at + 2 + 8 * i)
                shape.merged.append((top, left, bottom, right))
        elif kind in _FILTERED:
            shape.is_filtered = True
        elif kind in _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth == 0:
                break
    return formulas, shape
