"""The commands of the grids keep their contract: exit codes, one line on stderr, JSON keys, the same bytes twice."""

import gzip
import json
import sys
from pathlib import Path

import pytest

from tests.oracles.gridding_villages import lattice
from twofront import cli
from twofront.server.verbs import grids_files

DATA = Path(__file__).parents[2].parent / "shared" / "data"
SCORE = [
    "grids",
    "outside_band",
    "forced",
    "breaches",
    "crossing",
    "max_dev_pct",
    "p90_village_dev_pct",
    "cut_edges",
    "cut_m",
]


@pytest.fixture
def village(tmp_path):
    """A village of 30 x 30 houses and its borders, as files."""
    points, edges = lattice(30, 30)
    rows = [f"D{i},V,1,{x},{y}" for i, (x, y) in enumerate(points)]
    (tmp_path / "d.csv").write_text("\n".join(["id,village,households,x_m,y_m", *rows]) + "\n")
    (tmp_path / "e.csv").write_text(
        "\n".join(["a,b,border_m", *(f"D{a},D{b},{m}" for (a, b), m in edges.items())]) + "\n"
    )
    return tmp_path


def run(capsys, *words):
    code = cli.main([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, out, err


def test_draw_then_score(village, capsys):
    """A drawing inside the band is written, scored alike by both commands, and exits 0."""
    out = village / "g.csv"

    code, said, err = run(
        capsys, "grids", "draw", village / "d.csv", "--edges", village / "e.csv", "--out", out
    )
    scored, score, _ = run(capsys, "grids", "score", village / "d.csv", out, "--edges", village / "e.csv")

    drawn, worth = json.loads(said), json.loads(score)
    assert (code, scored, err) == (0, 0, "")
    assert [*SCORE, "polsby_popper"] == list(worth)
    assert {key: drawn[key] for key in SCORE} == {key: worth[key] for key in SCORE}
    assert (drawn["dwellings"], drawn["households"], drawn["outside"]) == (900, 900, [])
    assert out.read_text().splitlines()[0] == "id,grid"
    assert len(out.read_text().splitlines()) == 901


def test_the_same_input_and_seed_give_the_same_bytes(village, capsys):
    """Twice the same, with a packed input too."""
    (village / "d.csv.gz").write_bytes(gzip.compress((village / "d.csv").read_bytes()))

    for name, source in (("g1", "d.csv"), ("g2", "d.csv.gz")):
        run(
            capsys,
            "grids",
            "draw",
            village / source,
            "--min",
            200,
            "--max",
            320,
            "--seed",
            4,
            "--out",
            village / name,
        )

    assert (village / "g1").read_bytes() == (village / "g2").read_bytes()


def test_a_grid_outside_the_band_is_listed_and_exits_1(village, capsys):
    """900 households fit into no grid of 500 to 600: one is outside, with the reason."""
    code, said, _ = run(
        capsys, "grids", "draw", village / "d.csv", "--min", 500, "--max", 600, "--out", village / "g.csv"
    )

    assert code == 1
    assert json.loads(said)["outside"] == [
        {"grid": "V-1", "village": "V", "households": 900, "reason": "no_number_fits", "forced": True}
    ]


def test_a_small_village_of_large_houses_is_drawn_inside_the_band(tmp_path, capsys):
    """Four houses in a ring: only 55 + 405 and 319 + 131 lie inside the band; their border is 32.89 + 30.59 m."""
    (tmp_path / "d.csv").write_text(
        "id,village,households,x_m,y_m\na,V,55,100,0\nb,V,405,0,100\nc,V,319,-100,0\nd,V,131,0,-100\n"
    )
    (tmp_path / "e.csv").write_text("a,b,border_m\na,b,28.07\nb,c,32.89\nc,d,3.26\nd,a,30.59\n")
    words = (tmp_path / "d.csv", "--edges", tmp_path / "e.csv", "--out", tmp_path / "g.csv")

    code, said, _ = run(capsys, "grids", "draw", *words)

    found = json.loads(said)
    assert (code, found["grids"], found["outside"], round(found["cut_m"], 2)) == (0, 2, [], 63.48)


@pytest.mark.parametrize("place", ["seq", "x_m,y_m"])
def test_another_number_that_fits_is_drawn_where_it_leaves_no_grid_outside(tmp_path, capsys, place):
    """490, 450, 50: three grids have the mean nearest to 400, and one outside; two, of 490 and 500, have none."""
    spots = ["1", "2", "3"] if place == "seq" else ["0,0", "10,0", "20,0"]
    rows = [f"{i},V,{h},{spot}" for i, h, spot in zip("abc", (490, 450, 50), spots, strict=True)]
    (tmp_path / "d.csv").write_text("\n".join([f"id,village,households,{place}", *rows]) + "\n")

    code, said, _ = run(capsys, "grids", "draw", tmp_path / "d.csv", "--out", tmp_path / "g.csv")

    assert (code, json.loads(said)["outside"]) == (0, [])
    assert (tmp_path / "g.csv").read_text() == "id,grid\na,V-1\nb,V-2\nc,V-2\n"


@pytest.mark.parametrize("place", ["seq", "x_m,y_m"])
def test_a_special_group_is_a_grid_of_its_own_whoever_draws(tmp_path, capsys, place):
    """A market between two blocks of flats: drawn apart, taken apart again when redrawn, and never merged by hand."""
    spots = ["1", "2", "3"] if place == "seq" else ["0,0", "10,0", "9,20"]
    rows = [
        f"{i},V,{h},{s},{spot}"
        for i, h, s, spot in zip("abm", (200, 200, 100), ("", "", " Y市场 "), spots, strict=True)
    ]
    dwellings = tmp_path / "d.csv"
    dwellings.write_text("\n".join([f"id,village,households,special,{place}", *rows]) + "\n")
    (tmp_path / "old.csv").write_text("id,grid\na,V-1\nb,V-1\nm,V-1\n")
    market = {"grid": "V-2", "village": "V", "households": 100, "reason": "special", "forced": True}

    drawn = run(capsys, "grids", "draw", dwellings, "--out", tmp_path / "g.csv")
    redrawn = run(capsys, "grids", "redraw", tmp_path / "old.csv", dwellings, "--out", tmp_path / "r.csv")

    for code, said, _ in (drawn, redrawn):
        assert (code, json.loads(said)["outside"]) == (1, [market])
    assert (json.loads(drawn[1])["forced"], json.loads(redrawn[1])["born"]) == (1, ["V-2"])
    for name in ("g.csv", "r.csv"):
        assert (tmp_path / name).read_text() == "id,grid\na,V-1\nb,V-1\nm,V-2\n"
    for edit in (["--merge", "V-1", "V-2"], ["--move", "b", "V-2"]):
        code, _, err = run(capsys, "grids", "redraw", tmp_path / "g.csv", dwellings, *edit)
        assert (code, "a special group together with others" in err) == (2, True)


def test_a_drawing_in_pieces_exits_1(village, capsys):
    """Two opposite corners in one grid are a breach."""
    rows = [f"D{i},{'V-2' if i in (0, 899) else 'V-1'}" for i in range(900)]
    (village / "g.csv").write_text("\n".join(["id,grid", *rows]) + "\n")

    code, said, _ = run(
        capsys, "grids", "score", village / "d.csv", village / "g.csv", "--edges", village / "e.csv"
    )

    assert (code, json.loads(said)["breaches"]) == (1, 1)


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        pytest.param(
            "e.csv",
            "a,b,border_m\nD0,D1,5\nD0,D9999,5\n",
            "e.csv:3: the edge leads to D9999",
            id="an edge to nowhere",
        ),
        pytest.param(
            "d.csv",
            "id,village,households,x_m,y_m\nD0,V,-3,0,0\n",
            "d.csv:2: households -3 is negative",
            id="negative households",
        ),
        pytest.param(
            "d.csv",
            "id,village,households,x_m,y_m\nD0,V,3,0,0\nD0,V,3,0,0\n",
            "d.csv:3: the id D0 stands twice",
            id="duplicate id",
        ),
        pytest.param(
            "d.csv",
            "id,village,households,x_m,y_m\nD0,,3,0,0\n",
            "d.csv:2: the village is empty",
            id="no village",
        ),
    ],
)
def test_bad_input_exits_2_with_one_line(village, capsys, file, text, words):
    """File, line, what is wrong, what to do; nothing on stdout, nothing written."""
    (village / file).write_text(text)

    code, out, err = run(
        capsys, "grids", "draw", village / "d.csv", "--edges", village / "e.csv", "--out", village / "g.csv"
    )

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err
    assert not (village / "g.csv").exists()


