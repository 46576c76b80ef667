"""What requests are made of: credentials, routes and extra headers, in PJSIP's form."""

import re

from libc.string cimport memset

from sipsimple.pjproject.pjlib cimport (
    pj_list_init,
    pj_list_push_back,
    pj_pool_alloc,
    pj_str,
    pj_str_t,
)
from sipsimple.pjproject.pjsip cimport (
    PJSIP_CRED_DATA_DIGEST,
    PJSIP_CRED_DATA_PLAIN_PASSWD,
    pjsip_generic_string_hdr_create,
    pjsip_parse_hdr,
)
from sipsimple.pjproject.pjsip_auth cimport (
    PJSIP_AUTH_ALGORITHM_MD5,
    PJSIP_AUTH_ALGORITHM_SHA256,
    PJSIP_AUTH_ALGORITHM_SHA512_256,
)
from sipsimple.pjproject.strings cimport pool_str

from sipsimple.core import tokens

_TOKEN = re.compile(tokens.TOKEN)
_ALGORITHMS = {
    "MD5": PJSIP_AUTH_ALGORITHM_MD5,
    "SHA-256": PJSIP_AUTH_ALGORITHM_SHA256,
    "SHA-512-256": PJSIP_AUTH_ALGORITHM_SHA512_256,
}
_LINE_END = re.compile(r"[\r\n\0]")

# What a message is recognized, routed and read by; a second one would make it a malformed one.
_STACKS_OWN = frozenset(
    "via from to call-id cseq max-forwards contact route record-route"
    " content-length content-type content-encoding user-agent server session-expires min-se"
    " v f t i m l c e x".split()
)

# Further ones, and what stands for a body.
_HARMFUL = frozenset(
    "accept accept-encoding accept-language allow allow-events authorization body event expires"
    " organization proxy-authorization proxy-require rack reason refer-to require rseq"
    " subscription-state supported identity p-asserted-identity p-preferred-identity privacy"
    " k o r u".split()
)


cdef int fill_credentials(
    Credentials credentials, pj_pool_t *pool, pjsip_cred_info **infos
) except -1:
    cdef int count = len(credentials._ha1) + (credentials._password is not None)
    cdef pjsip_cred_info *info
    infos[0] = NULL
    if count == 0:
        return 0
    info = infos[0] = <pjsip_cred_info *> pj_pool_alloc(pool, count * sizeof(pjsip_cred_info))
    if info == NULL:
        raise MemoryError
    memset(info, 0, count * sizeof(pjsip_cred_info))
    # PJSIP takes the first one of the realm, hence before the password.
    for (algorithm, realm), digest in credentials._ha1.items():
        info.realm = pool_str(pool, realm)
        info.data_type = PJSIP_CRED_DATA_DIGEST
        info.algorithm_type = _ALGORITHMS[algorithm]
        info.data = pool_str(pool, digest)
        info += 1
    if credentials._password is not None:
        # The account's realm is not known before the challenge; the password answers any.
        info.realm = pj_str("*")
        info.data_type = PJSIP_CRED_DATA_PLAIN_PASSWD
        info.data = pool_str(pool, credentials._password)
    info = infos[0]
    for _ in range(count):
        info.scheme = pj_str("digest")
        info.username = pool_str(pool, credentials._uri._user or "")
        info += 1
    return count


cdef pjsip_route_hdr *route_set(Route route, pj_pool_t *pool) except NULL:
    cdef pjsip_route_hdr *head = <pjsip_route_hdr *> pj_pool_alloc(pool, sizeof(head[0]))
    cdef pj_str_t name = pj_str("Route")
    cdef pj_str_t value
    cdef void *header
    if head == NULL:
        raise MemoryError
    pj_list_init(head)
    if route is not None:
        host = f"[{route._host}]" if ":" in route._host else route._host
        transport = f";transport={route._transport}" if route._transport else ""
        # Loose routing (RFC 3261 16.12.1.1): the Request-URI stays the target's.
        value = pool_str(pool, f"<sip:{host}:{route._port}{transport};lr>")
        with nogil:
            header = pjsip_parse_hdr(pool, &name, value.ptr, value.slen, NULL)
        if header == NULL:
            raise ValueError(f"{route!r} makes no valid Route header")
        pj_list_push_back(head, header)
    return head


cdef pjsip_hdr *header_list(dict headers, pj_pool_t *pool) except NULL:
    cdef pjsip_hdr *head = <pjsip_hdr *> pj_pool_alloc(pool, sizeof(head[0]))
    cdef pj_str_t native_name
    cdef pj_str_t native_value
    if head == NULL:
        raise MemoryError
    pj_list_init(head)
    for name, value in headers.items():
        native_name = pool_str(pool, name)
        native_value = pool_str(pool, value)
        pj_list_push_back(
            head, pjsip_generic_string_hdr_create(pool, &native_name, &native_value)
        )
    return head


cdef dict harmless_headers(SIPURI uri):
    """The headers within a URI that a request to it may carry; the others are left out.

    Who sends the URI, as in a REFER, must not choose where the request goes, for whom it is, or
    what it can do (RFC 3261 section 19.1.5).
    """
    cdef dict result = {}
    for name, value in uri._headers.items():
        if (
            _TOKEN.fullmatch(name)
            and name.lower() not in _STACKS_OWN
            and name.lower() not in _HARMFUL
            and not _LINE_END.search(value)
        ):
            result[name] = value
    return result


cdef dict check_extra_headers(object headers, str own="", str free=""):
    """A copy of `extra_headers`; None stands for an empty dict.

    `own` names further headers, with spaces between, that the stack sets itself in this kind of
    message, and `free` is one that it does not set there.

    Raises:
        TypeError: Not a dict of str to str.
        ValueError: A name is no header name or one that the stack sets itself, or a value
            holds a line end.
    """
    cdef dict result = {}
    if headers is None:
        return result
    if not isinstance(headers, dict):
        raise TypeError(f"extra_headers: must be a dict, not {type(headers).__name__}")
    for name, value in headers.items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise TypeError(f"extra_headers: must hold str, not {name!r}: {value!r}")
        if not _TOKEN.fullmatch(name):
            raise ValueError(f"extra_headers: {name!r} is not the name of a header")
        if (name.lower() in _STACKS_OWN or name.lower() in own.split()) and name.lower() != free:
            raise ValueError(f"extra_headers: {name} is set by the stack itself")
        if _LINE_END.search(value):
            raise ValueError(f"extra_headers: the value of {name} holds a line end")
        result[name] = value
    return result
