"""Words of the command line: every verb's help, and days and moments that no county can mean."""

import contextlib
import io

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
