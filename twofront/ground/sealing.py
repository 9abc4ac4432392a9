"""Sealed files: anybody with the public key can seal one, and only the holder of the secret key can open it.

The format is age (age-encryption.org/v1, C2SP; one recipient of the kind X25519), so that `age -d -i KEYFILE FILE`
opens a county's files in ten years too, without this program. The ciphers are those of the library `cryptography`.

Law: no byte is given out that was not proved to be as it was sealed, and a file that was cut off is found at its end:
who reads to the end has read the whole.
"""

import base64
import io
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from twofront.core.errors import CannotDo

_VERSION = b"age-encryption.org/v1"
_WRAP = b"age-encryption.org/v1/X25519"
_CHUNK = 64 << 10
_TAG = 16
_PUBLIC, _SECRET = "age", "age-secret-key-"
_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_HEAD = re.compile(
    rb"age-encryption\.org/v1\n-> X25519 ([A-Za-z0-9+/]{43})\n([A-Za-z0-9+/]{43})\n--- ([A-Za-z0-9+/]{43})\n"
)
_HEAD_BYTES = len(_VERSION) + len("\n-> X25519 \n\n--- \n") + 3 * 43


def new_key_file() -> str:
    """Return the text of a key file (备份密钥) with a fresh key, as `age-keygen` would have written it."""
    secret = _bech32(_SECRET, X25519PrivateKey.generate().private_bytes_raw()).upper()
    return f"# public key: {public_of(secret)}\n{secret}\n"


def public_of(secret: str) -> str:
    """Return the key that seals (`age1…`) of the one that opens (`AGE-SECRET-KEY-1…`).

    Raises:
        CannotDo: It is no such key.
    """
    key = _unbech32(_SECRET, secret.lower())
    if key is None:
        raise CannotDo("backup.key", "holds no key that opens a backup", "give the county's backup.key")
    return _bech32(_PUBLIC, X25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw())


def secret_in(path: Path) -> str:
    """Return the secret key in a key file.

    Raises:
        CannotDo: The file cannot be read, or holds no such key.
    """
    try:
        lines = path.read_text("utf-8").split()
    except (OSError, UnicodeError) as e:
        what = (e.strerror if isinstance(e, OSError) else None) or "cannot be read"
        raise CannotDo(str(path), what, "give the county's backup.key") from e
    found = [line for line in lines if line.startswith(_SECRET.upper())]
    if len(found) != 1 or _unbech32(_SECRET, found[0].lower()) is None:
        raise CannotDo(str(path), "holds no key that opens a backup", "give the county's backup.key")
    return found[0]


class Sealer(io.RawIOBase):
    """A file being sealed: what is written to it goes sealed to another, and `close` writes its end."""

    def __init__(self, out: BinaryIO, public: str) -> None:
        """Write the head.

        Raises:
            CannotDo: The public key is none.
        """
        key = _unbech32(_PUBLIC, public)
        if key is None:
            raise CannotDo(public[:80], "is no public key of a backup", "bring back what init wrote")
        file_key, nonce = os.urandom(16), os.urandom(16)
        own = X25519PrivateKey.generate()
        ours = own.public_key().public_bytes_raw()
        shared = own.exchange(X25519PublicKey.from_public_bytes(key))
        wrapped = ChaCha20Poly1305(_derived(shared, ours + key, _WRAP)).encrypt(bytes(12), file_key, None)
        head = b"%s\n-> X25519 %s\n%s\n---" % (_VERSION, _base64(ours), _base64(wrapped))
        out.write(b"%s %s\n%s" % (head, _base64(_mac(file_key, head).finalize()), nonce))
        self._out = out
        self._cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))
        self._left = bytearray()
        self._number = 0

    def writable(self) -> bool:
        """Return that it can be written to."""
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        """Seal the data; the last chunk is held back until it is known to be the last."""
        self._left += data
        whole = max(0, (len(self._left) - 1) // _CHUNK)
        for i in range(whole):
            self._chunk(bytes(self._left[i * _CHUNK : (i + 1) * _CHUNK]), is_last=False)
        del self._left[: whole * _CHUNK]
        return len(data)

    def close(self) -> None:
        """Write the end; the file beneath stays open."""
        if not self.closed:
            self._chunk(bytes(self._left), is_last=True)
            super().close()

    def _chunk(self, data: bytes, *, is_last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._number, is_last=is_last), data, None))
        self._number += 1


