"""What is wrong with a table by itself: gaps, overlaps and rows that never give an answer, each with a witness.

Exact, not sampled. The cells of a column cut the values of its fact into pieces, of which a row admits some; so a row is
a box, and the question is always whether boxes cover a box. A point outside all of them is searched as a solver does:
where all but one fact of a row already lie inside it, the last must lie outside (that often decides the rest), and
where no row forces anything, a fact is tried outside the row with the fewest ways out, then inside.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from math import floor, inf, nextafter
from operator import and_
from typing import Any

from twofront.core.rules.cells import Plain, Type, Value, plain
from twofront.core.rules.one import Pieces
from twofront.core.rules.table import PRIORITY, Table

MOST_GAPS = 100
_MOST_TRIED = 24  # more rows than these are not tried one by one to shorten a cover

Witness = dict[str, Plain]
Box = tuple[int, ...]
"""For each fact the classes of pieces that are in, as bits."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two rows, from 1, that both hit the witness; whether all their outputs are the same."""

    rows: tuple[int, int]
    witness: Witness
    same_output: bool


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A row, from 1, that never gives an answer: the rows *by* win over all that it admits; none: it admits nothing."""

    row: int
    by: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found in a table; at most 100 gaps are listed, and every overlapping pair."""

    rows: int
    gaps: tuple[Witness, ...]
    overlaps: tuple[Overlap, ...]
    unreachable: tuple[Unreachable, ...]
    is_sound: bool


def examine(table: Table) -> Findings:
    r"""Return the gaps, overlaps and unreachable rows of a table.

    Null is a value of every fact. Unsound: an unreachable row, a gap without default, or, under `unique`, an overlap
    whose outputs differ.

    Example:
        >>> from twofront.core.rules.reading import read_table
        >>> table = read_table(b"#table,t\nin:age,out:days\nnumber,number\n<60,7\n[60..70),14\n>=65,21\n", file="t.csv")
        >>> found = examine(table)
        >>> found.gaps, found.overlaps[0].rows, found.overlaps[0].witness
        (({'age': None},), (2, 3), {'age': 65})
    """
    space = Space.of(table)
    gaps = tuple(
        space.witness(box) for box in islice(outside(space.everything, space.boxes, set()), MOST_GAPS)
    )
    overlaps = tuple(_overlaps(table, space))
    unreachable = tuple(_unreachable(table, space))
    clash = table.hit == "unique" and any(not o.same_output for o in overlaps)
    sound = not (unreachable or clash or (gaps and table.default is None))
    return Findings(len(table.rows), gaps, overlaps, unreachable, sound)


@dataclass(frozen=True, slots=True)
class Space:
    """The table as boxes: pieces that the same rows admit are one class, with one value that shows it."""

    facts: tuple[str, ...]
    witnesses: tuple[tuple[Plain, ...], ...]
    boxes: tuple[Box, ...]

    @classmethod
    def of(cls, table: Table) -> "Space":
        """Return the boxes of a table's rows."""
        columns = []
        for f, fact in enumerate(table.facts):
            classes: dict[int, Plain] = {}
            pieces = Pieces.of([row.cells[f] for row in table.rows])
            classes[pieces.null] = None
            for rows, value in _shown(pieces, fact.type):
                classes.setdefault(rows, plain(value, table.zone))
            columns.append(classes)
        boxes = tuple(
            tuple(sum(1 << c for c, rows in enumerate(classes) if rows >> i & 1) for classes in columns)
            for i in range(len(table.rows))
        )
        return cls(tuple(f.name for f in table.facts), tuple(tuple(c.values()) for c in columns), boxes)

    @property
    def everything(self) -> Box:
        """Return the box of all values of all facts."""
        return tuple((1 << len(w)) - 1 for w in self.witnesses)

    def witness(self, box: Box) -> Witness:
        """Return facts that lie in a box."""
        return {
            name: known[_lowest(bits)]
            for name, known, bits in zip(self.facts, self.witnesses, box, strict=True)
        }


def _lowest(bits: int) -> int:
    return (bits & -bits).bit_length() - 1


def _overlaps(table: Table, space: Space) -> Iterator[Overlap]:
    boxes = space.boxes
    for i, a in enumerate(boxes):
        for j in range(i):
            if all(map(and_, a, boxes[j])):
                both = tuple(map(and_, a, boxes[j]))
                yield Overlap((j + 1, i + 1), space.witness(both), table.rows[j].out == table.rows[i].out)


def _unreachable(table: Table, space: Space) -> Iterator[Unreachable]:
    before: list[int] = []
    found = {}
    for i in table.winning_order:
        box = space.boxes[i]
        if not all(box):
            found[i] = Unreachable(i + 1, ())
        elif table.hit in ("first", PRIORITY) and (by := _cover(box, before, space.boxes)) is not None:
            found[i] = Unreachable(i + 1, tuple(sorted(j + 1 for j in by)))
        else:
            before.append(i)
            continue
    yield from (found[i] for i in sorted(found))


