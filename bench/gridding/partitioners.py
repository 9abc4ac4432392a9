"""Grids by partitioners beside ours: the same parts, the same number of grids, each drawing scored by `grids score`'s function.

Run: python bench/gridding/partitioners.py DWELLINGS EDGES [--drawn GRIDS.csv] [--peer metis|metis-recursive|kahip-eco|kahip-strong|gerrychain|spopt ...]
GRIDS.csv is ours, by `twofront grids draw`. kahip, gerrychain and spopt stand in requirements-peers.lock. Each peer runs in a
process of its own and gets 120 s of processor time, so that other work on the machine takes nothing from it.
"""

import argparse
import gzip
import json
import multiprocessing
import resource
import time
from pathlib import Path

import numpy as np
import pymetis

from twofront.core.gridding import tables
from twofront.core.gridding.band import Band
from twofront.core.gridding.engine import grids_of
from twofront.core.gridding.graph import net
from twofront.core.gridding.kernels import Part, cut
from twofront.core.gridding.score import score

BAND = Band(300, 500)
LIMIT_S = 120


def read(path, need, may=()):
    data = Path(path).read_bytes()
    return tables.sheet(
        gzip.decompress(data) if path.endswith(".gz") else data, name=path, need=need, may=may
    )


def metis(part, grids, *, recursive):
    weights = np.maximum(1, np.round(part.border * 10)).astype(np.int64)
    options = pymetis.Options(seed=1, ufactor=30, contig=0 if recursive else 1)
    adjacency = pymetis.CSRAdjacency(part.first, part.other)
    _, found = pymetis.part_graph(
        grids,
        adjacency=adjacency,
        vweights=part.households,
        eweights=weights,
        recursive=recursive,
        options=options,
    )
    return np.array(found)


def kahip_(part, grids, *, mode):
    import kahip

    weights = np.maximum(1, np.round(part.border * 10)).astype(int).tolist()
    quiet = True
    graph = (part.households.tolist(), part.first.tolist(), weights, part.other.tolist())
    _, found = kahip.kaffpa(*graph, grids, 0.03, quiet, 1, mode)
    return np.array(found)


def gerrychain_(part, grids):
    import networkx as nx
    from gerrychain import Graph
    from gerrychain.tree import recursive_tree_part

    graph = nx.Graph()
    graph.add_nodes_from((v, {"households": int(h)}) for v, h in enumerate(part.households))
    source = np.repeat(np.arange(len(part.households)), np.diff(part.first))
    graph.add_edges_from(zip(source.tolist(), part.other.tolist(), strict=True))
    mean = part.households.sum() / grids
    found = recursive_tree_part(Graph.from_networkx(graph), range(grids), mean, "households", 0.05)
    return np.array([found[v] for v in range(len(part.households))])


def spopt_(part, grids):
    import geopandas
    import libpysal
    from spopt.region import Skater

    source = np.repeat(np.arange(len(part.households)), np.diff(part.first))
    friends = {v: [] for v in range(len(part.households))}
    for a, b in zip(source.tolist(), part.other.tolist(), strict=True):
        friends[a].append(b)
    frame = geopandas.GeoDataFrame({"households": part.households.astype(float)})
    model = Skater(
        frame, libpysal.weights.W(friends, silence_warnings=True), ["households"], n_clusters=grids, floor=2
    )
    model.solve()
    return np.array(model.labels_)


PEERS = {
    "metis": lambda p, k: metis(p, k, recursive=False),
    "metis-recursive": lambda p, k: metis(p, k, recursive=True),
    "kahip-eco": lambda p, k: kahip_(p, k, mode=1),
    "kahip-strong": lambda p, k: kahip_(p, k, mode=2),
    "gerrychain": gerrychain_,
    "spopt": spopt_,
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dwellings")
    parser.add_argument("edges")
    parser.add_argument("--drawn")
    parser.add_argument("--peer", nargs="*", default=["metis"], choices=PEERS)
    args = parser.parse_args()
    of = tables.dwellings(read(args.dwellings, ["id", "village", "households"], ["x_m", "y_m", "seq"]))
    borders = tables.edges(read(args.edges, ["a", "b", "border_m"]), of)
    laid = net(of, borders)
    parts = [Part(*laid.part(i)) for i in range(laid.parts)]
    counts = [grids_of(part, BAND) for part in parts]
    ours = None
    if args.drawn:
        ours = tables.drawing(read(args.drawn, ["id", "grid"]), of).grid
        print(json.dumps({"who": "ours", **_shown(score(of, borders, ours, band=BAND))}), flush=True)
    for name in args.peer:
        print(json.dumps(run(name, of, borders, laid, parts, counts, ours)), flush=True)


def _shown(worth):
    return {
        "grids": worth.grids,
        "avoidable": worth.outside_band - worth.forced,
        "breaches": worth.breaches,
        "max_dev_pct": worth.max_dev_pct,
        "cut_km": worth.cut_m / 1000,
    }


def run(name, of, borders, laid, parts, counts, ours):
    here, there = multiprocessing.Pipe(duplex=False)
    done = multiprocessing.Value("i", 0)
    child = multiprocessing.Process(target=_limited, args=(name, parts, counts, done, there))
    child.start()
    there.close()
    try:
        found, seconds = here.recv()
    except EOFError:
        return {"who": name, "did not finish in s": LIMIT_S, "parts done": done.value, "of": len(parts)}
    finally:
        child.join()
    if isinstance(found, str):
        return {"who": name, "failed": found, "parts done": done.value, "of": len(parts)}
    return {"who": name, **_beside(found, of, borders, laid, parts, counts, ours), "s": round(seconds, 2)}


def _limited(name, parts, counts, done, answer):
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_S, LIMIT_S))
    found, began = [], time.process_time()
    for part, k in zip(parts, counts, strict=True):
        try:
            found.append(PEERS[name](part, k) if k > 1 else np.zeros(len(part.households), dtype=np.int64))
        except Exception as e:
            answer.send((f"{type(e).__name__}: {e} ({len(part.households)} dwellings, {k} grids)"[:200], 0.0))
            return
        done.value += 1
    answer.send((found, time.process_time() - began))


def _beside(found, of, borders, laid, parts, counts, ours):
    grid, shift, mine, theirs, fewer = np.zeros(len(of), dtype=np.int64), 0, 0.0, 0.0, 0
    for i, (part, k, labels) in enumerate(zip(parts, counts, found, strict=True)):
        rows = laid.row[laid.start[i] : laid.start[i + 1]]
        grid[rows] = labels + shift
        shift += k
        if len(np.unique(labels)) < k:
            fewer += 1
        elif ours is not None:
            theirs += cut(part, labels.astype(np.int64))
            mine += cut(part, np.unique(ours[rows], return_inverse=True)[1])
    ratio = mine / theirs if theirs else None
    return {
        **_shown(score(of, borders, grid, band=BAND)),
        "parts with fewer grids": fewer,
        "our cut / theirs": ratio,
    }


if __name__ == "__main__":
    main()
