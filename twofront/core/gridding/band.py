"""The band of a grid's households and the number of grids of a part.

One law: every grid inside the band wherever a number of grids fits.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Band:
    """The fewest and the most households of a grid (户数区间): a dated parameter of the playbook.

    Example:
        >>> Band(300, 500).middle
        400.0
    """

    least: int
    most: int

    def __post_init__(self) -> None:
        if not 1 <= self.least <= self.most:
            raise ValueError(f"a band from {self.least} to {self.most}: need 1 <= least <= most")

    @property
    def middle(self) -> float:
        """Half-way between the two."""
        return (self.least + self.most) / 2


def fits(households: int, grids: int, band: Band) -> bool:
    """Return whether this number of grids can hold the households of a part, each inside the band.

    Example:
        >>> fits(550, 1, Band(300, 500)), fits(600, 2, Band(300, 500))
        (False, True)
    """
    return grids >= 1 and band.least * grids <= households <= band.most * grids


def number(households: int, band: Band) -> int:
    """Return the number of grids of a part.

    Of the numbers that fit, the one whose mean is nearest to the middle of the band, fewer on a tie. If none fits, one grid
    is outside the band whatever the number: then it is the number of the fullest grids, with one too large (one grid of
    550 rather than 300 and 250), and 1 for a part below the band.

    Example:
        >>> [number(w, Band(300, 500)) for w in (0, 299, 550, 600, 1200, 1000)]
        [1, 1, 1, 2, 3, 3]
    """
    fewest, most = -(-households // band.most), households // band.least
    if households <= 0 or fewest > most:
        return max(1, households // band.most)
    both = band.least + band.most
    low = min(max(2 * households // both, fewest, 1), most)
    high = min(low + 1, most)
    # |households/low - middle| <= |households/high - middle|, in whole numbers
    return low if abs(2 * households - both * low) * high <= abs(2 * households - both * high) * low else high


def forced(households: int, band: Band) -> bool:
    """Return whether no number of grids fits a part: then one of its grids is outside the band whoever draws.

    Example:
        >>> forced(550, Band(300, 500)), forced(600, Band(300, 500))
        (True, False)
    """
    return not fits(households, number(households, band), band)


def others(households: int, band: Band, *, first: int, most: int) -> list[int]:
    """Return the numbers of grids that may leave fewer outside the band than a first number, in the order to be tried.

    They are the others that fit, the mean nearest to the band's middle first; where none fits, those beside the first.

    Args:
        households: Of the part.
        band: The band.
        first: The number tried before.
        most: More grids cannot be.

    Example:
        >>> others(990, Band(300, 500), first=3, most=3), others(990, Band(480, 490), first=2, most=9)
        ([2], [3, 1])
    """
    fewest, last = -(-households // band.most), households // band.least
    if fewest > last or not households:
        beside = range(1, min(most, last + 1) + 1)
        return sorted((k for k in beside if k != first), key=lambda k: (abs(k - first), -k))
    fitting = range(fewest, min(most, last) + 1)
    return sorted((k for k in fitting if k != first), key=lambda k: (abs(households / k - band.middle), k))


def unavoidable(households: npt.NDArray[np.int64], band: Band) -> int:
    """Return how many grids of a part are outside the band at least: one a dwelling above it, or one where no number fits.

    Example:
        >>> [unavoidable(np.array([490, 450, 50]), band) for band in (Band(300, 500), Band(480, 490), Band(30, 80))]
        [0, 1, 2]
    """
    return max(int((households > band.most).sum()), int(forced(int(households.sum()), band)))
