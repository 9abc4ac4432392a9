"""The price of the walls: what row security adds to a request, and what the audit takes from sixteen writers.

Run: `python bench/walls.py [FIRMS] [DAYS]`; one JSON line. The county is made by `init` and `load` in a temporary folder
(FIRMS firms report on DAYS days).

A request is asked twice in turn, whole, in one process, by somebody who sees the county, so that both answers are the
same (it is checked): as the serving login with its scope set, and as a login that row security does not bind, with no
scope set at all. The difference is the whole wall: policies, and the round trips that set the scope. For a township,
which without the wall would see more, a sum over its reports is asked, beside the same sum with the filter written out.

Sixteen processes declare reports for some seconds, with the audit (events, notes of the rows touched, and the sealer
beside them) and without (no event, the noting triggers off, no sealer); in turn, three times.
"""

import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from backup import ROOT, _county
from rosters import _credit_code

sys.path.insert(0, str(ROOT))
REQUESTS, WRITERS, SECONDS, ROUNDS = 200, 16, 10.0, 3
PAGES = ("/api/v1/board", "/", "/late")
ON = date(2020, 2, 18)
SUM = "select count(*), sum(on_site) from enterprises_report where opened"


def main() -> None:
    """Make the county, measure, print."""
    firms = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    days = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    from twofront.ground import postgres
    from twofront.ground.folder import Folder
    from twofront.server import county

    root = Path(tempfile.mkdtemp(prefix="twofront-bench-"))
    root.chmod(0o711)
    folder = Folder(root / "county")
    try:
        _county(root, folder.root, firms=firms, days=days)
        with postgres.cluster(folder):
            county.set_up(folder)
            figures: dict[str, object] = {"firms": firms, "reports": firms * days, "cores": os.cpu_count()}
            figures |= {"load": os.getloadavg()[0], "requests": _requests(folder)}
            figures |= {"township": _township(folder), "writers": _writers(folder, firms)}
            figures |= {"load_after": os.getloadavg()[0]}
    finally:
        folder.remove()
        shutil.rmtree(root, ignore_errors=True)
    print(json.dumps(figures))


@contextmanager
def _unbound(folder: Any) -> Iterator[None]:
    """Ask as the superuser, whom row security does not bind, and set no scope."""
    from django.db import connections

    from twofront.ground import scope

    serving = connections["default"]
    connection = connections.create_connection("default")
    connection.settings_dict = serving.settings_dict | {
        "USER": "postgres",
        "PASSWORD": folder.secret("postgres.password"),
    }
    connections["default"] = connection
    try:
        with mock.patch.object(scope, "_set"):
            yield
    finally:
        connections["default"] = serving
        connection.close()