def test_an_unknown_village_exits_2(village, capsys):
    """With a list of villages a code outside it is refused."""
    (village / "v.csv").write_text("code,name\nW,west\n")

    code, _, err = run(
        capsys,
        "grids",
        "draw",
        village / "d.csv",
        "--villages",
        village / "v.csv",
        "--out",
        village / "g.csv",
    )

    assert code == 2
    assert "d.csv:2: unknown village V" in err


@pytest.mark.parametrize(
    "words", [["--min", "0"], ["--min", "9", "--max", "8"], ["--geojson", "missing/folder.json"]]
)
def test_arguments_that_cannot_be_exit_2(village, capsys, words):
    """An empty band, or a place that is no place."""
    code, _, err = run(capsys, "grids", "draw", village / "d.csv", *words, "--out", village / "g.csv")

    assert (code, err.count("\n")) == (2, 1)


def test_without_the_extra_the_commands_say_so(village, capsys, monkeypatch):
    """A package of the extra missing: exit 2 with the name of the extra."""
    monkeypatch.setattr(
        grids_files.importlib.util, "find_spec", lambda name: None if name == "numba" else sys
    )

    for verb in (
        ["draw", village / "d.csv", "--out", village / "g.csv"],
        ["score", village / "d.csv", village / "g.csv"],
    ):
        code, out, err = run(capsys, "grids", *verb)
        assert (code, out) == (2, "")
        assert (
            "needs the extra 'grids', which is not installed (numba missing); install twofront[grids]" in err
        )


