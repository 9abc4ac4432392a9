"""What stands against a table that is being written, each beside its cell, as the page shows it while one types."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from twofront.apps.orders import faults
from twofront.apps.orders.queries import Judged, Written
from twofront.apps.orders.words import Words
from twofront.core.playbook.tables import CLAUSE
from twofront.core.rules.examine import MOST_GAPS, Findings, Witness
from twofront.core.rules.reading import IN, OUT
from twofront.core.rules.sheet import TableSheet
from twofront.core.rules.table import Table

FIRST = 2
"""The place of the first rule among the lines of a sheet: after headings and types."""
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that is said of a table: of a cell, a row, a field of its head, or the whole.

    Args:
        text: The sentence.
        is_bad: Whether the table cannot go in so; else it is only to be known.
        row: The place of its line in the sheet, from 0 for the headings; None: of no one row.
        column: The place of its cell in the line; None: of the whole row.
        field: The field of the form beside the grid.
    """

    text: str
    is_bad: bool = True
    row: int | None = None
    column: int | None = None
    field: str = ""


def marks(judged: Judged, written: Written, words: Words) -> list[Mark]:
    """Return what stands against a table, its head first, then from above, then what is only to be known."""
    found = [*_lacking(judged.lacks), *of_cells(judged, written)]
    for table, findings in judged.tried.found:
        found += _found(table, findings, words)
    return list(dict.fromkeys(found))


def of_cells(judged: Judged, written: Written) -> list[Mark]:
    """Return what makes it no table, or none of this playbook, each beside its cell."""
    sheet = TableSheet.of_text(written.text)
    return [
        _placed(f.line, faults.said(f), faults.column_of(f) or f.value or "", sheet)
        for f in judged.tried.faults
    ]


def as_json(judged: Judged, written: Written, words: Words) -> dict[str, Any]:
    """Return what the page asks for while one types: marks, names of the columns, each row as a sentence, one word on all."""
    found = marks(judged, written, words)
    bad = sum(m.is_bad for m in found)
    sheet = TableSheet.of_text(written.text)
    table = next((t for t, _findings in judged.tried.found), None)
    return {
        "marks": [
            {"text": m.text, "bad": m.is_bad, "row": m.row, "column": m.column, "field": m.field} for m in found
        ],
        "names": [_name(h, words) for h in (sheet.lines[0] if sheet.lines else ())],
        "sentences": [] if table is None else [words.sentence(table, n) for n in range(len(table.rows))],
        "said": _("%(n)s 处要改") % {"n": bad} if bad else _("没有要改的"),
        "is_bad": bool(bad),
    }  # fmt: skip


def _lacking(lacks: Sequence[str]) -> Iterator[Mark]:
    words: Mapping[str, str] = {
        "since": _("请写从什么时候生效"), "until": _("结束要在生效之后"), "basis": _("请选一个依据"),
        "source": _("请写出自哪里"), "clause": _("请选一个条款"),
    }  # fmt: skip
    yield from (Mark(words[name], field=name) for name in lacks)


def _placed(line: int, text: str, column: str, sheet: TableSheet) -> Mark:
    """Put a fault of the file beside its cell: the file has the lines with a # first."""
    row = line - 1 - len(sheet.heads)
    if not 0 <= row < len(sheet.lines):
        return Mark(text)
    headings = sheet.lines[0]
    names = (column, f"{IN}{column}", f"{OUT}{column}")
    place = next((n for n, h in enumerate(headings) if h in names), None)
    if place is None:
        place = next((n for n, cell in enumerate(sheet.lines[row]) if column and cell == column), None)
    return Mark(text, row=row, column=place)


def _found(table: Table, found: Findings, words: Words) -> Iterator[Mark]:
    for row in found.unreachable:
        by = _("、").join(map(str, row.by))
        text = _("永远轮不到：第 %(by)s 行先答了") % {"by": by} if by else _("没有一种情况合这一行")
        yield Mark(_("%(what)s；请上移、改窄别的行，或删掉") % {"what": text}, row=FIRST + row.row - 1)
    if table.hit == "unique":
        for pair in (o for o in found.overlaps if not o.same_output):
            text = _("与第 %(n)s 行答得不一样，例如：%(case)s；请把两行分开，或选“先命中的一行算数”")
            yield Mark(
                text % {"n": pair.rows[0], "case": case(pair.witness, words)}, row=FIRST + pair.rows[1] - 1
            )
    elif found.overlaps:
        text = _("有 %(n)s 对行重叠，按命中规则取舍") % {"n": len(found.overlaps)}
        yield Mark(text, is_bad=False)
    yield from _gaps(table, found, words)


def _gaps(table: Table, found: Findings, words: Words) -> Iterator[Mark]:
    if not found.gaps:
        return
    is_bad = table.default is None and table.hit != "collect"
    n = f"{MOST_GAPS}+" if len(found.gaps) >= MOST_GAPS else str(len(found.gaps))
    if is_bad:
        for witness in islice(found.gaps, SHOWN):
            text = _("没有一行回答：%(case)s（这样的情况共 %(n)s 种）；请加一行，或加“其他”一行")
            yield Mark(text % {"case": case(witness, words), "n": n})
    else:
        text = _("%(n)s 种情况没有行命中，归“其他”，例如：%(case)s")
        yield Mark(text % {"case": case(found.gaps[0], words), "n": n}, is_bad=False)


def case(witness: Witness, words: Words) -> str:
    """Return facts as a person says them."""
    pairs = ((words.fact(k), words.known(k, v)) for k, v in witness.items())
    return _("；").join(_("%(name)s：%(value)s") % {"name": n, "value": v} for n, v in pairs)


def _name(heading: str, words: Words) -> str:
    if heading.startswith(IN):
        return words.fact(heading.removeprefix(IN))
    name = heading.removeprefix(OUT)
    return words.output(name) if name in words.outputs or name == CLAUSE else name
