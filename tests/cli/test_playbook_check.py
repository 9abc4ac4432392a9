"""`twofront playbook check DIR`: the contract's answer, its exit codes, its one-line errors."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from twofront.cli import main

DONGYANG = Path(__file__).parents[2] / "playbooks" / "dongyang-2020"


def test_a_valid_playbook_has_no_faults(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 0 and {files, faults: []}; files is the number of files read."""
    code = main(["playbook", "check", str(DONGYANG)])

    out, err = capsys.readouterr()
    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "files": len([*DONGYANG.glob("*.toml"), *DONGYANG.glob("tables/*.csv")]),
        "faults": [],
    }


def test_a_fault_is_an_object_with_file_line_value_what_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 1; the fault names the line that was broken."""
    folder = shutil.copytree(DONGYANG, tmp_path / "book")
    text = (folder / "charts.toml").read_text("utf-8")
    line = text[: text.index('line    = "commerce"')].count("\n") + 1
    (folder / "charts.toml").write_text(text.replace('line    = "commerce"', 'line    = "comerce"'), "utf-8")

    code = main(["playbook", "check", str(folder)])

    answer = json.loads(capsys.readouterr().out)
    assert code == 1
    assert [list(f) for f in answer["faults"]] == [["file", "line", "value", "what", "do"]]
    fault = answer["faults"][0]
    assert (fault["file"], fault["line"], fault["value"]) == ("charts.toml", line, "comerce")
    assert "commerce" in fault["do"]


@pytest.mark.parametrize("kind", ["absent", "file", "empty", "folder of folders"])
def test_what_cannot_be_read_is_one_line_on_stderr(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, empty stdout, `twofront: WHERE: what; do`, no traceback."""
    target = tmp_path / "book"
    if kind == "file":
        target.write_text("x")
    elif kind != "absent":
        (target / ("deep.toml" if kind == "folder of folders" else "")).mkdir(parents=True)

    code = main(["playbook", "check", str(target)])

    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.startswith(f"twofront: {target}: ")
    assert (err.count("\n"), err.count("; ")) == (1, 1)


def test_a_file_that_is_too_large_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2 before it is read into memory."""
    with (tmp_path / "large.toml").open("wb") as out:
        out.truncate(5 * 1024 * 1024)

    assert main(["playbook", "check", str(tmp_path)]) == 2
    assert "large.toml: is larger than 4 MiB; split it" in capsys.readouterr().err


def test_other_files_of_the_folder_do_not_count(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A README, a hidden file and a subfolder change nothing."""
    folder = shutil.copytree(DONGYANG, tmp_path / "book")
    (folder / "README.md").write_text("# no TOML")
    (folder / ".hidden.toml").write_text("[[")
    (folder / "old").mkdir()

    assert main(["playbook", "check", str(folder)]) == 0
    assert json.loads(capsys.readouterr().out)["files"] == len(
        [*DONGYANG.glob("*.toml"), *DONGYANG.glob("tables/*.csv")]
    )


def test_the_check_needs_no_django() -> None:
    """The verb works on files alone: nothing of Django or a database is imported."""
    script = (
        "import sys; from twofront.cli import main; code = main(sys.argv[1:]); "
        "sys.exit(code or any(m in sys.modules for m in ('django', 'psycopg', 'duckdb', 'ibis')))"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, "playbook", "check", DONGYANG], capture_output=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, b"")
