"""Long work that a page asks for: taking a file in, and marking one to be given back.

A job is named by its progress row; what was asked stands beside the file in the inbox, so that a job whose worker was
killed runs again with the same words. Who asked is found anew when it runs: rights that ended meanwhile are gone.
"""

import dataclasses
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from procrastinate.contrib.django import app

from twofront.apps.units import queries as units
from twofront.core.errors import CannotDo, Refused
from twofront.ground import clock, intake, jobs, ledger, scope
from twofront.ground.acts import new_uid
from twofront.ground.scope import Actor
from twofront.ground.spoken import line_of
from twofront.server import exercise_jobs, returning
from twofront.server.loads import loader
from twofront.server.returning import inbox

__all__ = ["ask_load", "ask_mark", "asked_of", "exercise_jobs", "load_file", "mark_file"]

LOAD, MARK = "load", "mark"
_SUFFIX = re.compile(r"(\.[A-Za-z0-9]{1,8}){1,2}$")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page asked of a load: the KIND, the file as it was called, and from when its rows hold and are known."""

    kind: str
    name: str
    path: str
    on: str
    known: str | None = None
    layout: str | None = None
    zero_value: float | None = None


def ask_load(
    chunks: Iterable[bytes],
    *,
    kind: str,
    name: str,
    on: date,
    known: datetime | None,
    layout: str | None,
    zero_value: float | None,
    by: Actor,
) -> UUID:
    """Keep a file in the inbox and put its load into the queue; returns the name of its progress."""
    found = _SUFFIX.search(name)
    kept = inbox() / f"upload-{new_uid()}{found.group().lower() if found else ''}"
    with kept.open("wb") as f:
        for chunk in chunks:
            f.write(chunk)
    asked = Asked(
        kind, name, kept.name, on.isoformat(), known.isoformat() if known else None, layout, zero_value
    )
    body = {"kind": kind, "file": name}

    def defer(uid: str) -> None:
        _asked_file(uid).write_text(json.dumps(dataclasses.asdict(asked)), "utf-8")
        load_file.defer(uid=uid)

    return jobs.begin(f"{LOAD}:{kind}", by=by, body=body, defer=defer)


def ask_mark(import_id: UUID, *, name: str, by: Actor) -> UUID:
    """Put the marking of an import's file into the queue; returns the name of its progress."""
    return jobs.begin(
        f"{MARK}:{import_id}",
        by=by,
        body={"file": name},
        defer=lambda uid: mark_file.defer(uid=uid, import_id=str(import_id)),
    )


def asked_of(uid: UUID) -> Asked | None:
    """Return what was asked of a load, as long as it is not done."""
    file = _asked_file(str(uid))
    return Asked(**json.loads(file.read_text("utf-8"))) if file.exists() else None


@app.task(name="load_file", queue=jobs.WORK, lock="load")
def load_file(uid: str) -> None:
    """Take the file in as whoever asked; refusals are told as the job's result, in both languages."""
    asked = asked_of(UUID(uid))
    if asked is None:
        return
    with jobs.told(UUID(uid)) as teller:
        try:
            report = _load(UUID(uid), asked, said=teller)
        except (CannotDo, Refused) as e:
            en, zh = (s.replace(asked.path, asked.name) for s in (e.en, line_of(e)))
            teller.end("failed", {"en": en, "zh": zh, "file": asked.name})
        else:
            teller.end("done", {**dataclasses.asdict(report), "columns": [], "file": asked.name})
    (inbox() / asked.path).unlink(missing_ok=True)
    _asked_file(uid).unlink(missing_ok=True)


@app.task(name="mark_file", queue=jobs.WORK)
def mark_file(uid: str, import_id: str) -> None:
    """Mark the wrong cells of an import's file, and keep the workbook until it is asked for."""
    with jobs.told(UUID(uid)) as teller:
        teller("marking")
        try:
            with scope.reading(scope.READ_COUNTY):
                returning.keep(UUID(import_id))
        except CannotDo as e:
            teller.end("failed", {"en": e.en, "zh": line_of(e)})
        else:
            teller.end("done", {"import_id": import_id})


def _load(uid: UUID, asked: Asked, *, said: jobs.Teller) -> intake.Report:
    with scope.reading(scope.READ_COUNTY):
        job = ledger.job(uid)
        by = units.actor(job.by) if job else None
    if by is None:
        raise Refused("the account that asked is closed; nothing was loaded", "提出的账号已停用, 没有装入")
    sent = intake.Sent(
        name=asked.name,
        on=date.fromisoformat(asked.on),
        known=datetime.fromisoformat(asked.known) if asked.known else None,
        options={"layout": asked.layout, "zero_value": asked.zero_value},
    )
    with scope.reading(by.scope):
        path = inbox() / asked.path
        return intake.load(
            loader(asked.kind), path, by=by, at=clock.now(), sent=sent, keep_in=inbox(), said=said
        )


def _asked_file(uid: str) -> Path:
    return inbox() / f"asked-{uid}.json"
