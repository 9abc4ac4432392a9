"""A decision table (决策表) as a value: typed facts in, typed outputs out, a hit policy, the moments of its force.

Its meaning has one canonical form, `Table.compiled`: JSON bytes addressed by their SHA-256. The three engines (one
record, in bulk, in the browser) each read that form and share nothing else.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import cached_property
from math import inf
from typing import Any, Literal, get_args

from twofront.core.rules.cells import Cell, Plain, Type, Value, from_plain, plain
from twofront.core.time import holds, parse_moment

Hit = Literal["unique", "first", "priority", "collect"]
HITS: tuple[Hit, ...] = get_args(Hit)
FORMAT = "twofront.rules/1"
PRIORITY = "priority"
COUNTY_ZONE = timezone(timedelta(hours=8))
"""The contract's zone of a moment without an offset, where no playbook says another."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: the name of a fact or an output, and its type."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Row:
    """One rule: a cell for each fact, a value for each output; null is no value."""

    cells: tuple[Cell, ...]
    out: tuple[Value | None, ...]


@dataclass(frozen=True)
class Table:
    """A decision table (决策表).

    Args:
        key: Its ID.
        hit: `unique`: rows that hit must agree; `first`: the upper wins; `priority`: the larger output `priority`
            wins, the upper on a tie; `collect`: every row that hits.
        facts: What it asks, in the order of its columns.
        outputs: What it answers.
        rows: The rules; answers number them from 1.
        default: The outputs when no row hits; None: there is no answer then.
        start: `#from` as written: in force from this moment; also the table's version.
        end: `#to` as written: until before this moment.
        source: Where the table is from.
        zone: The zone of a moment without an offset.
        lines: In its file the line of the headings, then of each row; no part of its meaning.
    """

    key: str
    hit: Hit
    facts: tuple[Column, ...]
    outputs: tuple[Column, ...]
    rows: tuple[Row, ...]
    default: tuple[Value | None, ...] | None = None
    start: str | None = None
    end: str | None = None
    source: str | None = None
    zone: timezone = COUNTY_ZONE
    lines: tuple[int, ...] = field(default=(), compare=False)

    def in_force(self, at: datetime) -> bool:
        """Return whether the table holds at a moment, from <= at < to."""
        start, end = (None if m is None else parse_moment(m, zone=self.zone) for m in (self.start, self.end))
        return holds(at, start=start, end=end)

    def out(self, values: tuple[Value | None, ...]) -> dict[str, Plain]:
        """Return the outputs of a row or of the default by name, as JSON has them."""
        return {
            c.name: None if v is None else plain(v, self.zone)
            for c, v in zip(self.outputs, values, strict=True)
        }

    @cached_property
    def winning_order(self) -> tuple[int, ...]:
        """Return the rows, from 0, those first that win over the others where several hit."""
        if self.hit != PRIORITY:
            return tuple(range(len(self.rows)))
        rank = [c.name for c in self.outputs].index(PRIORITY)
        return tuple(sorted(range(len(self.rows)), key=lambda i: (-_rank(self.rows[i].out[rank]), i)))

    @cached_property
    def compiled(self) -> bytes:
        """Return the canonical JSON of the table: the same meaning, the same bytes."""
        out = [self.default, *(row.out for row in self.rows)]
        default, *outs = [
            None if o is None else [None if v is None else plain(v, self.zone) for v in o] for o in out
        ]
        whole = {
            "format": FORMAT, "table": self.key, "hit": self.hit, "from": self.start, "to": self.end, "source": self.source,
            "zone": _offset(self.zone),
            "facts": [{"name": c.name, "type": c.type} for c in self.facts],
            "outputs": [{"name": c.name, "type": c.type} for c in self.outputs],
            "rows": [[[c.to_json(self.zone) for c in row.cells], o] for row, o in zip(self.rows, outs, strict=True)],
            "default": default,
        }  # fmt: skip
        return json.dumps(
            whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
        ).encode()

    @cached_property
    def sha256(self) -> str:
        """Return the address of the compiled table."""
        return hashlib.sha256(self.compiled).hexdigest()

    @classmethod
    def from_compiled(cls, data: bytes) -> "Table":
        """Return the table that `compiled` wrote.

        Raises:
            ValueError: It is of another format.

        Example:
            >>> table = Table("t", "unique", (), (Column("x", "number"),), (Row((), (1.0,)),))
            >>> Table.from_compiled(table.compiled) == table
            True
        """
        raw: dict[str, Any] = json.loads(data)
        if raw.get("format") != FORMAT:
            raise ValueError(f"a compiled table of format {raw.get('format')!r}; this program reads {FORMAT}")
        hours, minutes = int(raw["zone"][:3]), int(raw["zone"][0] + raw["zone"][4:])
        zone = timezone(timedelta(hours=hours, minutes=minutes))
        facts, outputs = (
            tuple(Column(c["name"], c["type"]) for c in raw[part]) for part in ("facts", "outputs")
        )

        def outs(values: list[Plain] | None) -> tuple[Value | None, ...] | None:
            return (
                None
                if values is None
                else tuple(from_plain(v, c.type, zone=zone) for v, c in zip(values, outputs, strict=True))
            )

        rows = tuple(
            Row(tuple(_cell(c, f.type, zone) for c, f in zip(cells, facts, strict=True)), outs(out) or ())
            for cells, out in raw["rows"]
        )
        return cls(
            raw["table"],
            raw["hit"],
            facts,
            outputs,
            rows,
            outs(raw["default"]),
            raw["from"],
            raw["to"],
            raw["source"],
            zone,
        )


def _rank(priority: Value | None) -> float:
    return priority if isinstance(priority, float) else -inf  # no priority is the lowest


def _cell(raw: list[Any] | None, type_: Type, zone: timezone) -> Cell:
    if raw is None:
        return Cell("any")
    kind, *rest = raw
    if kind == "range":
        low, high = (None if v is None else _kept(v, type_, zone) for v in (rest[0], rest[2]))
        return Cell("range", low=low, low_in=rest[1], high=high, high_in=rest[3])
    return Cell(kind, tuple(_kept(v, type_, zone) for v in rest))


def _kept(value: Plain, type_: Type, zone: timezone) -> Value:
    found = from_plain(value, type_, zone=zone)
    if found is None:
        raise ValueError(f"a compiled table holds {value!r} where a {type_} is meant")
    return found


def _offset(zone: timezone) -> str:
    minutes = int(zone.utcoffset(None).total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


Facts = Mapping[str, Plain]
"""A record: what is known of one case, by the name of the fact; what is missing is not known."""
