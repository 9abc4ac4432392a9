"""Grids by partitioners beside ours: the same parts, the same number of grids, each drawing scored by `grids score`'s function.

Run: python bench/gridding/partitioners.py DWELLINGS EDGES [--drawn GRIDS.csv] [--min 300] [--max 500] [--peer metis|metis-recursive|kahip-eco|kahip-strong|gerrychain|spopt-skater|spopt-maxp ...]
GRIDS.csv is ours, by `twofront grids draw`. kahip, gerrychain and spopt stand in requirements-peers.lock. Each peer runs in a
process of its own and gets 120 s of processor time, so that other work on the machine takes nothing from it.
"""

import argparse
import gzip
import json
import multiprocessing
import random
import resource
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pymetis

from twofront.core.gridding import tables
from twofront.core.gridding.band import Band
from twofront.core.gridding.engine import grids_of
from twofront.core.gridding.graph import Net, net
from twofront.core.gridding.kernels import Part, cut
from twofront.core.gridding.score import score

LIMIT_S = 120


@dataclass(frozen=True)
class County:
    """What is divided: dwellings, borders, their parts laid out, and the number of grids of each part."""

    of: tables.Dwellings
    borders: tables.Edges
    band: Band
    laid: Net
    parts: list[Part]
    counts: list[int]


def county(dwellings, edges, band):
    of = tables.dwellings(read(dwellings, ["id", "village", "households"], ["x_m", "y_m"]))
    borders = tables.edges(read(edges, ["a", "b", "border_m"]), of)
    laid = net(of, borders)
    parts = [Part(*laid.part(i)) for i in range(laid.parts)]
    return County(of, borders, band, laid, parts, [grids_of(part, band) for part in parts])


def read(path, need, may=()):
    data = Path(path).read_bytes()
    return tables.sheet(
        gzip.decompress(data) if path.endswith(".gz") else data, name=path, need=need, may=may
    )


def _weights(part):
    """The borders in decimetres: METIS and KaHIP take whole numbers."""
    return np.maximum(1, np.round(part.border * 10)).astype(np.int64)


def metis(part, grids, *, recursive):
    options = pymetis.Options(seed=1, ufactor=30, contig=0 if recursive else 1)
    adjacency = pymetis.CSRAdjacency(part.first, part.other)
    _, found = pymetis.part_graph(
        grids,
        adjacency=adjacency,
        vweights=part.households,
        eweights=_weights(part),
        recursive=recursive,
        options=options,
    )
    return np.array(found)


def kahip_(part, grids, *, mode):
    import kahip

    quiet = True
    graph = (part.households.tolist(), part.first.tolist(), _weights(part).tolist(), part.other.tolist())
    _, found = kahip.kaffpa(*graph, grids, 0.03, quiet, 1, mode)
    return np.array(found)


def gerrychain_(part, grids, spots, band):
    import networkx as nx
    from gerrychain import Graph
    from gerrychain.partition import recursive_tree_part

    graph = nx.Graph()
    graph.add_nodes_from((v, {"households": int(h)}) for v, h in enumerate(part.households))
    source = np.repeat(np.arange(len(part.households)), np.diff(part.first))
    graph.add_edges_from(zip(source.tolist(), part.other.tolist(), strict=True))
    random.seed(1)
    mean = part.households.sum() / grids
    room = max(0.05, part.households.max() / mean)  # what our law allows too
    found = recursive_tree_part(Graph.from_networkx(graph), range(grids), mean, "households", room)
    return np.array([found[v] for v in range(len(part.households))])


def _regions(part, spots):
    import geopandas
    import libpysal

    source = np.repeat(np.arange(len(part.households)), np.diff(part.first))
    friends = {v: [] for v in range(len(part.households))}
    for a, b in zip(source.tolist(), part.other.tolist(), strict=True):
        friends[a].append(b)
    data = {"households": part.households.astype(float), "x": spots[:, 0], "y": spots[:, 1]}
    return geopandas.GeoDataFrame(data), libpysal.weights.W(friends, silence_warnings=True)


def skater(part, grids, spots, band):
    from spopt.region import Skater

    frame, friends = _regions(part, spots)
    model = Skater(frame, friends, ["x", "y"], n_clusters=grids, floor=2)
    model.solve()
    return np.array(model.labels_)


