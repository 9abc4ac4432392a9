"""`staff assign`, `staff readiness`: the answer, the reasons, the refusals."""

import json

import pytest

from twofront import cli

POSTS = "grid,post,needed,x_m,y_m\nV-1,chief,1,0,0\nV-2,chief,1,1000,0\nV-2,health,1,1000,0\n"
PEOPLE = "person,skills,x_m,y_m,from,to,barred\nLi,chief;health,900,0,,,\nWu,chief,0,0,2020-02-19,2020-02-20,\nHe,health,0,0,,,quarantine\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "posts.csv").write_text(POSTS)
    (tmp_path / "people.csv").write_text(PEOPLE)
    return tmp_path


def run(capsys, folder, *words):
    code = cli.main(
        [
            "staff",
            "assign",
            str(folder / "posts.csv"),
            str(folder / "people.csv"),
            "--out",
            str(folder / "out.csv"),
            *words,
        ]
    )
    return code, *capsys.readouterr()


def test_posts_are_filled_and_open_ones_say_why(folder, capsys):
    """On the 21st Wu's loan is over and He is in quarantine: Li holds two of the three posts."""
    code, out, err = run(capsys, folder, "--on", "2020-02-21")

    found = json.loads(out)
    assert (code, err, found["posts"], found["filled"], len(found["open"])) == (1, "", 3, 2, 1)
    assert (folder / "out.csv").read_text().startswith("grid,post,person\n")
    assert [(o["why"], o["skilled"], o["away"], o["held"]) for o in found["open"]] == [
        ("all_have_their_load", 2, 1, 0)
    ]


@pytest.mark.parametrize("mark", [";", "；", "、", "，"])
def test_skills_are_parted_by_any_of_the_usual_marks(folder, capsys, mark):
    """A full-width mark of a Chinese keyboard parts two skills as the narrow one does."""
    (folder / "people.csv").write_text(f"person,skills,x_m,y_m\nLi,chief{mark}health,0,0\nWu,chief,0,0\n")

    code, out, _ = run(capsys, folder)

    assert (code, json.loads(out)["filled"]) == (0, 3)


def test_all_filled_exits_0(folder, capsys):
    """With one more health worker everything is filled."""
    (folder / "people.csv").write_text(PEOPLE + "Xu,health,0,0,,,\n")

    assert run(capsys, folder, "--on", "2020-02-20")[0] == 0


@pytest.mark.parametrize(
    ("people", "words", "said"),
    [
        pytest.param(PEOPLE, [], "--on: some people are lent", id="no day"),
        pytest.param(PEOPLE, ["--on", "20.2."], "--on: '20.2.' is no day", id="no date"),
        pytest.param(
            PEOPLE + "Li,chief,0,0,,,\n",
            ["--on", "2020-02-20"],
            "people.csv:5: the person Li stands twice",
            id="twice",
        ),
        pytest.param(
            PEOPLE + "Yu,chief,east,0,,,\n",
            ["--on", "2020-02-20"],
            "people.csv:5: x_m 'east' is no number",
            id="no place",
        ),
        pytest.param(
            PEOPLE + "Yu,chief,0,0,2020-02-21,2020-02-19,\n",
            ["--on", "2020-02-20"],
            "people.csv:5: the loan ends on 2020-02-19, before it begins",
            id="a loan that ends first",
        ),
        pytest.param(
            PEOPLE + "Yu,,0,0,,,\n",
            ["--on", "2020-02-20"],
            "people.csv:5: the skills is empty",
            id="no skill",
        ),
    ],
)
def test_bad_input_exits_2(folder, capsys, people, words, said):
    """One line with the file, the line, what is wrong."""
    (folder / "people.csv").write_text(people)

    code, out, err = run(capsys, folder, *words)

    assert (code, out, err.count("\n"), said in err) == (2, "", 1, True), err


def ready(capsys, tmp_path, text, deadline="2020-02-21"):
    (tmp_path / "pace.csv").write_text(text)
    code = cli.main(["staff", "readiness", str(tmp_path / "pace.csv"), "--deadline", deadline])
    return code, *capsys.readouterr()


def test_readiness_names_who_will_have_finished(capsys, tmp_path):
    """Two days are left. North has 10 of 310 left at 100 a day. South goes 90, 110, 110, 90.

    By hand: mean 100, spread 400/3 (above 100, that of counts); believed of a slope 500/(500 + 133.3) = 0.789, and the slope is 0;
    spread about it 400/(3 - 0.789) = 180.95; variance 2 x 180.95 x (2 + 4/4) + 0.789 x 133.3/5 x 6^2 = 1,843.6; with Student's
    t of 3 degrees 1.638 x 42.94 = 70.33 either way. High: 400 + 200 + 70.33. Low: of 1,000 left,
    1,000 x (1 - e^(-0.12967)) = 121.61 more. West has one day of pace: nothing is said.
    """
    days = {
        "North": ([0, 100, 200, 300], 310),
        "South": ([0, 90, 200, 310, 400], 1400),
        "West": ([0, 5], 500),
    }
    rows = [
        f"{name},2020-02-{19 - len(done) + 1 + i},{n},{total}"
        for name, (done, total) in days.items()
        for i, n in enumerate(done)
    ]

    code, out, err = ready(capsys, tmp_path, "\n".join(["township,day,done,total", *rows]))

    found = json.loads(out)
    north, south, west = found["townships"]
    assert (code, err) == (1, "")
    assert {k: found[k] for k in ("will", "may", "will_not", "unknown")} == {
        "will": 1,
        "may": 0,
        "will_not": 1,
        "unknown": 1,
    }
    assert (north["low"], north["likely"], north["high"], north["verdict"]) == (310, 310, 310, "will")
    assert (south["likely"], south["verdict"], south["as_of"]) == (600, "will_not", "2020-02-19")
    assert (south["low"], south["high"]) == pytest.approx((521.61, 670.33), abs=0.02)
    assert (west["low"], west["high"], west["verdict"]) == (5, 500, "unknown")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        pytest.param("N,2020-02-18,5,9\nN,2020-02-18,6,9\n", ":3: 2020-02-18 stands twice for N", id="twice"),
        pytest.param("N,2020-02-16,5,9\nN,2020-02-18,6,9\n", ":3: the day before 2020-02-18", id="a gap"),
        pytest.param("N,2020-02-17,5,9\nN,2020-02-18,4,9\n", ":3: N: counts [5, 4] of 9", id="falling"),
        pytest.param("N,2020-02-22,5,9\n", ":2: 2020-02-22 is after the deadline", id="late"),
        pytest.param("N,18.2.,5,9\n", ":2: '18.2.' is no day", id="no day"),
    ],
)
def test_a_faulty_pace_exits_2_with_its_line(capsys, tmp_path, rows, said):
    """One line with the file, the line, what is wrong."""
    code, out, err = ready(capsys, tmp_path, "township,day,done,total\n" + rows)

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert f"pace.csv{said}" in err
