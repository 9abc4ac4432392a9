# ruff: noqa: S608 - texts enter SQL through engine.literal and engine.name only
"""A table in a file, as the engine scans it: CSV in UTF-8 or GB18030, plain or gzip; Parquet, a file or a folder of it.

The engine scans fast and knows no line numbers; only when it finds a fault are the rows walked again to say where. A CSV
that its strict reader refuses (mixed line ends, GB18030, a ragged row) is first written out clean, and that walk names the
row that nobody could read.
"""

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, cast

import duckdb

from twofront.lake import engine
from twofront.lake.engine import literal, literals
from twofront.lake.faults import Fault

CELL, ROW = "\x1f", "\x1e"
"""Unit and record separator: they part the cells of a clean copy; no clerk's file has them."""

LINE_LIMIT = 1 << 24
csv.field_size_limit(LINE_LIMIT)


@dataclass(slots=True)
class Source:
    """A file with a heading; a context, because clean copies lie in a folder that must go.

    Args:
        path: What the user named, for messages.
        headings: The headings, trimmed, in order; a column without one has "".
        types: Their engine types, by heading; VARCHAR in a CSV.
    """

    path: Path
    headings: list[str]
    types: dict[str, str]
    parquet: list[str] = field(default_factory=list)
    encoding: str = "utf-8-sig"
    folder: "TemporaryDirectory[str] | None" = None

    def __enter__(self) -> "Source":
        return self

    def __exit__(self, *_: object) -> None:
        if self.folder is not None:
            self.folder.cleanup()

    def need(self, *wanted: str) -> None:
        """Check that each wanted column is there, once.

        Raises:
            Fault: `column` or `column_twice`.
        """
        for column in wanted:
            if column not in self.types:
                raise Fault(
                    "column",
                    f"{self.path}:1",
                    column=column,
                    found=", ".join(c for c in self.headings[:6] if c),
                )
            if self.headings.count(column) > 1:
                raise Fault("column_twice", f"{self.path}:1", column=column)

    def scan(self) -> str:
        """Return what stands after FROM, in the order of the file; the headings are the names, the cells of a CSV raw."""
        if self.parquet:
            return f"read_parquet({literals(self.parquet)})"
        with _text(self.path, self.encoding) as text:
            reader = csv.reader(text, skipinitialspace=True)
            next(reader)
            skip = reader.line_num
        return self._csv(str(self.path), names=_distinct(self.headings), skip=skip, delimiter=",", quote='"')

    def scan_clean(self) -> str:
        """Return the same from a clean copy of a CSV, for what the engine's own reader refuses."""
        return self._csv(str(self._clean()), names=_distinct(self.headings), skip=0, delimiter=CELL, quote="")

    def scan_lines(self) -> str:
        """Return the rows of a CSV as one column `line`, the cells parted by `CELL`, for tables with thousands of columns."""
        return self._csv(str(self._clean()), names=["line"], skip=0, delimiter=ROW, quote="")

    def row(self, number: int) -> tuple[str, dict[str, str]]:
        """Return `FILE:LINE` and the cells of a row by its place in the scan, from 1; of a Parquet file its row, from 1."""
        if self.parquet:
            return self._parquet_row(number)
        where, cells = next(islice(self.rows(), number - 1, None))
        return where, dict(zip(_distinct(self.headings), cells, strict=True))

    def rows(self) -> Iterator[tuple[str, list[str]]]:
        """Walk the rows of a CSV: `FILE:LINE` and the trimmed cells; an empty line is no row.

        Raises:
            Fault: `ragged`: a row has fewer or more cells than the heading; `csv`: it cannot be parted into cells.
        """
        width = len(self.headings)
        with _text(self.path, self.encoding) as text:
            reader = csv.reader(text, skipinitialspace=True)
            try:
                next(reader)
                for row in reader:
                    if len(row) <= 1 < width and not "".join(row).strip():
                        continue
                    where = f"{self.path}:{reader.line_num}"
                    if len(row) < width or any(c.strip() for c in row[width:]):
                        raise Fault("ragged", where, found=str(len(row)), wanted=str(width))
                    yield where, [c.strip() for c in row[:width]]
            except csv.Error as e:
                raise Fault("csv", f"{self.path}:{reader.line_num}", why=_why(e)) from None

    def _clean(self) -> Path:
        path = Path(self._copies(), "clean.csv")
        if not path.exists():
            with path.open("w", encoding="utf-8", newline="") as out:
                for where, cells in self.rows():
                    line = CELL.join(cells)
                    if line.count(CELL) >= len(cells) or any(c in line for c in "\r\n\x1e"):
                        raise Fault("control", where)
                    out.write(line + "\n")
        return path

    def _csv(self, path: str, *, names: Sequence[str], skip: int, delimiter: str, quote: str) -> str:
        columns = ", ".join(f"{literal(n)}: 'VARCHAR'" for n in names)
        compression = "gzip" if _is_gzip(Path(path)) else "none"
        return (
            f"read_csv({literals([self._plain(path)])}, auto_detect=false, header=false, skip={skip}, columns={{{columns}}}, "
            f"delim={literal(delimiter)}, quote={literal(quote)}, escape={literal(quote)}, compression='{compression}', "
            f"max_line_size={LINE_LIMIT})"
        )

    def _plain(self, path: str) -> str:
        """Return the path, or that of a link to it where the engine would take its name for a pattern."""
        if not any(c in path for c in "*?[{\\"):
            return path
        link = Path(self._copies(), "plain")
        if not link.is_symlink():
            link.symlink_to(Path(path).resolve())
        return str(link)

    def _copies(self) -> str:
        if self.folder is None:
            self.folder = TemporaryDirectory(prefix="twofront-")
        return self.folder.name

    def _parquet_row(self, number: int) -> tuple[str, dict[str, str]]:
        with engine.connection() as con:
            for path in self.parquet:
                scan = f"FROM read_parquet({literals([path])})"
                rows = con.execute(f"SELECT count(*) {scan}").fetchall()[0][0]
                if number <= rows:
                    break
                number -= rows
            cells = con.execute(f"SELECT COLUMNS(*)::VARCHAR {scan} LIMIT 1 OFFSET {number - 1}").fetchall()[
                0
            ]
        shown = self.path / Path(path).relative_to(self.path.resolve()) if self.path.is_dir() else self.path
        return f"{shown}:{number}", dict(zip(self.headings, cells, strict=True))


