"""The exercise county's files, made once for all tests of this folder."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.demo import reader

MAKER = Path(__file__).parents[2] / "demo" / "make.py"


def make(out: Path, *, seed: int) -> Path:
    """Run the maker as a user does."""
    subprocess.run([sys.executable, str(MAKER), str(out), "--seed", str(seed)], check=True)
    return out


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder with the plan and all sheets, seed 0."""
    return make(tmp_path_factory.mktemp("exercise"), seed=0)


@pytest.fixture(scope="session")
def stop(folder: Path) -> Callable[[int], reader.Known]:
    """Give what is known at the first, second, third or fourth stop; each is replayed once."""
    replayed: dict[int, reader.Known] = {}

    def known(number: int) -> reader.Known:
        if number not in replayed:
            replayed[number] = reader.at_stop(folder, stops=number)
        return replayed[number]

    return known
