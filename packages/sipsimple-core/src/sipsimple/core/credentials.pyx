"""`Credentials`: who one is, and what proves it."""

import re
import secrets
from collections.abc import Mapping
from types import MappingProxyType

from sipsimple.core.uri cimport SIPURI


# Length of a digest in hexadecimal, by IANA's name of the algorithm (RFC 8760 section 2.1).
_DIGITS = {"MD5": 32, "SHA-256": 64, "SHA-512-256": 64}
_HEXADECIMAL = re.compile("[0-9A-Fa-f]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


cdef SIPURI _checked_uri(object value):
    if not isinstance(value, SIPURI):
        raise TypeError(f"uri: must be SIPURI, not {type(value).__name__}")
    return value


cdef str _checked_password(object value):
    if value is not None and not isinstance(value, str):
        raise TypeError(f"password: must be str or None, not {type(value).__name__}")
    return value


cdef str _checked_token(object value):
    if not isinstance(value, str):
        raise TypeError(f"token: must be str, not {type(value).__name__}")
    if not value:
        raise ValueError("token: is empty")
    return value


cdef dict _checked_ha1(object value):
    """A checked copy of `ha1`; no error shows a digest, which is as good as the password."""
    cdef dict result = {}
    if value is None:
        return result
    if not isinstance(value, Mapping):
        raise TypeError(f"ha1: must be a mapping or None, not {type(value).__name__}")
    for key, digest in value.items():
        if not (
            isinstance(key, tuple)
            and len(key) == 2
            and isinstance(key[0], str)
            and isinstance(key[1], str)
        ):
            raise TypeError(f"ha1: a key must be (algorithm, realm), both str, not {key!r}")
        if not isinstance(digest, str):
            raise TypeError(f"ha1: the value of {key} must be str, not {type(digest).__name__}")
        algorithm, realm = key[0].upper(), key[1]
        if algorithm not in _DIGITS:
            raise ValueError(f"ha1: {key[0]!r} is none of {', '.join(_DIGITS)}")
        # PJSIP takes the asterisk for any realm, but a HA1 is that of one.
        if not realm or realm == "*" or _CONTROL.search(realm):
            raise ValueError(f"ha1: {realm!r} cannot be a realm")
        if len(digest) != _DIGITS[algorithm] or not _HEXADECIMAL.fullmatch(digest):
            raise ValueError(
                f"ha1: the value of {key} is not {_DIGITS[algorithm]} hexadecimal digits"
            )
        # In lower case it is hashed further (RFC 7616 section 3.4.1).
        result[algorithm, realm] = digest.lower()
    return result


cdef class Credentials:
    """Credentials(uri, password=None, token=None, *, ha1=None)
--

    Authentication credentials for a SIP account.

    Objects that are given credentials keep a copy of their own. Credentials compare by
    content and cannot be hashed; `repr()` shows no secret.

    Challenges with MD5, SHA-256 and SHA-512-256 are answered (RFC 8760), with and without
    `qop="auth"`; of several for one realm the strongest one that the credentials can answer.
    `auth-int` is not supported: where a server offers nothing else, the request fails with its
    401 or 407. So it does when the server rejects what was answered, and nothing is tried
    again by itself, unless the server calls the nonce stale.

    Args:
        uri: The account, also the From URI of the requests sent with it.
        password: Password, or None where none is needed.
        token: User part of the Contact header, by which the application tells which
            account an incoming request is for. None for a random one.
        ha1: Instead of the password, or beside it, the digests that it is used for, in
            hexadecimal: `{("SHA-256", "example.com"): "…"}`, keyed by algorithm and realm.
            Each is the digest of `user:realm:password`. None where there are none.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: The token is empty, or an item of `ha1` names an unknown algorithm, no
            realm, or has a wrong number of digits.

    Source: RFC 3261 section 22, RFC 7616 section 3.4.2 (A1), RFC 8760.
    """

    __match_args__ = ("uri", "password", "token")
    __hash__ = None

    def __init__(self, uri, password=None, token=None, *, ha1=None):
        cdef SIPURI new_uri = _checked_uri(uri)
        cdef str new_password = _checked_password(password)
        cdef str new_token = secrets.token_hex(8) if token is None else _checked_token(token)
        cdef dict new_ha1 = _checked_ha1(ha1)
        self._ha1 = new_ha1
        self._uri = new_uri
        self._password = new_password
        self._token = new_token

    @property
    def uri(self):
        """The account's URI."""
        return self._uri

    @uri.setter
    def uri(self, value):
        self._uri = _checked_uri(value)

    @property
    def password(self):
        """Password, or None."""
        return self._password

    @password.setter
    def password(self, value):
        self._password = _checked_password(value)

    @property
    def token(self):
        """User part of the Contact header."""
        return self._token

    @token.setter
    def token(self, value):
        self._token = _checked_token(value)

    @property
    def ha1(self):
        """Digests by algorithm and realm, a read-only mapping; assign another to change it."""
        return MappingProxyType(self._ha1)

    @ha1.setter
    def ha1(self, value):
        self._ha1 = _checked_ha1(value)

    def copy(self):
        """A copy that shares nothing with these credentials."""
        return _restored(type(self), self._uri.copy(), self._password, self._token, self._ha1)

    __copy__ = copy

    def __deepcopy__(self, memo):
        return self.copy()

    def __reduce__(self):
        return _restored, (type(self), self._uri, self._password, self._token, self._ha1)

    def __repr__(self):
        password = "None" if self._password is None else "'hidden'"
        ha1 = f", ha1={dict.fromkeys(self._ha1, 'hidden')}" if self._ha1 else ""
        return (
            f"{type(self).__name__}({self._uri!r}, password={password}, "
            f"token={self._token!r}{ha1})"
        )

    def __eq__(self, other):
        if not isinstance(other, Credentials):
            return NotImplemented
        cdef Credentials second = other
        return (
            self._uri == second._uri
            and self._password == second._password
            and self._token == second._token
            and self._ha1 == second._ha1
        )


def _restored(kind, uri, password, token, ha1):
    return kind(uri, password, token, ha1=ha1)


cdef Credentials own_credentials(object credentials):
    if not isinstance(credentials, Credentials):
        raise TypeError(f"credentials: must be Credentials, not {type(credentials).__name__}")
    return (<Credentials> credentials).copy()
