"""A child that gives up its rights as the reader does, then tries everything it should not be able to do."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

from twofront.ground import confined


def main() -> None:
    """Answer what each attempt came to."""
    task = confined.task()
    is_root = os.geteuid() == 0
    confined.give_up(task, files=task["files"], folder=task["folder"])
    attempts: dict[str, Callable[[], object]] = {
        "read": lambda: Path(task["read"]).read_bytes(),
        "write outside": lambda: Path(task["outside"]).write_bytes(b"x"),
        "remove outside": lambda: Path(task["read"]).unlink(),
        "connect": lambda: socket.create_connection(("127.0.0.1", task["port"]), 1),
        "fork": lambda: os.fork() or os._exit(0),
        "memory": lambda: bytearray(task["memory"]),
    }
    if task["folder"]:
        attempts["write inside"] = lambda: (Path(task["folder"]) / "x").write_bytes(b"x")
    said = {}
    for name, attempt in attempts.items():
        if name == "fork" and is_root:
            continue  # the kernel does not count root's processes
        try:
            attempt()
        except (OSError, MemoryError) as e:
            said[name] = type(e).__name__
        else:
            said[name] = "done"
    confined.answer(said)
