"""Every sentence that the code can say to a reader of the command line has its Chinese, and no entry is dead."""

import argparse
import ast
import errno
import inspect
import itertools
import json
import os
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from twofront.cli import VERBS
from twofront.core.rules import forbidden
from twofront.ground import spoken
from twofront.server.verbs.power_index import SENTENCES

CODE = Path(spoken.__file__).parents[1]
CATALOGUE = tomllib.loads(Path(spoken.__file__).with_suffix(".toml").read_text("utf-8"))
OWN = {en: zh for table, entries in CATALOGUE.items() if table != "system" for en, zh in entries.items()}

CARRIED = {"what", "do", "sentence"}
"""A parameter or a field of this name carries a sentence, whoever takes it."""
FIRST = {"said", "say", "teller", "Unknown", "CannotEdit", "CountsDiffer", "ArgumentTypeError"}
"""What is called with a sentence first."""
RETURNED = {("server/children.py", "keep")}
"""What returns a sentence to somebody who says it."""
PARTS = ("core/gridding/", "core/staffing/", "core/power/")
"""Where a ValueError is said to the reader as it is."""
PAGES = ("views.py", "pages.py", "publication.py", "showing.py", "sheets/")
"""Who speaks on pages only, in the words of the pages' own catalogue, or in both languages at once."""


class Module:
    """A file of the code: what its names stand for, as far as constants go."""

    def __init__(self, path: Path) -> None:
        self.name = path.relative_to(CODE).as_posix()
        self.tree = ast.parse(path.read_text("utf-8"))
        self.above: dict[ast.AST, ast.AST] = {}
        self.nodes: list[ast.AST] = [self.tree]
        for node in self.nodes:
            for child in ast.iter_child_nodes(node):
                self.above[child] = node
                self.nodes.append(child)
        self.functions = {n.name: n for n in self.nodes if isinstance(n, ast.FunctionDef)}

    def assigned(self, node: ast.Name) -> list[ast.expr]:
        """Return what a name was given in the function around it, else in the module."""
        around: ast.AST = node
        while around is not self.tree:
            around = self.above[around]
            if isinstance(around, ast.FunctionDef):
                if found := list(_given(ast.walk(around), node.id)):
                    return found
                if node.id in {a.arg for a in [*around.args.args, *around.args.kwonlyargs]}:
                    return []
        return list(_given(self.tree.body, node.id))


def _given(nodes: "Iterator[ast.AST] | list[ast.stmt]", name: str) -> Iterator[ast.expr]:
    for node in nodes:
        if isinstance(node, ast.For) and isinstance(node.iter, ast.Tuple):
            for each in node.iter.elts:
                yield from _given([ast.Assign(targets=[node.target], value=each)], name)
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        if not isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) or value is None:
            continue
        for target in targets:
            if isinstance(target, ast.Name) and target.id == name:
                yield value
            elif isinstance(target, ast.Tuple):
                for i, each in enumerate(target.elts):
                    if isinstance(each, ast.Name) and each.id == name:
                        yield from _taken(value, i)


def _taken(value: ast.expr, i: int) -> Iterator[ast.expr]:
    """Return what the i-th name of several gets from a value."""
    if isinstance(value, ast.Tuple):
        yield value.elts[i]
    elif isinstance(value, ast.IfExp):
        yield from (*_taken(value.body, i), *_taken(value.orelse, i))
    else:
        yield ast.Subscript(value=value, slice=ast.Constant(i))


