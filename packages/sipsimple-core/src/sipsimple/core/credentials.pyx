"""`Credentials`: who one is, and what proves it."""

import secrets

from sipsimple.core.uri cimport SIPURI


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


cdef class Credentials:
    """Credentials(uri, password=None, token=None)
--

    Authentication credentials for a SIP account.

    Objects that are given credentials keep a copy of their own. Credentials compare by
    content and cannot be hashed; `repr()` does not show the password.

    Args:
        uri: The account, also the From URI of the requests sent with it.
        password: Password, or None where none is needed.
        token: User part of the Contact header, by which the application tells which
            account an incoming request is for. None for a random one.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: The token is empty.
    """

    __match_args__ = ("uri", "password", "token")
    __hash__ = None

    def __init__(self, uri, password=None, token=None):
        cdef SIPURI new_uri = _checked_uri(uri)
        cdef str new_password = _checked_password(password)
        cdef str new_token = secrets.token_hex(8) if token is None else _checked_token(token)
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

    def copy(self):
        """A copy that shares nothing with these credentials."""
        return type(self)(self._uri.copy(), self._password, self._token)

    __copy__ = copy

    def __deepcopy__(self, memo):
        return self.copy()

    def __reduce__(self):
        return type(self), (self._uri, self._password, self._token)

    def __repr__(self):
        password = "None" if self._password is None else "'hidden'"
        return (
            f"{type(self).__name__}({self._uri!r}, password={password}, token={self._token!r})"
        )

    def __eq__(self, other):
        if not isinstance(other, Credentials):
            return NotImplemented
        cdef Credentials second = other
        return (
            self._uri == second._uri
            and self._password == second._password
            and self._token == second._token
        )


cdef Credentials own_credentials(object credentials):
    if not isinstance(credentials, Credentials):
        raise TypeError(f"credentials: must be Credentials, not {type(credentials).__name__}")
    return (<Credentials> credentials).copy()
