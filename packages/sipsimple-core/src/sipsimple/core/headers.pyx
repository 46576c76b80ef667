"""The headers of a received message as Python values.

| header | value |
| --- | --- |
| Accept, Allow, Require, Supported, Unsupported | list of str |
| Contact | list of (`SIPURI`, dict); None instead of a URI that is `*` or not SIP |
| Record-Route, Route | list of (`SIPURI`, dict) |
| Via | list of (transport, host, port, comment, dict) |
| From, To | (`SIPURI`, tag, dict) |
| CSeq | (int, method) |
| Content-Type | (`"type/subtype"`, parameters as str) |
| Content-Length, Expires, Max-Forwards, Min-Expires | int |
| Retry-After | (int, comment, dict) |
| Warning | list of (int, agent, text) |
| others | str; a list of str where the header occurs more than once |

What is absent (a tag, a comment, a port, the value of a parameter) is None. Numbers that are
no numbers were refused by PJSIP's parser before.
"""

import re

from libc.stdlib cimport free, malloc

from sipsimple.core.uri cimport uri_from_native
from sipsimple.pjproject.pjlib cimport pj_size_t, pj_str_t
from sipsimple.pjproject.pjsip cimport (
    PJSIP_EXPIRES_NOT_SPECIFIED,
    PJSIP_H_ACCEPT,
    PJSIP_H_ALLOW,
    PJSIP_H_AUTHORIZATION,
    PJSIP_H_CALL_ID,
    PJSIP_H_CONTACT,
    PJSIP_H_CONTENT_LENGTH,
    PJSIP_H_CONTENT_TYPE,
    PJSIP_H_CSEQ,
    PJSIP_H_EXPIRES,
    PJSIP_H_FROM,
    PJSIP_H_MAX_FORWARDS,
    PJSIP_H_MIN_EXPIRES,
    PJSIP_H_PROXY_AUTHENTICATE,
    PJSIP_H_PROXY_AUTHORIZATION,
    PJSIP_H_RECORD_ROUTE,
    PJSIP_H_REQUIRE,
    PJSIP_H_RETRY_AFTER,
    PJSIP_H_ROUTE,
    PJSIP_H_SUPPORTED,
    PJSIP_H_TO,
    PJSIP_H_UNSUPPORTED,
    PJSIP_H_VIA,
    PJSIP_H_WWW_AUTHENTICATE,
    pjsip_cid_hdr,
    pjsip_clen_hdr,
    pjsip_contact_hdr,
    pjsip_cseq_hdr,
    pjsip_ctype_hdr,
    pjsip_fromto_hdr,
    pjsip_generic_array_hdr,
    pjsip_generic_int_hdr,
    pjsip_hdr,
    pjsip_hdr_print_on,
    pjsip_msg,
    pjsip_param,
    pjsip_retry_after_hdr,
    pjsip_routing_hdr,
    pjsip_uri,
    pjsip_via_hdr,
)
from sipsimple.pjproject.strings cimport to_str

cdef enum:
    FIRST_GUESS = 256
    LONGEST_HEADER = 65536

# Long forms of the compact names (IANA, SIP parameters) that PJSIP leaves as they are, and the
# usual writing of names: they are case-insensitive, and keys of a dict should not surprise.
_COMPACT = {
    "a": "Accept-Contact",
    "b": "Referred-By",
    "d": "Request-Disposition",
    "e": "Content-Encoding",
    "j": "Reject-Contact",
    "k": "Supported",
    "n": "Identity-Info",
    "o": "Event",
    "r": "Refer-To",
    "s": "Subject",
    "u": "Allow-Events",
    "x": "Session-Expires",
    "y": "Identity",
}
_AS_WRITTEN = {
    name.lower(): name
    for name in (
        "Call-ID", "CSeq", "MIME-Version", "Min-SE", "RAck", "RSeq", "SIP-ETag", "SIP-If-Match",
        "P-Asserted-Identity", "P-Preferred-Identity", "P-Charging-Vector", "WWW-Authenticate",
    )
}

# What a log must not hold, beyond the types that PJSIP knows.
_AUTHENTICATION = frozenset(
    (
        "authentication-info",
        "authorization",
        "proxy-authenticate",
        "proxy-authentication-info",
        "proxy-authorization",
        "www-authenticate",
    )
)

