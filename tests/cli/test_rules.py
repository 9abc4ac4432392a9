"""The commands of the rules keep their contract: exit codes, one line on stderr, JSON keys, order, the same bytes twice."""

import gzip
import importlib
import json
import random
import shlex
import subprocess
import time
from datetime import timedelta, timezone

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.oracles.rules_made import made, record
from twofront import cli
from twofront.core.rules.cells import from_plain
from twofront.core.rules.one import OneByOne
from twofront.core.rules.reading import read_table

ARRIVALS = """#table,arrival.class
#hit,first
#from,2020-02-13
#to,2020-02-18T24:00
#source,reconstructed after Yiwu order 16, clause 2
in:stay,in:days,out:measure,out:n
text,number,text,number
key_area,<14,quarantine,14
"{other,none}",-,monitor,14
null,-,ask,
#default,,come,null
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with one table and its records."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text(ARRIVALS)
    (tmp_path / "f.jsonl").write_text(
        '{"stay": "key_area", "days": 13.5, "name": "x"}\n\n{"stay": "other"}\n{"days": null}\n{"stay": "key_area", "days": 14}\n'
    )
    return tmp_path


def run(capfd, *words):
    code = cli.main([str(word) for word in words])
    out, err = capfd.readouterr()
    return code, out, err


def lines(out):
    return [json.loads(line) for line in out.splitlines()]


def test_evaluate_answers_each_record_in_order(folder, capfd):
    """By hand: 13.5 < 14 is quarantine; `other` monitors; null is asked, its output null; 14 days hit no row, so the default."""
    code, out, err = run(capfd, "rules", "evaluate", "t.csv", "f.jsonl")

    assert (code, err) == (0, "")
    about = {"table": "arrival.class", "version": "2020-02-13"}
    assert lines(out) == [
        {"index": 0, "rows": [1], "out": {"measure": "quarantine", "n": 14}, **about},
        {"index": 1, "rows": [2], "out": {"measure": "monitor", "n": 14}, **about},
        {"index": 2, "rows": [3], "out": {"measure": "ask", "n": None}, **about},
        {"index": 3, "rows": [], "out": {"measure": "come", "n": None}, **about},
    ]


def test_every_form_of_file_gives_the_same_answers(folder, capfd):
    """JSON lines, CSV (GB18030 and gzip too) and Parquet; a table as CSV and as a workbook with true numbers and days."""
    csv = "备注,days,stay\n,13.5,key_area\n,,other\n东阳,,\n,14,key_area\n"
    (folder / "f.csv").write_bytes(csv.encode("gb18030"))
    (folder / "f.csv.gz").write_bytes(gzip.compress(csv.encode()))
    frame = {
        "stay": ["key_area", "other", None, "key_area"],
        "days": pa.array([13.5, None, float("nan"), 14]),
    }
    pq.write_table(pa.table(frame), folder / "f.parquet")
    book = openpyxl.Workbook()
    for row in (line.split(",") for line in ARRIVALS.replace('"{other,none}"', "{other;none}").splitlines()):
        book.active.append([int(c) if c.isdecimal() else c.replace(";", ",") or None for c in row])
    book.save(folder / "t.xlsx")

    said = [
        run(capfd, "rules", "evaluate", t, f)
        for t, f in [
            ("t.csv", "f.jsonl"),
            ("t.csv", "f.csv"),
            ("t.csv", "f.csv.gz"),
            ("t.csv", "f.parquet"),
            ("t.xlsx", "f.jsonl"),
        ]
    ]

    assert {s[0] for s in said} == {0}, said
    assert len({s[1] for s in said}) == 1


def test_a_table_that_is_not_in_force_is_not_asked(folder, capfd):
    """From <= at < to: at 00:00 of the 13th it holds, at 24:00 of the 18th no more."""
    codes = [
        run(capfd, "rules", "evaluate", "t.csv", "f.jsonl", "--at", at)[0]
        for at in ("2020-02-13", "2020-02-12T23:59:59", "2020-02-18T23:59", "2020-02-19")
    ]
    code, out, err = run(capfd, "rules", "evaluate", "t.csv", "f.jsonl", "--at", "2020-02-19")

    assert codes == [0, 2, 0, 2]
    assert (code, out) == (2, "")
    assert err.startswith(
        "twofront: t.csv: is not in force at 2020-02-19: it holds from 2020-02-13 until before 2020-02-18T24:00; "
    )
    assert err.count("\n") == 1


def test_two_rows_that_differ_are_an_error_of_the_record(folder, capfd):
    """Under `unique` rows that agree are all named; rows that do not give `two rows`, no output and exit 1."""
    (folder / "u.csv").write_text("#table,u\nin:n,out:x\nnumber,text\n>1,a\n>2,a\n>3,b\n")
    (folder / "n.jsonl").write_text('{"n": 3}\n{"n": 4}\n')

    code, out, _ = run(capfd, "rules", "evaluate", "u.csv", "n.jsonl")

    assert code == 1
    assert lines(out) == [
        {"index": 0, "rows": [1, 2], "out": {"x": "a"}, "table": "u", "version": None},
        {"index": 1, "rows": [1, 2, 3], "out": None, "table": "u", "version": None, "error": "two rows"},
    ]


def test_diff_shows_what_another_table_answers_otherwise(folder, capfd):
    """Twelve days instead of fourteen: of the four records only that of 13.5 days changes."""
    (folder / "new.csv").write_text(
        ARRIVALS.replace("<14", "<12")
        .replace("2020-02-13", "2020-02-19")
        .replace("#to,2020-02-18T24:00\n", "")
    )

    code, out, _ = run(capfd, "rules", "evaluate", "new.csv", "f.jsonl", "--diff", "t.csv")

    assert code == 0
    [changed] = lines(out)
    assert (changed["index"], changed["version"]) == (0, "2020-02-19")
    assert changed["before"] == {"measure": "quarantine", "n": 14}
    assert changed["after"] == changed["out"] == {"measure": "come", "n": None}


def test_collect_and_priority(folder, capfd):
    """`collect` lists every hit, else the default once; `priority` takes the larger, the upper on a tie, and shows it."""
    body = "in:n,out:x,out:priority\nnumber,text,number\n>1,a,1\n>2,b,5\n>2,c,5\n"
    (folder / "c.csv").write_text(f"#table,c\n#hit,collect\n{body}#default,d,0\n")
    (folder / "p.csv").write_text(f"#table,p\n#hit,priority\n{body}")
    (folder / "n.jsonl").write_text('{"n": 3}\n{"n": 0}\n')

    collected = lines(run(capfd, "rules", "evaluate", "c.csv", "n.jsonl")[1])
    ranked = lines(run(capfd, "rules", "evaluate", "p.csv", "n.jsonl")[1])

    a, b, c = ({"x": x, "priority": p} for x, p in (("a", 1), ("b", 5), ("c", 5)))
    assert [(r["rows"], r["out"]) for r in collected] == [
        ([1, 2, 3], [a, b, c]),
        ([], [{"x": "d", "priority": 0}]),
    ]
    assert [(r["rows"], r["out"]) for r in ranked] == [([2], b), ([], None)]


def test_explain_names_the_cells_that_were_met(folder, capfd):
    """Of each row that gave the output the cells as they are written, without those of `-`."""
    out = run(capfd, "rules", "evaluate", "t.csv", "f.jsonl", "--explain")[1]

    assert [r["because"] for r in lines(out)] == [
        [{"row": 1, "cells": {"stay": "key_area", "days": "<14"}}],
        [{"row": 2, "cells": {"stay": "{none,other}"}}],
        [{"row": 3, "cells": {"stay": "null"}}],
        [],
    ]


def test_parquet_has_the_types_of_the_contract(folder, capfd):
    """`index int64, rows list<int32>, out struct, table, version, error`; written to --out, nothing printed."""
    code, out, _ = run(
        capfd, "rules", "evaluate", "t.csv", "f.jsonl", "--format", "parquet", "--out", "a.parquet"
    )
    again = run(capfd, "rules", "evaluate", "t.csv", "f.jsonl", "--out", "b.parquet")[0]

    answers = pq.read_table("a.parquet")
    assert (code, again, out) == (0, 0, "")
    assert (folder / "a.parquet").read_bytes() == (folder / "b.parquet").read_bytes()
    assert answers.schema.names == ["index", "rows", "out", "table", "version", "error"]
    assert answers.schema.field("index").type == pa.int64()
    assert answers.schema.field("rows").type.value_type == pa.int32()
    assert answers.schema.field("out").type == pa.struct([("measure", pa.string()), ("n", pa.float64())])
    assert answers["out"].to_pylist()[:2] == [
        {"measure": "quarantine", "n": 14.0},
        {"measure": "monitor", "n": 14.0},
    ]


FAULTS = {
    "no table line": ("in:a,out:b\ntext,text\n", "1: there is no #table"),
    "a strange policy": ("#table,t\n#hit,any\nin:a,out:b\ntext,text\n", "2: 'any' is no hit policy"),
    "a strange line": ("#table,t\n#author,me\nin:a,out:b\ntext,text\n", "2: '#author' is no line of a table"),
    "a moment that is none": ("#table,t\n#from,2020-02-30\nin:a,out:b\ntext,text\n", "2: '2020-02-30' is a day that does not exist"),
    "an end before the start": ("#table,t\n#from,2020-02-18\n#to,2020-02-18\nin:a,out:b\ntext,text\n", "3: '2020-02-18' does not lie after #from"),
    "a strange type": ("#table,t\nin:a,out:b\ntext,numbr\n", "3: 'numbr' is no type of out:b; did you mean number?"),
    "a strange heading": ("#table,t\na,out:b\ntext,text\n", "2: 'a' is no heading"),
    "a heading twice": ("#table,t\nin:a,in:a,out:b\ntext,text,text\n", "2: 'in:a' stands twice"),
    "no output": ("#table,t\nin:a\ntext\n", "2: there is no column out:NAME"),
    "priority without its column": ("#table,t\n#hit,priority\nin:a,out:b\ntext,text\n", "2: 'priority' needs a column out:priority of type number"),
    "a number that is none": ("#table,t\nin:a,out:b\nnumber,text\n5,x\nfive,x\n", "5: 'five' (in:a) is no number"),
    "a range with one end": ("#table,t\nin:a,out:b\nnumber,text\n[5..],x\n", "4: '[5..]' (in:a) has an end without a value"),
    "a range of bools": ("#table,t\nin:a,out:b\nbool,text\n>true,x\n", "4: '>true' (in:a) compares a bool"),
    "a set that is not closed": ('#table,t\nin:a,out:b\ntext,text\n"{x,y",x\n', "4: '{x,y' (in:a) begins like a set but is none"),
    "null in a set": ('#table,t\nin:a,out:b\ntext,text\n"{x,null}",x\n', "4: '{x,null}' (in:a) names null in a set"),
    "a strange output": ("#table,t\nin:a,out:b\ntext,date\nx,soon\n", "4: 'soon' (out:b) is no day"),
    "too few cells": ("#table,t\nin:a,in:c,out:b\ntext,text,text\nx,y\n", "4: the row has 2 cells under 3 headings"),
    "a row behind the default": ("#table,t\nin:a,out:b\ntext,text\n#default,x\ny,y\n", "5: 'y' stands after #default"),
    "a condition of the default": ("#table,t\nin:a,in:c,out:b\ntext,text,text\n#default,y,x\n", "4: 'y' is a condition of the default"),
    "a number too long to keep": ("#table,t\nin:a,out:b\nnumber,text\n330783123456789012,x\n", "4: '330783123456789012' (in:a) has more digits than a number keeps"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), FAULTS.values(), ids=FAULTS)
def test_a_table_that_is_wrong_is_refused_with_its_line(folder, capfd, text, said):
    """Both verbs: exit 2, nothing on stdout, one line that names file, line, value, what and what to do."""
    (folder / "w.csv").write_text(text)

    for words in (("check", "w.csv"), ("evaluate", "w.csv", "f.jsonl")):
        code, out, err = run(capfd, "rules", *words)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert err.startswith(f"twofront: w.csv:{said}"), err
        assert "; " in err


RECORDS = {
    "no JSON": ("a.jsonl", '{"days": 1}\n{"days"\n', "a.jsonl:2: is no JSON"),
    "no object": ("a.jsonl", "[1]\n", "a.jsonl:1: is no object"),
    "another type": ("a.jsonl", '{}\n{"days": "soon"}\n', "a.jsonl:2: days 'soon' is no number"),
    "a number where a text is meant": (
        "a.jsonl",
        '{"stay": 330783}\n',
        "a.jsonl:1: stay 330783 is no text; give it as text, in quotes",
    ),
    "a ragged row": ("a.csv", "stay,days\nx,1\nx,1,2\n", "a.csv:3: 3 values under 2 headings"),
    "a fact twice": ("a.csv", "stay,stay\nx,1\n", "a.csv:1: two columns are named stay"),
    "no Parquet": ("a.parquet", "x", "a.parquet: is no Parquet file"),
    "another file": ("a.txt", "x", "a.txt: is no file of records"),
}


@pytest.mark.parametrize(("name", "text", "said"), RECORDS.values(), ids=RECORDS)
def test_a_record_that_is_wrong_is_refused_with_its_line(folder, capfd, name, text, said):
    """Exit 2, nothing on stdout, one line."""
    (folder / name).write_text(text)

    code, out, err = run(capfd, "rules", "evaluate", "t.csv", name)

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"twofront: {said}"), err


def test_what_is_not_there_is_refused(folder, capfd):
    """A missing table, missing records, a place that cannot be written, a moment that is none."""
    calls = [
        ("check", "no.csv"), ("evaluate", "no.csv", "f.jsonl"), ("evaluate", "t.csv", "no.jsonl"),
        ("evaluate", "t.csv", "f.jsonl", "--out", "no/a.jsonl"), ("evaluate", "t.csv", "f.jsonl", "--at", "noon"), ("evaluate", "t.csv", "f.jsonl", "--format", "xml"),
    ]  # fmt: skip
    for words in calls:
        code, out, err = run(capfd, "rules", *words)
        assert (code, out, err.count("\n")) == (2, "", 1), words


def test_check_tells_sound_from_unsound(folder, capfd):
    """By hand: sound; a gap without default; an overlap that agrees; one that differs; a row that is covered; one that admits nothing."""
    head = "#table,t\n{}in:n,out:x\nnumber,number\n{}\n"
    cases = {
        ("", "<5,1\n>=5,2\nnull,3"): (0, [], [], []),
        ("", "<5,1\n>=5,2"): (1, [{"n": None}], [], []),
        ("", "<5,1\n>=5,2\n#default,9"): (0, [{"n": None}], [], []),
        ("", "<5,1\n>4,1\nnull,3"): (0, [], [([1, 2], True)], []),
        ("", "<5,1\n>4,2\nnull,3"): (1, [], [([1, 2], False)], []),
        ("#hit,collect\n", "<5,1\n>4,2\nnull,3"): (0, [], [([1, 2], False)], []),
        ("#hit,first\n", "<5,1\n>=5,2\n!{7},3\nnull,4"): (
            1,
            [],
            [([1, 3], False), ([2, 3], False)],
            [{"row": 3, "by": [1, 2]}],
        ),
        ("#hit,first\n", "-,1\n[5..3],2"): (1, [], [], [{"row": 2, "by": []}]),
    }
    for n, ((hit, rows), (exit_code, gaps, overlaps, unreachable)) in enumerate(cases.items()):
        (folder / f"{n}.csv").write_text(head.format(hit, rows))

        code, out, _ = run(capfd, "rules", "check", f"{n}.csv")

        found = json.loads(out)
        assert list(found) == ["rows", "gaps", "overlaps", "unreachable"]
        assert code == exit_code, rows
        assert [g["witness"] for g in found["gaps"]] == gaps, rows
        assert [(o["rows"], o["same_output"]) for o in found["overlaps"]] == overlaps, rows
        assert found["unreachable"] == unreachable, rows


@pytest.mark.parametrize("verb", ["rules_check", "rules_evaluate", "rules_ask"])
def test_the_example_of_the_help_runs(folder, verb):
    """As a person would paste it, with the command's own name."""
    module = importlib.import_module(f"twofront.server.verbs.{verb}")
    example = module.__doc__.split("Example:\n")[1].replace(
        "twofront rules", f"{shlex.quote(str(cli.sys.executable))} -m twofront.cli rules"
    )
    main = "import sys; from twofront.cli import main; sys.exit(main())"
    example = example.replace("-m twofront.cli", f"-c {shlex.quote(main)}")

    done = subprocess.run(["sh", "-c", example], capture_output=True, text=True, cwd=folder, check=False)

    assert (done.returncode, done.stderr) == (1 if verb == "rules_check" else 0, "")
    assert "rows" in done.stdout


