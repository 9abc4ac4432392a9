"""Who is neighbour to whom, and the parts of a village.

One law: a part is a connected component of a village's neighbour graph, and nothing that is drawn leaves its part. The
net is laid out by village, part and id, so that neither the order of the rows nor that of the borders changes a drawing.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from twofront.core.gridding.kernels import compiled
from twofront.core.gridding.tables import Dwellings, Edges, Floats, Ints


@dataclass(frozen=True, slots=True)
class Net:
    """The dwellings laid out so that each part is a range of places, with the borders inside the villages as CSR."""

    row: Ints  # place -> row of the file
    households: Ints  # by place
    start: Ints  # part -> its first place; one more at the end
    village: Ints  # part -> village
    first: Ints  # place -> its first neighbour in `other`; one more at the end
    other: Ints  # places
    border_m: Floats

    @property
    def parts(self) -> int:
        """The number of parts (片)."""
        return len(self.village)

    def part(self, number: int) -> tuple[Ints, Ints, Floats, Ints]:
        """Return one part by itself: first, other, border and households, its places counted from 0."""
        at, end = int(self.start[number]), int(self.start[number + 1])
        low, high = int(self.first[at]), int(self.first[end])
        return (
            self.first[at : end + 1] - low,
            self.other[low:high] - at,
            self.border_m[low:high],
            self.households[at:end],
        )


def walking(of: Dwellings) -> Edges:
    """Return the neighbours of units in walking order: the next in its village; the length of the border is unknown (NaN).

    Example:
        >>> d = Dwellings(pa.array(["A", "B"]), np.zeros(2, np.int64), ("V",), np.ones(2, np.int64), None, None, np.array([2.0, 1.0]))
        >>> walking(d).a.tolist(), walking(d).b.tolist()
        ([0], [1])
    """
    order = walk(of)
    here, there = order[:-1], order[1:]
    same = of.zone[here] == of.zone[there]
    a, b = np.minimum(here, there)[same], np.maximum(here, there)[same]
    return Edges(a=a, b=b, border_m=np.full(len(a), np.nan))


def walk(of: Dwellings) -> Ints:
    """Return the rows by village (and special group), walking order and id.

    Example:
        >>> d = Dwellings(pa.array(["A", "B"]), np.zeros(2, np.int64), ("V",), np.ones(2, np.int64), None, None, np.array([2.0, 1.0]))
        >>> walk(d).tolist()
        [1, 0]
    """
    table = pa.table(
        {"zone": of.zone, "seq": of.seq if of.seq is not None else np.zeros(len(of)), "id": of.ids}
    )
    order = pc.sort_indices(
        table, sort_keys=[("zone", "ascending"), ("seq", "ascending"), ("id", "ascending")]
    )
    return np.asarray(order).astype(np.int64)


def net(of: Dwellings, borders: Edges) -> Net:
    """Lay dwellings and borders out by village, part and id; a border between two villages or special groups is left out.

    Example:
        >>> d = Dwellings(pa.array(["B", "A", "C"]), np.zeros(3, np.int64), ("V",), np.array([1, 2, 3]), None, None, np.zeros(3))
        >>> laid = net(d, Edges(np.array([0]), np.array([2]), np.array([5.0])))
        >>> laid.row.tolist(), laid.start.tolist(), laid.households.tolist()
        ([1, 0, 2], [0, 1, 3], [2, 1, 3])
    """
    size = len(of)
    table = pa.table({"zone": of.zone, "id": of.ids})
    by_id = np.asarray(pc.sort_indices(table, sort_keys=[("zone", "ascending"), ("id", "ascending")])).astype(
        np.int64
    )
    place = np.empty(size, dtype=np.int64)
    place[by_id] = np.arange(size)
    inside = of.zone[borders.a] == of.zone[borders.b]
    a, b, border = place[borders.a[inside]], place[borders.b[inside]], borders.border_m[inside]
    parts, part = components(size, a, b)
    again = np.argsort(part, kind="stable")
    row = by_id[again]
    moved = np.empty(size, dtype=np.int64)
    moved[again] = np.arange(size)
    start = np.concatenate([[0], np.cumsum(np.bincount(part, minlength=parts))]).astype(np.int64)
    first, other, weight = _csr(size, moved[a], moved[b], border)
    return Net(
        row=row,
        households=of.households[row],
        start=start,
        village=of.village[row[start[:-1]]],
        first=first,
        other=other,
        border_m=weight,
    )


def components(size: int, a: Ints, b: Ints) -> tuple[int, Ints]:
    """Return how many components a graph has and the component of each node, numbered by their first node.

    Example:
        >>> components(3, np.array([0]), np.array([2]))[1].tolist()
        [0, 1, 0]
    """
    return _joined(size, np.ascontiguousarray(a, dtype=np.int64), np.ascontiguousarray(b, dtype=np.int64))


@compiled
def _joined(size: int, a: Ints, b: Ints) -> tuple[int, Ints]:
    """Join the ends of each border, always to the smaller node, so that a component's root is its first node."""
    root = np.arange(size)
    for i in range(len(a)):
        one, other = a[i], b[i]
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        while root[other] != other:
            root[other] = root[root[other]]
            other = root[other]
        root[max(one, other)] = min(one, other)
    label = np.empty(size, np.int64)
    count = 0
    for v in range(size):
        if root[v] == v:
            label[v] = count
            count += 1
        else:
            label[v] = label[root[v]]
    return count, label


def _csr(size: int, a: Ints, b: Ints, border: Floats) -> tuple[Ints, Ints, Floats]:
    here, there = np.concatenate([a, b]), np.concatenate([b, a])
    order = np.argsort(here * np.int64(max(size, 1)) + there, kind="stable")
    first = np.concatenate([[0], np.cumsum(np.bincount(here, minlength=size))]).astype(np.int64)
    return first, there[order], np.concatenate([border, border])[order]