def opened(path: Path) -> Source:
    """Open a table.

    Raises:
        Fault: `missing`, `unreadable`, `empty`, or `encoding` (neither UTF-8 nor GB18030).
    """
    if path.is_dir():
        return _parquet(path, sorted(str(p) for p in path.resolve().rglob("*.parquet")))
    if not path.is_file():
        raise Fault("missing", str(path))
    try:
        if _starts(path, b"PAR1"):
            return _parquet(path, [str(path)])
        encoding = _encoding(path)
        with _text(path, encoding) as text:
            headings = [c.strip() for c in next(csv.reader(text, skipinitialspace=True), [])]
    except (OSError, EOFError, csv.Error, zlib.error) as e:
        raise Fault("unreadable", str(path), why=_why(e)) from None
    if not any(headings):
        raise Fault("empty", str(path))
    return Source(path, headings, {c: "VARCHAR" for c in headings if c}, encoding=encoding)


def _parquet(path: Path, files: list[str]) -> Source:
    if not files:
        raise Fault("empty", str(path))
    with engine.connection() as con:
        try:
            rows = con.execute(f"DESCRIBE SELECT * FROM read_parquet({literals(files)})").fetchall()
        except duckdb.Error as e:
            raise Fault("unreadable", str(path), why=_why(e)) from None
    return Source(path, [str(r[0]) for r in rows], {str(r[0]): str(r[1]) for r in rows}, parquet=files)


def _distinct(headings: Sequence[str]) -> list[str]:
    """Give each column a name of its own, for the engine: the heading, or its place where that is empty or taken."""
    seen: set[str] = set()
    out = []
    for place, heading in enumerate(headings):
        key = heading if heading and heading.lower() not in seen else f"{CELL}{place}"
        seen.add(key.lower())
        out.append(key)
    return out


def _is_gzip(path: Path) -> bool:
    return _starts(path, b"\x1f\x8b")


def _starts(path: Path, magic: bytes) -> bool:
    with path.open("rb") as f:
        return f.read(len(magic)) == magic


def _bytes(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path, "rb")) if _is_gzip(path) else path.open("rb")


def _text(path: Path, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(_bytes(path), encoding=encoding, newline="")


def _encoding(path: Path) -> str:
    """Decide between UTF-8 and GB18030 by reading all of it; some files betray themselves only in the last line."""
    line = 1
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        line, chunk = 1, b""
        with _bytes(path) as f:
            try:
                while chunk := f.read(1 << 20):
                    decoder.decode(chunk)
                    line += chunk.count(b"\n")
                decoder.decode(b"", final=True)
            except UnicodeDecodeError as e:
                line += chunk[: e.start].count(b"\n")
                continue
        return encoding
    raise Fault("encoding", f"{path}:{line}")


def _why(error: Exception) -> str:
    words = getattr(error, "strerror", None) or str(error)
    return words.splitlines()[0][:200] if words else type(error).__name__
