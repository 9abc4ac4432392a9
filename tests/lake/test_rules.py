"""One meaning, three engines: one record in Python, many in DuckDB, offline in a browser (here in Node); and the contract's words."""

import json
import random
import subprocess
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import inf, nextafter
from pathlib import Path

import pyarrow as pa
import pytest

from tests.oracles import rules as oracle
from tests.oracles.rules_made import made, record
from twofront.core.rules.bulk import BITS, bulk, facts_schema
from twofront.core.rules.cells import from_plain
from twofront.core.rules.one import OneByOne
from twofront.core.rules.reading import read_table
from twofront.core.rules.table import Table
from twofront.lake import engine
from twofront.lake.rules import InBulk

ROOT = Path(__file__).parents[2]
TABLES, EACH = 200, 500


def node(*words, **kwargs):
    return subprocess.run(
        ["sh", "tools/node.sh", *map(str, words)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
        **kwargs,
    )


@pytest.fixture(scope="session")
def browser_engine(tmp_path_factory):
    """The engine of the browser as Node can load it."""
    folder = tmp_path_factory.mktemp("rules")
    node("node_modules/.bin/tsc", "--project", "twofront/web/field/tsconfig.json", "--outDir", folder)
    (folder / "package.json").write_text('{"type": "module"}')
    return folder


def asked_of_node(folder, tables):
    """Return the answers of the browser's engine: for each (table, records) a list."""
    lines = [
        json.dumps({"compiled": t.compiled.decode(), "sha256": t.sha256, "records": records})
        for t, records in tables
    ]
    said = node("node", "tests/oracles/rules_node.mjs", folder, input="\n".join(lines)).stdout
    return [json.loads(line) for line in said.splitlines()]


def frame(table, records):
    """Return records as the bulk engine takes them."""

    def typed(value, type_):
        found = from_plain(value, type_, zone=table.zone)
        return found.astimezone(UTC).replace(tzinfo=None) if isinstance(found, datetime) else found

    columns = [[typed(r.get(f.name), f.type) for r in records] for f in table.facts]
    return pa.table([list(range(len(records))), *columns], schema=facts_schema(table))


def from_bulk(table, row):
    """Return an answer of the bulk engine as rows, outputs by value, torn."""
    outs = {c.name: value(row[f"out_{c.name}"]) for c in table.outputs}
    if table.hit in ("first", "priority"):
        return [] if row["row"] is None else [row["row"]], outs, False
    words = [row[name] for name in sorted(row, key=lambda n: (len(n), n)) if name.startswith("hits_")]
    rows = [w * BITS + bit + 1 for w, word in enumerate(words) for bit in range(BITS) if word >> bit & 1]
    return rows, outs, bool(row.get("is_torn"))


def value(found):
    return found.replace(tzinfo=UTC) if isinstance(found, datetime) else found


def plain_values(table, out):
    """Return outputs as JSON has them as values, so that a moment is the same in any zone."""
    types = {c.name: c.type for c in table.outputs}
    if isinstance(out, list):
        return [plain_values(table, each) for each in out]
    return (
        None if out is None else {n: None if v is None else oracle.value(v, types[n]) for n, v in out.items()}
    )


@pytest.mark.slow  # 200 tables, 100,000 records, four times
def test_three_engines_give_one_answer(browser_engine):
    """200 tables of every policy and type x 500 records, 30 % on an edge: equal in all three, and to the definition every tenth."""
    made_ = [
        made(
            seed,
            rows=(3, 12, 40, 130)[seed // 4 % 4],
            facts=1 + seed % 6,
            any_=0.4 + 0.1 * (seed % 5),
            spread=(6, 6, 60)[seed % 3],
        )
        for seed in range(TABLES)
    ]
    tables = [read_table(m.text.encode(), file=f"{n}.csv") for n, m in enumerate(made_)]
    chance = random.Random(20200218)
    records = [[record(chance, m) for _ in range(EACH)] for m in made_]

    in_browser = asked_of_node(browser_engine, zip(tables, records, strict=True))
    assert len(in_browser) == TABLES
    hit = torn = 0
    with engine.connection() as con:
        for m, table, asked, there in zip(made_, tables, records, in_browser, strict=True):
            one, by_hand = OneByOne(table), oracle.Table(m.text)
            many = InBulk(con, [table.compiled]).decide(frame(table, asked)).sort_by("index").to_pylist()
            assert len(many) == len(there) == EACH
            for n, (facts, far, bulk_row) in enumerate(zip(asked, there, many, strict=True)):
                found = one.decide(facts)
                rows, out, is_torn = from_bulk(table, bulk_row)
                assert (far["rows"], far["out"], far.get("error")) == (
                    list(found.rows),
                    found.out,
                    found.error,
                ), (m.text, facts)
                assert (rows, is_torn) == (list(found.rows), found.error is not None), (m.text, facts)
                if table.hit != "collect":
                    assert out == (plain_values(table, found.out) or dict.fromkeys(out)), (m.text, facts)
                if n % 10 == 0:
                    assert by_hand.answer(facts) == (rows, plain_values(table, found.out), is_torn), (
                        m.text,
                        facts,
                    )
                hit += bool(rows)
                torn += is_torn
    assert TABLES * EACH * 0.3 < hit < TABLES * EACH
    assert torn > 1000


def test_a_value_of_another_type_is_refused_everywhere(browser_engine):
    """The Python and the browser's engine refuse the same values, and take the same as the same."""
    table = read_table(
        b"#table,t\n#hit,collect\nin:t,in:n,in:b,in:d,in:m,out:x\ntext,number,bool,date,moment,number\n"
        b"a,-,-,-,-,1\n-,5,-,-,-,2\n-,-,true,-,-,3\n-,-,-,2020-02-29,-,4\n-,-,-,-,2020-02-18T19:30,5\n-,-,-,-,2020-02-19,6\n",
        file="t.csv",
    )
    values = [
        5, 5.0, "5", " 5 ", "5e0", "+5", "05", "5,0", "five", "0x5", "1_0", "9007199254740993", "inf", True, False, 0, 1, 2, "true", "TRUE", "是", "否",
        "no", "", " ", "a", None, [], {}, "2020-02-29", "2019-02-29", "2020-2-29", "20200229", "2020-02-29T00:00", "2020-02-18T19:30", "2020-02-18 19:30",
        "2020-02-18T11:30Z", "2020-02-18T11:30:00.000000+00:00", "2020-02-18T19:30:00.0000009", "2020-02-18T19:30:60", "2020-02-18T24:00", "2020-02-18T24:01",
        "2020-02-18T19:30+08", "2020-02-18T19:30+24:00", "2020-02-18T12:30:00-07:00", "0000-01-01", "2020-02-18t19:30", "2020-02-18T19:30X",
    ]  # fmt: skip
    records = [{fact.name: v} for fact in table.facts for v in values]
    engine_ = OneByOne(table)

    there = asked_of_node(browser_engine, [(table, records)])[0]

    for facts, far in zip(records, there, strict=True):
        try:
            here = list(engine_.decide(facts).rows)
        except ValueError:
            here = None
        assert far.get("rows") == here, facts


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "pyspark"])
@pytest.mark.parametrize("hit", ["unique", "first", "priority", "collect"])
def test_the_expression_compiles_for_three_engines(dialect, hit):
    """The same expression gives SQL for DuckDB, PostgreSQL and Spark, under every policy and with every type."""
    table = read_table(made(7, rows=90, facts=8, hit=hit).text.encode(), file="t.csv")

    sql = bulk(table.compiled).sql(dialect=dialect)

    assert "facts" in sql
    assert "answers" in sql


