"""Where playbooks lie, and their files as bytes; core reads and checks them."""

from pathlib import Path

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
    """Return the files of a playbook's folder, name to bytes, without its subfolders and hidden files.

    Raises:
        CannotDo: The folder or a file in it cannot be read, a file is above 4 MiB, or there is no `.toml` in it.
    """
    files: dict[str, bytes] = {}
    try:
        for path in sorted(folder.iterdir()):
            if path.name.startswith(".") or path.suffix not in (".toml", ".csv") or not path.is_file():
                continue
            if path.stat().st_size > _LARGEST:
                raise CannotDo(str(path), "is larger than 4 MiB", "split it, or take out what is no playbook")
            files[path.name.encode(errors="backslashreplace").decode()] = path.read_bytes()
    except OSError as e:
        raise CannotDo(
            str(e.filename or folder), f"cannot be read: {e.strerror}", "give the folder of a playbook"
        ) from None
    if not any(name.endswith(".toml") for name in files):
        raise CannotDo(
            str(folder), "has no .toml file", "give the folder of a playbook, such as playbooks/dongyang-2020"
        )
    return files
