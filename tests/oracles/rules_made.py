"""Decision tables and records made by chance: every type, policy and kind of cell, and values on the edge of each."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from tests.oracles.rules import ZONE

TYPES = ("text", "number", "bool", "date", "moment")
WORDS = ("a", "ab", "b", "东阳", "义乌", "𠮷", "zz", "A", "x y", "～")
START = datetime(2020, 2, 10, tzinfo=ZONE)


@dataclass(frozen=True)
class Made:
    """A table made by chance: its CSV, the type of each fact, and for each the values at which cells change."""

    text: str
    types: dict[str, str]
    edges: dict[str, list[str]]


def point(of: random.Random, type_: str, spread: int) -> str:
    """Return a value as a table writes it, from a small stock, so that cells meet each other."""
    n = of.randrange(spread)
    match type_:
        case "text":
            return WORDS[n % len(WORDS)]
        case "number":
            return str(n) if of.random() < 0.7 else str(n + 0.5)
        case "bool":
            return of.choice(("true", "false"))
        case "date":
            return (START + timedelta(days=n)).date().isoformat()
        case _:
            return (START + timedelta(hours=6 * n)).strftime("%Y-%m-%dT%H:%M")


def cell(of: random.Random, type_: str, spread: int, any_: float) -> tuple[str, list[str]]:
    """Return a cell, and the values at its ends."""
    if of.random() < any_:
        return of.choice(("-", "")), []
    kind = of.choice(("one", "one", "set", "not", "null", "range", "range", "compared"))
    if type_ == "bool" and kind in ("range", "compared"):
        kind = "one"
    if kind == "null":
        return "null", []
    if kind in ("set", "not"):
        values = [
            point(of, type_, spread)
            for _ in range(of.choice((0, 1, 2, 3)) if kind == "set" else of.choice((1, 2)))
        ]
        return ("!" if kind == "not" else "") + "{" + ",".join(values) + "}", values
    a, b = point(of, type_, spread), point(of, type_, spread)
    if kind == "range":
        low, high = (
            sorted((a, b))
            if of.random() < 0.9 and type_ != "number"
            else sorted((a, b), key=lambda v: (len(v), v))
        )
        return of.choice("[(") + f"{low}..{high}" + of.choice(")]"), [low, high]
    return (of.choice(("<", "<=", ">", ">=")) + a, [a]) if kind == "compared" else (a, [a])


def made(
    seed: int, *, rows: int, facts: int, spread: int = 6, any_: float = 0.4, hit: str | None = None
) -> Made:
    """Return a table by a seed."""
    of = random.Random(seed)
    hit = hit or ("unique", "first", "priority", "collect")[seed % 4]
    types = {f"f{i}": of.choice(TYPES) for i in range(facts)}
    outs = {f"o{i}": of.choice(TYPES) for i in range(of.choice((1, 2)))}
    if hit == "priority":
        outs["priority"] = "number"
    lines = [f"#table,t{seed}", f"#hit,{hit}"]
    if of.random() < 0.5:
        lines += ["#from,2020-02-13", "#to,2020-03-01"]
    lines += [
        ",".join([*(f"in:{f}" for f in types), *(f"out:{o}" for o in outs)]),
        ",".join([*types.values(), *outs.values()]),
    ]
    edges: dict[str, list[str]] = {f: [] for f in types}

    def answers() -> list[str]:
        return [
            str(of.randrange(4))
            if o == "priority"
            else of.choice(("", "null"))
            if of.random() < 0.15
            else point(of, t, 2)
            for o, t in outs.items()
        ]

    for _ in range(rows):
        cells = []
        for fact, type_ in types.items():
            text, ends = cell(of, type_, spread, any_)
            edges[fact] += ends
            cells.append(f'"{text}"' if "," in text else text)
        lines.append(",".join([*cells, *answers()]))
    if of.random() < 0.5:
        lines.append(",".join(["#default", *[""] * (facts - 1), *answers()]))
    return Made("\n".join(lines) + "\n", types, edges)


def record(of: random.Random, table: Made, *, edge: float = 0.3) -> dict[str, object]:
    """Return a record; with chance *edge* every fact that has ends lies on one of them, or a step beside."""
    on_edge = of.random() < edge
    found: dict[str, object] = {}
    for fact, type_ in table.types.items():
        if not (on_edge and table.edges[fact]) and of.random() < 0.12:
            if of.random() < 0.5:
                found[fact] = None
            continue
        text = of.choice(table.edges[fact]) if on_edge and table.edges[fact] else beside(of, type_)
        found[fact] = float(text) if type_ == "number" else text == "true" if type_ == "bool" else text
    return found


def beside(of: random.Random, type_: str) -> str:
    """Return a value off the stock too: between two, before and behind all."""
    n = of.randrange(-2, 9)
    match type_:
        case "text":
            return of.choice((*WORDS, "", "a0", "zzz", "其他"))
        case "number":
            return str(n + of.choice((0, 0.25, 0.5, 1e-9)))
        case "bool":
            return of.choice(("true", "false"))
        case "date":
            return (START + timedelta(days=n)).date().isoformat()
        case _:
            return (START + timedelta(hours=6 * n, microseconds=of.choice((0, 1, -1)))).isoformat()


def domain(table: Made) -> dict[str, list[object]]:
    """Return for each fact values of which one lies in each piece that the table's cells cut, null among them."""
    found: dict[str, list[object]] = {}
    for fact, type_ in table.types.items():
        ends = sorted(set(table.edges[fact]))
        match type_:
            case "text":
                values: list[object] = [*ends, "", "0", "~~", *(e + "\x01" for e in ends), "\U0010ffff"]
            case "number":
                numbers = sorted(float(e) for e in ends)
                values = [
                    *numbers,
                    *((a + b) / 2 for a, b in pairwise(numbers)),
                    -9.0,
                    99.0,
                ]
            case "bool":
                values = [True, False]
            case "date":
                days = [datetime.fromisoformat(e) for e in ends]
                values = [
                    *ends,
                    "1999-01-01",
                    "2099-01-01",
                    *((d + timedelta(days=1)).date().isoformat() for d in days),
                ]
            case _:
                at = [datetime.fromisoformat(e).replace(tzinfo=ZONE) for e in ends]
                values = [
                    *ends,
                    "1999-01-01T00:00",
                    "2099-01-01T00:00",
                    *((m + timedelta(microseconds=1)).isoformat() for m in at),
                ]
        found[fact] = [None, *dict.fromkeys(values)]
    return found