EVEN = [n * 0.1 for n in range(40)]
CLOSE = [1.0, nextafter(1.0, 2.0), *(float(n) for n in range(2, 40)), 1e300, -1e-300]


@pytest.mark.parametrize(
    ("ends", "has_buckets"), [(EVEN, True), (CLOSE, False)], ids=["equal buckets", "halving"]
)
def test_a_number_beside_an_end_is_never_taken_for_it(ends, has_buckets):
    """On each end, one float before and behind it, and far outside: in bulk as one by one, whichever way the class is found."""
    marks = ("[{}..{})", "({}..{}]", ">={}", "<{}")
    rows = "".join(
        f'"{marks[n % 4].format(repr(a), repr(b))}",{n}\n' for n, (a, b) in enumerate(pairwise(sorted(ends)))
    )
    table = read_table(f"#table,t\n#hit,collect\nin:n,out:x\nnumber,number\n{rows}".encode(), file="t.csv")
    values = [m for end in ends for m in (nextafter(end, -inf), end, nextafter(end, inf))] + [
        inf,
        -inf,
        0.0,
        None,
        1e308,
        -1e308,
    ]
    one = OneByOne(table)

    with engine.connection() as con:
        many = InBulk(con, [table.compiled])
        answers = many.decide(frame(table, [{"n": v} for v in values])).sort_by("index").to_pylist()

    assert ("fact_0_bucket" in many.sql) == has_buckets
    for number, row in zip(values, answers, strict=True):
        assert from_bulk(table, row)[0] == list(one.decide({"n": number}).rows), number


