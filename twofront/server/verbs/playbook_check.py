"""Check the files of a playbook: every fault with file, line, value, what is wrong and what to do.

Example:
  twofront playbook check playbooks/dongyang-2020
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from twofront.core.errors import CannotDo
from twofront.core.playbook import check, parts_of

_LARGEST = 4 * 1024 * 1024


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the one argument."""
    parser.add_argument(
        "folder", metavar="DIR", type=Path, help="the folder of the playbook, with its .toml files"
    )


def run(args: argparse.Namespace) -> int:
    """Print the faults as JSON; 0 without any, 1 with some."""
    files = files_of(args.folder)
    faults = check(files)
    print(
        json.dumps(
            {"files": len(parts_of(files)), "faults": [asdict(f) for f in faults]},
            ensure_ascii=False,
            indent=2,
        )
    )
    return 1 if faults else 0


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the files of a playbook's folder, name to bytes, without its subfolders and hidden files.

    Raises:
        CannotDo: The folder or a file in it cannot be read, a file is above 4 MiB, or there is no `.toml` in it.
    """
    files: dict[str, bytes] = {}
    try:
        for path in sorted(folder.iterdir()):
            if path.name.startswith(".") or path.suffix != ".toml" or not path.is_file():
                continue
            if path.stat().st_size > _LARGEST:
                raise CannotDo(str(path), "is larger than 4 MiB", "split it, or take out what is no playbook")
            files[path.name.encode(errors="backslashreplace").decode()] = path.read_bytes()
    except OSError as e:
        raise CannotDo(
            str(e.filename or folder), f"cannot be read: {e.strerror}", "give the folder of a playbook"
        ) from None
    if not files:
        raise CannotDo(
            str(folder), "has no .toml file", "give the folder of a playbook, such as playbooks/dongyang-2020"
        )
    return files
