"""Backup: a county of a million rows into a file and out of it again, while somebody loads.

Run: `python bench/backup.py [FIRMS] [DAYS]`; one JSON line. The county is made by `init` and `load` in a temporary folder
(FIRMS firms report on DAYS days; seed 0), then served; `backup create`, `backup verify`, `restore` and `drill` run beside
the server, each as its own process, timed by the clock on the wall; memory is the largest resident set of each.
"""

import csv
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from rosters import _credit_code

ROOT = Path(__file__).resolve().parents[1]
TWOFRONT = [sys.executable, "-c", "import sys; from twofront.cli import main; sys.exit(main())"]


def main() -> None:
    """Make the county, measure, print."""
    firms = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    days = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    root = Path(tempfile.mkdtemp(prefix="twofront-bench-"))
    root.chmod(0o711)
    data = root / "county"
    figures: dict[str, object] = {"firms": firms, "days": days, "cores": os.cpu_count()}
    try:
        _county(root, data, firms=firms, days=days)
        server = subprocess.Popen(
            [*TWOFRONT, "serve", "--data", str(data), "--port", "0"], stdout=subprocess.PIPE, cwd=ROOT
        )
        assert server.stdout is not None
        server.stdout.readline()
        key, file = data / "backup.key", root / "a.backup"
        for name, words in {
            "create": ("backup", "create", file, "--data", data),
            "verify": ("backup", "verify", file, "--key", key),
            "restore": ("restore", file, "--key", key, "--data", root / "again"),
            "drill": ("drill", "--data", data),
        }.items():
            answer, seconds, megabytes = _timed(*words)
            figures |= {"rows": answer["rows"], f"{name}_s": seconds, f"{name}_mb": megabytes}
        figures["file_mb"] = round(file.stat().st_size / 1e6, 1)
        figures["drill"] = answer
        server.terminate()
        server.wait()
    finally:
        for county in (data, root / "again"):
            subprocess.run(
                [sys.executable, "-c", "import sys; from twofront.ground.folder import Folder; Folder(sys.argv[1]).remove()", str(county)],
                cwd=ROOT, check=False,
            )  # fmt: skip
        shutil.rmtree(root, ignore_errors=True)
    print(json.dumps(figures))


def _county(root: Path, data: Path, *, firms: int, days: int) -> None:
    chance = random.Random(0)
    codes = [_credit_code(i) for i in range(firms)]
    last = date(2020, 2, 18)
    _timed("init", "--data", data, "--clock", "2020-02-18T23:00")
    places = ROOT / "tests" / "small_county" / "divisions.csv"
    _timed("load", "divisions", places, "--data", data, "--on", "2019-01-01")
    with places.open(encoding="utf-8") as f:
        townships = [row["code"] for row in csv.DictReader(f) if len(row["code"]) == 9]
    enterprises = root / "enterprises.csv"
    with enterprises.open("w", encoding="utf-8", newline="") as f:
        write = csv.writer(f)
        write.writerow(["name", "credit_code", "township", "normal_staff"])
        write.writerows(
            [f"示例厂{i}", c, townships[i % len(townships)], 1 + i % 500] for i, c in enumerate(codes)
        )
    _timed("load", "enterprises", enterprises, "--data", data, "--on", "2019-01-01")
    for first in range(0, days, 10):
        reports = root / "reports.csv"
        with reports.open("w", encoding="utf-8", newline="") as f:
            write = csv.writer(f)
            write.writerow(["date", "credit_code", "opened", "on_site"])
            for back in range(first, min(first + 10, days)):
                on = (last - timedelta(days=back)).isoformat()
                write.writerows([on, code, 1, chance.randrange(1, 500)] for code in codes)
        _, seconds, _ = _timed("load", "reports", reports, "--data", data)
        print(f"loaded {min(first + 10, days)} of {days} days, {seconds} s", file=sys.stderr)


def _timed(*words: object) -> tuple[dict[str, object], float, int]:
    """Run a command; return its answer, its seconds, and its own largest resident set in MB."""
    began = time.perf_counter()
    with subprocess.Popen(
        [*TWOFRONT, *map(str, words)], stdout=subprocess.PIPE, cwd=ROOT, text=True
    ) as process:
        assert process.stdout is not None
        out = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(map(str, words))}: exit {process.returncode}")
    return json.loads(out), round(time.perf_counter() - began, 1), used.ru_maxrss // 1024


if __name__ == "__main__":
    main()
