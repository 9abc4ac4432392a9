"""Finds every sentence of templates and Python that a catalogue must know."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

CALL = re.compile(r"\b(?:gettext|_)\((u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"))\)")
NAMES = {"_", "gettext", "gettext_lazy"}


def of_template(path: Path) -> Iterator[str]:
    """Yield the sentences of a template, as Django looks them up."""
    from django.utils.translation.template import templatize

    for found in CALL.finditer(templatize(path.read_text("utf-8"), origin=str(path))):
        yield ast.literal_eval(found[1])


def of_python(path: Path) -> Iterator[str]:
    """Yield the constant sentences given to gettext in a module."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in NAMES
            and node.args
        ):
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def by_file(root: Path) -> dict[str, list[str]]:
    """Return the sentences of templates and modules by file, each file's in order and once."""
    found = {}
    for path in sorted((root / "twofront/web").rglob("*.html")):
        found[str(path.relative_to(root))] = list(dict.fromkeys(of_template(path)))
    for path in sorted((root / "twofront").rglob("*.py")):
        found[str(path.relative_to(root))] = list(dict.fromkeys(of_python(path)))
    return {name: words for name, words in found.items() if words}
