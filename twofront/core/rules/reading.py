"""From a table's sheet of cells to the table, or to everything that is wrong with it.

A table is read whole or not at all; every fault names file and line, the value, what is wrong and what to do.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timezone
from difflib import get_close_matches
from typing import Any

from twofront.core.errors import Fault
from twofront.core.rules.cells import ANY, NULL, TYPES, BadCell, Value, parse_cell, parse_literal
from twofront.core.rules.forbidden import reason_against
from twofront.core.rules.table import COUNTY_ZONE, HITS, PRIORITY, Column, Row, Table
from twofront.core.sheets import DATE, FORMULA, Grid
from twofront.core.sheets.cells import from_serial
from twofront.core.time import BadTime, parse_moment

HEADS = ("#table", "#hit", "#from", "#to", "#source")
DEFAULT = "#default"
IN, OUT = "in:", "out:"


class TableFaults(Exception):  # noqa: N818 - it is named for what it carries
    """The file is no decision table; nothing of it was taken.

    Args:
        faults: Every fault, at least one, in the order of the lines.
    """

    code = "table_faults"

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Keep the faults; the sentence is the first one's."""
        more = len(faults) - 1
        super().__init__(f"{faults[0]}, and {more} more" if more else str(faults[0]))
        self.faults = tuple(faults)


def read_table(data: bytes, *, file: str, zone: timezone = COUNTY_ZONE) -> Table:
    r"""Return the table of a CSV in UTF-8 or GB18030.

    Raises:
        TableFaults: Something is wrong; it carries every fault.

    Example:
        >>> table = read_table(b"#table,t\nin:age,out:days\nnumber,number\n>=60,14\n#default,7\n", file="t.csv")
        >>> table.key, table.hit, table.rows[0].out, table.default
        ('t', 'unique', (14.0,), (7.0,))
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            line = data.count(b"\n", 0, e.start) + 1
            raise TableFaults(
                [
                    Fault(
                        file,
                        line,
                        data[e.start : e.end].hex(),
                        "is neither UTF-8 nor GB18030",
                        "save the file as UTF-8",
                    )
                ]
            ) from None
    return _Reader(file, zone).table(_csv_lines(text, file))


def read_grid(grid: Grid, *, file: str, zone: timezone = COUNTY_ZONE) -> Table:
    """Return the table of a sheet, laid out as the CSV is; a date cell means its day.

    Raises:
        TableFaults: Something is wrong; it carries every fault.

    Example:
        >>> rows = [["#table", "t"], ["in:age", "out:days"], ["number", "number"], [">=60", 14]]
        >>> read_grid(Grid.of(rows), file="t.xlsx").rows[0].out
        (14.0,)
    """
    return _Reader(file, zone).table(grid_lines(grid))


Line = tuple[int, list[str]]
Line1 = tuple[int, str]
Out = tuple[Value | None, ...]


def _csv_lines(text: str, file: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        for cells in reader:
            yield start, [c.strip() for c in cells]
            start = reader.line_num + 1
    except csv.Error as e:
        raise TableFaults(
            [Fault(file, start, None, f"is no CSV ({e})", "check the quotation marks")]
        ) from None


def grid_lines(grid: Grid) -> Iterator[Line]:
    """Yield the rows of a sheet with their numbers; a date cell as its day."""
    for place in range(grid.rows):
        cells = grid.row(place + 1)
        for c, column in grid.columns.items():
            if int(column.tags[place]) & ~FORMULA == DATE:
                cells[c] = from_serial(float(cells[c])).isoformat().removesuffix("T00:00:00")
        yield grid.number(place), [c.strip() for c in cells]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a column of the table stands: its number in the sheet, which part it is of, its name and type."""

    at: int
    part: str
    column: Column


