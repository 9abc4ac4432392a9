"""Words of the command line: every verb's help, and days and moments that no county can mean."""

import contextlib
import io
from pathlib import Path

import pytest

from twofront.cli import VERBS, main


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_help_shows_an_example_of_this_very_verb(verb: tuple[str, ...]) -> None:
    """The example is the verb's own and reads as it is typed."""
    with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.suppress(SystemExit):
        main([*verb, "--help"])
    text = said.getvalue()

    example = text[text.index("Example") :]
    assert f"twofront {' '.join(verb)}" in example
    assert "%%" not in text and "%(" not in text


@pytest.mark.parametrize(
    "words",
    [
        ("serve", "--data", "{}", "--port", "99999"),
        ("demo", "--data", "{}", "--port", "-1"),
        ("init", "--data", "{}", "--clock", "9999-12-31"),
        ("init", "--data", "{}", "--clock", "yesterday"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A port and a moment that are none: exit 2, one line, no folder."""
    folder = tmp_path / "county"

    assert main([w.format(folder) for w in words]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not folder.exists()


def test_a_county_of_another_server_gets_no_database_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its two addresses the command says so, and makes nothing."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "county.json").write_text("{}")

    assert main(["board", "export", "--data", str(tmp_path), "--on", "2020-02-18"]) == 2
    assert "DATABASE_URL" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["county.json"]