class Sentences:
    """The forms of an expression: its text with `{}` for each inserted value; words that may be inserted beside it."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.inserted: set[str] = set()

    def of(self, node: ast.expr, depth: int = 0) -> list[str]:
        """Return the forms that an expression can have; none if it is a value that the code does not write."""
        return [form for part in self._parts(node) for form in self._of(part, depth)] if depth < 8 else []

    def _of(self, node: ast.expr, depth: int) -> list[str]:
        match node:
            case ast.Constant(str(text)):
                return [text]
            case ast.JoinedStr(values):
                for value in (v.value for v in values if isinstance(v, ast.FormattedValue)):
                    self.inserted |= set(self.of(value, depth + 1))
                return ["".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in values)]
            case ast.BinOp(left, ast.Add(), right):
                ends = (self.of(side, depth + 1) or ["{}"] for side in (left, right))
                return ["".join(both) for both in itertools.product(*ends)]
        return [] if isinstance(node, ast.Constant) else self.of(node, depth + 1)

    def _parts(self, node: ast.expr) -> list[ast.expr]:
        """Return the expressions of which an expression is one."""
        found: list[ast.expr | None] = []
        match node:
            case ast.Constant() | ast.JoinedStr() | ast.BinOp():
                found = [node]
            case ast.IfExp(_, body, orelse):
                found = [body, orelse]
            case ast.BoolOp(_, values) | ast.List(values):
                found = [*values]
            case ast.Name():
                found = [*self.module.assigned(node)]
            case ast.Subscript(ast.Subscript(ast.Name() as table), ast.Constant(int(i))):
                found = [row.elts[i] for row in self._values(table) if isinstance(row, ast.Tuple)]
            case ast.Subscript(ast.Name() as table) | ast.Call(ast.Attribute(ast.Name() as table, "get")):
                found = self._values(table)
            case ast.Subscript(value) | ast.Call(ast.Attribute(value, "removeprefix")):
                found = [value]
            case ast.Call(ast.Name(name)) if name in self.module.functions:
                inner = ast.walk(self.module.functions[name])
                found = [n.value for n in inner if isinstance(n, ast.Return)]
        return [each for each in found if each is not None]

    def _values(self, table: ast.Name) -> list[ast.expr | None]:
        """Return the values of a dictionary that a name stands for."""
        tables = (v for v in self.module.assigned(table) if isinstance(v, ast.Dict))
        return [value for each in tables for value in each.values]


@cache
def modules() -> list[Module]:
    paths = (p for p in sorted(CODE.rglob("*.py")) if "migrations" not in p.parts)
    return [Module(p) for p in paths if not any(part in p.as_posix() for part in PAGES)]


def carriers() -> dict[str, set[int]]:
    """Return for each function and class that takes sentences, by name, at which places."""
    found: dict[str, set[int]] = defaultdict(set)
    for node in (n for m in modules() for n in m.nodes):
        match node:
            case ast.FunctionDef(name=name):
                words = [a.arg for a in node.args.args if a.arg != "self"]
            case ast.ClassDef(name=name):
                made = next((n for n in node.body if getattr(n, "name", "") == "__init__"), None)
                words = [a.arg for a in made.args.args[1:]] if isinstance(made, ast.FunctionDef) else []
                words = words or [s.target.id for s in node.body if isinstance(s, ast.AnnAssign)]  # type: ignore[union-attr]
            case _:
                continue
        if {"do", "sentence"} & set(words) and not name.startswith("__"):
            found[name] |= {i for i, word in enumerate(words) if word in CARRIED}
    return found


def _said(module: Module, call: ast.Call, places: dict[str, set[int]]) -> list[ast.expr]:
    """Return the arguments of a call that are sentences."""
    name = ast.unparse(call.func).rpartition(".")[2]
    if name in places and not (name == "Fault" and module.name.startswith("lake/")):
        words = [a for i, a in enumerate(call.args) if i in places[name]]
        return words + [k.value for k in call.keywords if k.arg in CARRIED]
    if name == "Form":
        return call.args[1:2]
    is_line = name == "__init__" and module.name == "core/errors.py"
    is_said = name == "ValueError" and module.name.startswith(PARTS)
    if name in FIRST or is_line or is_said or (name == "PlaybookFaulty" and len(call.args) == 1):
        return call.args[:1]
    return []


@cache
def forms() -> dict[str, str]:
    """Return every form that can be said, with one place where it is."""
    places = carriers()
    found = dict.fromkeys((what for _, what in VERBS.values()), "cli.py")
    found |= {re.sub(r"\{\w+\}", "{}", s): "power_index.py" for pair in SENTENCES.values() for s in pair}
    found |= {why: "forbidden.py" for why, _ in forbidden._WORDS}
    for module in modules():
        if module.name == "ground/reader_words.py":
            continue  # they stand in both languages there
        for node in module.nodes:
            sentences = Sentences(module)
            words = (
                {f for a in _said(module, node, places) for f in sentences.of(a)}
                if isinstance(node, ast.Call)
                else set()
            )
            if isinstance(node, ast.FunctionDef) and (module.name, node.name) in RETURNED:
                words |= set(sentences.of(ast.Call(ast.Name(node.name), [], [])))
            for form in words | sentences.inserted:
                found.setdefault(form, f"{module.name}:{getattr(node, 'lineno', 0)}")
    return found


def _needs_chinese(form: str) -> bool:
    """A form of values alone says nothing, and a single inserted word may be the name of a field."""
    return " " in form and re.search(r"[a-z]{2}", form) is not None


def test_every_sentence_has_its_chinese() -> None:
    """Who adds a message adds its line to `ground/spoken.toml`."""
    lacking = {f: at for f, at in forms().items() if _needs_chinese(f) and f not in OWN}

    assert len(forms()) > 500
    assert lacking == {}


def test_no_entry_is_dead() -> None:
    """A sentence that is no longer said is taken out of the catalogue too."""
    assert set(OWN) - set(forms()) == set()


def test_no_value_is_lost_or_invented() -> None:
    """The Chinese holds every value of the English, once."""
    for en, zh in (OWN | CATALOGUE["system"]).items():
        places = sorted(int(n) for n in re.findall(r"\{(\d+)\}", zh))

        assert places == list(range(en.count("{}"))), en


def test_the_system_says_these_words() -> None:
    """What the system and the libraries say is found in them, so that another version of one is noticed."""
    said = {os.strerror(number) for number in errno.errorcode}
    for module in (argparse, json.decoder, tomllib._parser):  # type: ignore[attr-defined]
        for _, text in re.findall(r"""f?(["'])((?:(?!\1).)+)\1""", inspect.getsource(module)):
            said.add(re.sub(r"%(\(\w+\))?[srd]|\{[^}]*\}", "{}", text))
    if "invalid {} value: {}" in said:
        said |= {f"invalid {kind} value: {{}}" for kind in ("int", "float", "port")}

    assert set(CATALOGUE["system"]) - said == set()
