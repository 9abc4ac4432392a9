"""The peers, each as somebody would write it who knows the tool: `python bench/rules/peers.py NAME FOLDER one|set`.

numpy: cuts, sorted search, bit words, and-ed; text by Arrow's dictionary. duckdb-case: one CASE of all rows. duckdb-join: the
rules as rows, joined on the place of stay, the rest as conditions, the least row a record. openfisca: a variable with a
formula over vectors (it has no tables and no null, so null is a value of its own). zen: a decision table in its own JSON (no days: they are
numbers; one record at a time). loop: Python, row by row, cell by cell.
"""

import json
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
from peer import SAMPLE, Timed, answer, read, tables

way, root, which = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
DAYS = date(1970, 1, 1).toordinal()


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal() - DAYS


def number(value, type_):
    return day(value) if type_ == "date" else value


# -- numpy ------------------------------------------------------------------------------------------------------------------


def numpy_index(table):
    """For each fact: cuts (or words), and for each piece the words of the rows that admit it; null is the last piece."""
    index = []
    for f, fact in enumerate(table["facts"]):
        cells = [row[0][f] for row in table["rows"]]
        values = {
            number(v, fact["type"])
            for c in cells
            if c
            for v in ([c[1], c[3]] if c[0] == "range" else c[1:])
            if v is not None
        }
        cuts = [False, True] if fact["type"] == "bool" else sorted(values)
        admits = np.zeros((2 * len(cuts) + 2, len(cells)), bool)
        for r, c in enumerate(cells):
            for p in range(2 * len(cuts) + 1):
                admits[p, r] = numpy_admits(c, p, cuts, fact["type"])
            admits[-1, r] = c is None or c[0] == "null"
        wide = np.zeros((len(admits), -(-len(cells) // 64) * 64), bool)
        wide[:, : len(cells)] = admits
        index.append((cuts, np.packbits(wide, axis=1, bitorder="little").view(np.uint64)))
    return index


def numpy_admits(cell, piece, cuts, type_):
    if cell is None:
        return True
    at = lambda v: 2 * cuts.index(number(v, type_)) + 1  # noqa: E731
    match cell[0]:
        case "null":
            return False
        case "in":
            return any(at(v) == piece for v in cell[1:])
        case "not":
            return all(at(v) != piece for v in cell[1:])
    low = -1 if cell[1] is None else at(cell[1]) - cell[2]
    high = 1 << 30 if cell[3] is None else at(cell[3]) + cell[4]
    return low < piece < high


def numpy_pieces(column, type_, cuts):
    if type_ == "text":
        coded = column.combine_chunks().dictionary_encode()
        words = coded.dictionary.to_pylist()
        of = np.array([*(2 * cuts.index(w) + 1 if w in cuts else 0 for w in words), 2 * len(cuts) + 1])
        return of[coded.indices.fill_null(len(words)).to_numpy()]
    null = column.is_null().to_numpy()
    values = (
        column.cast("int32").fill_null(0).to_numpy()
        if type_ in ("date", "bool")
        else column.fill_null(0.0).to_numpy()
    )
    cuts = np.array(cuts, values.dtype)
    left = np.searchsorted(cuts, values)
    pieces = 2 * left
    inside = left < len(cuts)
    pieces[inside] += cuts[left[inside]] == values[inside]
    pieces[null] = 2 * len(cuts) + 1
    return pieces


def numpy_decide(table, index, facts):
    hits = None
    for fact, (cuts, words) in zip(table["facts"], index, strict=True):
        admitted = words[numpy_pieces(facts[fact["name"]], fact["type"], cuts)]
        hits = admitted if hits is None else np.bitwise_and(hits, admitted, out=hits)
    row = np.zeros(len(hits), np.int32)
    for w in range(hits.shape[1] - 1, -1, -1):
        word = hits[:, w]
        low = word & (~word + np.uint64(1))
        found = word != 0
        row[found] = np.log2(low[found].astype(np.float64)).astype(np.int32) + 64 * w + 1
    return row


# -- DuckDB -----------------------------------------------------------------------------------------------------------------


def sql_value(value, type_):
    if type_ in ("text", "date"):
        return ("DATE " if type_ == "date" else "") + "'" + value + "'"
    return str(value)


def sql_cell(cell, name, type_):
    if cell is None:
        return "TRUE"
    values = lambda: ", ".join(sql_value(v, type_) for v in cell[1:])  # noqa: E731
    match cell[0]:
        case "null":
            return f"{name} IS NULL"
        case "in":
            return f"{name} IN ({values()})"
        case "not":
            return f"{name} NOT IN ({values()})"
    ends = []
    if cell[1] is not None:
        ends.append(f"{name} >{'=' * cell[2]} {sql_value(cell[1], type_)}")
    if cell[3] is not None:
        ends.append(f"{name} <{'=' * cell[4]} {sql_value(cell[3], type_)}")
    return " AND ".join(ends)


def sql_case(table):
    rows = (
        " AND ".join(
            c
            for cell, f in zip(cells, table["facts"], strict=True)
            if (c := sql_cell(cell, f["name"], f["type"])) != "TRUE"
        )
        or "TRUE"
        for cells, _ in table["rows"]
    )
    return (
        'SELECT "index", CASE '
        + " ".join(f"WHEN {r} THEN {n}" for n, r in enumerate(rows, 1))
        + " ELSE 0 END AS row FROM facts"
    )


def duckdb_join(con, table):
    """Put the rules as rows, one for each place of stay (and one for none), with open ends where a cell is any."""
    stays = [r[0] for r in con.execute("SELECT DISTINCT stay_class FROM facts").fetchall()]
    rules = []
    for n, (cells, _) in enumerate(table["rows"], 1):
        ends = [n]
        for cell, fact in list(zip(cells, table["facts"], strict=True))[1:]:
            type_ = fact["type"]
            kind = 0 if cell is None else 1 if cell[0] == "null" else 2
            if type_ == "bool":
                ends += [kind, cell[1] if kind == 2 else None]
                continue
            low, high = (-(10**6), 10**6) if type_ != "date" else (day("1900-01-01"), day("2100-01-01"))
            low_in = high_in = True
            if kind == 2 and cell[0] == "range":
                low, high = (
                    e if v is None else number(v, type_) for e, v in ((low, cell[1]), (high, cell[3]))
                )
                low_in, high_in = cell[1] is None or cell[2], cell[3] is None or cell[4]
            ends += [
                kind,
                np.nextafter(low, np.inf) if not low_in else float(low),
                np.nextafter(high, -np.inf) if not high_in else float(high),
            ]
        text = cells[0]
        rules += [
            ["" if stay is None else stay, *ends]
            for stay in stays
            if text is None
            or (
                (text[0] == "null") == (stay is None)
                and (stay is None or (stay in text[1:]) == (text[0] == "in"))
            )
        ]
    heads = ["stay", "row"]
    for fact in table["facts"][1:]:
        heads += (
            [f"{fact['name']}_kind", f"{fact['name']}_is"]
            if fact["type"] == "bool"
            else [f"{fact['name']}_{e}" for e in ("kind", "low", "high")]
        )

    con.register("rules_", pa.table({h: [r[i] for r in rules] for i, h in enumerate(heads)}))
    con.execute("CREATE OR REPLACE TEMP TABLE rules AS FROM rules_")
    conditions = []
    for fact in table["facts"][1:]:
        name = fact["name"]
        value = f"f.{name}" if fact["type"] != "date" else f"(f.{name} - DATE '1970-01-01')"
        met = (
            f"{value} = r.{name}_is"
            if fact["type"] == "bool"
            else f"{value} BETWEEN r.{name}_low AND r.{name}_high"
        )
        conditions.append(
            f"(r.{name}_kind = 0 OR (r.{name}_kind = 1 AND f.{name} IS NULL) OR (r.{name}_kind = 2 AND {met}))"
        )
    return f"""SELECT f."index", coalesce(m.row, 0) AS row FROM facts f LEFT JOIN (
        SELECT f."index", min(r.row) AS row FROM facts f JOIN rules r ON coalesce(f.stay_class, '') = r.stay AND {" AND ".join(conditions)} GROUP BY f."index") m
        USING ("index")"""


def duckdb(name):
    import duckdb

    facts = read(root)
    con = duckdb.connect()
    con.execute("SET threads = 2")
    con.execute("SET preserve_insertion_order = false")
    pieces = facts.to_batches(max_chunksize=60 * 2048)  # as ours: one piece would keep a thread idle
    con.register("facts", pa.Table.from_batches(pieces))
    prepared, decided, found = Timed(), Timed(), []
    for table in tables(root, which):
        with prepared:
            sql = sql_case(table) if name == "duckdb-case" else duckdb_join(con, table)
        with decided:
            rows = con.sql(sql).to_arrow_table()
            hit = np.empty(len(facts), np.int32)
            hit[rows["index"].to_numpy()] = rows["row"].to_numpy()
        found.append(hit)
    answer(found, prepared, decided)


# -- OpenFisca --------------------------------------------------------------------------------------------------------------


def openfisca():
    from openfisca_core.entities import build_entity
    from openfisca_core.periods import DateUnit
    from openfisca_core.simulations import SimulationBuilder
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    facts = read(root)
    asked = tables(root, which)
    prepared, decided = Timed(), Timed()
    person = build_entity(key="person", plural="persons", label="a person", is_person=True)
    system = TaxBenefitSystem([person])
    stays = sorted({s for s in facts["stay_class"].unique().to_pylist() if s})
    stays += sorted({v for t in asked for r in t["rows"] for v in (r[0][0] or ["any"])[1:]} - set(stays))
    columns = {}
    for fact in asked[0]["facts"]:
        name, column = fact["name"], facts[fact["name"]]
        if fact["type"] == "text":
            coded = column.combine_chunks().dictionary_encode()
            of = np.array([*(stays.index(w) for w in coded.dictionary.to_pylist()), -1])
            columns[name] = of[coded.indices.fill_null(len(of) - 1).to_numpy()].astype(np.float64)
        else:
            columns[name] = (
                column.cast("int32").cast("float64").to_numpy()
                if fact["type"] in ("date", "bool")
                else column.to_numpy()
            )
        columns[name] = np.where(column.is_null().to_numpy(), np.nan, columns[name])
        system.add_variable(
            type(
                name,
                (Variable,),
                {"value_type": float, "entity": person, "definition_period": DateUnit.DAY},
            )
        )

    def admits(cell, fact, values):
        coded = lambda v: float(stays.index(v)) if fact["type"] == "text" else float(number(v, fact["type"]))  # noqa: E731
        match cell[0]:
            case "null":
                return np.isnan(values)
            case "in":
                return np.isin(values, [coded(v) for v in cell[1:]])
            case "not":
                return ~np.isin(values, [coded(v) for v in cell[1:]]) & ~np.isnan(values)
        met = np.ones(len(values), bool)
        if cell[1] is not None:
            met &= values >= np.float32(coded(cell[1])) if cell[2] else values > np.float32(coded(cell[1]))
        if cell[3] is not None:
            met &= values <= np.float32(coded(cell[3])) if cell[4] else values < np.float32(coded(cell[3]))
        return met

    def formula_of(table):
        def formula(person, period):
            values = {f["name"]: person(f["name"], period) for f in table["facts"]}
            row = np.zeros(len(facts), np.int32)
            for n in range(len(table["rows"]), 0, -1):
                met = np.ones(len(facts), bool)
                for cell, fact in zip(table["rows"][n - 1][0], table["facts"], strict=True):
                    if cell is not None:
                        met &= admits(cell, fact, values[fact["name"]])
                row[met] = n
            return row

        return formula

    for n, table in enumerate(asked):
        members = {
            "value_type": int,
            "entity": person,
            "definition_period": DateUnit.DAY,
            "formula": formula_of(table),
        }
        system.add_variable(type(f"row{n}", (Variable,), members))
    simulation = SimulationBuilder().build_default_simulation(system, count=len(facts))
    for name, values in columns.items():
        simulation.set_input(name, "2020-02-18", values)
    with decided:
        found = [simulation.calculate(f"row{n}", "2020-02-18") for n in range(len(asked))]
    answer(found, prepared, decided)


# -- zen, and a loop --------------------------------------------------------------------------------------------------------


def zen_cell(cell, type_):
    if cell is None:
        return ""
    text = lambda v: json.dumps(number(v, type_))  # noqa: E731
    match cell[0]:
        case "null":
            return "$ == null"
        case "in":
            return f"$ != null and $ in [{', '.join(map(text, cell[1:]))}]"
        case "not":
            return f"$ != null and $ not in [{', '.join(map(text, cell[1:]))}]"
    ends = ["$ != null"]
    if cell[1] is not None:
        ends.append(f"$ >{'=' * cell[2]} {text(cell[1])}")
    if cell[3] is not None:
        ends.append(f"$ <{'=' * cell[4]} {text(cell[3])}")
    return " and ".join(ends)


def zen_model(table):
    inputs = [
        {"id": f"i{f}", "name": fact["name"], "field": fact["name"]} for f, fact in enumerate(table["facts"])
    ]
    rules = [
        {"_id": f"r{n}", "o": str(n)}
        | {
            f"i{f}": zen_cell(c, fact["type"])
            for f, (c, fact) in enumerate(zip(cells, table["facts"], strict=True))
        }
        for n, (cells, _) in enumerate(table["rows"], 1)
    ]
    node = {
        "hitPolicy": "first",
        "inputs": inputs,
        "outputs": [{"id": "o", "name": "row", "field": "row"}],
        "rules": rules,
    }
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode", "position": {"x": 0, "y": 0}},
        {"id": "t", "name": "t", "type": "decisionTableNode", "position": {"x": 0, "y": 0}, "content": node},
        {"id": "out", "name": "out", "type": "outputNode", "position": {"x": 0, "y": 0}},
    ]
    edges = [
        {"id": "e1", "type": "edge", "sourceId": "in", "targetId": "t"},
        {"id": "e2", "type": "edge", "sourceId": "t", "targetId": "out"},
    ]
    return json.dumps({"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges})


def records(count):
    return [
        {k: v.toordinal() - DAYS if isinstance(v, date) else v for k, v in r.items() if k != "index"}
        for r in read(root).slice(0, count).to_pylist()
    ]


def zen():
    import zen as package

    facts = records(SAMPLE["zen"])
    prepared, decided = Timed(), Timed()
    with prepared:
        decisions = [package.ZenEngine().create_decision(zen_model(t)) for t in tables(root, which)]
    with decided:
        found = [
            np.array([(d.evaluate(f)["result"] or {}).get("row", 0) for f in facts], np.int32)
            for d in decisions
        ]
    answer(found, prepared, decided)


def loop_admits(cell, value, type_):
    if cell is None:
        return True
    if value is None or cell[0] == "null":
        return value is None and cell[0] == "null"
    if cell[0] != "range":
        return any(number(v, type_) == value for v in cell[1:]) == (cell[0] == "in")
    low, high = (None if v is None else number(v, type_) for v in (cell[1], cell[3]))
    return (low is None or value > low or (cell[2] and value == low)) and (
        high is None or value < high or (cell[4] and value == high)
    )


def loop():
    facts = records(SAMPLE["loop"])
    asked = tables(root, which)

    def first(table, record):
        for n, (cells, _) in enumerate(table["rows"], 1):
            if all(
                loop_admits(c, record[f["name"]], f["type"])
                for c, f in zip(cells, table["facts"], strict=True)
            ):
                return n
        return 0

    with (decided := Timed()):
        found = [np.array([first(t, r) for r in facts], np.int32) for t in asked]
    answer(found, Timed(), decided)


def numpy():
    facts = read(root)
    prepared, decided, found = Timed(), Timed(), []
    for table in tables(root, which):
        with prepared:
            index = numpy_index(table)
        with decided:
            found.append(numpy_decide(table, index, facts))
    answer(found, prepared, decided)


{
    "numpy": numpy,
    "duckdb-case": lambda: duckdb(way),
    "duckdb-join": lambda: duckdb(way),
    "openfisca": openfisca,
    "zen": zen,
    "loop": loop,
}[way]()
