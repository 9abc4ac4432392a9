"""zen-engine answers as we do, wherever it has the feature.

It has the policies first and collect, texts, numbers, bools, null and ranges. It lacks: unique and priority (so no error where
two rows differ), days and moments as types (here they are numbers, microseconds and days), a default where nothing hits,
a cell for "not null" (each comparison here says so), `#from` and `#to`, tables in a CSV, and any search for gaps,
overlaps or unreachable rows; an order among texts it has not either, so ranges of texts are left out.
"""

import json
import random
from datetime import UTC, datetime, timedelta

import pytest
import zen

from tests.oracles.rules_made import made, record
from twofront.core.rules.cells import from_plain
from twofront.core.rules.one import OneByOne
from twofront.core.rules.reading import read_table


def number(value, type_):
    """Return a value as zen has one: a day as its number, a moment as microseconds."""
    if type_ == "date":
        return value.toordinal()
    return (
        (value - datetime(2020, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
        if type_ == "moment"
        else value
    )


def expression(cell, type_):
    """Return a cell in zen's language; $ is the fact."""
    text = [json.dumps(number(v, type_), ensure_ascii=False) for v in cell.values]
    match cell.kind:
        case "any":
            return ""
        case "null":
            return "$ == null"
        case "in" | "not":
            return f"$ != null and {'not ' if cell.kind == 'not' else ''}($ in [{', '.join(text)}])"
        case _:
            low = (
                [] if cell.low is None else [f"$ >{'=' * cell.low_in} {json.dumps(number(cell.low, type_))}"]
            )
            high = (
                []
                if cell.high is None
                else [f"$ <{'=' * cell.high_in} {json.dumps(number(cell.high, type_))}"]
            )
            return " and ".join(["$ != null", *low, *high])


def decision(table):
    """Return a table as zen's."""
    rules = [
        {"_id": str(n), "row": str(n)}
        | {f.name: expression(c, f.type) for f, c in zip(table.facts, row.cells, strict=True)}
        for n, row in enumerate(table.rows, 1)
    ]
    content = {
        "hitPolicy": table.hit,
        "inputs": [{"id": f.name, "name": f.name, "field": f.name} for f in table.facts],
        "outputs": [{"id": "row", "name": "row", "field": "row"}],
        "rules": rules,
    }
    kinds = {"in": "inputNode", "table": "decisionTableNode", "out": "outputNode"}
    nodes = [
        {"id": k, "name": k, "type": t, "position": {"x": 0, "y": 0}}
        | ({"content": content} if k == "table" else {})
        for k, t in kinds.items()
    ]
    edges = [
        {"id": f"{a}{b}", "type": "edge", "sourceId": a, "targetId": b}
        for a, b in (("in", "table"), ("table", "out"))
    ]
    return zen.ZenEngine().create_decision(
        json.dumps({"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges})
    )


@pytest.mark.slow  # zen takes a millisecond a record
@pytest.mark.parametrize("hit", ["first", "collect"])
def test_zen_finds_the_same_rows(hit):
    """30 tables x 60 records: the same rows, in the same order."""
    chance = random.Random(30783)
    hits = compared = 0
    for seed in range(60):
        of = made(seed, rows=12, facts=3, hit=hit)
        table = read_table(of.text.encode(), file="t.csv")
        if any(
            c.kind == "range" and f.type == "text"
            for row in table.rows
            for f, c in zip(table.facts, row.cells, strict=True)
        ):
            continue
        theirs, ours = decision(table), OneByOne(table)
        compared += 1
        for _ in range(60):
            facts = record(chance, of)
            known = {f.name: from_plain(facts.get(f.name), f.type, zone=table.zone) for f in table.facts}
            asked = {f.name: None if (v := known[f.name]) is None else number(v, f.type) for f in table.facts}

            said = theirs.evaluate(asked)["result"]

            rows = [r["row"] for r in (said if isinstance(said, list) else [said] if said else [])]
            assert rows == list(ours.decide(facts).rows), (of.text, facts)
            hits += bool(rows)
    assert compared >= 20
    assert hits > 500
