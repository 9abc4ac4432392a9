"""The heading of a table: one to three rows, merged or not, and which column under it is which field.

A column is known by what stands above it: its lowest heading, or that one behind the groups over it (联系人 over 手机).
Where no heading tells, a column of right credit codes or ID numbers is told by what stands in it, which is said.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from twofront.core import ids
from twofront.core.sheets.cells import cell_name
from twofront.core.sheets.fields import Field, plain_heading
from twofront.core.sheets.grid import Grid

_DEEPEST = 200  # rows searched for the heading
_TALLEST = 3  # rows of a heading
_WIDEST = 200  # columns up to which a heading of several rows is looked for
_LONGEST = 100  # characters of a heading
_LOOK_AT = 200  # cells by which a column is told
_MOSTLY = 0.8
_CHECKED = {"id_number": ids.id_number, "credit_code": ids.credit_code}

Cells = Mapping[int, str]
Fit = tuple[
    int, int
]  # how well a heading names a field: 0 with its groups, 1 alone; then its rank among the names


class Names:
    """The names of fields: the contract's, the playbook's, and what a person has decided."""

    def __init__(
        self, fields: Sequence[Field], headings: Mapping[str, str], mapping: Mapping[str, str | None]
    ) -> None:
        """Order the names of each field: its own first."""
        self.raw = {*headings, *(n for f in fields for n in (*f.also, f.zh, f.name))}
        self._decided = {plain_heading(h): f for h, f in mapping.items()}
        self._known: dict[str, tuple[str, int]] = {}
        for rank, (heading, field) in enumerate(headings.items(), 2):
            self._known.setdefault(plain_heading(heading), (field, rank))
        for spec in fields:
            self._known |= dict.fromkeys(map(plain_heading, spec.also), (spec.name, 1))
        for spec in fields:
            self._known |= dict.fromkeys(map(plain_heading, (spec.zh, spec.name)), (spec.name, 0))
        self._plain: dict[str, str] = {}

    def plain(self, text: str) -> str:
        """Return a heading as it is compared; each is worked out once."""
        if text not in self._plain:
            self._plain[text] = plain_heading(text)
        return self._plain[text]

    def decided(self, *headings: str) -> tuple[str | None] | None:
        """Return what a person decided of a column by one of its headings, or None if nothing."""
        plain = (self.plain(h) for h in headings)
        return next(((self._decided[p],) for p in plain if p in self._decided), None)

    def of(self, path: Sequence[str]) -> tuple[str, Fit] | None:
        """Return the field of a column by its headings from the top down, and how well they name it."""
        for begin in range(len(path)):
            part = [self.plain(text) for text in path[begin:]]
            between = "_" if all(p.isascii() for p in part) else ""
            if known := self._known.get(between.join(part)):
                return known[0], (1 if begin and begin == len(path) - 1 else 0, known[1])
        return None


@dataclass(frozen=True, slots=True)
class Head:
    """The heading of a table.

    Args:
        top: Place (from 0) of its first row.
        bottom: Place of its last row.
        columns: The field of every heading as written, None where it is no field of this kind.
        at: For every field, the columns under a heading of it, the best first.
        told: The columns that no heading names, but what stands in them: field and column.
        same: Columns that bear the same heading as one before them.
    """

    top: int
    bottom: int
    columns: Mapping[str, str | None]
    at: Mapping[str, tuple[int, ...]]
    told: Mapping[str, int]
    same: tuple[int, ...]


def find_head(grid: Grid, fields: Sequence[Field], names: Names) -> Head | None:
    """Return the heading under which the most fields are known; on a tie the flattest, then the upper one."""
    cells = _top(grid)
    alone = [len({f for t in row.values() if (f := _one(names, t))}) for row in cells]
    best: tuple[int, int, int] | None = None
    for top, bottom in _blocks(cells, alone):
        score = alone[top] if top == bottom else len(_fields(names, _paths(grid, cells, top, bottom)))
        if score >= min(2, len(fields)) and (best is None or (score, top - bottom) > (best[0], -best[1])):
            best = (score, bottom - top, top)
    if best is None:
        return None
    return _head(grid, fields, names, cells, _stretched(grid, names, cells, best[2], best[2] + best[1]))


def _one(names: Names, text: str) -> str | None:
    decided = names.decided(text)
    known = names.of([text])
    return decided[0] if decided else known[0] if known else None


def _top(grid: Grid) -> list[dict[int, str]]:
    depth = min(grid.rows, _DEEPEST)
    cells: list[dict[int, str]] = [{} for _ in range(depth)]
    for c in sorted(grid.columns):
        for r, text in enumerate(grid.columns[c].text.slice(0, depth).to_pylist()):
            if text and len(text) <= _LONGEST and text.strip():
                cells[r][c] = text
    return cells


def _blocks(cells: Sequence[Cells], alone: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the rows that may be a heading; of several rows only where one of them holds a known name."""
    for height in range(1, _TALLEST + 1):
        for top in range(len(cells) - height + 1):
            rows = range(top, top + height)
            if height == 1 or (
                any(alone[r] for r in rows) and all(0 < len(cells[r]) <= _WIDEST for r in rows)
            ):
                yield top, top + height - 1


