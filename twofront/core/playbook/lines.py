"""Where in a TOML file each value stands.

`tomllib` gives the values but forgets their lines. This scan walks a text that `tomllib` has already accepted, so it
needs to know only where strings, arrays and tables begin and end.
"""

import re
from itertools import count

from twofront.core.playbook.fields import Path

_PART = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*""")
_BARE = re.compile(r"[^,\]}\n#]*")
_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BLANK = re.compile(r"[ \t\r]*")
_STRINGS = (
    re.compile(r'"""(?:[^\\]|\\.)*?"""{1,3}(?!")|"""(?:[^\\]|\\.)*?"""', re.DOTALL),
    re.compile(r"'''.*?'''(?:'{1,2}(?!'))?", re.DOTALL),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
)


def lines_of(text: str) -> dict[Path, int]:
    r"""Return the line, from 1, of each table, key and element of a TOML text that `tomllib` accepts.

    The path of the third `[[role]]` is `("role", 2)`, of its key `("role", 2, "key")`, of the second element of a list in
    it `("role", 2, "permissions", 1)`.

    Example:
        >>> lines_of('[[role]]\nkey = "a"\npermissions = [\n  "x",\n  "y",\n]\n')[("role", 0, "permissions", 1)]
        5
    """
    return _Scan(text).run()


class _Scan:
    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = 0
        self.found: dict[Path, int] = {}
        self.tables: dict[Path, int] = {}
        self._counted = (0, 1)

    def run(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip(_SPACE) < len(self.text):
            if self.text[self.pos] == "[":
                table = self._header()
            else:
                self._pair(table)
        return self.found

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self.text, self.pos)
        self.pos = found.end() if found else self.pos
        return self.pos

    def _line(self) -> int:
        at, line = self._counted
        self._counted = (self.pos, line + self.text.count("\n", at, self.pos))
        return self._counted[1]

    def _names(self) -> list[str]:
        names = []
        while found := _PART.match(self.text, self.pos):
            names.append(next(g for g in found.groups() if g is not None))
            self.pos = found.end()
            if self.text[self.pos] != ".":
                break
            self.pos += 1
        return names

    def _header(self) -> Path:
        line = self._line()
        double = self.text.startswith("[[", self.pos)
        self.pos += 2 if double else 1
        path: Path = ()
        names = self._names()
        for i, name in enumerate(names):
            path = (*path, name)
            if double and i == len(names) - 1:
                self.found.setdefault(path, line)
                self.tables[path] = self.tables.get(path, -1) + 1
            if path in self.tables:
                path = (*path, self.tables[path])
        self.pos += 2 if double else 1
        self.found[path] = line
        return path

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = table
        for name in self._names():
            path = (*path, name)
            self.found.setdefault(path, line)
        self.pos += 1  # the sign of equality
        self._skip(_BLANK)
        self._value(path)

    def _value(self, path: Path) -> None:
        first = self.text[self.pos]
        if first == "[":
            self._array(path)
        elif first == "{":
            self._inline(path)
        elif first in "\"'":
            next(None for s in _STRINGS if s.match(self.text, self.pos) and self._skip(s))
        else:
            self._skip(_BARE)

    def _array(self, path: Path) -> None:
        self.pos += 1
        for i in count():
            self._skip(_SPACE)
            if self.text[self.pos] == "]":
                break
            self.found[(*path, i)] = self._line()
            self._value((*path, i))
            self._skip(_SPACE)
            self.pos += self.text[self.pos] == ","
        self.pos += 1

    def _inline(self, path: Path) -> None:
        self.pos += 1
        while self.text[self._skip(_SPACE)] != "}":
            self._pair(path)
            self._skip(_SPACE)
            self.pos += self.text[self.pos] == ","
        self.pos += 1
