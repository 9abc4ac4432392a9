"""What is wrong with a table, as a page says it beside the cell: in the reader's language, without the place in the file."""

import re

from twofront.core.errors import Fault
from twofront.ground import spoken
from twofront.ground.pages import is_english

_PLACED = re.compile(r"\((?:in|out):(.+?)\) ")


def said(fault: Fault) -> str:
    """Return what is wrong and what to do, as one sentence in the reader's language."""
    what = _PLACED.sub("", fault.what, count=1)
    value = "" if fault.value is None else f"{fault.value} "
    if is_english():
        return f"{value}{what}; {fault.do}"
    return f"{value}{spoken.chinese(what)}；{spoken.chinese(fault.do)}"


def column_of(fault: Fault) -> str:
    """Return the fact or answer whose cell a fault is about, where it names one; else empty."""
    for pattern in (_PLACED, re.compile(r"is no value of (\S+)$")):
        if found := pattern.match(fault.what):
            return found[1]
    return "clause" if fault.what.startswith("is no clause") else ""
