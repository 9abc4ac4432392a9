"""The reference page of the playbook says what the code declares: every kind, every field, its form."""

import inspect
import re
import typing
from pathlib import Path

import pytest

from twofront.core.playbook import KINDS, LOADS, PERMISSIONS, Parameter, check
from twofront.core.playbook.fields import (
    WORDS,
    Between,
    Chinese,
    English,
    Form,
    Key,
    OneOf,
    Ref,
    Source,
    fields_of,
    split,
)

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "playbook.md").read_text("utf-8")


COMMON = {"source": Source, "zh": Chinese, "en": English, "key": Key}


def said(hint: object) -> str:
    """Say the form of a field in words, from its annotation alone."""
    plain, marks = split(hint)
    if typing.get_origin(plain) is tuple:
        return f"list of {said(typing.get_args(plain)[0])}"
    if typing.get_origin(plain) is not None:
        name, value = typing.get_args(plain)
        return f"table of {said(name)} = {said(value)}"
    words = [w for m in sorted(marks, key=lambda m: isinstance(m, Form)) if (w := said_mark(m))]
    return words[0] if words else WORDS[plain]


def said_mark(mark: object) -> str:
    """Say one mark in words."""
    match mark:
        case Ref("goal", also, "close:") if also == PERMISSIONS:
            return "permissions"
        case Ref(kind, also):
            return " or ".join([f"key of `{kind}`", *(f"`{w}`" for w in also)])
        case OneOf(words):
            return (
                "KIND of `twofront load`"
                if words == tuple(LOADS)
                else "one of " + ", ".join(f"`{w}`" for w in words)
            )
        case Between(low, high):
            return f"number from {low:g} to {high:g}"
        case Form(_, words):
            return words
        case _:
            return ""


def lines_for(kind: type) -> list[str]:
    """Return the lines of a kind as the page must have them: each field of its own, what must be there first."""
    fields = sorted(fields_of(kind), key=lambda f: not f.required)
    own = [f for f in fields if COMMON.get(f.name) != f.hint and f.name not in {"from", "to"}]
    meaning = dict(
        re.findall(r"^    (\w+): ((?:.+\n?(?:        .+\n?)*))", inspect.getdoc(kind) or "", re.MULTILINE)
    )
    means = {k: f" {' '.join(v.split())}" for k, v in meaning.items()}
    return [
        f"- `{f.name}`{'*' if f.required else ''}: {said(f.hint)}.{means.get(f.attribute, '')}" for f in own
    ]


def section_of(name: str) -> str:
    """Return the page's section of a kind."""
    found = re.search(rf"^### `\[\[{name}\]\]`.*?\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


@pytest.mark.parametrize("name", KINDS)
def test_the_page_has_every_field_of_every_kind(name: str) -> None:
    """A kind's section has exactly the fields that its class declares, in the same words."""
    listed = [line for line in section_of(name).splitlines() if line.startswith("- `")]

    assert listed == lines_for(KINDS[name])
    assert inspect.getdoc(KINDS[name])


def test_the_page_has_no_other_kind() -> None:
    """What the page describes exists."""
    assert re.findall(r"^### `\[\[(\w+)\]\]`", PAGE, re.MULTILINE) == list(KINDS)


def test_the_page_has_every_parameter() -> None:
    """Each key that code asks for stands in the section of the parameters."""
    assert [k for k in Parameter.keys if f"`{k}`" not in section_of("parameter")] == []


def test_the_page_has_every_permission() -> None:
    """Each permission that a role may have stands on the page."""
    plain = [p for p in PERMISSIONS if not p.startswith("load:")]

    assert [p for p in (*plain, "load:KIND", "load:*", "close:GOAL") if f"`{p}`" not in PAGE] == []


@pytest.mark.parametrize("page", ["docs/reference/playbook.md", "playbooks/README.md"])
def test_the_example_of_a_page_has_no_fault_of_its_own(page: str) -> None:
    """Each TOML example is right by itself: only what it refers to is missing."""
    text = (ROOT / page).read_text("utf-8")

    for example in re.findall(r"```toml\n(.*?)```", text, re.DOTALL):
        faults = [f for f in check({"example.toml": example.encode()}) if "names no" not in f.what]
        assert [f for f in faults if not f.what.startswith("the playbook has no")] == []
