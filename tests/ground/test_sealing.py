"""Sealed files: opened by age itself, and by nothing that is not whole; every bit of the head and of the body counts."""

import io
import random
from pathlib import Path

import pyrage
import pytest

from twofront.core.errors import CannotDo
from twofront.ground.sealing import Sealer, Unsealed, new_key_file, public_of, secret_in

CHUNK = 64 << 10  # of the format: https://c2sp.org/age
PLAIN = random.Random(0).randbytes(200)


@pytest.fixture
def secret(tmp_path: Path) -> str:
    """A fresh key that opens, as its file holds it."""
    file = tmp_path / "backup.key"
    file.write_text(new_key_file(), "utf-8")
    return secret_in(file)


def _sealed(plain: bytes, secret: str) -> bytes:
    out = io.BytesIO()
    with Sealer(out, public_of(secret)) as sealer:
        for i in range(0, len(plain), 1000):
            sealer.write(plain[i : i + 1000])
    return out.getvalue()


def _opened(sealed: bytes, secret: str) -> bytes:
    return Unsealed(io.BytesIO(sealed), secret, name="a.backup").readall()


def test_the_key_is_one_of_age(secret: str) -> None:
    """Age reads the key, and finds the same public one."""
    assert str(pyrage.x25519.Identity.from_str(secret).to_public()) == public_of(secret)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7])
def test_what_is_sealed_here_is_opened_by_age_and_by_us(secret: str, size: int) -> None:
    """At every edge of the format's chunks."""
    plain = random.Random(size).randbytes(size)

    sealed = _sealed(plain, secret)

    assert pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(secret)]) == plain
    assert _opened(sealed, secret) == plain


def test_no_flipped_bit_passes(secret: str) -> None:
    """Every single bit of a small file, head and body."""
    sealed = _sealed(PLAIN, secret)
    for i in range(8 * len(sealed)):
        flipped = bytearray(sealed)
        flipped[i // 8] ^= 1 << i % 8
        with pytest.raises(CannotDo):
            _opened(bytes(flipped), secret)


def test_no_cut_off_file_passes_and_none_that_goes_on(secret: str) -> None:
    """Every length of a small file, both ends of each chunk of a large one, and one byte more."""
    small = _sealed(PLAIN, secret)
    large = _sealed(random.Random(1).randbytes(3 * CHUNK), secret)
    head = len(large) - 3 * (CHUNK + 16)
    cuts = [small[:n] for n in range(len(small))]
    cuts += [large[: head + k * (CHUNK + 16) + d] for k in range(4) for d in (-1, 0, 1) if k < 3 or d < 0]

    for cut in (*cuts, small + b"x", large + b"x", large + large):
        with pytest.raises(CannotDo):
            _opened(cut, secret)


def test_another_key_opens_nothing(secret: str, tmp_path: Path) -> None:
    """Nor does a file without a key, nor one with a letter changed."""
    file = tmp_path / "other.key"
    file.write_text(new_key_file(), "utf-8")
    with pytest.raises(CannotDo, match="another key"):
        _opened(_sealed(PLAIN, secret), secret_in(file))
    for text in (
        "",
        "# nothing\n",
        f"{secret[:-1]}{'Q' if secret[-1] != 'Q' else 'P'}\n",
        f"{secret}\n{secret}\n",
    ):
        file.write_text(text, "utf-8")
        with pytest.raises(CannotDo, match="holds no key"):
            secret_in(file)
    with pytest.raises(CannotDo, match="No such file"):
        secret_in(tmp_path / "none.key")