def test_a_day_far_from_every_end_is_answered():
    """Days are found by a join cut off at both ends; what lies beyond, the first and the last day there are, is answered as one by one."""
    rows = "".join(f"[2020-01-{n:02d}..2020-02-{n:02d}],{n}\n" for n in range(1, 26))
    table = read_table(
        f"#table,t\n#hit,collect\nin:d,out:x\ndate,number\n{rows}<2019-01-01,99\n".encode(), file="t.csv"
    )
    days = [
        date.min,
        date.max,
        None,
        *(date(2019, 12, 25) + timedelta(days=n) for n in range(80)),
        date(2018, 12, 31),
        date(2019, 1, 1),
    ]
    one = OneByOne(table)

    with engine.connection() as con:
        many = InBulk(con, [table.compiled])
        answers = many.decide(frame(table, [{"d": d} for d in days])).sort_by("index").to_pylist()

    assert "fact_0_day" in many.sql
    for day, row in zip(days, answers, strict=True):
        assert from_bulk(table, row)[0] == list(one.decide({"d": day}).rows), day


def test_the_address_is_the_meaning():
    """Spaces, the order of a set and another way to write a value change nothing; another end does; a damaged table is not loaded."""
    text = "#table,t\n#from,2020-02-13\nin:a,in:n,out:x\ntext,number,bool\n{},{},{}\n"
    one, same, other = (
        read_table(text.format(*row).encode(), file="t.csv")
        for row in (
            ('"{b,a}"', "[1..2)", "true"),
            ('"{ a, b,a }"', "[1.0..2e0)", "是"),
            ('"{a,b}"', "[1..2]", "true"),
        )
    )

    assert one.compiled == same.compiled
    assert one.sha256 != other.sha256
    assert Table.from_compiled(one.compiled) == one


def test_the_browser_refuses_bytes_of_another_address(browser_engine):
    """The browser's engine loads a table only under its own hash."""
    table = read_table(b"#table,t\nin:a,out:x\ntext,number\na,1\n", file="t.csv")
    line = json.dumps(
        {"compiled": table.compiled.decode().replace('"a"', '"b"'), "sha256": table.sha256, "records": []}
    )

    with pytest.raises(subprocess.CalledProcessError) as refused:
        node("node", "tests/oracles/rules_node.mjs", browser_engine, input=line)

    assert f"where {table.sha256} is meant" in refused.value.stderr


def test_several_tables_at_once_answer_as_each_alone():
    """Four tables, one of each policy, over the same facts, and one that asks fewer; what two ask as two types is refused."""
    texts = [
        made(11, rows=20 + 30 * n, facts=5, hit=hit).text
        for n, hit in enumerate(("unique", "first", "priority", "collect"))
    ]
    tables = [read_table(text.encode(), file="t.csv") for text in texts]
    fact = tables[0].facts[0]
    tables.append(
        read_table(
            f"#table,few\nin:{fact.name},out:x\n{fact.type},number\nnull,1\n#default,2\n".encode(),
            file="f.csv",
        )
    )
    chance = random.Random(5)
    of = made(11, rows=20, facts=5, hit="unique")
    records = [record(chance, of) for _ in range(300)]

    with engine.connection() as con:
        whole = (
            InBulk(con, [t.compiled for t in tables])
            .decide(frame(tables[0], records))
            .sort_by("index")
            .to_pylist()
        )
        alone = [
            InBulk(con, [t.compiled]).decide(frame(t, records)).sort_by("index").to_pylist() for t in tables
        ]

    for n, single in enumerate(alone):
        names = [name for name in single[0] if name != "index"]
        assert [{k: row[f"t{n}_{k}"] for k in names} for row in whole] == [
            {k: row[k] for k in names} for row in single
        ]
    other = "text" if fact.type != "text" else "number"
    with pytest.raises(ValueError, match=f"the fact {fact.name} is asked as"):
        bulk(
            tables[0].compiled,
            read_table(
                f"#table,o\nin:{fact.name},out:x\n{other},number\nnull,1\n".encode(), file="o.csv"
            ).compiled,
        )
