"""Check digits of whole columns at once (GB 32100-2015, GB 11643-1999).

A county's roster has 600,000 rows: what is right is found by arithmetic on the bytes of the column, and only what is
not is judged one by one by `core.ids`, which alone says what is wrong. A test holds the two equal.
"""

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Mask = NDArray[np.bool_]

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = np.array([pow(3, i, 31) for i in range(17)], np.int64)
_CREDIT_OF = np.full(256, -1, np.int64)
_CREDIT_OF[[ord(c) for c in _ALPHABET]] = np.arange(31)
_ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], np.int64)
_ID_LAST = np.frombuffer(b"10X98765432", np.uint8)
_MONTH_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def right_credit_codes(codes: Bytes) -> Mask:
    """Return which rows of an (n, 18) matrix of bytes are right credit codes as they stand.

    Example:
        >>> right_credit_codes(np.frombuffer(b"91350100M000100Y43", np.uint8).reshape(1, 18)).tolist()
        [True]
    """
    values = _CREDIT_OF[codes]
    total = values[:, :17] @ _CREDIT_WEIGHTS
    place = values[:, 2:8]
    return np.asarray((values >= 0).all(axis=1) & (place <= 9).all(axis=1) & (values[:, 17] == -total % 31))


def right_id_numbers(numbers: Bytes) -> Mask:
    """Return which rows of an (n, 18) matrix of bytes are right ID numbers as they stand.

    Example:
        >>> right_id_numbers(np.frombuffer(b"11010519491231002X", np.uint8).reshape(1, 18)).tolist()
        [True]
    """
    digits = numbers[:, :17].astype(np.int64) - 48
    right = ((digits >= 0) & (digits <= 9)).all(axis=1) & (digits[:, 0] > 0)
    right &= numbers[:, 17] == _ID_LAST[(digits @ _ID_WEIGHTS) % 11]
    tens = np.array([1000, 100, 10, 1])
    year, month = digits[:, 6:10] @ tens, digits[:, 10:12] @ tens[2:]
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    longest = _MONTH_DAYS[np.clip(month, 0, 12)] + (leap & (month == 2))
    day = digits[:, 12:14] @ tens[2:]
    return np.asarray(
        right & (month >= 1) & (month <= 12) & (day >= 1) & (day <= longest) & (year >= 1850) & (year <= 2100)
    )
