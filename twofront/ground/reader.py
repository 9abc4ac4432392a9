"""The door through which a stranger's file is opened: a look at its outside, then a child process with limits.

What is in the file is never parsed here. The look tells what the file is (by its bytes, not its name) and whether an
honest program could have written it; the child reads, and gives back columns of bytes that are checked before use.
"""

import contextlib
import hashlib
import mmap
import os
import struct
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import IO, Any, TypeVar

import numpy as np
import pyarrow as pa

from twofront.core.errors import CannotDo
from twofront.core.sheets import Column, Grid, NoTable, WhichTable, cell_name
from twofront.core.sheets.columns import Shape
from twofront.ground import confined
from twofront.ground.confined import Limits
from twofront.ground.reader_look import Look, look
from twofront.ground.reader_words import SENTENCES

SMALL = Limits(512, 9)  # the answer must be there within 10 s
LARGE = Limits(1024, 60)
_ONE_SHEET = {"csv": "a CSV has one sheet", "parquet": "a Parquet file has one sheet"}
_SECONDS_FOR_SHEETS = 4  # after so many no further sheet of a workbook is opened
T = TypeVar("T")


class Unreadable(CannotDo):
    """A file that could not be read, or that no honest program writes; in both languages.

    Args:
        path: The file.
        code: A stable word; see `reader_words`.
        at: A line, a cell or a part of the file.
    """

    def __init__(self, path: Path, code: str, at: str = "") -> None:
        """Find the sentence of the code."""
        words = SENTENCES.get(code, SENTENCES["broken"])
        where = f"{path.name}:{at}" if words.has_line and at else path.name
        super().__init__(where, words.what.format(at=at), words.do, words.zh.format(at=at))
        self.code = code if code in SENTENCES else "broken"


def read(
    path: Path, *, sheet: str | int | None = None, limits: Limits | None = None, spent: float = 0
) -> Grid:
    """Read a file into a grid: CSV (UTF-8, GB18030; also `.gz`), xlsx, xls, ods or Parquet.

    Args:
        path: The file.
        sheet: For a workbook: the number of a sheet, from 1, or its name; None is the first that is not hidden.
        limits: What the child may use; None: `SMALL`, or `LARGE` where the look announces a large table.
        spent: Seconds of them that other sheets of the file have taken.

    Raises:
        Unreadable: The file cannot be read or is hostile; the answer comes within the limits' seconds.
        CannotDo: It cannot be opened, or has no second sheet.
    """
    try:
        with path.open("rb") as source, tempfile.TemporaryFile() as target:
            seen = look(source)
            if seen.fault:
                raise Unreadable(path, seen.fault, seen.at)
            if sheet not in {None, 1, "1"} and (one := _ONE_SHEET.get(seen.form)):
                raise CannotDo(path.name, one, "leave --sheet out")
            allowed = limits or (LARGE if seen.is_large else SMALL)
            allowed = replace(allowed, seconds=max(1, int(allowed.seconds - spent)))
            answer = _ask(path, source, target, seen, sheet, allowed)
            return _grid(path, answer, target)
    except OSError as e:
        raise CannotDo(
            path.name, f"cannot be opened: {e.strerror}", "check the name and the right to read it"
        ) from e


def first_table(path: Path, sheet: str | int | None, find: Callable[[Grid], T]) -> T:
    """Return what is found in the sheet that is named, else in the first such sheet that is not hidden.

    Args:
        path: The file.
        sheet: A sheet's number from 1, or its name; None if nobody said which.
        find: Finds the table in a sheet, or raises `NoTable`.

    Raises:
        NoTable: There is none; what was said of the first sheet.
        Unreadable: As `read`.
    """
    begin = monotonic()
    grid = read(path, sheet=sheet)
    try:
        return find(grid)
    except WhichTable:
        raise
    except NoTable:
        for name in grid.shown if sheet is None else ():
            spent = monotonic() - begin
            if name == grid.sheet or spent > _SECONDS_FOR_SHEETS:
                continue
            other = read(path, sheet=name, spent=spent)
            with contextlib.suppress(NoTable):
                return find(other)
        raise


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file.

    Raises:
        CannotDo: It cannot be opened.
    """
    try:
        with path.open("rb") as f:
            return hashlib.file_digest(f, "sha256").hexdigest()
    except OSError as e:
        raise CannotDo(str(path), e.strerror or str(e), "give a file that can be read") from e


def _ask(
    path: Path, source: IO[bytes], target: IO[bytes], seen: Look, sheet: str | int | None, limits: Limits
) -> dict[str, Any]:
    handles = (os.dup(source.fileno()), os.dup(target.fileno()))
    task = {
        "form": seen.form,
        "gz": seen.is_gz,
        "sheet": sheet,
        "columns": 100_000 if seen.form in {"csv", "parquet"} else 4096,
        "source": handles[0],
        "target": handles[1],
    }
    try:
        answer = confined.ask("twofront.ground.reader_child", task, handles=handles, limits=limits)
    except confined.OutOfTime:
        raise Unreadable(path, "time", str(limits.seconds)) from None
    except confined.Died as e:
        raise Unreadable(path, "memory" if e.is_memory else "broken") from None
    finally:
        for handle in handles:
            os.close(handle)
    if code := answer.get("error"):
        at = str(answer["at"])
        if code == "far_cell":
            column, row = map(int, at.split(","))
            at = cell_name(row + 1, column)
        raise Unreadable(path, code, at)
    return answer


def _grid(path: Path, answer: dict[str, Any], target: IO[bytes]) -> Grid:
    """Build the grid over the child's columns without copying them; what the child says is not believed unchecked."""
    rows = int(answer["rows"])
    size = target.seek(0, os.SEEK_END)
    if not size:
        return Grid({}, rows, answer["sheet"], tuple(answer["sheets"]), shown=tuple(answer.get("shown", ())))
    merged, hidden, is_filtered = answer["shape"]
    shape = Shape([tuple(m) for m in merged], [tuple(h) for h in hidden], is_filtered)
    whole = pa.py_buffer(mmap.mmap(target.fileno(), size, access=mmap.ACCESS_READ))
    columns: dict[int, Column] = {}
    try:
        for number, begin, offsets, tags, text in answer["columns"]:
            if offsets != rows + 1 or tags != rows:
                raise pa.ArrowInvalid("a column of another length")
            kinds = begin + 4 * offsets
            buffers = [None, whole.slice(begin, 4 * offsets), whole.slice(kinds + tags, text)]
            texts = pa.Array.from_buffers(pa.string(), rows, buffers)
            texts.validate(full=True)
            columns[int(number)] = Column(texts, np.frombuffer(whole.slice(kinds, tags), np.uint8))
        lines = answer.get("lines")
        numbers = np.frombuffer(whole.slice(lines[0], 8 * lines[1]), np.int64) if lines else None
    except (pa.ArrowInvalid, IndexError, ValueError, struct.error):
        raise Unreadable(path, "bad_text") from None
    return Grid(
        columns,
        rows,
        answer["sheet"],
        tuple(answer["sheets"]),
        numbers,
        shape,
        tuple(answer.get("shown", ())),
    )
