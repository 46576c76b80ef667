"""Digest access authentication, as a server does it (RFC 3261 section 22, RFC 7616, RFC 8760)."""

from __future__ import annotations

import enum
import hashlib
import hmac
import re
import secrets
import time

__all__ = ["ALGORITHMS", "Authenticator", "Verdict"]

ALGORITHMS = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}
"""What hashlib calls them, by IANA's names."""


class Verdict(enum.Enum):
    """What an Authorization header is worth."""

    MISSING = "missing"
    STALE = "stale"
    WRONG = "wrong"
    RIGHT = "right"


class Authenticator:
    """Challenges, and judges what is answered.

    Args:
        realm: The realm of the users.
        passwords: Their passwords by name.
        algorithms: What to challenge with, the preferred one first (RFC 8760 section 2.3).
        nonce_seconds: How long a nonce can be used.
    """

    def __init__(
        self,
        realm: str,
        passwords: dict[str, str],
        *,
        algorithms: tuple[str, ...] = ("MD5",),
        nonce_seconds: float = 300,
    ) -> None:
        self.realm = realm
        self._algorithms = algorithms
        self._passwords = passwords
        self._seconds = nonce_seconds
        self._key = secrets.token_bytes(16)

    def challenges(self, *, stale: bool = False) -> list[str]:
        """Values for WWW-Authenticate or Proxy-Authenticate, one for each algorithm."""
        nonce = self._nonce(time.monotonic())
        end = ", stale=true" if stale else ""
        return [
            f'Digest realm="{self.realm}", nonce="{nonce}", algorithm={name}, qop="auth"{end}'
            for name in self._algorithms
        ]

    def judge(self, header: str | None, method: str, user: str) -> Verdict:
        """Judge an Authorization or Proxy-Authorization.

        Args:
            header: Its value, None where there is none.
            method: Of the request.
            user: Who it has to be.
        """
        if header is None or not header.lower().startswith("digest "):
            return Verdict.MISSING
        given = {
            name.lower(): quoted or bare
            for name, quoted, bare in re.findall(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))', header)
        }
        nonce = given.get("nonce", "")
        issued = nonce.partition("-")[0]
        if not issued.isdigit() or not hmac.compare_digest(nonce, self._nonce(int(issued) / 1e3)):
            return Verdict.STALE
        password = self._passwords.get(user)
        algorithm = given.get("algorithm", "MD5").upper()
        if algorithm not in self._algorithms:
            return Verdict.WRONG
        if password is None or given.get("username") != user or given.get("realm") != self.realm:
            return Verdict.WRONG
        expected = _hash(
            algorithm,
            _hash(algorithm, user, self.realm, password),
            nonce,
            *(given.get(name, "") for name in ("nc", "cnonce", "qop")),
            _hash(algorithm, method, given.get("uri", "")),
        )
        if given.get("qop") != "auth" or not hmac.compare_digest(
            expected, given.get("response", "")
        ):
            return Verdict.WRONG
        if time.monotonic() - int(issued) / 1e3 > self._seconds:
            return Verdict.STALE
        return Verdict.RIGHT

    def _nonce(self, now: float) -> str:
        # It proves by itself that it was issued here, and when: nothing has to be kept.
        issued = str(round(now * 1e3))
        return f"{issued}-{hmac.new(self._key, issued.encode(), 'sha256').hexdigest()[:24]}"


def _hash(algorithm: str, *parts: str) -> str:
    return hashlib.new(ALGORITHMS[algorithm], ":".join(parts).encode()).hexdigest()
