"""Tables as people keep them (表格): find the table in a sheet, check every cell, say exactly which are wrong.

Three steps, each pure: a `Grid` holds a sheet as the reader gave it; `find_table` says where the table stands in it;
`check` turns its cells into typed columns, and every wrong cell into a sentence. One law: no row is lost. What was
read is accepted, a duplicate or rejected, and a rejected row names its cell.
"""

from twofront.core.sheets.check import Checked, Fault, Note, Reject, check
from twofront.core.sheets.fields import CODES, Field, FieldType
from twofront.core.sheets.find import Found, NoTable, find_table
from twofront.core.sheets.grid import BOOL, DATE, EMPTY, ERROR, FORMULA, NUMBER, TEXT, Column, Grid, cell_name

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
    "cell_name",
    "check",
    "find_table",
]
