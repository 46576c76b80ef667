"""`SIPURI`: SIP and SIPS URIs, RFC 3261 section 19.1."""

import ipaddress
import re
from urllib.parse import quote_from_bytes

from sipsimple.core.hosts cimport checked_host
from sipsimple.core.parser cimport parser_drop, parser_hold
from sipsimple.pjproject.pjlib cimport pj_pool_release, pj_pool_t, pj_stricmp2
from sipsimple.pjproject.pjsip cimport (
    PJSIP_PARSE_URI_AS_NAMEADDR,
    pjsip_name_addr,
    pjsip_param,
    pjsip_parse_uri,
    pjsip_sip_uri,
    pjsip_uri,
    pjsip_uri_get_scheme,
    pjsip_uri_get_uri,
)
from sipsimple.pjproject.runtime cimport create_pool, ensure_thread
from sipsimple.pjproject.strings cimport encode, to_str

from sipsimple.core.errors import InvalidURIError

# The characters that stand for themselves, beside letters, digits and -_.~ (RFC 3261 25.1).
_MARK = "!*'()"
_IN_USER = _MARK + "&=+$,;?/"
_IN_PASSWORD = _MARK + "&=+$,"
_IN_PARAMETER = _MARK + "[]/:&+$"
_IN_HEADER = _MARK + "[]/?:+$"

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_CONTROL_BYTE = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
# Of an addr-spec, or of a name-addr with or without display name.
_OTHER_SCHEME = re.compile(rb'^\s*(?:[^:<]*<|"[^<]*<)?\s*([A-Za-z][A-Za-z0-9+.-]*):')
_LONGEST = 65535

# A parameter that these URIs do not both have makes them differ (RFC 3261 19.1.4).
_NEVER_IGNORED = frozenset(("user", "ttl", "method", "maddr", "transport"))


cdef str _escape(str text, str safe):
    if text.isascii() and text.isalnum():
        return text
    return quote_from_bytes(encode(text, "URI"), safe)


cdef str _optional_text(object value, str what):
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"{what}: must be str or None, not {type(value).__name__}")
    return value or None


cdef dict _pairs(object value, str what, bint optional):
    """A copy of a mapping of names to values, checked."""
    cdef dict result = {}
    try:
        items = list(value.items())
    except AttributeError:
        raise TypeError(f"{what}: must be a dict, not {type(value).__name__}") from None
    for name, text in items:
        if not isinstance(name, str) or not (
            isinstance(text, str) or (optional and text is None)
        ):
            raise TypeError(f"{what}: must hold str, not {name!r}: {text!r}")
        if not name:
            raise ValueError(f"{what}: a name is empty")
        result[name] = text
    return result