def maxp(part, grids, spots, band):
    """Max-p knows a least number of households and no most; it chooses the number of grids itself."""
    from spopt.region import MaxPHeuristic

    frame, friends = _regions(part, spots)
    model = MaxPHeuristic(frame, friends, ["x", "y"], "households", band.least, 2)
    model.solve()
    return np.unique(np.array(model.labels_), return_inverse=True)[1]


PEERS = {
    "metis": lambda p, k, *_: metis(p, k, recursive=False),
    "metis-recursive": lambda p, k, *_: metis(p, k, recursive=True),
    "kahip-eco": lambda p, k, *_: kahip_(p, k, mode=1),
    "kahip-strong": lambda p, k, *_: kahip_(p, k, mode=2),
    "gerrychain": gerrychain_,
    "spopt-skater": skater,
    "spopt-maxp": maxp,
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dwellings")
    parser.add_argument("edges")
    parser.add_argument("--drawn")
    parser.add_argument("--min", type=int, default=300)
    parser.add_argument("--max", type=int, default=500)
    parser.add_argument("--peer", nargs="*", default=["metis"], choices=PEERS)
    args = parser.parse_args()
    at = county(args.dwellings, args.edges, Band(args.min, args.max))
    ours = None
    if args.drawn:
        ours = tables.drawing(read(args.drawn, ["id", "grid"]), at.of).grid
        print(json.dumps({"who": "ours", **_shown(at, ours)}), flush=True)
    for name in args.peer:
        print(json.dumps(run(name, at, ours)), flush=True)


def divided(name, at):
    """Return the labels of each part by a peer, what it gave up, and its seconds; None if it did not finish."""
    here, there = multiprocessing.Pipe(duplex=False)
    done = multiprocessing.Value("i", 0)
    child = multiprocessing.Process(target=_limited, args=(name, at, done, there))
    child.start()
    there.close()
    try:
        return here.recv(), done.value
    except EOFError:
        return None, done.value
    finally:
        child.join()


def _limited(name, at, done, answer):
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_S, LIMIT_S))
    warnings.simplefilter("ignore")
    spots = np.column_stack([at.of.x, at.of.y])[at.laid.row]
    found, faults, began = [], [], time.process_time()
    for i, (part, k) in enumerate(zip(at.parts, at.counts, strict=True)):
        labels = np.zeros(len(part.households), dtype=np.int64)
        if k > 1:
            try:
                labels = PEERS[name](part, k, spots[at.laid.start[i] : at.laid.start[i + 1]], at.band)
            except Exception as e:  # a part that it gives up stays whole
                faults.append(f"{type(e).__name__}: {e} ({len(labels)} dwellings, {k} grids)"[:200])
        found.append(labels)
        done.value += 1
    answer.send((found, faults, time.process_time() - began))


def joined(at, labels):
    """Return the grid of each dwelling, numbered through the parts."""
    grid, shift = np.zeros(len(at.of), dtype=np.int64), 0
    for i, label in enumerate(labels):
        grid[at.laid.row[at.laid.start[i] : at.laid.start[i + 1]]] = label + shift
        shift += int(label.max()) + 1
    return grid


def run(name, at, ours):
    found, done = divided(name, at)
    if found is None:
        return {"who": name, "did not finish in s": LIMIT_S, "parts done": done, "of": len(at.parts)}
    labels, faults, seconds = found
    mine = theirs = 0.0
    another = 0
    for i, (part, k) in enumerate(zip(at.parts, at.counts, strict=True)):
        if len(np.unique(labels[i])) != k:
            another += 1
        elif ours is not None:
            rows = at.laid.row[at.laid.start[i] : at.laid.start[i + 1]]
            theirs += cut(part, labels[i].astype(np.int64))
            mine += cut(part, np.unique(ours[rows], return_inverse=True)[1])
    return {
        "who": name,
        **_shown(at, joined(at, labels)),
        "parts with another number": another,
        "our cut / theirs": mine / theirs if theirs else None,
        "s": round(seconds, 2),
        "parts given up": len(faults),
        "first": faults[:1],
    }


def _shown(at, grid):
    worth = score(at.of, at.borders, grid, band=at.band)
    return {
        "grids": worth.grids,
        "avoidable": worth.outside_band - worth.forced,
        "breaches": worth.breaches,
        "max_dev_pct": worth.max_dev_pct,
        "cut_km": worth.cut_m / 1000,
    }


if __name__ == "__main__":
    main()