def _cover(box: Box, rows: Sequence[int], boxes: Sequence[Box]) -> list[int] | None:
    """Return rows that together cover a box, few where that is cheap; None where some of it lies outside them all."""
    near = [j for j in rows if all(map(and_, box, boxes[j]))]
    alone = next((j for j in near if not any(x & ~y for x, y in zip(box, boxes[j], strict=True))), None)
    if alone is not None:
        return [alone]
    used: set[int] = set()
    if next(outside(box, [boxes[j] for j in near], used), None) is not None:
        return None
    cover = [near[n] for n in sorted(used)]
    if len(cover) <= _MOST_TRIED:
        for j in list(cover):
            fewer = [boxes[k] for k in cover if k != j]
            if next(outside(box, fewer, set()), None) is None:
                cover.remove(j)
    return cover


def outside(box: Box, boxes: Sequence[Box], used: set[int]) -> Iterator[Box]:
    """Yield boxes that lie in *box* and outside all *boxes*, apart from each other, together all of it.

    *used* gathers the places of the boxes that ruled something out: where nothing is yielded, they cover *box*.
    """
    todo: list[tuple[Box, list[int]]] = [(box, list(range(len(boxes))))] if all(box) else []
    while todo:
        here, near = todo.pop()
        narrowed = _forced(here, near, boxes, used)
        if narrowed is None:
            continue
        here, near, tightest = narrowed
        if not near:
            yield here
            continue
        row, fact = tightest
        outside, inside = here[fact] & ~boxes[row][fact], here[fact] & boxes[row][fact]
        todo.append(((*here[:fact], inside, *here[fact + 1 :]), near))
        todo.append(((*here[:fact], outside, *here[fact + 1 :]), near))


def _forced(
    here: Box, near: list[int], boxes: Sequence[Box], used: set[int]
) -> tuple[Box, list[int], tuple[int, int]] | None:
    """Narrow a box until no row forces anything; None where a row covers what is left of it.

    Returns the box, the rows that still meet it, and the row and fact to try next.
    """
    while True:
        still: list[int] = []
        forced = False
        fewest, tightest = inf, (-1, -1)
        for j in near:
            ways, way = _ways_out(here, boxes[j])
            if ways == 0:
                used.add(j)
                return None
            if ways == 1:
                used.add(j)
                here = (*here[:way], here[way] & ~boxes[j][way], *here[way + 1 :])
                forced = True
            elif way >= 0:
                still.append(j)
                if ways < fewest:
                    fewest, tightest = ways, (j, way)
        near = still
        if not forced:
            return here, near, tightest


def _ways_out(here: Box, box: Box) -> tuple[int, int]:
    """Return the number of facts by which *here* reaches out of a box, and the widest; many and -1 where they do not meet."""
    ways, widest, way = 0, 0, -1
    for f, (x, y) in enumerate(zip(here, box, strict=True)):
        if not x & y:
            return len(here) + 1, -1
        if out := x & ~y:
            ways += 1
            if (width := out.bit_count()) > widest:
                widest, way = width, f
    return ways, way


def _shown(pieces: Pieces, type_: Type) -> Iterator[tuple[int, Value]]:
    """Yield the rows that admit each piece, and a value in it; a piece in which no value lies is left out."""
    if type_ == "bool":
        yield from ((pieces.at(value), value) for value in (False, True))
        return
    if type_ == "text":
        yield pieces.at("other"), "other"  # where it can, a witness is a word
    ends: list[Any] = [None, *pieces.ends, None]
    for i, rows in enumerate(pieces.rows):
        value = ends[(i + 1) // 2] if i % 2 else between(ends[i // 2], ends[i // 2 + 1], type_)
        if value is not None:
            yield rows, value


def between(low: Any, high: Any, type_: Type) -> Value | None:  # noqa: ANN401 - ends of the type, None open
    """Return a value of a type strictly between two; None where there is none.

    Example:
        >>> between(1.0, 2.0, "number"), between(None, 60.0, "number"), between("a", None, "text")
        (1.5, 59.0, '~')
    """
    match type_:
        case "text":
            return _text_between(low, high)
        case "number":
            return _number_between(-inf if low is None else low, inf if high is None else high)
        case "date":
            return _day_between(low, high)
        case _:
            return _moment_between(low, high)


def _text_between(low: str | None, high: str | None) -> str | None:
    tried = ("~", "0", f"{low or ''}0", f"{low or ''} ", f"{low or ''}\x01", "")
    return next((t for t in tried if (low is None or low < t) and (high is None or t < high)), None)


def _number_between(low: float, high: float) -> float | None:
    if low == -inf:
        return 0.0 if high == inf else min(high - 1, nextafter(high, -inf))
    if high == inf:
        return max(low + 1, nextafter(low, inf))
    middle = low + (high - low) / 2
    whole = float(floor(middle))
    return next((m for m in (whole, whole + 1, middle, nextafter(low, inf)) if low < m < high), None)


def _day_between(low: date | None, high: date | None) -> date | None:
    if low is None:
        if high is None:
            return date(1970, 1, 1)
        return None if high == date.min else high - timedelta(days=1)
    if low == date.max or (high is not None and (high - low).days < 2):
        return None
    return low + timedelta(days=1)


def _moment_between(low: datetime | None, high: datetime | None) -> datetime | None:
    step = timedelta(hours=1)
    if low is None or high is None:
        try:
            return low + step if low else high - step if high else datetime(1970, 1, 1, tzinfo=UTC)
        except OverflowError:
            return None
    return next((m for m in (low + step, low + timedelta(microseconds=1)) if m < high), None)
