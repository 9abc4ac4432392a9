"""Two tables are compared as a clerk would who asks both about every case there is."""

import doctest
from itertools import product

from tests.oracles import rules as oracle
from tests.oracles.rules_made import domain, made
from twofront.core.rules import compare
from twofront.core.rules.compare import differences
from twofront.core.rules.reading import read_table


def test_examples_run():
    """The examples in the docstrings are true."""
    assert doctest.testmod(compare).failed == 0


def test_cases_that_differ_are_found_exactly_where_there_are_some():
    """240 small tables, each cut in two: a case differs, with what both answer, where asking every case finds one."""
    found = same = 0
    for seed in range(240):
        hit = ("first", "priority", "collect")[seed % 3]
        table = made(seed, rows=6, facts=2, spread=4, any_=0.5, hit=hit)
        head, rows = table.text.split("\n"), 6
        at = next(i for i, line in enumerate(head) if line.startswith("in:")) + 2
        default = head[at + rows :]
        parts = (head[at : at + 3], head[at + 3 : at + 6] if seed % 4 else head[at : at + 3])
        texts = ["\n".join([*head[:at], *part, *default]) for part in parts]
        old, new = (oracle.Table(t) for t in texts)
        names = [n for _, n, _ in old.ins]
        records = [dict(zip(names, v, strict=True)) for v in product(*(domain(table)[n] for n in names))]
        expected = any(answer(old, r) != answer(new, r) for r in records)

        said = list(differences(*(read_table(t.encode(), file="t.csv") for t in texts)))

        assert bool(said) == expected, table.text
        found, same = found + expected, same + (not expected)
        for each in said:
            assert answer(old, each.witness) != answer(new, each.witness)
            assert list(each.before.rows) == old.answer(each.witness)[0]
            assert list(each.after.rows) == new.answer(each.witness)[0]
    assert found > 100
    assert same > 50


def answer(table, record):
    """Return what a table answers; of what it collects, each once."""
    out = table.answer(record)[1]
    return sorted({repr(o) for o in out}) if isinstance(out, list) else out


def test_a_default_that_answers_as_the_rows_do_makes_no_difference():
    """Under `collect` it does not matter whether a row or the default gives an output; where neither does, it matters."""
    text = "#table,t\n#hit,collect\nin:a,out:x\nbool,text\n{}"
    rows, default, less = (
        read_table(text.format(t).encode(), file="t.csv")
        for t in ("-,go\n", "true,go\n#default,go\n", "true,go\n")
    )

    assert list(differences(rows, default)) == []
    assert {d.witness["a"] for d in differences(rows, less)} <= {False, None}
    assert list(differences(rows, less))


def test_an_output_that_is_passed_over_makes_no_difference():
    """Only the clause changed: nobody is decided otherwise."""
    text = "#table,t\n#hit,first\nin:a,out:measure,out:clause\ntext,text,text\n-,come,{}\n"
    old, new = (read_table(text.format(c).encode(), file="t.csv") for c in ("2", "3"))

    assert list(differences(old, new, beside=("clause",))) == []
    assert len(list(differences(old, new))) == 1
