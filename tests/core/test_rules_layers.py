"""A township's table that is stricter than the county's is found for whatever case it is so, and only then."""

from itertools import product

from tests.oracles import rules as oracle
from tests.oracles.rules_made import domain, made
from twofront.core.rules.layers import stricter
from twofront.core.rules.reading import read_table


def test_a_stricter_case_is_found_exactly_where_there_is_one():
    """200 small tables, each cut in two: some record gets a larger number by the one than by the other, or none does."""
    found = 0
    for seed in range(200):
        table = made(seed, rows=6, facts=2, spread=4, any_=0.5, hit="priority" if seed % 2 else "first")
        head, rows = table.text.split("\n"), 6
        at = next(i for i, line in enumerate(head) if line.startswith("in:")) + 2
        default = head[at + rows :]
        texts = [
            "\n".join([*head[:at], *part, *default]) for part in (head[at : at + 3], head[at + 3 : at + 6])
        ]
        lower, upper = (oracle.Table(t) for t in texts)
        output = "priority" if seed % 2 else next((n for _, n, t in lower.outs if t == "number"), None)
        if output is None:
            continue
        names = [n for _, n, _ in lower.ins]
        records = [dict(zip(names, v, strict=True)) for v in product(*(domain(table)[n] for n in names))]
        expected = [r for r in records if rank(lower, r, output) > rank(upper, r, output)]

        said = stricter(*(read_table(t.encode(), file="t.csv") for t in texts), {output: ["larger"]})

        assert (said is not None) == bool(expected), table.text
        if said is not None:
            found += 1
            assert rank(lower, said.witness, output) > rank(upper, said.witness, output)
            assert lower.answer(said.witness)[0] == ([said.row] if said.row else [])
            assert upper.answer(said.witness)[0] == ([said.than] if said.than else [])
    assert found > 40


def rank(table, record, output):
    """Return the output as a number; no answer and null are the mildest."""
    value = (table.answer(record)[1] or {}).get(output)
    return float("-inf") if value is None else value


def test_words_are_ordered_as_declared():
    """From the mildest to the strictest; a word that is not declared is the strictest of all; fewer hours are stricter by `smaller`."""
    text = "#table,t\n#hit,first\nin:a,out:measure,out:hours\ntext,text,number\na,{},{}\n#default,come,24\n"
    tables = {
        m: read_table(text.format(*m).encode(), file="t.csv")
        for m in (("come", 24), ("monitor", 24), ("lock", 24), ("come", 12))
    }
    order = {"measure": ["come", "monitor", "quarantine"], "hours": ["smaller"]}
    county = tables["monitor", 24]

    said = {m: found and found.output for m, t in tables.items() for found in [stricter(t, county, order)]}

    assert said == {("come", 24): None, ("monitor", 24): None, ("lock", 24): "measure", ("come", 12): "hours"}