cdef class SIPURI:
    """SIPURI(
    host, user=None, port=None, display=None, secure=False, parameters=None, headers=None,
    *, password=None
)
--

    A SIP or SIPS URI with an optional display name.

    Text is kept as it reads, without the escapes of the printed form. Equality is that
    of RFC 3261 section 19.1.4; the display name does not count. URIs can be changed, so
    they cannot be hashed.

    Args:
        host: Host name, IPv4 or IPv6 address, the latter with or without brackets.
        user: User part, or None.
        port: 1 to 65535; None or 0 where the URI has none.
        display: Display name, or None.
        secure: True for a SIPS URI.
        parameters: URI parameters: names to values, None or "" for one without a value.
        headers: URI headers: names to values.
        password: The password part, which RFC 3261 recommends against, or None.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: The host or the port cannot be one.

    Source: RFC 3261 section 19.1.
    """

    __match_args__ = ("host", "user", "port", "display", "secure", "parameters", "headers")
    __hash__ = None

    def __cinit__(self, *args, **kwargs):
        self._host = ""
        self._parameters = {}
        self._headers = {}

    def __init__(
        self,
        host,
        user=None,
        port=None,
        display=None,
        secure=False,
        parameters=None,
        headers=None,
        *,
        password=None,
    ):
        # Everything is checked before anything changes.
        cdef str new_host = checked_host(host)
        cdef int new_port = _checked_port(port)
        cdef str new_user = _optional_text(user, "user")
        cdef str new_display = _checked_display(display)
        cdef str new_password = _optional_text(password, "password")
        cdef bint new_secure = _checked_secure(secure)
        cdef dict new_parameters = _pairs({} if parameters is None else parameters,
                                          "parameters", True)
        cdef dict new_headers = _pairs({} if headers is None else headers, "headers", False)
        self._host = new_host
        self._port = new_port
        self._user = new_user
        self._display = new_display
        self._password = new_password
        self._secure = new_secure
        self._parameters = new_parameters
        self._headers = new_headers

    @staticmethod
    def parse(text):
        """Read a URI from text.

        Args:
            text: An addr-spec (`sip:alice@example.com`) or name-addr
                (`"Alice" <sip:alice@example.com>`), as str or bytes.

        Returns:
            The URI.

        Raises:
            TypeError: Neither str nor bytes.
            InvalidURIError: Not a SIP or SIPS URI, such as a `tel:` URI (RFC 3966), which
                says nothing of where to send a request; a `ValueError` and a `SIPCoreError`.

        Source: `pjsip_parse_uri()`.
        """
        return uri_from_text(text)

    @property
    def host(self):
        """Host name or IP address, without brackets."""
        return self._host

    @host.setter
    def host(self, value):
        self._host = checked_host(value)

    @property
    def user(self):
        """User part, or None."""
        return self._user

    @user.setter
    def user(self, value):
        self._user = _optional_text(value, "user")

    @property
    def port(self):
        """Port, or None."""
        return self._port or None

    @port.setter
    def port(self, value):
        self._port = _checked_port(value)

    @property
    def display(self):
        """Display name, or None."""
        return self._display

    @display.setter
    def display(self, value):
        self._display = _checked_display(value)

    @property
    def secure(self):
        """True for a SIPS URI."""
        return self._secure

    @secure.setter
    def secure(self, value):
        self._secure = _checked_secure(value)

    @property
    def parameters(self):
        """URI parameters, a dict of str to str or None."""
        return self._parameters

    @parameters.setter
    def parameters(self, value):
        self._parameters = _pairs(value, "parameters", True)

    @property
    def headers(self):
        """URI headers, a dict of str to str."""
        return self._headers

    @headers.setter
    def headers(self, value):
        self._headers = _pairs(value, "headers", False)

    @property
    def password(self):
        """Password part, or None."""
        return self._password

    @password.setter
    def password(self, value):
        self._password = _optional_text(value, "password")

    def copy(self):
        """A copy that shares nothing with this URI."""
        return _restored(type(self), *_state(self))

    __copy__ = copy

    def __deepcopy__(self, memo):
        return self.copy()

    def __reduce__(self):
        return _restored, (type(self), *_state(self))

    cdef bytes addr_spec(self):
        cdef list parts = ["sips:" if self._secure else "sip:"]
        cdef str separator = "?"
        if self._user:
            parts.append(_escape(self._user, _IN_USER))
            if self._password:
                parts.append(":" + _escape(self._password, _IN_PASSWORD))
            parts.append("@")
        parts.append(f"[{self._host}]" if ":" in self._host else self._host)
        if self._port:
            parts.append(f":{self._port}")
        if self._parameters:
            for name, value in _pairs(self._parameters, "parameters", True).items():
                parts.append(";" + _escape(name, _IN_PARAMETER))
                # The grammar knows no empty value (RFC 3261 25.1, pvalue).
                if value:
                    parts.append("=" + _escape(value, _IN_PARAMETER))
        if self._headers:
            for name, value in _pairs(self._headers, "headers", False).items():
                parts.append(
                    f"{separator}{_escape(name, _IN_HEADER)}={_escape(value, _IN_HEADER)}"
                )
                separator = "&"
        return encode("".join(parts), "URI")

    cdef bytes name_addr(self):
        cdef bytes spec = b"<" + self.addr_spec() + b">"
        if not self._display:
            return spec
        quoted = self._display.replace("\\", "\\\\").replace('"', '\\"')
        return b'"' + encode(quoted, "display") + b'" ' + spec

    def __str__(self):
        cdef bytes text = self.name_addr() if self._display else self.addr_spec()
        return text.decode("utf-8", "surrogateescape")

    def __repr__(self):
        cdef list parts = [repr(self._host)]
        for name, value in zip(SIPURI.__match_args__[1:], _state(self)[1:]):
            if value:
                parts.append(f"{name}={value!r}")
        if self._password:
            parts.append("password='hidden'")
        return f"{type(self).__name__}({', '.join(parts)})"

    def __eq__(self, other):
        if not isinstance(other, SIPURI):
            return NotImplemented
        return _equal(self, other)


cdef int _checked_port(object value) except -1:
    if value is None:
        return 0
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"port: must be int or None, not {type(value).__name__}")
    if not 0 <= value <= 65535:
        raise ValueError(f"port: {value} is not between 0 and 65535")
    return value


cdef bint _checked_secure(object value) except -1:
    if not isinstance(value, bool):
        raise TypeError(f"secure: must be bool, not {type(value).__name__}")
    return value


cdef str _checked_display(object value):
    cdef str display = _optional_text(value, "display")
    if display is not None and _CONTROL.search(display):
        raise ValueError(f"display: {display!r} holds a control character")
    return display


cdef tuple _state(SIPURI uri):
    return (
        uri._host,
        uri._user,
        uri._port,
        uri._display,
        uri._secure,
        dict(uri._parameters),
        dict(uri._headers),
        uri._password,
    )


def _restored(kind, host, user, port, display, secure, parameters, headers, password):
    """A URI from the state of another, unchecked: the network's need not pass the checks."""
    cdef SIPURI uri = kind.__new__(kind)
    uri._host = host
    uri._user = user
    uri._port = port
    uri._display = display
    uri._secure = secure
    uri._parameters = parameters
    uri._headers = headers
    uri._password = password
    return uri


