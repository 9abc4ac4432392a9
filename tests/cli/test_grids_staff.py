"""`staff assign`: the answer, the reasons, the refusals."""

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
    """On the 21st Wu's loan is over: Li is chief of V-1 and holds one post of V-2, never two of one grid; He is in quarantine."""
    code, out, err = run(capsys, folder, "--on", "2020-02-21")

    found = json.loads(out)
    assert (code, err, found["posts"], found["filled"], len(found["open"])) == (1, "", 3, 2, 1)
    assert (folder / "out.csv").read_text().startswith("grid,post,person\nV-1,chief,Li\n")


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
