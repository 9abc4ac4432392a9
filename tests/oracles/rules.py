"""Decision tables by the words of the contract: every row is asked, nothing is prepared; slow and plain.

Reads the CSV again by itself and shares no code with `twofront.core.rules`. It understands what `rules_made` writes:
no double quotes inside cells.
"""

import csv
import io
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import product
from operator import eq, ge, gt, le, lt

ZONE = timezone(timedelta(hours=8))


def value(text, type_):
    """Return a value from how a table or a record writes it."""
    if text is None or type_ == "text":
        return text
    if type_ == "number":
        return float(text)
    if type_ == "bool":
        return text if isinstance(text, bool) else {"true": True, "false": False}[text]
    if type_ == "date":
        return date.fromisoformat(text)
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=ZONE)).astimezone(UTC)


class Table:
    """A table as its lines say it."""

    def __init__(self, text):
        lines = list(csv.reader(io.StringIO(text)))
        self.hit, self.version = "unique", None
        while lines[0][0].startswith("#"):
            name, *rest = lines.pop(0)
            if name == "#hit":
                self.hit = rest[0]
            if name == "#from":
                self.version = rest[0]
        heads, types = lines.pop(0), lines.pop(0)
        self.ins = [
            (i, h[3:], t) for i, (h, t) in enumerate(zip(heads, types, strict=True)) if h.startswith("in:")
        ]
        self.outs = [
            (i, h[4:], t) for i, (h, t) in enumerate(zip(heads, types, strict=True)) if h.startswith("out:")
        ]
        self.default = lines.pop() if lines and lines[-1][0] == "#default" else None
        self.lines = lines

    def hits(self, record):
        """Return the rows, from 1, all of whose cells admit the record."""
        return [
            n
            for n, line in enumerate(self.lines, 1)
            if all(admits(line[i], value(record.get(name), type_), type_) for i, name, type_ in self.ins)
        ]

    def out(self, line):
        """Return the outputs of a line as values."""
        return {name: None if line[i] in ("", "null") else value(line[i], t) for i, name, t in self.outs}

    def answer(self, record):
        """Return rows, out and whether two rows disagree, as the contract says for each policy."""
        hits = self.hits(record)
        default = None if self.default is None else self.out(self.default)
        outs = [self.out(self.lines[n - 1]) for n in hits]
        if self.hit == "collect":
            return hits, outs if hits or default is None else [default], False
        if not hits:
            return [], default, False
        if self.hit == "first":
            return hits[:1], outs[0], False
        if self.hit == "priority":
            best = max(hits, key=lambda n: (self.out(self.lines[n - 1])["priority"], -n))
            return [best], self.out(self.lines[best - 1]), False
        if any(o != outs[0] for o in outs):
            return hits, None, True
        return hits, outs[0], False


def admits(cell, fact, type_):
    """Tell whether a cell admits a value; None is null."""
    if cell in ("", "-"):
        return True
    if cell == "null" or fact is None:
        return cell == "null" and fact is None
    if cell.startswith("!"):
        return fact not in members(cell[1:], type_)
    if cell.startswith("{"):
        return fact in members(cell, type_)
    if cell[0] in "[(" and ".." in cell:
        low, high = (value(e, type_) for e in cell[1:-1].split(".."))
        return (low <= fact if cell[0] == "[" else low < fact) and (
            fact <= high if cell[-1] == "]" else fact < high
        )
    compare = {"<=": le, ">=": ge, "<": lt, ">": gt}
    mark = next((m for m in compare if cell.startswith(m)), "")
    return compare.get(mark, eq)(fact, value(cell[len(mark) :], type_))


def members(cell, type_):
    """Return the values of a set."""
    return [value(part.strip(), type_) for part in cell[1:-1].split(",") if part.strip()]


def beats(table, i, j):
    """Tell whether row i wins over row j where both hit."""
    if table.hit == "first":
        return i < j
    a, b = (table.out(table.lines[n - 1])["priority"] for n in (i, j))
    return (a, -i) > (b, -j)


def faults(table, domain):
    """Return gaps (records), overlapping pairs and unreachable rows by trying every record of a domain.

    Args:
        table: The table.
        domain: For each fact the values to try; they must hold one of each piece that the cells cut.
    """
    gaps, pairs, reached = [], set(), set()
    names = [name for _, name, _ in table.ins]
    for values in product(*(domain[n] for n in names)):
        record = dict(zip(names, values, strict=True))
        hits = table.hits(record)
        if not hits:
            gaps.append(record)
        pairs |= {(i, j) for i in hits for j in hits if i < j}
        if table.hit in ("first", "priority") and hits:
            reached |= {i for i in hits if all(beats(table, i, j) for j in hits if j != i)}
        else:
            reached |= set(hits)
    return gaps, pairs, set(range(1, len(table.lines) + 1)) - reached
