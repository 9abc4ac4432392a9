"""Tables as people keep them (表格): find the table in a sheet, check every cell, say exactly which are wrong.

Three steps, each pure: a `Grid` holds a sheet as the reader gave it; `find_table` says where the table stands in it;
`check` turns its cells into typed columns, and every wrong cell into a sentence. One law: no row is lost. What was
read is accepted, a duplicate or rejected, and a rejected row names its cell.

The names below are loaded when they are first asked for: the process that reads a stranger's file needs few of them.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twofront.core.sheets.cells import BOOL, DATE, EMPTY, ERROR, FORMULA, NUMBER, TEXT, cell_name
    from twofront.core.sheets.checking import Checked, Fault, Reject, Repair, check
    from twofront.core.sheets.fields import CODES, Field, FieldType
    from twofront.core.sheets.find import Found, NoTable, WhichTable, find_table
    from twofront.core.sheets.grid import Column, Grid
    from twofront.core.sheets.notes import Note

_HOMES = ("cells", "fields", "grid", "notes", "find", "checking")

__all__ = [
    "BOOL",
    "CODES",
    "DATE",
    "EMPTY",
    "ERROR",
    "FORMULA",
    "NUMBER",
    "TEXT",
    "Checked",
    "Column",
    "Fault",
    "Field",
    "FieldType",
    "Found",
    "Grid",
    "NoTable",
    "Note",
    "Reject",
    "Repair",
    "WhichTable",
    "cell_name",
    "check",
    "find_table",
]


def __getattr__(name: str) -> object:
    """Return one of the names above from the module in which it lives."""
    if name in __all__:
        for home in _HOMES:
            module = importlib.import_module(f"{__name__}.{home}")
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module {__name__} has no name {name}")
