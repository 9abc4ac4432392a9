"""What a cell is, before anything is known about its column: its kind, its address, and its number as days.

Only numbers and bytes stand here, so that the process in which a stranger's file is read loads nothing more.
"""

import math
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

EMPTY, TEXT, NUMBER, DATE, BOOL, ERROR = range(6)
FORMULA = 0x80  # added to the kind of a cell whose value a formula made
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's serial numbers know no zone

Tags = NDArray[np.uint8]
Rows = NDArray[np.int64]


def cell_name(row: int, column: int) -> str:
    """Return the address of a cell as a sheet shows it; rows from 1, columns from 0.

    Example:
        >>> cell_name(7, 2), cell_name(1, 27)
        ('C7', 'AB1')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def serial(day: date) -> float:
    """Return the serial number by which a spreadsheet keeps a day or a moment (1900 system).

    Example:
        >>> serial(date(2020, 2, 8))
        43869.0
    """
    moment = day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)  # noqa: DTZ001 - as above
    since = moment.replace(tzinfo=None) - _EPOCH
    return since.days + since.seconds / 86400


def from_serial(number: float) -> datetime:
    """Return the day and hour behind a serial number, to the second.

    Raises:
        ValueError: The number lies outside the years 1900 to 9999.

    Example:
        >>> from_serial(43869.5)
        datetime.datetime(2020, 2, 8, 12, 0)
    """
    if not 1 <= number < 2_958_466:
        raise ValueError(f"{number} is no day between 1900 and 9999")
    seconds = round(number * 86400)
    return datetime.fromordinal(_EPOCH.toordinal() + seconds // 86400).replace(
        hour=seconds % 86400 // 3600, minute=seconds % 3600 // 60, second=seconds % 60
    )


def plain_number(text: str) -> str:
    """Return a number cell's text as a person would write it: no exponent, no trailing `.0`.

    Example:
        >>> plain_number("1.54E10"), plain_number("0.10000000000000001"), plain_number("12.0")
        ('15400000000', '0.1', '12')
    """
    if text.isdigit() and len(text) <= 15:
        return text
    try:
        value = float(text)
    except ValueError:
        return text
    if math.isfinite(value) and value == int(value) and abs(value) < 1e21:
        return str(int(value))
    return repr(value)