@pytest.mark.slow  # 20,000 decisions, five times
def test_one_record_takes_less_than_twenty_microseconds():
    """200 rows x 8 facts of every type, once loaded, with the cells that were met; processor time, the best of five."""
    table = read_table(made(99, rows=200, facts=8, spread=30, hit="first").text.encode(), file="t.csv")
    engine = OneByOne(table)
    stock = {"text": "b", "number": 7.5, "bool": True, "date": "2020-02-14", "moment": "2020-02-13T06:00"}
    records = [{f.name: stock[f.type] for f in table.facts} for _ in range(4000)]
    best = 1.0
    for _ in range(5):
        started = time.process_time()
        for facts in records:
            engine.because(engine.decide(facts))
        best = min(best, (time.process_time() - started) / len(records))

    assert best < 20e-6, best


@pytest.mark.slow  # 24 tables through both ways
def test_parquet_in_bulk_says_what_one_by_one_says(folder, capfd):
    """Every policy, with and without default: a Parquet file is answered in bulk, a CSV one by one, and the answers are the same bytes."""
    zone = timezone(timedelta(hours=8))
    errors = 0
    for seed in range(24):
        of, chance = made(seed, rows=(5, 70)[seed % 2], facts=4, any_=0.7), random.Random(seed)
        table = read_table(of.text.encode(), file="t.csv")
        records = [record(chance, of) for _ in range(200)]
        (folder / "x.csv").write_text(of.text)
        (folder / "x.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records))
        columns = {
            f.name: [from_plain(r.get(f.name), f.type, zone=zone) for r in records] for f in table.facts
        }
        types = {
            "text": pa.dictionary(pa.int32(), pa.string()),
            "number": pa.float64(),
            "bool": pa.bool_(),
            "date": pa.date32(),
            "moment": pa.timestamp("us", tz="Asia/Shanghai"),
        }
        pq.write_table(
            pa.table({f.name: pa.array(columns[f.name], types[f.type]) for f in table.facts}),
            folder / "x.parquet",
        )

        codes = [
            run(capfd, "rules", "evaluate", "x.csv", f, "--out", f"{n}.parquet")[0]
            for n, f in enumerate(("x.jsonl", "x.parquet"))
        ]

        slow, fast = (pq.read_table(f"{n}.parquet") for n in (0, 1))
        assert fast.schema == slow.schema, of.text
        assert fast.to_pylist() == slow.to_pylist(), of.text
        assert codes[0] == codes[1] == (slow["error"].null_count < len(slow))
        errors += codes[0]
    assert errors > 1


def test_a_parquet_column_of_another_type_is_read_or_refused_as_anywhere(folder, capfd):
    """Numbers as texts are read; a number where a text is meant is refused with its row."""
    pq.write_table(pa.table({"stay": ["key_area"], "days": ["3"]}), "a.parquet")
    pq.write_table(pa.table({"stay": [330783], "days": [3]}), "b.parquet")

    good = run(capfd, "rules", "evaluate", "t.csv", "a.parquet", "--out", "c.parquet")
    code, out, err = run(capfd, "rules", "evaluate", "t.csv", "b.parquet", "--out", "d.parquet")

    assert (good[0], pq.read_table("c.parquet")["rows"].to_pylist()) == (0, [[1]])
    assert (code, out) == (2, "")
    assert err.startswith("twofront: b.parquet:1: stay 330783 is no text; ")