@pytest.mark.real
@pytest.mark.slow  # 5,000 real-sized dwellings, drawn twice
@pytest.mark.skipif(
    not (DATA / "grids").exists(), reason="the data of the drawing benchmark are not beside the checkout"
)
def test_the_set_of_5000_has_no_avoidable_miss(tmp_path, capsys):
    """Towers, rivers, stacks: no breach, only forced grids outside, with borders from the file or from cells; and by walking order."""
    source = DATA / "grids" / "dwellings_5k.csv.gz"

    for i, words in enumerate((["--edges", DATA / "grids" / "edges_5k.csv.gz"], [])):
        _, said, _ = run(
            capsys,
            "grids",
            "draw",
            source,
            *words,
            "--out",
            tmp_path / "g.csv",
            "--geojson",
            tmp_path / "g.geojson",
        )
        found = json.loads(said)
        assert (found["breaches"], found["crossing"], found["outside_band"] - found["forced"]) == (0, 0, 0)
        assert found["grids"] == (45 if i == 0 else found["grids"])
    _, said, _ = run(
        capsys, "grids", "draw", DATA / "grids" / "dwellings_seq_5k.csv.gz", "--out", tmp_path / "g.csv"
    )
    assert json.loads(said)["breaches"] == 0


def test_redraw_keeps_what_is_in_order_and_counts(village, capsys):
    """From one grid of 900 to two: the mapping adds up, the old code stays, the new one is new."""
    (village / "old.csv").write_text("grid,covers\nV-3,V\n")

    code, said, _ = run(
        capsys,
        "grids",
        "redraw",
        village / "old.csv",
        village / "d.csv",
        "--out",
        village / "g.csv",
        "--mapping",
        village / "m.csv",
    )

    found = json.loads(said)
    assert code == 0
    assert (found["households_before"], found["households_after"]) == (900, 900)
    assert (found["born"], found["retired"], found["old"]["outside_band"], found["new"]["outside_band"]) == (
        ["V-4"],
        [],
        1,
        0,
    )
    assert (village / "m.csv").read_text().splitlines()[0] == "old,new,dwellings,households"