@dataclass(slots=True)
class _Reader:
    """Collects the faults of one file."""

    file: str
    zone: timezone
    faults: list[Fault] = field(default_factory=list)

    def table(self, lines: Iterator[Line]) -> Table:
        rest = [(n, cells) for n, cells in lines if any(cells) or len(cells) > 1]
        heads, rest = self._heads(rest)
        places = self._places(rest)
        self._force(heads, places)
        self._stop()
        rows, default = self._rows(rest[2:], places)
        lines_of = tuple(n for n, _ in [rest[0], *rest[2:]])[: len(rows) + 1]
        self._stop()
        hit: Any = heads.get("#hit", (0, "unique"))[1]  # _force has looked at it
        facts, outputs = (tuple(p.column for p in places if p.part == part) for part in (IN, OUT))
        start, end, source = (heads[h][1] if h in heads else None for h in ("#from", "#to", "#source"))
        return Table(
            heads["#table"][1], hit, facts, outputs, rows, default, start, end, source, self.zone, lines_of
        )

    def _wrong(self, line: int, value: str | None, what: str, do: str) -> None:
        self.faults.append(Fault(self.file, line, value, what, do))

    def _stop(self) -> None:
        if self.faults:
            raise TableFaults(sorted(self.faults))

    def _heads(self, lines: list[Line]) -> tuple[dict[str, Line1], list[Line]]:
        heads: dict[str, Line1] = {}
        for place, (line, cells) in enumerate(lines):
            if not cells[0].startswith("#") or cells[0] == DEFAULT:
                lines = lines[place:]
                break
            name, text = cells[0], ",".join(cells[1:]).rstrip(",").strip()
            if name not in HEADS:
                self._wrong(line, name, "is no line of a table", f"write one of {', '.join(HEADS)}")
            elif name in heads:
                self._wrong(line, name, f"stands twice (line {heads[name][0]})", "keep one")
            elif text:
                heads[name] = line, text
        else:
            lines = []
        if "#table" not in heads:
            self._wrong(1, None, "there is no #table", "begin with a line #table,ID")
        return heads, lines

    def _force(self, heads: dict[str, Line1], places: list[_Place]) -> None:
        line, hit = heads.get("#hit", (1, "unique"))
        if hit not in HITS:
            self._wrong(line, hit, "is no hit policy", f"write one of {', '.join(HITS)}")
        rank = next((p for p in places if p.part == OUT and p.column.name == PRIORITY), None)
        if hit == PRIORITY and (rank is None or rank.column.type != "number"):
            self._wrong(
                line, hit, "needs a column out:priority of type number", "add it, or choose another policy"
            )
        moments = []
        for name in ("#from", "#to"):
            try:
                moments += [parse_moment(heads[name][1], zone=self.zone)] if name in heads else []
            except BadTime as e:
                self._wrong(heads[name][0], e.text, e.what, e.do)
        if len(moments) == 2 and moments[0] >= moments[1]:
            self._wrong(
                heads["#to"][0],
                heads["#to"][1],
                "does not lie after #from",
                "the table holds from #from until before #to",
            )

    def _places(self, lines: list[Line]) -> list[_Place]:
        if len(lines) < 2:
            line = lines[-1][0] if lines else 1
            self._wrong(
                line,
                None,
                "there are no headings with types below",
                "write in:FACT and out:NAME, and below text, number, bool, date or moment",
            )
            return []
        (line, headings), (below, types) = lines[:2]
        places: list[_Place] = []
        for at, heading in enumerate(headings):
            type_ = types[at] if at < len(types) else ""
            if not heading:
                self._unnamed(at, type_, lines)
                continue
            part = next((p for p in (IN, OUT) if heading.startswith(p)), None)
            name = heading.removeprefix(part or "").strip()
            if part is None or not name:
                self._wrong(line, heading, "is no heading", "write in:FACT or out:NAME")
            elif any((p.part, p.column.name) == (part, name) for p in places):
                self._wrong(line, heading, "stands twice", "keep one")
            elif type_ not in TYPES:
                near = get_close_matches(type_, TYPES, n=1)
                self._wrong(
                    below,
                    type_ or None,
                    f"is no type of {heading}",
                    f"did you mean {near[0]}?" if near else f"write one of {', '.join(TYPES)}",
                )
            else:
                if part == IN and (why := reason_against(name, type_)):
                    self._wrong(line, heading, why, "test where somebody stayed, and when")
                places.append(_Place(at, part, Column(name, type_)))
        if not self.faults and not any(p.part == OUT for p in places):
            self._wrong(line, None, "there is no column out:NAME", "a rule answers something: add an output")
        return places

    def _unnamed(self, at: int, type_: str, lines: list[Line]) -> None:
        if filled := next(((n, c[at]) for n, c in lines[1:] if at < len(c) and c[at]), None):
            self._wrong(
                filled[0],
                filled[1],
                "stands under no heading",
                "write in:FACT or out:NAME above it, or remove it",
            )

    def _rows(self, lines: list[Line], places: list[_Place]) -> tuple[tuple[Row, ...], Out | None]:
        rows: list[Row] = []
        default: Out | None = None
        width = max(p.at for p in places) + 1
        for line, cells in lines:
            if default is not None:
                self._wrong(line, cells[0], "stands after #default", "make #default the last row")
            elif cells[0] == DEFAULT:
                default = self._default(line, cells, places)
            elif len(cells) < width or any(cells[width:]):
                self._wrong(
                    line,
                    None,
                    f"the row has {len(cells)} cells under {width} headings",
                    "give each column one cell, - for any",
                )
            else:
                rows.append(self._row(line, cells, places))
        return tuple(rows), default

    def _row(self, line: int, cells: list[str], places: list[_Place]) -> Row:
        tests = []
        for place in (p for p in places if p.part == IN):
            try:
                tests.append(parse_cell(cells[place.at], place.column.type, zone=self.zone))
            except BadCell as e:
                self._wrong(line, cells[place.at], f"(in:{place.column.name}) {e.what}", e.do)
        return Row(tuple(tests), self._out(line, cells, places))

    def _default(self, line: int, cells: list[str], places: list[_Place]) -> Out:
        cells = cells + [""] * (max(p.at for p in places) + 1 - len(cells))
        if places[0].at == 0 and places[0].part == OUT:
            self._wrong(
                line,
                DEFAULT,
                "stands where the first output should",
                "let the table begin with a column in:FACT",
            )
        odd = next(
            (cells[p.at] for p in places if p.part == IN and p.at and cells[p.at] not in ("", ANY)), None
        )
        if odd is not None:
            self._wrong(line, odd, "is a condition of the default", "leave the in: columns of #default empty")
        return self._out(line, cells, places)

    def _out(self, line: int, cells: list[str], places: list[_Place]) -> Out:
        values: list[Value | None] = []
        for place in (p for p in places if p.part == OUT):
            text = cells[place.at]
            try:
                values.append(
                    None if text in ("", NULL) else parse_literal(text, place.column.type, zone=self.zone)
                )
            except BadCell as e:
                self._wrong(line, text, f"(out:{place.column.name}) {e.what}", e.do)
        return tuple(values)
