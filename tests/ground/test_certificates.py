"""The county's authority: every name is trusted by whoever trusts the authority, nobody else's; renewed in time.

The judge is OpenSSL's client as Python has it: it verifies the chain, the days and the name.
"""

import contextlib
import socket
import ssl
import stat
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from twofront.ground import clock
from twofront.ground.certificates import Secured, is_due, names_here, secured
from twofront.ground.folder import Folder

NOW = clock.machine()
NAMES = ("county.example", "10.20.30.40", "127.0.0.1")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A data folder with its parts."""
    made = Folder(tmp_path / "county")
    made.make()
    return made


def _greeted(of: Secured, name: str, *, trusting: Path | None) -> str:
    """Return "" if a client that trusts a file shakes hands with the server under this name, else why not."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(of.certificate, of.key)
    client = ssl.create_default_context(cafile=str(trusting) if trusting else None)
    ours, theirs = socket.socketpair()

    def serve() -> None:
        with contextlib.suppress(OSError), server.wrap_socket(theirs, server_side=True) as s:
            s.recv(1)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with client.wrap_socket(ours, server_hostname=name) as s:
            s.send(b"x")
    except ssl.SSLError as e:
        ours.close()
        return str(e)
    else:
        return ""
    finally:
        thread.join(5)
        theirs.close()


def test_each_name_is_trusted_by_whoever_trusts_the_authority(folder: Folder) -> None:
    """A name and two addresses; not another name, and nothing without the authority."""
    made = secured(folder, NAMES, now=NOW)

    assert [_greeted(made, name, trusting=made.authority) for name in NAMES] == ["", "", ""]
    assert "mismatch" in _greeted(made, "other.example", trusting=made.authority)
    assert "unable to get local issuer" in _greeted(made, NAMES[0], trusting=None)
    assert made.fingerprint == ":".join(f"{b:02X}" for b in _sha256(made.authority))
    for file in folder.secrets.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_the_servers_certificate_is_made_anew_in_time_and_the_authority_stays(folder: Folder) -> None:
    """The same until 30 days before its end; then, and for a new name, another one of the same authority."""
    first = secured(folder, NAMES, now=NOW)
    before, authority = first.certificate.read_bytes(), first.authority.read_bytes()

    def again(names: tuple[str, ...], days: int) -> bytes:
        later = NOW + timedelta(days=days)
        due = is_due(first, names, now=later)
        made = secured(folder, names, now=later).certificate.read_bytes()
        assert due is (made != before)
        return made

    assert again(NAMES, 59) == again(NAMES[:1], 0) == before
    assert again(NAMES, 61) != before
    folder.authority.write_bytes(authority)
    assert again((*NAMES, "another.example"), 0) != before
    assert first.authority.read_bytes() == authority
    assert not _greeted(secured(folder, NAMES, now=NOW), NAMES[0], trusting=first.authority)


@pytest.mark.parametrize("name", ["county-authority.crt", "secrets/server.crt", "secrets/server.key"])
@pytest.mark.parametrize("body", [None, b"", b"no certificate"])
def test_what_is_lost_or_broken_is_made_anew(folder: Folder, name: str, body: bytes | None) -> None:
    """Whatever became of a file, the next start serves by certificates that fit each other."""
    secured(folder, NAMES, now=NOW)
    file = folder.root / name
    if body is None:
        file.unlink()
    else:
        file.write_bytes(body)

    made = secured(folder, NAMES, now=NOW)
    assert not _greeted(made, NAMES[0], trusting=made.authority)


def test_an_authority_that_would_end_before_its_certificate_is_made_anew(folder: Folder) -> None:
    """After ten years, less 90 days, a new one; whoever looks then trusts it and its certificate."""
    first = secured(folder, NAMES, now=NOW - timedelta(days=3652 - 89))
    again = secured(folder, NAMES, now=NOW)

    assert first.fingerprint != again.fingerprint
    assert not _greeted(again, NAMES[0], trusting=again.authority)


def test_this_machine_is_reached_by_its_name_and_by_what_somebody_adds() -> None:
    """Each once."""
    names = names_here(["county.example", "localhost"])

    assert {socket.gethostname(), "localhost", "127.0.0.1", "county.example"} <= set(names)
    assert len(names) == len(set(names))


def _sha256(file: Path) -> bytes:
    import hashlib

    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(file.read_text("ascii"))).digest()
