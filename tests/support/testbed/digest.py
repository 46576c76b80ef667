"""Digest access authentication with MD5, as a server does it (RFC 2617, RFC 3261 section 22)."""

from __future__ import annotations

import enum
import hashlib
import hmac
import re
import secrets
import time

__all__ = ["Authenticator", "Verdict"]


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
        nonce_seconds: How long a nonce can be used.
    """

    def __init__(
        self, realm: str, passwords: dict[str, str], *, nonce_seconds: float = 300
    ) -> None:
        self.realm = realm
        self._passwords = passwords
        self._seconds = nonce_seconds
        self._key = secrets.token_bytes(16)

    def challenge(self, *, stale: bool = False) -> str:
        """A value for WWW-Authenticate or Proxy-Authenticate."""
        text = (
            f'Digest realm="{self.realm}", nonce="{self._nonce(time.monotonic())}", '
            'algorithm=MD5, qop="auth"'
        )
        return f"{text}, stale=true" if stale else text

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
        if password is None or given.get("username") != user or given.get("realm") != self.realm:
            return Verdict.WRONG
        expected = _md5(
            _md5(user, self.realm, password),
            nonce,
            *(given.get(name, "") for name in ("nc", "cnonce", "qop")),
            _md5(method, given.get("uri", "")),
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


def _md5(*parts: str) -> str:
    return hashlib.md5(":".join(parts).encode()).hexdigest()
