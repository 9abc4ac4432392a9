"""Measure the electricity index beside plain DuckDB SQL, Polars and pandas on the same files.

    .venv/bin/python bench/power/run.py --peers PEERS_PYTHON [--meters 100000] [--days 6] [--scale 0.01] [--folder DIR] [--json OUT]

PEERS_PYTHON is the Python of an environment made from `bench/requirements-peers.lock`. One process each, two threads, warm
cache, the runs of all contestants interleaved, the median of five; before any figure is printed the answers must agree to
1e-9. Then a new day is taken in and its index computed from the roll-up. The data stay in --folder for another run.
This process itself stays small, because a child's peak memory counts what its parent had.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
REPEATS = 5
FROM_POINTS, FROM_ROLL_UP, COMMAND = (
    "twofront, from the points",
    "twofront, from its roll-up",
    "twofront power index, checks and all",
)


def contestants(root: Path, peers: str, *, with_pandas: bool) -> dict[str, list[str]]:
    """Return the command of each contestant."""
    question = json.loads((root / "question.json").read_text())
    days = ["--baseline", ":".join(question["baseline"]), "--days", ":".join(question["days"])]
    verb = "import sys; from twofront.cli import main; sys.exit(main())"
    ours = [sys.executable, str(HERE / "ours.py"), str(root)]
    out = {
        FROM_POINTS: [*ours, "points"],
        "DuckDB SQL": [peers, str(HERE / "peer_duckdb.py"), str(root)],
        "Polars": [peers, str(HERE / "peer_polars.py"), str(root)],
        "pandas": [peers, str(HERE / "peer_pandas.py"), str(root)],
        FROM_ROLL_UP: [*ours, "rollup"],
        COMMAND: [sys.executable, "-c", verb, "power", "index", str(root / "lake" / "interval"), "--layout", "interval", *days,
                  "--firms", str(root / "firms.csv")],
    }  # fmt: skip
    return out if with_pandas else {k: v for k, v in out.items() if k != "pandas"}


def run_once(command: list[str]) -> dict[str, Any]:
    """Run a contestant in a process of its own."""
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment()) as process:
        out = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    said = json.loads(out)
    if isinstance(said, list):
        said = {"query_s": math.nan, "rows": [list(r.values()) for r in said]}
    return said | {"process_s": seconds, "peak_mb": usage.ru_maxrss / 1024}


def environment() -> dict[str, str]:
    """Return what every process runs with: two threads, compiled modules kept."""
    path = f"{HERE}:{HERE.parents[1]}"
    return {
        **os.environ,
        "POLARS_MAX_THREADS": "2",
        "OMP_NUM_THREADS": "2",
        "PYTHONPATH": path,
        "PYTHONDONTWRITEBYTECODE": "",
    }


def agree(answers: dict[str, list[list[Any]]]) -> None:
    """Hold every answer equal to the first one to 1e-9."""
    name, first = next(iter(answers.items()))
    for other, rows in answers.items():
        assert len(rows) == len(first), (name, other)
        for a, b in zip(first, rows, strict=True):
            assert a[0] == b[0], (name, other)
            for x, y in zip(a[1:], b[1:], strict=True):
                assert math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-9), (name, other, a, b)


def race(root: Path, peers: str, *, with_pandas: bool) -> dict[str, dict[str, float]]:
    """Run everyone once for the cache and the answers, then five times in turn."""
    commands = contestants(root, peers, with_pandas=with_pandas)
    agree({name: run_once(command)["rows"] for name, command in commands.items()})
    runs: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for _ in range(REPEATS):
        for name, command in commands.items():
            runs[name].append(run_once(command))
    return {
        n: {k: statistics.median(r[k] for r in rs) for k in ("query_s", "process_s", "peak_mb")}
        for n, rs in runs.items()
    }


def main() -> None:
    """Make what is missing, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peers", required=True)
    parser.add_argument("--meters", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=6)
    parser.add_argument("--scale", type=float, default=1.0, help="a part of the meters, to try it")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    meters = max(100, int(args.meters * args.scale))
    folder = args.folder or Path(tempfile.mkdtemp(prefix="twofront-bench-"))
    if not (folder / "question.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [sys.executable, str(HERE / "data.py"), str(folder), str(meters), str(args.days)],
            check=True,
            env=environment(),
        )
    readings = json.loads((folder / "question.json").read_text())["readings"]
    size = sum(f.stat().st_size for f in (folder / "lake").rglob("*.parquet")) / 1e6
    print(f"{readings:,} readings of {meters:,} meters on {args.days} days, {size:,.0f} MB")
    with_pandas = readings < 100_000_000
    medians = race(folder, args.peers, with_pandas=with_pandas)
    print(f"{'median of ' + str(REPEATS):<40}{'after imports s':>16}{'process s':>12}{'peak MB':>10}")
    for name, m in medians.items():
        print(f"{name:<40}{m['query_s']:>16.2f}{m['process_s']:>12.2f}{m['peak_mb']:>10.0f}")
    print(
        f"after imports, beside DuckDB: {medians[FROM_POINTS]['query_s'] / medians['DuckDB SQL']['query_s']:.2f} x"
    )
    day = json.loads(
        subprocess.run(
            [sys.executable, str(HERE / "new_day.py"), str(folder), str(REPEATS)],
            check=True,
            env=environment(),
            capture_output=True,
            text=True,
        ).stdout
    )
    print(
        f"a new day of {meters * 96:,} readings: taken in {day['intake_s']:.2f} s, its index {day['index_s']:.3f} s (least {day['index_least_s']:.3f})"
    )
    if args.json:
        args.json.write_text(
            json.dumps({"readings": readings, "contestants": medians, "new_day": day}, indent=1)
        )


if __name__ == "__main__":
    main()