def test_an_edit_is_weighed_and_taken_only_with_out(village, capsys):
    """Cutting the one grid prints its effect; nothing is written unless asked for."""
    (village / "old.csv").write_text("grid,covers\nV-1,V\n")
    before = sorted(village.iterdir())

    code, said, _ = run(capsys, "grids", "redraw", village / "old.csv", village / "d.csv", "--cut", "V-1")
    refused, out, err = run(capsys, "grids", "redraw", village / "old.csv", village / "d.csv", "--cut", "V-7")

    assert (code, json.loads(said)["breaches"], sorted(village.iterdir()) == before) == (0, 0, True)
    assert (refused, out) == (2, "")
    assert "V-7 is no grid" in err


@pytest.fixture
def row(tmp_path):
    """Twenty houses of 40 households in walking order: ten are V-1, ten V-2."""
    rows = [f"D{i},V,40,{i}" for i in range(1, 21)]
    (tmp_path / "d.csv").write_text("\n".join(["id,village,households,seq", *rows]) + "\n")
    (tmp_path / "half.csv").write_text("\n".join(["id,village,households,seq", *rows[:10]]) + "\n")
    old = [f"D{i},V-{1 if i < 11 else 2}" for i in range(1, 21)]
    (tmp_path / "old.csv").write_text("\n".join(["id,grid", *old]) + "\n")
    return tmp_path


def test_a_code_whose_houses_are_gone_is_retired_and_never_comes_again(row, capsys):
    """V-2 is pulled down, then the ground is built over again: the new grid is V-3, without any list kept by hand."""
    gone = run(capsys, "grids", "redraw", row / "old.csv", row / "half.csv", "--out", row / "a.csv")
    again = run(capsys, "grids", "redraw", row / "a.csv", row / "d.csv", "--out", row / "b.csv")
    third = run(capsys, "grids", "redraw", row / "b.csv", row / "half.csv", "--out", row / "c.csv")

    assert (json.loads(gone[1])["retired"], json.loads(gone[1])["dwellings_gone"]) == (["V-2"], 10)
    assert (row / "a.csv").read_text().splitlines()[:3] == ["id,grid,retired", "D1,V-1,V-2", "D2,V-1,"]
    assert json.loads(again[1])["born"] == ["V-3"]
    assert json.loads(third[1])["retired"] == ["V-3"]
    assert (row / "c.csv").read_text().splitlines()[1] == "D1,V-1,V-2;V-3"


