"""The child process in which a file of strangers is opened; it can use little, and reach nothing.

It is given two open files, the stranger's and an empty one, and gives up the right to open anything else. What it
read goes into the second file as plain columns of bytes, and its answer says where each lies.
"""

import os
from collections.abc import Callable, Mapping
from io import BufferedReader, BufferedWriter
from typing import Any

from twofront.core.sheets.columns import Columns, Filled, Unreadable
from twofront.ground import confined
from twofront.ground.reader_forms import FORMS, Form


def main() -> None:
    """Read the file of the task, and answer where its columns lie or why it cannot be read."""
    task = confined.task()
    form: Form = FORMS[task["form"]]
    form.prepare()
    confined.give_up(task)
    with os.fdopen(task["source"], "rb") as source, os.fdopen(task["target"], "wb") as target:
        confined.answer(_answer(form.read, source, target, task))


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
        shape = columns.shape
        answer["shape"] = [shape.merged, shape.hidden, shape.is_filtered]
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
