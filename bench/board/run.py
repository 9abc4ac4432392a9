"""The board under work: a report is written before every request, and must stand in its answer.

    python bench/board/run.py --data DIR [--firms 10000] [--days 60] [--requests 40]

Makes a county of so many enterprises and days in DIR (files that enter by `load`), serves it, and asks for the board's
page as three roles in turn. Prints the times in milliseconds and the number of statements of one request.
"""

import argparse
import csv
import json
import random
import statistics
import subprocess
import sys
import time
import urllib.request
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent.parent
TWOFRONT = [str(HERE / ".venv" / "bin" / "twofront")]
LAST = date(2020, 2, 18)
ROLES = {"commander": "commander", "line_clerk": "economy", "township": "hengdian"}
SMALL = HERE / "tests" / "small_county"


def main() -> None:
    """Make, serve, ask, print."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--firms", type=int, default=10_000)
    p.add_argument("--days", type=int, default=60)
    p.add_argument("--requests", type=int, default=60)
    args = p.parse_args()
    codes = firms(args.firms)
    if not (args.data / "county.json").exists():
        make(args.data, codes, args.days)
    tokens = {
        role: command("account", "token", login, "--data", str(args.data))["token"]
        for role, login in ROLES.items()
    }
    server = subprocess.Popen(
        [*TWOFRONT, "serve", "--data", str(args.data), "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        url = json.loads(server.stdout.readline())["url"]
        ask(args.data, url, tokens, codes, args.requests)
    finally:
        server.terminate()
        server.wait(20)


def firms(n: int) -> list[str]:
    """Return credit codes with right check digits."""
    sys.path.insert(0, str(HERE))
    from twofront.core import ids

    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    codes: list[str] = []
    body = 0
    while len(codes) < n:
        body += 1
        organisation = f"MB{body:06d}"
        for tenth in "0123456789X":
            for last in alphabet:
                code = f"91330799{organisation}{tenth}{last}"
                if ids.credit_code(code).ok:
                    codes.append(code)
                    break
            else:
                continue
            break
    return codes


def make(data: Path, codes: list[str], days: int) -> None:
    """Make the county by files."""
    command("init", "--data", str(data), "--clock", "2020-02-18T19:30")
    work = data.with_name(f"{data.name}-files")
    work.mkdir(exist_ok=True)
    for kind in ("divisions", "accounts"):
        command("load", kind, str(SMALL / f"{kind}.csv"), "--data", str(data), "--on", "2020-01-01")
    chance = random.Random(0)
    places = ("330783001", "330783123")
    write(
        work / "enterprises.csv",
        ["name", "credit_code", "township", "sector", "normal_staff"],
        ([f"示例{i}", c, places[i % 2], f"C{13 + i % 28}", 50] for i, c in enumerate(codes)),
    )
    write(
        work / "lists.csv",
        ["member", "list", "from"],
        (
            [c, "above_scale_industry" if i % 3 else "above_limit_services", "2019-12-01"]
            for i, c in enumerate(codes)
        ),
    )
    span = [LAST - timedelta(days=n) for n in range(days)]
    first = {
        c: LAST - timedelta(days=chance.randrange(-20, days)) for c in codes
    }  # each firm opens once, some not yet
    write(
        work / "reports.csv",
        ["date", "credit_code", "opened", "on_site"],
        ([d, c, int(d >= first[c]), 10] for d in span for c in codes if chance.random() < 0.97),
    )
    write(
        work / "meters.csv",
        ["meter", "credit_code", "from"],
        ([f"M{i}", c, "2019-12-01"] for i, c in enumerate(codes)),
    )
    write(
        work / "readings.csv",
        ["date", "meter", "kwh"],
        ([d, f"M{i}", round(100 * chance.random(), 2)] for d in span for i in range(len(codes))),
    )
    for kind in ("enterprises", "lists", "meters", "reports", "readings"):
        began = time.perf_counter()
        report = command(
            "load",
            kind,
            str(work / f"{kind}.csv"),
            "--data",
            str(data),
            "--on",
            "2020-01-01",
            "--known",
            "2020-02-18T19:00",
        )
        print(
            f"load {kind}: {report['accepted']} of {report['read']} rows in {time.perf_counter() - began:.1f} s",
            flush=True,
        )


def ask(data: Path, url: str, tokens: dict[str, str], codes: list[str], n: int) -> None:
    """Write a report, ask for the board, check that it is in; n times."""
    from twofront.server import county

    times: dict[str, list[float]] = {role: [] for role in tokens}
    with county.opened(data) as open_:
        pass
    del open_
    before = None
    for i in range(n):
        role = list(tokens)[i % len(tokens)]
        code = codes[i * 7 + 1]  # a member of the industry list
        change = declare(data, code)
        began = time.perf_counter()
        board = get(f"{url}/api/v1/board?on={LAST}", tokens[role])
        spent = 1000 * (time.perf_counter() - began)
        chart = next(c for c in board["charts"] if c["key"] == "above_scale_industry")
        if before is not None and (i * 7 + 1) % 3:
            assert chart["numerator"] == before + change, (i, chart["numerator"], before, change)
        before = chart["numerator"]
        if i >= 4:  # both processes have read the county once
            times[role].append(spent)
    every = sorted(t for part in times.values() for t in part)
    print(json.dumps({
        "firms": len(codes), "requests": len(every), "median_ms": round(statistics.median(every), 1),
        "p95_ms": round(every[int(0.95 * len(every))], 1), "by_role_median_ms": {r: round(statistics.median(t), 1) for r, t in times.items() if t},
        "statements": statements(data),
    }))  # fmt: skip


def declare(data: Path, code: str) -> int:
    """Turn a firm's report of the day round by the product's own action; return by how much the figure must move."""
    from twofront.apps.enterprises import actions, queries
    from twofront.apps.register import queries as register
    from twofront.apps.units import queries as units
    from twofront.ground import clock, postgres, scope
    from twofront.ground.acts import new_key
    from twofront.ground.folder import Folder

    del postgres, Folder, data
    with scope.reading(scope.READ_COUNTY):
        by = units.actor(units.OPERATOR)
        firm = register.firm(code, on=LAST)
        report = queries.report_of(firm.id, on=LAST)
        opened = not (report and report.opened)
        actions.declare(
            code,
            LAST,
            opened=opened,
            on_site=None,
            difficulty="",
            by=by,
            under=None,
            key=new_key(),
            at=clock.now(),
        )
    return (1 if opened else -1) if report or opened else 0


def statements(data: Path) -> int:
    """Return how many statements one request makes, counted in this process after a report was written."""
    del data
    from django.conf import settings
    from django.db import connection, reset_queries
    from django.test import Client

    settings.DEBUG = True
    from twofront.apps.units import actions
    from twofront.apps.units import queries as units
    from twofront.ground import clock, scope
    from twofront.ground.acts import new_key

    with scope.reading(scope.READ_COUNTY):
        token = actions.issue_token(
            "commander", by=units.actor(units.OPERATOR), under=None, key=new_key(), at=clock.now()
        ).secret
    client = Client(headers={"Authorization": f"Bearer {token}"})
    client.get(f"/api/v1/board?on={LAST}")
    reset_queries()
    client.get(f"/api/v1/board?on={LAST}")
    return len(connection.queries)


def get(url: str, token: str) -> dict:
    """Ask with a token."""
    with urllib.request.urlopen(
        urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    ) as response:
        return json.load(response)


def command(*words: str) -> dict:
    """Run a command and return its answer."""
    done = subprocess.run([*TWOFRONT, *words], capture_output=True, text=True)
    if done.returncode == 2:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def write(path: Path, head: list[str], rows) -> None:
    """Write a file as a county has it."""
    with path.open("w", encoding="utf-8", newline="") as f:
        out = csv.writer(f)
        out.writerow(head)
        out.writerows(rows)


if __name__ == "__main__":
    main()
