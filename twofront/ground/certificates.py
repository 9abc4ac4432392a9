"""The county's own authority (县级证书机构): HTTPS on an intranet for which nobody outside vouches.

Laws: the keys never leave `secrets/`. A server's certificate names every name and address by which the county is
reached, and lives 90 days; it is made anew 30 days before its end, or when a name is missing. Whoever trusts the
authority once has nothing to do then; the authority itself is made anew only when it could not outlive a certificate.

X.509 by RFC 5280, names by RFC 6125 (section 6.4), keys ECDSA P-256.
"""

import contextlib
import ipaddress
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from twofront.ground.folder import Folder, write_private

AUTHORITY_LIVES = timedelta(days=3652)
SERVER_LIVES = timedelta(days=90)
RENEWED_BEFORE = timedelta(days=30)
SKEW = timedelta(days=1)
"""A certificate counts from a day ago: clocks of an intranet differ."""
_PROBE = ("192.0.2.1", 9)  # kept for documentation, RFC 5737


@dataclass(frozen=True, slots=True)
class Secured:
    """What a web server needs for HTTPS, and what people need to trust it.

    Args:
        certificate: The server's certificate (PEM).
        key: Its key (PKCS#8 PEM, readable by the owner only).
        authority: The authority's certificate, for every computer and phone (PEM).
        fingerprint: SHA-256 of the authority's certificate, in hex by colons, as systems show it.
        names: Names and addresses that the certificate stands for.
        until: When it ends.
    """

    certificate: Path
    key: Path
    authority: Path
    fingerprint: str
    names: tuple[str, ...]
    until: datetime


def secured(folder: Folder, names: Sequence[str], *, now: datetime) -> Secured:
    """Return the certificates for these names, made or made anew where they are missing or near their end."""
    authority, authority_key = _authority(folder, now=now)
    certificate_file, key_file = folder.secrets / "server.crt", folder.secrets / "server.key"
    certificate = _read(certificate_file)
    if (
        certificate is None
        or _key(key_file, certificate) is None
        or not _serves(certificate, authority, names, now=now)
    ):
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _server(names, key.public_key(), authority, authority_key, now=now)
        write_private(key_file, _pem(key))
        write_private(certificate_file, _pem(certificate))
    return Secured(
        certificate=certificate_file,
        key=key_file,
        authority=folder.authority,
        fingerprint=authority.fingerprint(hashes.SHA256()).hex(":").upper(),
        names=tuple(names),
        until=certificate.not_valid_after_utc,
    )


def is_due(of: Secured, names: Sequence[str], *, now: datetime) -> bool:
    """Tell whether a certificate should be made anew: it ends soon, or is reached by a name that it does not have."""
    return now > of.until - RENEWED_BEFORE or not set(names) <= set(of.names)


def names_here(more: Iterable[str] = ()) -> list[str]:
    """Return the names and addresses by which this machine is reached, each once, and any that somebody adds."""
    host = socket.gethostname()
    found = [host, *_addresses(host), *more, "localhost", "127.0.0.1"]
    return list(dict.fromkeys(name for name in found if name))


def _addresses(host: str) -> list[str]:
    found: list[str] = []
    with contextlib.suppress(OSError):  # a machine whose name nobody resolves still has addresses
        found += [str(info[4][0]) for info in socket.getaddrinfo(host, None, socket.AF_INET)]
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect(_PROBE)  # nothing is sent: it only chooses the address that would be used
        found.append(str(s.getsockname()[0]))
    return [a for a in found if not ipaddress.ip_address(a).is_loopback]


def _authority(folder: Folder, *, now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key_file = folder.secrets / "authority.key"
    certificate = _read(folder.authority)
    if certificate is not None and now + SERVER_LIVES < certificate.not_valid_after_utc:
        found = _key(key_file, certificate)
        if found is not None:
            return certificate, found
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"Twofront county authority {folder.tag}")
    certificate = (
        _begun(name, name, key.public_key(), now=now, until=now + AUTHORITY_LIVES)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(is_authority=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    write_private(key_file, _pem(key))
    write_private(folder.authority, _pem(certificate))
    return certificate, key


def _server(
    names: Sequence[str], key: ec.EllipticCurvePublicKey, authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey, *, now: datetime,
) -> x509.Certificate:  # fmt: skip
    return (
        _begun(authority.subject, _name(names[0]), key, now=now, until=now + SERVER_LIVES)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(is_authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
        )
        .sign(authority_key, hashes.SHA256())
    )


def _begun(
    issuer: x509.Name, subject: x509.Name, key: ec.EllipticCurvePublicKey, *, now: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(until)
    )


def _serves(
    certificate: x509.Certificate, authority: x509.Certificate, names: Sequence[str], *, now: datetime
) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except Exception:  # noqa: BLE001 - whatever is wrong with it, a new one is made
        return False
    stood = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return now <= certificate.not_valid_after_utc - RENEWED_BEFORE and {_general(n) for n in names} <= set(
        stood
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode("ascii"))


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Twofront"),
            x509.NameAttribute(NameOID.COMMON_NAME, common[:64]),
        ]
    )


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority, key_cert_sign=is_authority, crl_sign=is_authority,
        content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _pem(what: ec.EllipticCurvePrivateKey | x509.Certificate) -> str:
    if isinstance(what, x509.Certificate):
        return what.public_bytes(serialization.Encoding.PEM).decode("ascii")
    return what.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode("ascii")


def _read(file: Path) -> x509.Certificate | None:
    try:
        return x509.load_pem_x509_certificate(file.read_bytes())
    except (OSError, ValueError):
        return None


def _key(file: Path, certificate: x509.Certificate) -> ec.EllipticCurvePrivateKey | None:
    """Return the key in a file if it is the one of a certificate."""
    try:
        found = serialization.load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError):
        return None
    fits = isinstance(found, ec.EllipticCurvePrivateKey) and found.public_key() == certificate.public_key()
    return found if fits else None  # type: ignore[return-value]  # the line above knows what it is