def _paths(grid: Grid, cells: Sequence[Cells], top: int, bottom: int) -> dict[int, tuple[str, ...]]:
    """Return for every column its headings from the top down."""
    rows = [dict(cells[r]) for r in range(top, bottom + 1)]
    columns = sorted({c for row in rows for c in row})
    merged = [m for m in grid.shape.merged if top <= m[0] <= bottom]
    for first, left, _, right in merged:
        if (text := rows[first - top].get(left)) is not None:
            rows[first - top] |= dict.fromkeys(range(left, right + 1), text)
    if not merged:
        for i, row in enumerate(rows[:-1]):
            _spread(row, columns, rows[i + 1 :])
    paths: dict[int, tuple[str, ...]] = {}
    for c in columns:
        texts = [" ".join(row[c].split()) for row in rows if c in row]
        paths[c] = tuple(t for i, t in enumerate(texts) if i == 0 or t != texts[i - 1])
    return paths


def _spread(row: dict[int, str], columns: Sequence[int], below: Sequence[Cells]) -> None:
    """Let a group's heading stand over the empty cells to its right, where headings stand below it and below them."""
    text: str | None = None
    for c in columns:
        is_over = any(c in under for under in below)
        if c in row:
            text = row[c] if is_over else None
        elif text is not None and is_over:
            row[c] = text


def _fields(names: Names, paths: Mapping[int, Sequence[str]]) -> dict[str, list[tuple[Fit, int]]]:
    """Return for every field the columns whose headings name it, and how well."""
    found: dict[str, list[tuple[Fit, int]]] = {}
    for c, path in paths.items():
        decided = names.decided(path[-1], "".join(path), "/".join(path))
        if decided:
            if decided[0] is not None:
                found.setdefault(decided[0], []).append(((-1, 0), c))
        elif known := names.of(path):
            found.setdefault(known[0], []).append((known[1], c))
    return found


def _stretched(grid: Grid, names: Names, cells: Sequence[Cells], top: int, bottom: int) -> tuple[int, int]:
    """Return the rows of a heading with those that belong to it although they name no field more."""
    merged = [m for m in grid.shape.merged if top <= m[0] <= bottom < m[2] < top + _TALLEST]
    deepest = max((m[2] for m in merged), default=bottom)
    fields = _best(names, _paths(grid, cells, top, deepest))
    while deepest + 1 < min(len(cells), top + _TALLEST):
        row, above = cells[deepest + 1], cells[deepest]
        is_part = any(c in fields.values() or c not in above for c in row)
        if not is_part or any(row == cells[r] for r in range(top, deepest + 1)):
            break
        deeper = _best(names, _paths(grid, cells, top, deepest + 1))
        is_heading = all(_one(names, text) for text in row.values()) and len(deeper) >= len(fields)
        if deeper != fields and not is_heading:
            break
        deepest, fields = deepest + 1, deeper
    while top and deepest - top + 1 < _TALLEST and len(cells[top - 1]) > 1:
        if len(_best(names, _paths(grid, cells, top - 1, deepest))) < len(fields):
            break
        top -= 1
    return top, deepest


def _best(names: Names, paths: Mapping[int, Sequence[str]]) -> dict[str, int]:
    return {f: min(some)[1] for f, some in _fields(names, paths).items()}


def _head(
    grid: Grid, fields: Sequence[Field], names: Names, cells: Sequence[Cells], rows: tuple[int, int]
) -> Head:
    top, bottom = rows
    paths = _paths(grid, cells, top, bottom)
    found = {f: tuple(c for _, c in sorted(some)) for f, some in _fields(names, paths).items()}
    told = _told(grid, fields, bottom, {f: c[0] for f, c in found.items()}, paths, names)
    field_at = {some[0]: f for f, some in found.items()} | {c: f for f, c in told.items()}
    columns: dict[str, str | None] = {}
    same: list[int] = []
    leaves = [path[-1] for path in paths.values()]
    for c in sorted({*paths, *told.values()}):
        path = paths.get(c, ())
        heading = "" if not path else path[-1] if leaves.count(path[-1]) == 1 else "/".join(path)
        if heading in columns or not heading:
            same += [c] if heading else []
            heading = f"{heading} [{cell_name(1, c)[:-1]}]".strip()
        columns[heading] = field_at.get(c)
    return Head(top, bottom, columns, {**found, **{f: (c,) for f, c in told.items()}}, told, tuple(same))


def _told(
    grid: Grid,
    fields: Sequence[Field],
    bottom: int,
    at: Mapping[str, int],
    paths: Mapping[int, Sequence[str]],
    names: Names,
) -> dict[str, int]:
    """Return the fields that lack a heading and of which exactly one column holds right values: field and column."""
    told: dict[str, int] = {}
    for spec in fields:
        judge = _CHECKED.get(spec.type)
        if judge is None or spec.name in at:
            continue
        free = [
            c for c in grid.columns if c not in at.values() and not (c in paths and names.decided(*paths[c]))
        ]
        fit = []
        for c in free:
            some = [
                t for t in grid.columns[c].text.slice(bottom + 1, _LOOK_AT).to_pylist() if t and t.strip()
            ]
            if some and sum(judge(t).ok for t in some) >= _MOSTLY * len(some):
                fit.append(c)
        if len(fit) == 1:
            told[spec.name] = fit[0]
    return told
