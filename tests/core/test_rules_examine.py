"""Gaps, overlaps and unreachable rows are found exactly, and each witness is one."""

import doctest
import importlib
import time
from itertools import product

import pytest

from tests.oracles import rules as oracle
from tests.oracles.rules_made import domain, made
from twofront.core.rules.examine import examine
from twofront.core.rules.one import OneByOne
from twofront.core.rules.reading import read_table


def read(text):
    return read_table(text.encode(), file="t.csv")


@pytest.mark.parametrize(
    "name", ["cells", "classes", "examine", "forbidden", "layers", "one", "reading", "table"]
)
def test_examples_run(name):
    """The examples in the docstrings are true, and there are some."""
    found = doctest.testmod(importlib.import_module(f"twofront.core.rules.{name}"))

    assert found.attempted > 0
    assert found.failed == 0


@pytest.mark.slow  # 500 tables by brute force
def test_every_finding_equals_brute_force():
    """On 500 small tables: the same overlapping pairs and unreachable rows, gaps exactly where there are some, each witness is one."""
    seen = {"gaps": 0, "overlaps": 0, "unreachable": 0}
    for seed in range(500):
        table = made(seed, rows=2 + seed % 7, facts=1 + seed % 3, spread=4, any_=0.3 + 0.1 * (seed % 5))
        by_hand = oracle.Table(table.text)
        gaps, pairs, unreachable = oracle.faults(by_hand, domain(table))
        read_ = read(table.text)
        engine, every = (
            OneByOne(read_),
            OneByOne(read(table.text.replace(f"#hit,{read_.hit}", "#hit,collect"))),
        )

        found = examine(read_)

        assert bool(found.gaps) == bool(gaps), table.text
        assert {o.rows for o in found.overlaps} == pairs, table.text
        assert {u.row for u in found.unreachable} == unreachable, table.text
        for witness in found.gaps:
            assert by_hand.hits(witness) == [], (table.text, witness)
            assert engine.decide(witness).rows == ()
        for overlap in found.overlaps:
            i, j = overlap.rows
            assert {i, j} <= set(by_hand.hits(overlap.witness)), (table.text, overlap)
            assert {i, j} <= set(every.decide(overlap.witness).rows)
            outs = [by_hand.out(by_hand.lines[n - 1]) for n in (i, j)]
            assert overlap.same_output == (outs[0] == outs[1])
        for row in found.unreachable:
            covers(by_hand, table, row)
        seen["gaps"] += bool(gaps)
        seen["overlaps"] += bool(pairs)
        seen["unreachable"] += bool(unreachable)
    assert min(seen.values()) > 100, seen


def covers(table, made_, found):
    """Assert that the rows *by* win over the row wherever it hits, and that a row without them never hits."""
    of = domain(made_)
    names = [n for _, n, _ in table.ins]
    for values in product(*(of[n] for n in names)):
        hits = table.hits(dict(zip(names, values, strict=True)))
        if found.row in hits:
            assert any(j in hits and oracle.beats(table, j, found.row) for j in found.by), (made_.text, found)


def test_an_exact_partition_has_no_fault_and_one_row_less_has_a_gap():
    """The 16 cases of four facts, each a row: sound; without one row that case is the gap, without default unsound."""
    cases = list(product("ab", repeat=4))
    head = "#table,t\nin:p,in:q,in:r,in:s,out:n\ntext,text,text,text,number\n"
    cell = {"a": "a", "b": "!{a}"}
    nulls = ["null,-,-,-,98", "!{},null,-,-,98", "!{},!{},null,-,98", "!{},!{},!{},null,98"]
    rows = [",".join([*(cell[c] for c in case), str(n)]) for n, case in enumerate(cases)]

    whole = examine(read(head + "\n".join([*rows, *nulls]) + "\n"))
    lacking = examine(read(head + "\n".join([*rows[:5], *rows[6:], *nulls]) + "\n"))

    assert (whole.gaps, whole.overlaps, whole.unreachable, whole.is_sound) == ((), (), (), True)
    assert lacking.gaps == ({"p": "a", "q": "other", "r": "a", "s": "other"},)
    assert not lacking.is_sound


def test_between_two_whole_days_there_is_no_third():
    """Dates are whole days, so ]17th..18th[ admits nothing; numbers are continuous, so ]17..18[ does."""
    days = read("#table,t\nin:d,out:x\ndate,number\n(2020-02-17..2020-02-18),1\n-,2\n")
    numbers = read("#table,t\nin:d,out:x\nnumber,number\n(17..18),1\n-,1\n")

    assert [(u.row, u.by) for u in examine(days).unreachable] == [(1, ())]
    assert examine(numbers).overlaps[0].witness == {"d": 17.5}


def test_no_more_than_a_hundred_gaps_are_listed():
    """What a diagonal of 120 leaves open cannot be parted in fewer than 119 boxes (the rank of J - I); 100 are listed, each once."""
    rows = "".join(f"{i},{i},1\n" for i in range(120))

    gaps = examine(read(f"#table,t\nin:a,in:b,out:x\nnumber,number,number\n{rows}")).gaps

    assert len(gaps) == 100 == len({tuple(g.items()) for g in gaps})


@pytest.mark.slow  # 200 rows x 8 facts, five times
@pytest.mark.parametrize("any_", [0.0, 0.3, 0.6, 0.8, 0.9])
def test_two_hundred_rows_of_eight_facts_are_examined_in_two_seconds(any_):
    """Whatever the share of cells that admit anything; processor time, because the machine is shared."""
    table = read(made(4242, rows=200, facts=8, spread=30, any_=any_, hit="first").text)
    started = time.process_time()

    examine(table)

    assert time.process_time() - started < 2
