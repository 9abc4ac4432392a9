"""What a command writes where it is told to: whole or not at all, and through whatever is no file."""

import os
import stat
import sys
import tempfile
from pathlib import Path

from twofront.core.errors import CannotDo

_STREAMS = {"dev", "proc"}
"""Where a name such as /dev/stdout stands for what is open already, a file too."""


def give(data: bytes, path: Path | None) -> None:
    """Print bytes, or write them whole: beside their place first, then by a rename.

    A link is followed and stays a link; a device or a pipe is written to, never replaced.

    Raises:
        CannotDo: The place cannot be written.
    """
    if path is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        return
    try:
        found = path.stat() if path.exists() else None
        if found is not None and (not stat.S_ISREG(found.st_mode) or path.absolute().parts[1] in _STREAMS):
            with path.open("ab") as through:
                through.write(data)
            return
        _replace(path.resolve(), data, mode=stat.S_IMODE(found.st_mode) if found else 0o644)
    except OSError as e:
        raise CannotDo(
            str(path), f"cannot be written: {e.strerror}", "give a place in a folder that exists"
        ) from None


def _replace(place: Path, data: bytes, *, mode: int) -> None:
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(mode)
        Path(name).replace(place)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
