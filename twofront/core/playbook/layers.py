"""Layering (层层加码): whether a place's table asks more than the county's, exactly and with a case that shows it.

Cells cut the values of each fact into pieces, as in `core/rules/examine`; each row of either table is a box of pieces.
A row of the place and one of the county answer the same case where their boxes meet outside all rows that win over them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twofront.core.playbook.kinds import Output
from twofront.core.rules.cells import Cell, Plain, Type, Value, plain
from twofront.core.rules.examine import between
from twofront.core.rules.one import Pieces
from twofront.core.rules.table import Table

Box = tuple[int, ...]
_ANY = Cell("any")


@dataclass(frozen=True, slots=True)
class Stricter:
    """A case that a place answers more strictly.

    Args:
        row: The row of the place's table, from 1; 0: its default.
        output: In which output.
        value: What the place answers.
        above: What the county answers; None: nothing.
        witness: The facts of such a case.
    """

    row: int
    output: Output
    value: Plain
    above: Plain
    witness: Mapping[str, Plain]


def stricter_cases(own: Table, county: Table, outputs: Sequence[Output]) -> Iterator[Stricter]:
    """Yield, for each row of a place's table and output, a case that it answers more strictly than the county's table.

    It is stricter where one of *outputs* is; a value where the county answers none is stricter, whatever it is. Where
    the county collects, a row of the place must be stricter than each of the county's that the case meets.
    """
    space = _Space.of(own, county)
    for row, out, inside, before in space.regions(own, 0):
        mine = own.out(out)
        as_strict = space.at_least(mine, county, len(own.rows), outputs) if county.hit == "collect" else []
        for _, out_above, inside_above, before_above in space.regions(county, len(own.rows)):
            above = county.out(out_above)
            odd = _stricter(mine, above, outputs)
            both = tuple(a & b for a, b in zip(inside, inside_above, strict=True))
            if odd and (found := _free(both, [*before, *before_above, *as_strict])) is not None:
                for output in odd:
                    value, held = mine[output.key], above.get(output.key)
                    yield Stricter(row, output, value, held, space.witness(found))


def _stricter(
    own: Mapping[str, Plain], above: Mapping[str, Plain], outputs: Sequence[Output]
) -> list[Output]:
    return [o for o in outputs if rank(o, own.get(o.key)) > rank(o, above.get(o.key))]


def rank(output: Output, value: Plain) -> float:
    """Return how strict a value of an output is; not answered is the mildest."""
    if value is None:
        return float("-inf")
    if len(output.stricter) > 1:
        return float(output.stricter.index(str(value))) if str(value) in output.stricter else float("-inf")
    return float(value) if output.stricter == ("larger",) else -float(value)


@dataclass(frozen=True, slots=True)
class _Space:
    """Two tables over the same pieces; the rows of the second follow those of the first."""

    facts: tuple[str, ...]
    values: tuple[tuple[Plain, ...], ...]
    boxes: tuple[Box, ...]

    @classmethod
    def of(cls, own: Table, county: Table) -> "_Space":
        types: dict[str, Type] = {f.name: f.type for table in (county, own) for f in table.facts}
        shown, bits = [], []
        for name, type_ in types.items():
            cells = [c for table in (own, county) for c in _column(table, name)]
            pieces = Pieces.of(cells)
            admit = [(None, pieces.null), *_pieces(pieces, type_)]
            shown.append(tuple(None if v is None else plain(v, own.zone) for v, _ in admit))
            bits.append(
                [sum(1 << n for n, (_, rows) in enumerate(admit) if rows >> i & 1) for i in range(len(cells))]
            )
        rows = len(own.rows) + len(county.rows)
        return cls(tuple(types), tuple(shown), tuple(tuple(b[i] for b in bits) for i in range(rows)))

    def regions(self, table: Table, offset: int) -> Iterator[tuple[int, Any, Box, list[Box]]]:
        """Yield each row of a table, from 1, its outputs, its box and the boxes of the rows that win over it.

        The default is row 0, and where there is none, a row 0 without outputs: no answer.
        """
        order = table.winning_order
        wins = table.hit in ("first", "priority")
        for n, i in enumerate(order):
            before = [self.boxes[offset + j] for j in order[:n]] if wins else []
            yield i + 1, table.rows[i].out, self.boxes[offset + i], before
        whole = tuple((1 << len(v)) - 1 for v in self.values)
        none = table.default if table.default is not None else (None,) * len(table.outputs)
        yield 0, none, whole, [self.boxes[offset + i] for i in order]

    def at_least(
        self, out: Mapping[str, Plain], county: Table, offset: int, outputs: Sequence[Output]
    ) -> list[Box]:
        """Return the boxes of the county's rows that are at least as strict as an answer."""
        return [
            self.boxes[offset + j]
            for j, row in enumerate(county.rows)
            if not _stricter(out, county.out(row.out), outputs)
        ]

    def witness(self, box: Box) -> Mapping[str, Plain]:
        """Return the facts of a case in a box."""
        lowest = [(b & -b).bit_length() - 1 for b in box]
        return {f: v[n] for f, v, n in zip(self.facts, self.values, lowest, strict=True)}


def _column(table: Table, name: str) -> list[Cell]:
    at = next((n for n, f in enumerate(table.facts) if f.name == name), None)
    return [_ANY if at is None else row.cells[at] for row in table.rows]


def _pieces(pieces: Pieces, type_: Type) -> Iterator[tuple[Value, int]]:
    if type_ == "bool":
        yield from ((value, pieces.at(value)) for value in (False, True))
        return
    ends: list[Any] = [None, *pieces.ends, None]
    for i, rows in enumerate(pieces.rows):
        value = ends[(i + 1) // 2] if i % 2 else between(ends[i // 2], ends[i // 2 + 1], type_)
        if value is not None:
            yield value, rows


def _free(box: Box, boxes: Sequence[Box]) -> Box | None:
    """Return a box within *box* and outside all *boxes*, or None."""
    if not all(box):
        return None
    meets = next((b for b in boxes if all(x & y for x, y in zip(box, b, strict=True))), None)
    if meets is None:
        return box
    rest = boxes[boxes.index(meets) + 1 :]
    for f, (x, y) in enumerate(zip(box, meets, strict=True)):
        if out := x & ~y:
            found = _free((*box[:f], out, *box[f + 1 :]), rest)
            if found is not None:
                return found
            box = (*box[:f], x & y, *box[f + 1 :])
    return None