def test_a_code_merged_away_does_not_come_again(row, capsys):
    """V-1 and V-2 are merged by hand, then the one grid is cut: the new half is V-3."""
    words = ("grids", "redraw")
    run(capsys, *words, row / "old.csv", row / "d.csv", "--merge", "V-1", "V-2", "--out", row / "a.csv")
    _, said, _ = run(capsys, *words, row / "a.csv", row / "d.csv", "--cut", "V-1", "--out", row / "b.csv")

    assert [t["grid"] for t in json.loads(said)["touched"]] == ["V-1", "V-3"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(
            ["draw", "d.csv", "--out", "d.csv"], "--out: d.csv is also given as dwellings", id="draw"
        ),
        pytest.param(
            ["draw", "d.csv", "--out", "g", "--geojson", "./g"],
            "--geojson: g is also given as --out",
            id="twice",
        ),
        pytest.param(
            ["redraw", "old.csv", "d.csv", "--out", "d.csv"],
            "--out: d.csv is also given as dwellings",
            id="redraw",
        ),
        pytest.param(
            ["redraw", "old.csv", "d.csv", "--mapping", "old.csv"],
            "--mapping: old.csv is also given as old",
            id="old",
        ),
        pytest.param(["micro", "d.csv", "old.csv", "--out", "old.csv"], "--out: old.csv is also", id="micro"),
        pytest.param(
            ["redraw", "old.csv", "d.csv", "--reshape", "W"],
            "--reshape: W is no village of d.csv",
            id="no village",
        ),
        pytest.param(
            ["redraw", "two.csv", "two_d.csv", "--move", "D1", "W-1", "--out", "x"],
            "the grid would lie in the villages V and W",
            id="another village",
        ),
        pytest.param(
            ["redraw", "two.csv", "two_d.csv", "--merge", "V-1", "W-1", "--out", "x"],
            "the grid would lie in the villages V and W",
            id="two villages",
        ),
    ],
)
def test_what_would_destroy_or_cross_exits_2(row, capsys, monkeypatch, words, said):
    """No input is overwritten, no village is invented, no grid put in two; nothing is written."""
    monkeypatch.chdir(row)
    (row / "two_d.csv").write_text("id,village,households,seq\nD1,V,9,1\nD2,V,9,2\nD3,W,9,1\n")
    (row / "two.csv").write_text("id,grid\nD1,V-1\nD2,V-1\nD3,W-1\n")
    before = {path.name: path.read_bytes() for path in row.iterdir()}

    code, out, err = run(capsys, "grids", *words)

    assert (code, out, err.count("\n"), said in err) == (2, "", 1, True), err
    assert {path.name: path.read_bytes() for path in row.iterdir()} == before


def test_micro_grids_lie_under_their_grid(village, capsys):
    """Each row has its grid and its micro-grid; the households are 30 to 40."""
    run(capsys, "grids", "draw", village / "d.csv", "--edges", village / "e.csv", "--out", village / "g.csv")

    code, said, _ = run(
        capsys,
        "grids",
        "micro",
        village / "d.csv",
        village / "g.csv",
        "--edges",
        village / "e.csv",
        "--out",
        village / "m.csv",
    )

    rows = [line.split(",") for line in (village / "m.csv").read_text().splitlines()]
    assert (code, rows[0], json.loads(said)["breaches"]) == (0, ["id", "grid", "micro"], 0)
    assert all(micro.startswith(f"{grid}-") for _, grid, micro in rows[1:])


@pytest.mark.real
@pytest.mark.slow  # 2,294 block groups into 20 grids
@pytest.mark.skipif(not (DATA / "graphs").exists(), reason="the graph of Arkansas is not beside the checkout")
def test_arkansas_has_20_grids_all_connected_none_outside(tmp_path, capsys):
    """3,011,524 people in block groups, border = shared perimeter, 140,000 to 160,000 a grid."""
    graph = json.loads(gzip.decompress((DATA / "graphs" / "arkansas_blockgroups.json.gz").read_bytes()))
    nodes = [(n["id"], n["tot_pop_20"], n["INTPTLON20"], n["INTPTLAT20"]) for n in graph["nodes"]]
    pairs = {
        tuple(sorted((node[0], friend["id"]))): friend["shared_perim"]
        for node, friends in zip(nodes, graph["adjacency"], strict=True)
        for friend in friends
    }
    rows = [f"{i},AR,{people},{float(x)},{float(y)}" for i, people, x, y in nodes]
    (tmp_path / "d.csv").write_text("\n".join(["id,village,households,x_m,y_m", *rows]))
    (tmp_path / "e.csv").write_text(
        "\n".join(["a,b,border_m", *(f"{a},{b},{m!r}" for (a, b), m in pairs.items())])
    )
    words = (tmp_path / "d.csv", "--edges", tmp_path / "e.csv", "--min", 140_000, "--max", 160_000)

    code, said, _ = run(capsys, "grids", "draw", *words, "--out", tmp_path / "g.csv")

    found = json.loads(said)
    assert (code, found["households"], found["grids"], found["outside_band"], found["breaches"]) == (
        0,
        3_011_524,
        20,
        0,
        0,
    )
