"""The child process in which a file of strangers is opened; it can use little, and reach nothing.

It is given two open files, the stranger's and an empty one, sets its own limits, and then gives up the right to open
anything else: with no file number left there is no other file, no socket and no library to load. What it read goes
into the second file as plain columns of bytes, and one line of JSON on stdout says where each lies.
"""

import json
import os
import resource
import sys
from collections.abc import Callable, Mapping
from io import BufferedReader, BufferedWriter
from typing import Any

from twofront.core.sheets.columns import Columns, Filled, Unreadable
from twofront.ground.reader_forms import FORMS, Form


def main() -> int:
    """Read the file named by the arguments and answer with one line of JSON; always 0 unless killed."""
    task: Mapping[str, Any] = json.loads(sys.argv[1])
    form: Form = FORMS[task["form"]]
    form.prepare()
    _confine(task["memory"], task["seconds"])
    with os.fdopen(task["source"], "rb") as source, os.fdopen(task["target"], "wb") as target:
        answer = _answer(form.read, source, target, task)
    sys.stdout.write(json.dumps(answer))
    sys.stdout.flush()
    return 0


def _confine(memory: int, seconds: int) -> None:
    """Give up, for good, memory beyond *memory* bytes, time beyond *seconds*, and every way to open anything."""
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_FSIZE, memory),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _answer(
    read: Callable[[BufferedReader, Columns, Mapping[str, Any]], dict[str, Any]],
    source: BufferedReader,
    target: BufferedWriter,
    task: Mapping[str, Any],
) -> dict[str, Any]:
    try:
        columns = Columns(task["columns"])
        answer = read(source, columns, task)
        answer["columns"] = [_write(filled, target) for filled in columns.finish(answer["rows"])]
        if (lines := answer.pop("lines", None)) is not None:
            answer["lines"] = [target.tell(), len(lines)]
            target.write(lines.tobytes())
        target.flush()
    except Unreadable as e:
        return {"error": e.code, "at": e.at}
    except MemoryError:
        return {"error": "memory", "at": ""}
    except Exception as e:  # noqa: BLE001 - a parser's complaint about a stranger's file, whatever its kind
        return {"error": "broken", "at": type(e).__name__}
    return answer


def _write(filled: Filled, target: BufferedWriter) -> list[int]:
    """Write one column; return its number, where it begins, and the sizes of offsets, kinds and text."""
    begin = target.tell()
    target.writelines((filled.offsets.tobytes(), filled.tags.tobytes(), filled.data))
    size = len(filled.data)
    target.write(b"\0" * (-target.tell() % 8))
    return [filled.column, begin, filled.offsets.size, filled.tags.size, size]