class Unsealed(io.RawIOBase):
    """A sealed file being read; it gives out what was sealed, and refuses what was not."""

    def __init__(self, file: BinaryIO, secret: str, *, name: str) -> None:
        """Open the head.

        Args:
            file: The sealed file, at its beginning.
            secret: The key that opens it.
            name: What the file is called, for the refusal.

        Raises:
            CannotDo: It is no sealed file, is damaged, or is sealed for another key.
        """
        self._file, self._name = file, name
        key = _unbech32(_SECRET, secret.lower())
        found = _HEAD.fullmatch(file.read(_HEAD_BYTES))
        if found is None or key is None:
            raise CannotDo(name, "is no backup, or its beginning is damaged", "give another backup")
        file_key = self._file_key(X25519PrivateKey.from_private_bytes(key), *found.group(1, 2))
        try:
            mac = _mac(file_key, found.group(0)[: found.start(3) - 1])
            mac.verify(_unbase64(found.group(3)) or b"")
        except InvalidSignature as e:
            raise self._damaged() from e
        self._cipher = ChaCha20Poly1305(_derived(file_key, self._file.read(16), b"payload"))
        self._next = self._file.read(_CHUNK + _TAG)
        self._given = memoryview(b"")
        self._number = 0

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, into: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Fill the buffer as far as the present chunk goes; 0 at the proved end.

        Raises:
            CannotDo: A byte is not as it was sealed, or the end is missing.
        """
        if not self._given:
            self._given = memoryview(self._chunk())
        size = min(len(into), len(self._given))
        into[:size] = self._given[:size]
        self._given = self._given[size:]
        return size

    def _chunk(self) -> bytes:
        data, is_first = self._next, self._number == 0
        if not data and not is_first:
            return b""
        self._next = self._file.read(_CHUNK + _TAG)
        try:
            plain = self._cipher.decrypt(_nonce(self._number, is_last=not self._next), data, None)
        except (InvalidTag, ValueError) as e:
            raise self._damaged() from e
        if not plain and not is_first:  # an empty chunk may only be the whole of an empty file
            raise self._damaged()
        self._number += 1
        return plain

    def _file_key(self, own: X25519PrivateKey, ours: bytes, wrapped: bytes) -> bytes:
        theirs, body = _unbase64(ours), _unbase64(wrapped)
        if theirs is None or body is None:
            raise self._damaged()
        salt = theirs + own.public_key().public_bytes_raw()
        try:
            shared = own.exchange(X25519PublicKey.from_public_bytes(theirs))
            return ChaCha20Poly1305(_derived(shared, salt, _WRAP)).decrypt(bytes(12), body, None)
        except (InvalidTag, ValueError) as e:
            raise CannotDo(
                self._name,
                "is sealed for another key, or its beginning is damaged",
                "give the key it was made for",
            ) from e

    def _damaged(self) -> CannotDo:
        return CannotDo(self._name, "is damaged or cut off", "give another backup")


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _derived(key: bytes, salt: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=purpose).derive(key)


def _mac(file_key: bytes, head: bytes) -> hmac.HMAC:
    mac = hmac.HMAC(_derived(file_key, b"", b"header"), hashes.SHA256())
    mac.update(head)
    return mac


def _base64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _unbase64(text: bytes) -> bytes | None:
    """Return the 32 bytes that 43 letters stand for; None if other letters would stand for them too."""
    data = base64.b64decode(text + b"=")
    return data if _base64(data) == text else None


def _bech32(prefix: str, data: bytes) -> str:
    """Write bytes as BIP 173 has it: letters that are hard to misread, and six that check the others."""
    fives = _regrouped(data, 8, 5)
    check = _polymod([*_expanded(prefix), *fives, 0, 0, 0, 0, 0, 0]) ^ 1
    return f"{prefix}1" + "".join(
        _LETTERS[f] for f in [*fives, *(check >> 5 * (5 - i) & 31 for i in range(6))]
    )


def _unbech32(prefix: str, text: str) -> bytes | None:
    """Return the 32 bytes of a key, or None if the text is none of this prefix."""
    head, _, letters = text.rpartition("1")
    if head != prefix or len(letters) != 58 or not set(letters) <= set(_LETTERS):
        return None
    fives = [_LETTERS.index(letter) for letter in letters]
    if _polymod([*_expanded(prefix), *fives]) != 1:
        return None
    return bytes(_regrouped(fives[:-6], 5, 8)[:32])


def _regrouped(groups: Iterable[int], size: int, to: int) -> list[int]:
    bits = "".join(f"{g:0{size}b}" for g in groups)
    return [int(bits[i : i + to].ljust(to, "0"), 2) for i in range(0, len(bits), to)]


def _expanded(prefix: str) -> list[int]:
    return [*(ord(c) >> 5 for c in prefix), 0, *(ord(c) & 31 for c in prefix)]


_GENERATORS = [int(g, 16) for g in ("3b6a57b2", "26508e6d", "1ea119fa", "3d4233dd", "2a1462b3")]


def _polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for i, generator in enumerate(_GENERATORS):
            check ^= generator if top >> i & 1 else 0
    return check
