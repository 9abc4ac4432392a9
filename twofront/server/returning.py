"""Giving a file back: the same workbook with exactly its wrong cells filled and explained, and its sums behind it."""

from pathlib import Path
from uuid import UUID

from django.conf import settings

from twofront.core.errors import CannotDo
from twofront.core.sheets import cell_name
from twofront.ground import export, ledger, reader
from twofront.ground.export import Mark
from twofront.ground.ledger import Taken

AT_ONCE = 3_000
"""Up to so many rows a file is marked while its reader waits."""


def inbox() -> Path:
    """Return the folder in which the county keeps the files that came.

    Raises:
        CannotDo: The program runs without a data folder.
    """
    if settings.DATA is None:
        raise CannotDo("TWOFRONT_DATA", "names no data folder", "start with 'twofront serve --data DIR'")
    return settings.DATA.inbox


def marked(uid: UUID, *, beside: Path | None = None) -> bytes:
    """Return the file of an import with its wrong cells marked.

    Args:
        uid: The import.
        beside: Where the file lies, if not in the inbox (a dry run keeps none).

    Raises:
        CannotDo: There is no such import, its file is gone, or it is too large to be marked.
    """
    kept = _kept(uid)
    if kept.exists():
        return kept.read_bytes()
    taken = ledger.import_of(uid)
    source = None if taken is None else beside or file_of(taken)
    if taken is None or source is None:
        raise CannotDo(str(uid), "the file of this import is no longer kept", "load it again")
    grid = reader.read(source, sheet=taken.report.get("sheet"))
    marks = [
        Mark(reason["cell"], f"{reason['zh']} · {reason['field']}/{reason['code']}")
        for row in ledger.refused_rows(uid)
        for reason in row.reasons
        if reason["cell"]
    ]
    sums = export.sums(taken.file, {**taken.report, "sha256": taken.sha256})
    return export.report(source, grid, marks, sums)


def keep(uid: UUID) -> Path:
    """Mark the file of an import and keep the workbook beside it.

    Raises:
        CannotDo: As `marked`.
    """
    kept = _kept(uid)
    body = marked(uid)
    part = kept.with_suffix(".part")
    part.write_bytes(body)
    return part.replace(kept)


def is_kept(uid: UUID) -> bool:
    """Tell whether the marked workbook was made before."""
    return _kept(uid).exists()


def file_of(taken: Taken) -> Path | None:
    """Return where an import's file is kept, or None if it is gone."""
    return next((p for p in sorted(inbox().glob(f"{taken.sha256}*")) if ".part" not in p.name), None)


def headings(taken: Taken, width: int) -> list[str]:
    """Return the headings of an import's file; the columns' letters where the file is gone or large."""
    letters = [cell_name(1, c)[:-1] for c in range(width)]
    source = file_of(taken) if taken.read <= AT_ONCE else None
    if source is None or taken.report.get("header_row") is None:
        return letters
    grid = reader.read(source, sheet=taken.report.get("sheet"))
    number = int(taken.report["header_row"])
    place = number if grid.lines is None else int(grid.lines.searchsorted(number)) + 1
    found = grid.row(place)[:width]
    return found + letters[len(found) :]


def _kept(uid: UUID) -> Path:
    return inbox() / f"marked-{uid}.xlsx"
