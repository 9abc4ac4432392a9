"""Which cells of a column are right exactly as they stand: whole columns at once, before any cell is looked at.

A kernel may leave a right cell to `values.read`, but may never accept one that it would refuse or change.
"""

from collections.abc import Callable, Mapping
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from twofront.core.sheets.cells import NUMBER, TEXT, Tags
from twofront.core.sheets.fields import Field, limits
from twofront.core.sheets.identity import Bytes, Mask, right_credit_codes, right_id_numbers

_ODD_BYTE = np.zeros(256, bool)  # bytes with which a character begins that `values.clean` may change
_ODD_BYTE[[*range(0x20), 0x7F, 0xC2, 0xE2, 0xEF]] = True


def as_it_stands(texts: pa.Array, tags: Tags, field: Field) -> tuple[Mask, pa.Array] | None:
    """Return which cells of a column need no look, and the column's values there (anything elsewhere).

    None where a type has no kernel, or every cell must be compared with limits or a list.
    """
    kernel = _KERNELS.get(field.type)
    low, high = limits(field)
    if kernel is None or field.pattern or isinstance(low, date) or isinstance(high, date):
        return None
    right, values = kernel(texts, tags, field)
    if low is not None:
        right &= np.array(pc.greater_equal(values, low))
    if high is not None:
        right &= np.array(pc.less_equal(values, high))
    return right, values


def bytes_of(texts: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.int64], Bytes]:
    """Return starts, lengths and the bytes of the cells."""
    _, offsets, data = texts.buffers()
    places = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    content = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
    return places[:-1], np.diff(places), content


def _texts(texts: pa.Array, tags: Tags, field: Field) -> tuple[Mask, pa.Array]:
    starts, lengths, content = bytes_of(texts)
    right = (tags == TEXT) & (lengths > 0) & (lengths <= field.max_len)
    low, high = (int(starts[0]), int(starts[-1] + lengths[-1])) if starts.size else (0, 0)
    part = content[low:high]
    blank = np.flatnonzero(part[:-1] == 0xE3)  # U+3000, the blank as wide as a character, begins with E3 80
    blank = blank[part[blank + 1] == 0x80]
    at = np.concatenate((np.flatnonzero(_ODD_BYTE[part]), blank)) + low
    right[np.searchsorted(starts, at, side="right") - 1] = False
    some = np.flatnonzero(right)
    first, last = content[starts[some]], content[starts[some] + lengths[some] - 1]
    right[some] = (first != 0x20) & (first != 0x27) & (last != 0x20)
    return right, texts


def _fixed(right_rows: Callable[[Bytes], Mask]) -> Callable[[pa.Array, Tags, Field], tuple[Mask, pa.Array]]:
    def kernel(texts: pa.Array, tags: Tags, _field: Field) -> tuple[Mask, pa.Array]:
        starts, lengths, content = bytes_of(texts)
        right = (tags == TEXT) & (lengths == 18)
        some = np.flatnonzero(right)
        right[some] = right_rows(content[starts[some][:, None] + np.arange(18)])
        return right, texts

    return kernel


def _pattern(texts: pa.Array, pattern: str) -> Mask:
    return np.asarray(pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False), bool)


def _mobiles(texts: pa.Array, tags: Tags, _field: Field) -> tuple[Mask, pa.Array]:
    return ((tags == TEXT) | (tags == NUMBER)) & _pattern(texts, "^1[3-9][0-9]{9}$"), texts


def _codes(texts: pa.Array, tags: Tags, field: Field) -> tuple[Mask, pa.Array]:
    plain = _pattern(texts, f"^[0-9A-Za-z_-]{{1,{min(field.max_len, 200)}}}$")
    return (tags == TEXT) & plain, texts


def _numbers(texts: pa.Array, tags: Tags, _field: Field) -> tuple[Mask, pa.Array]:
    right = ((tags == TEXT) | (tags == NUMBER)) & _pattern(texts, r"^-?[0-9]{1,15}(\.[0-9]{1,20})?$")
    return right, pc.cast(pc.if_else(pa.array(right), texts, "0"), pa.float64())


def _wholes(texts: pa.Array, tags: Tags, _field: Field) -> tuple[Mask, pa.Array]:
    right = ((tags == TEXT) | (tags == NUMBER)) & _pattern(texts, "^-?[0-9]{1,15}$")
    return right, pc.cast(pc.if_else(pa.array(right), texts, "0"), pa.int64())


_KERNELS: Mapping[str, Callable[[pa.Array, Tags, Field], tuple[Mask, pa.Array]]] = {
    "text": _texts,
    "code": _codes,
    "credit_code": _fixed(right_credit_codes),
    "id_number": _fixed(right_id_numbers),
    "mobile": _mobiles,
    "number": _numbers,
    "int": _wholes,
}
