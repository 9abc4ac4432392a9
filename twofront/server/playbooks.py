"""Where playbooks lie, and their files as bytes; core reads and checks them."""

from collections.abc import Collection, Mapping
from pathlib import Path

from twofront.core import playbook
from twofront.core.errors import CannotDo

DEFAULT = "dongyang-2020"
_LARGEST = 4 * 1024 * 1024


def folder_of(given: str | None) -> Path:
    """Return the folder of a playbook: a path, or the code of one that came with the product."""
    if given and Path(given).is_dir():
        return Path(given)
    code = given or DEFAULT
    here = Path(__file__).resolve().parent.parent
    for base in (here / "playbooks", here.parent / "playbooks"):
        if (base / code).is_dir():
            return base / code
    raise CannotDo(
        "--playbook", f"no playbook {code}", "give a folder, or the code of one that came with the product"
    )


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the files of a playbook's folder and of `tables` in it, name to bytes; no other folder, no hidden file.

    Raises:
        CannotDo: The folder or a file in it cannot be read, a file is above 4 MiB, or there is no `.toml` in it.
    """
    files: dict[str, bytes] = {}
    try:
        tables = folder / "tables"
        found = [*folder.iterdir(), *(tables.iterdir() if tables.is_dir() else ())]
        for path in sorted(found):
            form = ".csv" if path.parent == tables else ".toml"
            if path.name.startswith(".") or path.suffix != form or not path.is_file():
                continue
            if path.stat().st_size > _LARGEST:
                raise CannotDo(str(path), "is larger than 4 MiB", "split it, or take out what is no playbook")
            name = str(path.relative_to(folder).as_posix())
            files[name.encode(errors="backslashreplace").decode()] = path.read_bytes()
    except OSError as e:
        raise CannotDo(
            str(e.filename or folder), f"cannot be read: {e.strerror}", "give the folder of a playbook"
        ) from None
    if not any(name.endswith(".toml") for name in files):
        raise CannotDo(
            str(folder), "has no .toml file", "give the folder of a playbook, such as playbooks/dongyang-2020"
        )
    return files


def require_place(folder: str, files: Mapping[str, bytes], places: Collection[str]) -> None:
    """Require that a playbook without faults is of a place among the county's divisions; before any are loaded it may be of any.

    Raises:
        CannotDo: It is another county's.
    """
    if not places or playbook.check(files):
        return
    place = playbook.read(files).place
    if place not in places:
        raise CannotDo(
            folder,
            f"is the playbook of {place}, which is no division of this county",
            "give this county's own playbook, or load the divisions first",
        )
