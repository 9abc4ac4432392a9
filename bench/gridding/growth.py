"""The time of `twofront grids draw` as the county grows, from 5,000 to a million dwellings.

Run: python bench/gridding/growth.py DWELLINGS EDGES OUT.png [SIZE ...]
A county of a size is whole villages of the two files; beyond them the villages come again under other codes and ids, so that
each is drawn anew. Every size is a process of its own: start-up, reading and writing belong to the clock. Needs matplotlib.
"""

import csv
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt

SIZES = (5_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000)


def rows(path):
    raw = Path(path).read_bytes()
    return list(csv.DictReader((gzip.decompress(raw) if path.endswith(".gz") else raw).decode().splitlines()))


def county(dwellings, edges, size, folder):
    """Write the two files of a county with whole villages until it has a size; return its dwellings."""
    of_village = {}
    for row in dwellings:
        of_village.setdefault(row["village"], []).append(row)
    edges_of, home = {}, {row["id"]: row["village"] for row in dwellings}
    for edge in edges:
        edges_of.setdefault(home[edge["a"]], []).append(edge)
    count = again = 0
    with (folder / "d.csv").open("w") as d, (folder / "e.csv").open("w") as e:
        d.write("id,village,households,x_m,y_m\n")
        e.write("a,b,border_m\n")
        while True:
            for village, mine in of_village.items():
                if count >= size:
                    return count
                count += len(mine)
                for r in mine:
                    d.write(f"{again}-{r['id']},{again}-{village},{r['households']},{r['x_m']},{r['y_m']}\n")
                for r in edges_of.get(village, ()):
                    e.write(f"{again}-{r['a']},{again}-{r['b']},{r['border_m']}\n")
            again += 1


def measured(folder):
    command = [Path(sys.executable).parent / "twofront", "grids", "draw", folder / "d.csv"]
    command += ["--edges", folder / "e.csv", "--out", folder / "g.csv"]
    began = time.perf_counter()
    child = subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE)
    answer = json.loads(child.stdout.read())
    _, _, used = os.wait4(child.pid, 0)
    child.returncode = 0
    return {
        "grids": answer["grids"],
        "avoidable": answer["outside_band"] - answer["forced"],
        "breaches": answer["breaches"],
        "work_s": round(used.ru_utime + used.ru_stime, 2),
        "wall_s": round(time.perf_counter() - began, 2),
        "load": round(os.getloadavg()[0], 1),
    }


def main(dwellings, edges, out, *sizes):
    """Print one line a size and draw the picture."""
    dwellings, edges, found = rows(dwellings), rows(edges), []
    for size in map(int, sizes or SIZES):
        with tempfile.TemporaryDirectory() as name:
            count = county(dwellings, edges, size, Path(name))
            found.append({"dwellings": count, **measured(Path(name))})
        print(json.dumps(found[-1]), flush=True)
    picture(found, out)


def picture(found, out):
    """Draw the work over the size, beside a line in step with the size; the clock depends on what else the machine does."""
    x = [f["dwellings"] for f in found]
    figure, axis = plt.subplots(figsize=(7, 4.2))
    axis.loglog(x, [f["work_s"] for f in found], "o-", label="processor time, user and system")
    step = found[-1]["work_s"] / x[-1]
    axis.loglog(x, [step * v for v in x], ":", color="grey", label="in step with the size")
    axis.set_xlabel("dwellings")
    axis.set_ylabel("seconds")
    axis.grid(visible=True, which="major", alpha=0.3)
    axis.legend()
    figure.tight_layout()
    figure.savefig(out, dpi=80)


if __name__ == "__main__":
    main(*sys.argv[1:])
