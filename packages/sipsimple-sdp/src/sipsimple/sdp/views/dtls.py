"""`Fingerprint` and the roles of `setup`: what DTLS needs (RFC 8122, RFC 4145, RFC 8842)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, Self

from sipsimple.sdp.views.fields import check_token, exact_fields, shown, split

__all__ = ["SETUP_ROLES", "Fingerprint", "SetupRole", "check_setup"]

#: Who opens the connection (RFC 4145 section 4; RFC 8842 section 5 for DTLS).
SetupRole = Literal["active", "passive", "actpass", "holdconn"]
SETUP_ROLES: Final[tuple[SetupRole, ...]] = ("active", "passive", "actpass", "holdconn")

# Without MD2 and MD5, which must not be used (RFC 8122 section 5).
_HASHES: Final = {f"sha-{bits}": f"sha{bits}" for bits in (1, 224, 256, 384, 512)}
_PAIRS = re.compile(r"[0-9A-F]{2}(?::[0-9A-F]{2})*\Z")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The value of a `fingerprint` attribute: the hash of a certificate.

    Both fields are kept in the case that RFC 8122 writes them in, so that equal fingerprints
    compare equal whatever the case they came in.

    Args:
        hash_function: The name of the hash function, a str such as "sha-256"; lower case.
        fingerprint: The hash, a str of hexadecimal bytes with colons between; upper case.

    Raises:
        TypeError: A value is not a str.
        ValueError: The name is no field of a line, or the hash is not written so.

    >>> value = Fingerprint.parse("SHA-1 4a:ad:b9:b1:3f:82:18:3b:54:02")
    >>> value.hash_function, value.fingerprint[:11]
    ('sha-1', '4A:AD:B9:B1')

    Source: RFC 8122 section 5.
    """

    hash_function: str
    fingerprint: str

    def __post_init__(self) -> None:
        exact_fields(self)
        name = check_token(self.hash_function, "hash_function")
        text = check_token(self.fingerprint, "fingerprint").upper()
        if not _PAIRS.match(text):
            raise ValueError(
                f"fingerprint: {shown(self.fingerprint)} is not hexadecimal bytes and colons"
            )
        object.__setattr__(self, "hash_function", name.lower())
        object.__setattr__(self, "fingerprint", text)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the value of a `fingerprint` attribute.

        Args:
            text: What stands behind `a=fingerprint:`, a str.

        Raises:
            TypeError: The text is not a str.
            ValueError: A field is missing or wrong; tells which, and its value.
        """
        fields = split(text)
        if len(fields) != 2:
            raise ValueError(f"fingerprint: {shown(text)} has {len(fields)} fields instead of 2")
        return cls(*fields)

    @classmethod
    def of(cls, certificate: bytes, hash_function: str = "sha-256") -> Self:
        """The fingerprint of a certificate.

        Args:
            certificate: The certificate in DER, bytes.
            hash_function: The name of the hash function, a str such as "sha-256".

        Raises:
            ValueError: The hash function is none of RFC 8122, or a broken one that it forbids.

        >>> Fingerprint.of(b"stands for a certificate", "sha-1").fingerprint[:11]
        '93:3E:FE:CE'
        """
        # Imported here, since it brings OpenSSL with it.
        import hashlib

        name = check_token(hash_function, "hash_function").lower()
        if name not in _HASHES:
            raise ValueError(
                f"hash_function: {shown(hash_function)} is none of {', '.join(_HASHES)}"
            )
        digest = hashlib.new(_HASHES[name], certificate, usedforsecurity=False).digest()
        return cls(name, digest.hex(":"))

    @property
    def digest(self) -> bytes:
        r"""The hash, bytes.

        >>> Fingerprint("sha-256", "0A:FF").digest
        b'\n\xff'
        """
        return bytes.fromhex(self.fingerprint.replace(":", ""))

    def __str__(self) -> str:
        return f"{self.hash_function} {self.fingerprint}"


def check_setup(value: object) -> SetupRole:
    """The role that a `setup` attribute gives, in lower case."""
    text = check_token(value, "setup").lower()
    for role in SETUP_ROLES:
        if text == role:
            return role
    raise ValueError(f"setup: {shown(value)} is none of {', '.join(SETUP_ROLES)}")
