"""Generated villages for the laws of the grids, and the short way from plain lists to the product's tables."""

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from twofront.core.gridding.tables import Dwellings, Edges


def dwellings(households, *, points=None, seq=None, villages=None, ids=None):
    """Return the product's table from lists; one village V unless told."""
    n = len(households)
    names = villages if villages is not None else ["V"] * n
    codes = tuple(sorted(set(names)))
    return Dwellings(
        ids=pa.array(ids if ids is not None else [f"D{i:05}" for i in range(n)], pa.string()),
        village=np.array([codes.index(v) for v in names], dtype=np.int64),
        villages=codes,
        households=np.array(households, dtype=np.int64),
        x=None if points is None else np.array([p[0] for p in points], dtype=float),
        y=None if points is None else np.array([p[1] for p in points], dtype=float),
        seq=None if seq is None else np.array(seq, dtype=float),
    )


def borders(edges):
    """Return the product's borders from {(a, b): metres}."""
    return Edges(
        a=np.array([a for a, _ in edges], dtype=np.int64),
        b=np.array([b for _, b in edges], dtype=np.int64),
        border_m=np.array(list(edges.values()), dtype=float),
    )


def plain(found):
    """Return {(a, b): metres} from the product's borders."""
    return {
        (a, b): m for a, b, m in zip(found.a.tolist(), found.b.tolist(), found.border_m.tolist(), strict=True)
    }


def lattice(width, height, *, metres=None):
    """Return points and borders of a rectangle of unit squares, 10 m wide."""
    points = [(10.0 * x, 10.0 * y) for y in range(height) for x in range(width)]
    edges = {}
    for i in range(width * height):
        if i % width + 1 < width:
            edges[i, i + 1] = 10.0 if metres is None else metres()
        if i + width < width * height:
            edges[i, i + width] = 10.0 if metres is None else metres()
    return points, edges


@st.composite
def villages(draw, *, most=60):
    """A village or two of points in metres with households: farms, towers, equal points, lines, empty houses."""
    n = draw(st.integers(1, most))
    shape = draw(st.sampled_from(["scattered", "one point", "line", "ring", "two islands", "few points"]))
    whole = st.integers(-200, 200)
    if shape == "one point":
        points = [(7.0, -3.0)] * n
    elif shape == "line":
        points = [(float(x), 5.0) for x in draw(st.lists(whole, min_size=n, max_size=n))]
    elif shape == "ring":
        angle = [2 * np.pi * i / n for i in range(n)]
        points = [(float(100 * np.cos(a)), float(100 * np.sin(a))) for a in angle]
    else:
        reach = st.integers(0, 3) if shape == "few points" else whole
        points = [
            (float(x), float(y)) for x, y in draw(st.lists(st.tuples(reach, reach), min_size=n, max_size=n))
        ]
        if shape == "two islands":
            points = [(x + 5000.0 * (i % 2), y) for i, (x, y) in enumerate(points)]
    usual = st.sampled_from([0, 1, 1, 1, 1, 2, 3, 8, 25, 60])
    households = draw(st.lists(usual, min_size=n, max_size=n))
    names = draw(st.sampled_from([["V"] * n, ["V" if i % 3 else "W" for i in range(n)]]))
    return dwellings(households, points=points, villages=names)


@st.composite
def graphs(draw, *, most=40):
    """Dwellings of two villages with any borders between them, and any drawing: nothing needs to be sound."""
    n = draw(st.integers(1, most))
    households = draw(st.lists(st.integers(0, 30), min_size=n, max_size=n))
    names = draw(st.lists(st.sampled_from(["V", "W"]), min_size=n, max_size=n))
    place = st.integers(0, n - 1)
    pairs = draw(st.sets(st.tuples(place, place).filter(lambda p: p[0] < p[1]), max_size=3 * n))
    edges = {pair: draw(st.integers(0, 50)) / 4 for pair in sorted(pairs)}
    grid = draw(st.lists(st.integers(0, 5), min_size=n, max_size=n))
    return dwellings(households, seq=list(range(n)), villages=names), edges, grid