_WARNING = re.compile(r'\s*(\d{3})\s+(\S+)\s+"((?:[^"\\]|\\.)*)"\s*(?:,|$)', re.DOTALL)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)


cdef str _long_name(str name):
    cdef str lower = name.lower()
    if lower in _COMPACT:
        return _COMPACT[lower]
    if lower in _AS_WRITTEN:
        return _AS_WRITTEN[lower]
    return "-".join([part[:1].upper() + part[1:] for part in name.split("-")])


cdef object _text_or_none(const pj_str_t *text):
    return to_str(text) if text.slen > 0 else None


cdef dict _parameters(const pjsip_param *head):
    cdef dict result = {}
    cdef const pjsip_param *item = head.next
    while item != head:
        result[to_str(&item.name)] = _text_or_none(&item.value)
        item = item.next
    return result


cdef str _parameter_text(const pjsip_param *head):
    cdef list parts = []
    for name, value in _parameters(head).items():
        parts.append(name if value is None else f"{name}={value}")
    return ";".join(parts)


cdef list _array(pjsip_generic_array_hdr *header):
    cdef unsigned index
    return [to_str(&header.values[index]) for index in range(header.count)]


cdef tuple _contact(pjsip_contact_hdr *header):
    cdef dict parameters
    if header.star:
        return None, {}
    parameters = _parameters(&header.other_param)
    # PJSIP keeps thousandths, and 0 both for q=0 and for none.
    if header.q1000 > 0:
        parameters["q"] = header.q1000 / 1000
    if header.expires != <unsigned> PJSIP_EXPIRES_NOT_SPECIFIED:
        parameters["expires"] = header.expires
    return uri_from_native(header.uri), parameters


cdef tuple _routing(pjsip_routing_hdr *header):
    return (
        uri_from_native(<pjsip_uri *> &header.name_addr),
        _parameters(&header.other_param),
    )


cdef tuple _via(pjsip_via_hdr *header):
    cdef dict parameters = _parameters(&header.other_param)
    if header.ttl_param >= 0:
        parameters["ttl"] = header.ttl_param
    if header.rport_param >= 0:
        # 0 stands for the parameter without a value (RFC 3581).
        parameters["rport"] = header.rport_param or None
    if header.maddr_param.slen > 0:
        parameters["maddr"] = to_str(&header.maddr_param)
    if header.recvd_param.slen > 0:
        parameters["received"] = to_str(&header.recvd_param)
    if header.branch_param.slen > 0:
        parameters["branch"] = to_str(&header.branch_param)
    return (
        to_str(&header.transport),
        to_str(&header.sent_by.host),
        header.sent_by.port or None,
        _text_or_none(&header.comment),
        parameters,
    )


cdef list _warnings(str value):
    return [
        (int(code), agent, _QUOTED_PAIR.sub(r"\1", text))
        for code, agent, text in _WARNING.findall(value)
    ]


cdef str _value(const pjsip_hdr *header):
    """What PJSIP prints behind the name."""
    cdef pj_size_t size = FIRST_GUESS
    cdef char *buffer
    cdef int length = -1
    cdef bytes text = b""
    while length < 0 and size <= LONGEST_HEADER:
        buffer = <char *> malloc(size)
        if buffer == NULL:
            raise MemoryError
        length = pjsip_hdr_print_on(<void *> header, buffer, size)
        if length >= 0:
            text = buffer[:length]
        free(buffer)
        size *= 4
    return text.partition(b":")[2].strip().decode("utf-8", "surrogateescape")


cdef int _extend(dict headers, str name, list values) except -1:
    headers.setdefault(name, []).extend(values)
    return 0


cdef int _add_other(dict headers, str name, const pjsip_hdr *header) except -1:
    cdef str value
    if name.lower() in _AUTHENTICATION:
        return 0
    value = _value(header)
    if name == "Warning":
        return _extend(headers, name, _warnings(value))
    if name in ("Accept", "Allow", "Require", "Supported", "Unsupported"):
        return _extend(headers, name, [item.strip() for item in value.split(",")])
    if name not in headers:
        headers[name] = value
    elif isinstance(headers[name], list):
        headers[name].append(value)
    else:
        headers[name] = [headers[name], value]
    return 0