# ---- equality, RFC 3261 19.1.4: what is not the user part is compared without regard to case

cdef bint _same_host(str first, str second):
    if ":" in first and ":" in second:
        try:
            return ipaddress.IPv6Address(first) == ipaddress.IPv6Address(second)
        except ValueError:
            pass
    return first.lower() == second.lower()


cdef dict _folded(dict pairs):
    return {name.lower(): (value or "").lower() for name, value in pairs.items()}


cdef bint _equal(SIPURI first, SIPURI second):
    if (
        first._secure != second._secure
        or first._port != second._port
        or first._user != second._user
        or first._password != second._password
        or not _same_host(first._host, second._host)
    ):
        return False
    cdef dict ours = _folded(first._parameters)
    cdef dict theirs = _folded(second._parameters)
    for name in ours.keys() | theirs.keys():
        if name in ours and name in theirs:
            if ours[name] != theirs[name]:
                return False
        elif name in _NEVER_IGNORED:
            return False
    return _folded(first._headers) == _folded(second._headers)


# ---- PJSIP's side

cdef int _add_native(dict target, const pjsip_param *head) except -1:
    cdef const pjsip_param *item = head.next
    while item != head:
        target[to_str(&item.name)] = to_str(&item.value) if item.value.slen > 0 else None
        item = item.next
    return 0


cdef SIPURI uri_from_native(const pjsip_uri *uri):
    """Copy PJSIP's URI; None where it is neither SIP nor SIPS, such as a `tel:` URI.

    What came from the network is taken as it is, without the checks of assignments.
    """
    cdef const pjsip_sip_uri *native
    cdef SIPURI result
    cdef dict parameters
    if uri == NULL:
        return None
    cdef const void *inner = pjsip_uri_get_uri(uri)
    cdef bint secure = pj_stricmp2(pjsip_uri_get_scheme(inner), "sips") == 0
    if not secure and pj_stricmp2(pjsip_uri_get_scheme(inner), "sip") != 0:
        return None
    native = <const pjsip_sip_uri *> inner
    result = SIPURI.__new__(SIPURI)
    result._secure = secure
    result._host = to_str(&native.host)
    result._user = to_str(&native.user) or None
    result._password = to_str(&native.passwd) or None
    result._port = native.port if 0 < native.port <= 65535 else 0
    if inner != <const void *> uri:
        # A name-addr; its display name still has the escapes of a quoted string.
        display = to_str(&(<const pjsip_name_addr *> uri).display)
        result._display = _QUOTED_PAIR.sub(r"\1", display) or None
    parameters = {}
    if native.user_param.slen > 0:
        parameters["user"] = to_str(&native.user_param)
    if native.method_param.slen > 0:
        parameters["method"] = to_str(&native.method_param)
    if native.transport_param.slen > 0:
        parameters["transport"] = to_str(&native.transport_param)
    if native.ttl_param >= 0:
        parameters["ttl"] = str(native.ttl_param)
    if native.maddr_param.slen > 0:
        parameters["maddr"] = to_str(&native.maddr_param)
    if native.lr_param:
        parameters["lr"] = None
    _add_native(parameters, &native.other_param)
    result._parameters = parameters
    result._headers = {}
    _add_native(result._headers, &native.header_param)
    for name, value in result._headers.items():
        if value is None:
            result._headers[name] = ""
    return result


cdef SIPURI uri_from_text(object text):
    cdef pj_pool_t *pool
    cdef pjsip_uri *native
    cdef bytes data = encode(text, "URI")
    cdef SIPURI result = None
    if len(data) > _LONGEST:
        raise InvalidURIError(f"a URI of {len(data)} bytes is too long")
    if _CONTROL_BYTE.search(data):
        # The parser would stop there.
        raise InvalidURIError(f"{text!r} holds a control character")
    # The parser writes into its input, and wants a NUL after it.
    cdef bytearray copy = bytearray(data + b"\0")
    cdef char *buffer = copy
    cdef size_t size = len(data)
    with nogil:
        ensure_thread()
        pool = create_pool("uri", 1024, 1024)
        native = NULL
        if pool != NULL:
            parser_hold()
            native = pjsip_parse_uri(pool, buffer, size, PJSIP_PARSE_URI_AS_NAMEADDR)
            parser_drop()
    if pool == NULL:
        raise MemoryError
    try:
        if native != NULL:
            result = uri_from_native(native)
    finally:
        with nogil:
            pj_pool_release(pool)
    if result is None:
        raise InvalidURIError(_refusal(data, text))
    return result


cdef str _refusal(bytes data, object text):
    scheme = _OTHER_SCHEME.search(data)
    if scheme is None or scheme[1].lower() in (b"sip", b"sips"):
        return f"{text!r} is not a SIP or SIPS URI"
    return (
        f"{text!r} has the scheme {scheme[1].decode()}: only sip and sips URIs name somebody to "
        "send SIP requests to"
    )
