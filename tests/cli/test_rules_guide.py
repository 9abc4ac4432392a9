"""The guide for the person who writes rules: who does what it says, in either language, gets a playbook that answers."""

import json
import re
import shutil
from pathlib import Path

import pytest

from twofront import cli

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("page", ["rules.md", "rules.zh.md"])
def test_the_examples_of_the_guide_make_a_table_that_answers(
    page: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its CSV is sound, its rows are valid together in a copy of the exercise county's playbook, its case is answered."""
    text = (ROOT / "docs" / "guide" / page).read_text("utf-8")
    [table] = re.findall(r"```csv\n(.*?)```", text, re.DOTALL)
    rows = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    [case] = re.findall(r"printf '(.*?)\\n' > CASE\.jsonl", text)
    [at] = re.findall(r"CASE\.jsonl --at (\S+)", text)
    folder = shutil.copytree(ROOT / "playbooks" / "dongyang-2020", tmp_path / "my-county")
    (folder / "tables" / "bus.board.csv").write_text(table, "utf-8")
    (folder / "bus.toml").write_text("\n".join(rows), "utf-8")
    (tmp_path / "CASE.jsonl").write_text(case + "\n", "utf-8")

    codes = [
        cli.main(["rules", "check", str(folder / "tables" / "bus.board.csv")]),
        cli.main(["playbook", "check", str(folder)]),
    ]
    capsys.readouterr()
    codes.append(
        cli.main(["rules", "ask", str(folder), "bus.board", str(tmp_path / "CASE.jsonl"), "--at", at])
    )

    answer = json.loads(capsys.readouterr().out)
    assert codes == [0, 0, 0]
    assert (answer["out"]["verdict"], answer["order"], answer["clause"]) == ("wait", "7", "2")


def test_both_languages_show_the_same_examples() -> None:
    """What is run is the same, line by line."""
    zh, en = ((ROOT / "docs" / "guide" / p).read_text("utf-8") for p in ("rules.zh.md", "rules.md"))

    assert re.findall(r"```\w+\n.*?```", zh, re.DOTALL) == re.findall(r"```\w+\n.*?```", en, re.DOTALL)
    assert len(re.findall(r"^## ", zh, re.MULTILINE)) == len(re.findall(r"^## ", en, re.MULTILINE))