cdef int _add(dict headers, const pjsip_hdr *header) except -1:
    cdef int kind = header.type
    if kind == PJSIP_H_VIA:
        _extend(headers, "Via", [_via(<pjsip_via_hdr *> header)])
    elif kind == PJSIP_H_FROM or kind == PJSIP_H_TO:
        headers["From" if kind == PJSIP_H_FROM else "To"] = (
            uri_from_native((<pjsip_fromto_hdr *> header).uri),
            _text_or_none(&(<pjsip_fromto_hdr *> header).tag),
            _parameters(&(<pjsip_fromto_hdr *> header).other_param),
        )
    elif kind == PJSIP_H_CALL_ID:
        headers["Call-ID"] = to_str(&(<pjsip_cid_hdr *> header).id)
    elif kind == PJSIP_H_CSEQ:
        headers["CSeq"] = (
            (<pjsip_cseq_hdr *> header).cseq,
            to_str(&(<pjsip_cseq_hdr *> header).method.name),
        )
    elif kind == PJSIP_H_CONTACT:
        _extend(headers, "Contact", [_contact(<pjsip_contact_hdr *> header)])
    elif kind == PJSIP_H_RECORD_ROUTE:
        _extend(headers, "Record-Route", [_routing(<pjsip_routing_hdr *> header)])
    elif kind == PJSIP_H_ROUTE:
        _extend(headers, "Route", [_routing(<pjsip_routing_hdr *> header)])
    elif kind == PJSIP_H_ACCEPT:
        _extend(headers, "Accept", _array(<pjsip_generic_array_hdr *> header))
    elif kind == PJSIP_H_ALLOW:
        _extend(headers, "Allow", _array(<pjsip_generic_array_hdr *> header))
    elif kind == PJSIP_H_REQUIRE:
        _extend(headers, "Require", _array(<pjsip_generic_array_hdr *> header))
    elif kind == PJSIP_H_SUPPORTED:
        _extend(headers, "Supported", _array(<pjsip_generic_array_hdr *> header))
    elif kind == PJSIP_H_UNSUPPORTED:
        _extend(headers, "Unsupported", _array(<pjsip_generic_array_hdr *> header))
    elif kind == PJSIP_H_CONTENT_TYPE:
        headers["Content-Type"] = (
            to_str(&(<pjsip_ctype_hdr *> header).media.type)
            + "/"
            + to_str(&(<pjsip_ctype_hdr *> header).media.subtype),
            _parameter_text(&(<pjsip_ctype_hdr *> header).media.param),
        )
    elif kind == PJSIP_H_CONTENT_LENGTH:
        headers["Content-Length"] = (<pjsip_clen_hdr *> header).len
    elif kind == PJSIP_H_EXPIRES:
        headers["Expires"] = (<pjsip_generic_int_hdr *> header).ivalue
    elif kind == PJSIP_H_MAX_FORWARDS:
        headers["Max-Forwards"] = (<pjsip_generic_int_hdr *> header).ivalue
    elif kind == PJSIP_H_MIN_EXPIRES:
        headers["Min-Expires"] = (<pjsip_generic_int_hdr *> header).ivalue
    elif kind == PJSIP_H_RETRY_AFTER:
        headers["Retry-After"] = (
            (<pjsip_retry_after_hdr *> header).ivalue,
            _text_or_none(&(<pjsip_retry_after_hdr *> header).comment),
            _parameters(&(<pjsip_retry_after_hdr *> header).param),
        )
    elif kind not in (
        PJSIP_H_AUTHORIZATION,
        PJSIP_H_PROXY_AUTHENTICATE,
        PJSIP_H_PROXY_AUTHORIZATION,
        PJSIP_H_WWW_AUTHENTICATE,
    ):
        _add_other(headers, _long_name(to_str(&header.name)), header)
    return 0


cdef dict headers_from_native(const pjsip_msg *message):
    cdef dict headers = {}
    cdef const pjsip_hdr *head = &message.hdr
    cdef const pjsip_hdr *header = head.next
    while header != head:
        _add(headers, header)
        header = header.next
    return headers
