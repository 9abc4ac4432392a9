"""Measure the rules beside a numpy index, DuckDB (a CASE, a join), OpenFisca, zen-engine and a loop in Python, on the same records.

    .venv/bin/python bench/rules/run.py --peers PEERS_PYTHON [--records 1000000] [--folder DIR] [--json OUT]

PEERS_PYTHON is the Python of an environment made from `bench/rules/requirements-peers.lock`. One process each, two threads,
the runs of all contestants in turn, the best and the median of three; before any figure is printed the answers must be equal, of
the first records and, among those that are asked all, of all. The seconds begin with the records in memory and the
table prepared, and end with an array of the rows that win. cpu = processor time of all threads, which a busy machine spoils less.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
REPEATS = 3
SETS = {
    "one": "200 rows, ends as orders have them",
    "wild": "200 rows, any ends",
    "set": "12 tables of 6 to 72 rows",
}
SLOW = {"duckdb-join": 1, "openfisca": 1, "zen": 1, "loop": 1}
"""Run once; they are far enough away."""


def contestants(peers: str, folder: Path, engine: Path, which: str) -> dict[str, list[str]]:
    """Return the command of each contestant."""
    ours, theirs = [sys.executable, str(HERE / "ours.py")], [peers, str(HERE / "peers.py")]
    tail = [str(folder), which]
    return {
        "twofront, in bulk": [*ours, "bulk", *tail],
        "numpy": [*theirs, "numpy", *tail],
        "duckdb-case": [*theirs, "duckdb-case", *tail],
        "duckdb-join": [*theirs, "duckdb-join", *tail],
        "openfisca": [*theirs, "openfisca", *tail],
        "twofront, one by one": [*ours, "one", *tail],
        "twofront, browser's engine in Node": [
            "sh",
            str(ROOT / "tools/node.sh"),
            "node",
            str(HERE / "node.mjs"),
            str(engine),
            *tail,
        ],
        "loop": [*theirs, "loop", *tail],
        "zen": [*theirs, "zen", *tail],
    }


def run_once(command: list[str]) -> dict[str, Any]:
    """Run a contestant in a process of its own."""
    environment = {
        **os.environ,
        "PYTHONPATH": f"{HERE}:{ROOT}",
        "OMP_NUM_THREADS": "2",
        "NUMEXPR_MAX_THREADS": "2",
        "PYTHONDONTWRITEBYTECODE": "",
    }
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT) as process:
        out = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return json.loads(out.splitlines()[-1]) | {"peak_mb": usage.ru_maxrss / 1024}


def race(commands: dict[str, list[str]]) -> dict[str, dict[str, Any]]:
    """Run everyone in turn, hold the answers equal, and return the figures of each."""
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in commands}
    for turn in range(REPEATS):
        for name, command in commands.items():
            if turn < SLOW.get(name, REPEATS):
                runs[name].append(run_once(command))
    said = [r for rs in runs.values() for r in rs]
    assert len({r["least"] for r in said}) == 1, {n: r[0]["least"] for n, r in runs.items()}
    for count in {r["records"] for r in said}:
        assert len({r["all"] for r in said if r["records"] == count}) == 1, count
    return {
        name: {
            "best": max(r["rate"] for r in rs), "median": statistics.median(r["rate"] for r in rs), "records": rs[0]["records"],
            "cpu_s": min(r["cpu_s"] for r in rs), "prepare_s": min(r["prepare_s"] for r in rs), "peak_mb": max(r["peak_mb"] for r in rs),
            **({"because_us": min(r["because_us"] for r in rs)} if "because_us" in rs[0] else {}),
        }
        for name, rs in runs.items()
    }  # fmt: skip


def main() -> None:
    """Make what is missing, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peers", required=True)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    folder = args.folder or Path(tempfile.mkdtemp(prefix="twofront-bench-"))
    environment = {**os.environ, "PYTHONPATH": f"{HERE}:{ROOT}"}
    if not (folder / "records.jsonl").exists():
        subprocess.run(
            [sys.executable, str(HERE / "data.py"), str(folder), str(args.records)],
            check=True,
            env=environment,
        )
    for which in SETS:
        subprocess.run(
            [sys.executable, str(HERE / "ours.py"), "compile", str(folder), which],
            check=True,
            env=environment,
        )
    engine = folder / "engine"
    words = [
        "node_modules/.bin/tsc",
        "--project",
        "twofront/web/field/tsconfig.json",
        "--outDir",
        str(engine),
    ]
    subprocess.run(["sh", "tools/node.sh", *words], check=True, cwd=ROOT)
    (engine / "package.json").write_text('{"type": "module"}')
    results = {}
    for which, words_ in SETS.items():
        results[which] = race(contestants(args.peers, folder, engine, which))
        print(
            f"\n{words_}\n{'':<36}{'records':>10}{'best /s':>14}{'median /s':>14}{'cpu s':>8}{'prepare s':>11}{'peak MB':>9}"
        )
        for name, r in results[which].items():
            print(
                f"{name:<36}{r['records']:>10,}{r['best']:>14,.0f}{r['median']:>14,.0f}{r['cpu_s']:>8.2f}{r['prepare_s']:>11.2f}{r['peak_mb']:>9.0f}"
            )
    if args.json:
        args.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