def _requests(folder: Any) -> dict[str, Any]:
    """Return the medians of each page in ms, with the wall and without, asked in turn."""
    from django.test import Client

    from twofront.apps.units import actions, queries
    from twofront.ground import acts, clock, scope

    with scope.reading(scope.READ_COUNTY):
        by, at = queries.actor(queries.OPERATOR), clock.now()
        token = actions.issue_token(queries.OPERATOR, by=by, under=None, key=acts.new_key(), at=at).secret  # type: ignore[arg-type]
    client = Client(headers={"Authorization": f"Bearer {token}"})
    figures = {}
    for page in PAGES:
        answers: set[bytes] = set()
        ask = partial(_asked, client, page, answers)
        with_wall, without = [], []
        for _ in range(REQUESTS // 10):
            with_wall += _times(ask, warm=3)
            with _unbound(folder):
                without += _times(ask, warm=3)
        a, b = statistics.median(with_wall), statistics.median(without)
        figures[page] = {
            "with_ms": round(a, 2),
            "without_ms": round(b, 2),
            "wall_ms": round(a - b, 2),
            "answers": len(answers),
        }
    return figures


def _asked(client: Any, page: str, answers: set[bytes]) -> None:
    answer = client.get(page)
    if answer.status_code != 200:
        raise SystemExit(f"{page}: {answer.status_code}")
    answers.add(bytes(answer.content))


def _times(ask: Callable[[], object], *, warm: int) -> list[float]:
    for _ in range(warm):
        ask()
    times = []
    for _ in range(10):
        began = time.perf_counter()
        ask()
        times.append(1000 * (time.perf_counter() - began))
    return times


def _township(folder: Any) -> dict[str, float]:
    """Return the medians of a sum over a township's reports: filtered by the policy, and by a condition written out."""
    from django.db import connection, transaction

    from twofront.ground import scope

    block = "330783001"
    seen: set[Any] = set()

    def ask(sql: str, *values: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            seen.add(cursor.fetchone())

    with_wall, without = [], []
    for _ in range(REQUESTS // 10):
        with transaction.atomic():
            scope.apply(read=frozenset({("*", block)}))
            with_wall += _times(lambda: ask(SUM), warm=2)
        with _unbound(folder):
            without += _times(lambda: ask(f"{SUM} and left(block_code, 9) = %s", block), warm=2)
    if len(seen) != 1:
        raise SystemExit(f"the wall and the condition differ: {seen}")
    a, b = statistics.median(with_wall), statistics.median(without)
    return {"with_ms": round(a, 2), "without_ms": round(b, 2), "wall_ms": round(a - b, 2)}


def _writers(folder: Any, firms: int) -> dict[str, Any]:
    """Return the acts a second of sixteen writers, with the audit and without, round by round."""
    from django.db import connections

    rates: dict[bool, list[float]] = {True: [], False: []}
    for audited in (True, False) * ROUNDS:
        with connections["owner"].cursor() as cursor:
            for trigger in ("note_new", "note_change", "note_old"):
                cursor.execute(
                    f"alter table enterprises_report {'enable' if audited else 'disable'} trigger {trigger}"
                )
        connections.close_all()
        began = time.perf_counter()
        children = [_fork(partial(_write, n, firms, audited=audited)) for n in range(WRITERS)]
        sealer = _fork(_seal) if audited else None
        written = sum(int(_read(pipe, pid)) for pid, pipe in children)
        rates[audited].append(written / (time.perf_counter() - began))
        if sealer is not None:
            _read(sealer[1], sealer[0])
    a, b = (statistics.median(rates[k]) for k in (True, False))
    return {
        "with": [round(r) for r in rates[True]],
        "without": [round(r) for r in rates[False]],
        "kept": round(a / b, 2),
    }


def _fork(work: Callable[[], int]) -> tuple[int, int]:
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        with suppress(BaseException):
            os.write(write, str(work()).encode())
            code = 0
        os._exit(code)
    os.close(write)
    return pid, read


def _read(pipe: int, pid: int) -> str:
    with os.fdopen(pipe) as f:
        text = f.read()
    if os.waitpid(pid, 0)[1]:
        raise SystemExit("a writer failed")
    return text


def _write(n: int, firms: int, *, audited: bool) -> int:
    """Declare reports of firms of one's own, one act each, until the time is over."""
    from twofront.apps.enterprises import actions
    from twofront.apps.units import queries
    from twofront.ground import acts, clock, scope

    if not audited:
        acts.OpenAct.event = lambda *_, **__: None  # type: ignore[method-assign]
    with scope.reading(scope.READ_COUNTY):
        by, at = queries.actor(queries.OPERATOR), clock.now()
    if by is None:
        raise SystemExit("no operator")
    until, written = time.perf_counter() + SECONDS, 0
    chance = int.from_bytes(os.urandom(3), "big")
    while time.perf_counter() < until:
        code = _credit_code((written * WRITERS + n) % firms)
        with scope.reading(scope.READ_COUNTY):
            actions.declare(
                code, ON, opened=True, on_site=chance + written, difficulty="", by=by, under=None, key=acts.new_key(), at=at
            )  # fmt: skip
        written += 1
    return written


def _seal() -> int:
    """Seal every second, as the `watch` worker does every minute."""
    from twofront.ground import audit

    sealed = 0
    until = time.perf_counter() + SECONDS
    while time.perf_counter() < until:
        sealed += audit.seal()
        time.sleep(1)
    return sealed


if __name__ == "__main__":
    main()
