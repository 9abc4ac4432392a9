"""The scan that gives values their lines: it must agree with `tomllib` on what stands in a file."""

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twofront.core.playbook.lines import lines_of

EVERYTHING = '''# a comment [[no]] = "x"
top = 1

[[role]] # a comment behind
key = "a # no comment"
"quoted key" = 'it''s'
text = """
[[role]]
key = "no key"
ends with two quotes"""""
after = [ # a comment inside
  "x", 'y',
  [1, 2,
   3],
  { deep = "z", other = [4] },
]
dotted.inner = 2020-02-18 16:00:00

[role.columns]
date = ["d"]

[[role]]
key = \'\'\'
]]\'\'\'
last = true
'''.replace("'it''s'", "'its'")


def test_every_key_and_element_has_its_line() -> None:
    """Strings, comments, arrays over several lines, inline tables, dotted keys and sub-tables, counted by hand."""
    lines = lines_of(EVERYTHING)

    tomllib.loads(EVERYTHING)
    assert lines["top",] == 2
    assert lines["role", 0] == 4
    assert lines["role", 0, "key"] == 5
    assert lines["role", 0, "quoted key"] == 6
    assert lines["role", 0, "text"] == 7
    assert lines["role", 0, "after"] == 11
    assert [lines["role", 0, "after", i] for i in range(4)] == [12, 12, 13, 15]
    assert lines["role", 0, "after", 2, 2] == 14
    assert lines["role", 0, "after", 3, "other", 0] == 15
    assert lines["role", 0, "dotted", "inner"] == 17
    assert lines["role", 0, "columns", "date"] == 20
    assert lines["role", 1] == 22
    assert lines["role", 1, "last"] == 25


BARE = st.text("abcdefghij_", min_size=1, max_size=6)
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\r", exclude_categories=("Cc", "Cs")), max_size=12
)
PLAIN = st.one_of(st.integers(-9, 99), st.booleans(), TEXTS)
VALUES = st.recursive(
    PLAIN, lambda v: st.lists(v, max_size=3) | st.dictionaries(BARE, v, max_size=3), max_leaves=6
)


def written(value: Any, gap: str) -> str:
    """Write a value as TOML; *gap* stands between the elements of lists."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "[" + gap + "".join(written(v, gap) + "," + gap for v in value) + "]"
    return "{" + ", ".join(f"{k} = {written(v, ' ')}" for k, v in value.items()) + "}"


@pytest.mark.slow  # making nested tables takes longer than scanning them
@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.dictionaries(BARE, VALUES, max_size=4), min_size=1, max_size=4),
    st.sampled_from([" ", "\n", " # c]\n"]),
)
def test_the_scan_finds_what_tomllib_finds(tables: list[dict[str, Any]], gap: str) -> None:
    """For any tables: each key is found once, on the line where it was written."""
    expected, text = {}, ""
    for i, table in enumerate(tables):
        expected["t", i] = text.count("\n") + 1
        text += "[[t]]\n"
        for key, value in table.items():
            expected["t", i, key] = text.count("\n") + 1
            text += f"{key} = {written(value, gap)}\n"

    lines = lines_of(text)

    assert tomllib.loads(text) == {"t": tables}
    assert {path: line for path, line in lines.items() if len(path) <= 3 and path != ("t",)} == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "# only a comment",
        "a=1",
        "[a]\n",
        "a = ''\n",
        'a = ""\n',
        'a = """"""\n',
        "a.b . c = {}\n",
    ],
)
def test_the_smallest_files_are_scanned(text: str) -> None:
    """Whatever tomllib takes, the scan takes."""
    tomllib.loads(text)

    assert all(line == 1 for line in lines_of(text).values())
