"""Pages of loading files: upload, progress, history, one import with its rejected rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from twofront.web.parts import Form, Link, NextLoad, Page, Pair, Progress, Table, Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadPage(Page):
    """Which file of which KIND goes in, for which day, known when?"""

    template: ClassVar[str] = "intake/upload.html"

    form: Annotated[Form, "KIND, file, day, known"]
    loads: Annotated[
        Sequence[NextLoad], "The KINDs with their empty xlsx and what is in the county already"
    ] = ()
    history_href: Annotated[str, "All imports"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressPage(Page):
    """How far is the load?"""

    template: ClassVar[str] = "intake/progress.html"

    progress: Annotated[Progress, "The job"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportsPage(Page):
    """What was loaded, by whom, and what was rejected?"""

    template: ClassVar[str] = "intake/imports.html"

    table: Annotated[
        Table, "Imports: file, KIND, by, at, read, accepted, duplicate, rejected; a row opens the import"
    ]
    upload_href: Annotated[str, "Page that takes a file"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPage(Page):
    """What became of this file, row by row?"""

    template: ClassVar[str] = "intake/import.html"

    title: Annotated[str, "The file's name"]
    kind: Annotated[str, "The KIND, in the reader's language"]
    read: Annotated[int, "Rows read = accepted + duplicate + rejected"]
    accepted: Annotated[int, "Rows taken"]
    duplicate: Annotated[int, "Rows already there"]
    rejected: Annotated[int, "Rows not taken"]
    by: Annotated[str, "Who loaded it"] = ""
    at: Annotated[datetime | None, "When"] = None
    pairs: Annotated[Sequence[Pair], "Hash, sheet, day, known, act"] = ()
    state: Annotated[str, "How it ended, in words"] = ""
    tone: Annotated[Tone, "How it ended"] = "good"
    reasons: Annotated[Table | None, "Reasons: column, reason, how many, cells"] = None
    rows: Annotated[Table | None, "The rejected rows: cell, value, reason, what to do"] = None
    downloads: Annotated[Sequence[Link], "The workbook with its marks; the rejected rows alone"] = ()
