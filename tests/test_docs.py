"""What is written is so: the glossary names what the code defines, and the reference every verb and its words."""

import argparse
import ast
import importlib
import re
from pathlib import Path
from typing import Any

import pytest

from twofront.cli import VERBS

ROOT = Path(__file__).parents[1]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text("utf-8")
COMMANDS = (ROOT / "docs" / "reference" / "commands.md").read_text("utf-8")
ROWS = [
    [cell.strip().strip("`") for cell in line.split("|")[1:-1]]
    for line in GLOSSARY.splitlines()
    if line.startswith("| ") and "Chinese" not in line
]


def _defines(path: Path, name: str) -> bool:
    """Tell whether a file defines a name: a module or package, a class or function, a field, a key of the playbook."""
    text = path.read_text("utf-8")
    if path.suffix == ".toml":
        return re.search(rf'^key\s*=\s*"{name}"', text, re.MULTILINE) is not None
    if name in {path.stem, path.parent.name}:
        return True
    nodes = list(ast.walk(ast.parse(text)))
    made = {n.name for n in nodes if isinstance(n, ast.ClassDef | ast.FunctionDef)}
    fields = {t.id for n in nodes if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)}
    return name in made | fields


@pytest.mark.parametrize("row", ROWS, ids=[r[3] for r in ROWS])
def test_a_term_is_defined_where_the_glossary_says(row: list[str]) -> None:
    """Its code name is in that file, and so is its Chinese word, but where code only points at the playbook."""
    chinese, pinyin, english, name, where = row
    path = ROOT / where

    assert chinese
    assert english
    assert path.is_file(), where
    assert _defines(path, name), f"{where} does not define {name}"
    assert len(pinyin.split()) == len(chinese), f"{chinese}: {pinyin}"
    if name != "block_code":
        assert chinese in path.read_text("utf-8"), f"{where} does not say {chinese}"


def test_a_term_stands_once() -> None:
    """One Chinese word, one row; one thing, one word."""
    for column in (0, 2):
        words = [r[column] for r in ROWS]
        assert len(words) == len(set(words)), {w for w in words if words.count(w) > 1}
    assert len(ROWS) >= 60


def test_every_models_chinese_name_is_in_the_glossary(county_folder: Any) -> None:
    """A table of the apps is called in Chinese as the glossary calls it, with its code name beside it."""
    from django.apps import apps

    terms = {r[0]: r[3] for r in ROWS}
    for model in (m for m in apps.get_models() if m.__module__.startswith("twofront.apps.")):
        assert terms.get(str(model._meta.verbose_name)) == model.__name__, model


def test_no_identifier_of_the_glossary_is_pinyin() -> None:
    """Code names are English: none is its Chinese word's reading."""
    plain = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü", "aaaaeeeeiiiioooouuuuvvvvv")
    for chinese, pinyin, _, name, _ in ROWS:
        assert name.lower().replace("_", "") != pinyin.translate(plain).replace(" ", ""), chinese


def _documented() -> dict[str, tuple[set[str], list[str]]]:
    """Return the options and words of each command as the reference names them."""
    found = {}
    for line in (x for x in COMMANDS.splitlines() if x.startswith("| `")):
        for command in re.findall(r"`([^`]+)`", line.split("|")[1]):
            words = command.split()
            verb = [w for w in words if re.fullmatch(r"[a-z]+", w)]
            found[" ".join(verb)] = (
                {w for w in words if w.startswith("--")},
                [w for w in words if w.isupper()],
            )
    return found


def test_every_verb_stands_in_the_reference_and_no_other() -> None:
    """The command line and docs/reference/commands.md name the same commands."""
    assert set(_documented()) == {" ".join(verb) for verb in VERBS}


@pytest.mark.parametrize("verb", sorted(VERBS), ids=" ".join)
def test_a_verbs_words_are_those_of_the_reference(verb: tuple[str, ...]) -> None:
    """Every option and every positional word, none more."""
    parser = argparse.ArgumentParser()
    importlib.import_module(f"twofront.server.verbs.{VERBS[verb][0]}").configure(parser)
    options = {a.option_strings[-1] for a in parser._actions if a.option_strings and a.dest != "help"}
    words = [a for a in parser._actions if not a.option_strings]

    documented = _documented()
    same = [
        documented[" ".join(v)] for v in VERBS if VERBS[v][0] == VERBS[verb][0]
    ]  # a module may serve two verbs

    assert documented[" ".join(verb)][0] <= options
    assert set().union(*(d for d, _ in same)) == options
    assert len(documented[" ".join(verb)][1]) == len(words)


def test_the_contracts_kinds_are_those_that_load_takes(county_folder: Any) -> None:
    """Every KIND of the playbook's sheets has a loader, and every loader a sheet with headings in Chinese."""
    from twofront.server.loads import LOADERS

    text = (ROOT / "playbooks" / "dongyang-2020" / "sheets.toml").read_text("utf-8")

    assert set(re.findall(r'^key\s*=\s*"(\w+)"', text, re.MULTILINE)) == set(LOADERS)


def test_links_between_the_pages_lead_somewhere() -> None:
    """Every relative link of the docs, README and CONTRIBUTING names a file or folder that is there."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8")):
            if not re.match(r"[a-z]+:", target):
                assert (page.parent / target).exists(), f"{page.relative_to(ROOT)}: {target}"


def test_a_decision_is_short_and_says_its_status() -> None:
    """At most thirty lines: status, context, decision, consequences; each is on the list."""
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text("utf-8")
    for page in sorted(folder.glob("0*.md")):
        text = page.read_text("utf-8")
        assert len(text.splitlines()) <= 30, page.name
        assert all(part in text for part in ("Status: ", "## Context", "## Decision", "## Consequences")), (
            page.name
        )
        assert f"]({page.name})" in index


def test_the_picture_of_the_layers_names_every_app() -> None:
    """An app that is added is drawn."""
    picture = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    apps = {p.parent.name for p in (ROOT / "twofront" / "apps").glob("*/__init__.py")}

    assert all(re.search(rf"^ {{4}}.*\b{app}\b", picture, re.MULTILINE) for app in apps)
