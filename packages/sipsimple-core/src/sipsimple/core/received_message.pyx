"""A received message of which Python reads what it wants to, one item at a time."""

cimport cython
from libc.string cimport memset

from sipsimple.core.invitation_message cimport message_data, message_free, message_parse
from sipsimple.core.uri cimport uri_from_native
from sipsimple.pjproject.pjlib cimport pj_pool_release, pj_pool_t
from sipsimple.pjproject.pjsip cimport (
    PJSIP_H_FROM,
    PJSIP_H_TO,
    pjsip_fromto_hdr,
    pjsip_hdr_e,
    pjsip_msg,
    pjsip_msg_find_hdr,
)

_ADDRESSES = frozenset(("to_uri", "from_uri", "request_uri"))


@cython.auto_pickle(False)
cdef class ReceivedMessage:
    """The bytes of a message, and what has been made of them."""

    def __dealloc__(self):
        message_free(&self._message)

    def read(self, name):
        """One item of the notification that tells of the message.

        Args:
            name: `to_uri`, `from_uri`, `request_uri`, `content_type`, `content_subtype`,
                `headers` or `body`; `method` of a request; `code` or `reason` of a response.
        """
        if name in _ADDRESSES:
            return self.addresses()[name]
        if name == "content_type":
            return self.text(&self._type) or None
        if name == "content_subtype":
            return self.text(&self._subtype) or None
        if name == "body" and self._has_spans:
            return self._octets(&self._body)
        if self._whole is None:
            self._whole = message_data(&self._message)
        return self._whole[name]

    cdef bint is_request(self):
        return self._message.is_request

    cdef bytes _octets(self, const Span *span):
        return self._message.data[span.start:span.start + span.length]

    cdef str text(self, const Span *span):
        return self._octets(span).decode("utf-8", "surrogateescape")

    cdef dict addresses(self):
        cdef pj_pool_t *pool = NULL
        cdef pjsip_msg *parsed
        if self._addresses is None:
            parsed = message_parse(&self._message, &pool)
            try:
                self._addresses = {
                    "to_uri": _address(parsed, PJSIP_H_TO),
                    "from_uri": _address(parsed, PJSIP_H_FROM),
                    "request_uri": uri_from_native(parsed.line.req.uri),
                }
            finally:
                with nogil:
                    pj_pool_release(pool)
        return self._addresses


cdef object _address(const pjsip_msg *parsed, pjsip_hdr_e kind):
    cdef pjsip_fromto_hdr *header = <pjsip_fromto_hdr *> pjsip_msg_find_hdr(parsed, kind, NULL)
    return None if header == NULL else uri_from_native(header.uri)


cdef ReceivedMessage _take(Message *message):
    cdef ReceivedMessage taken = ReceivedMessage.__new__(ReceivedMessage)
    taken._message = message[0]
    memset(message, 0, sizeof(message[0]))
    return taken


cdef ReceivedMessage received_request(Message *message, Span body, Span type, Span subtype):
    cdef ReceivedMessage request = _take(message)
    request._has_spans = True
    request._body = body
    request._type = type
    request._subtype = subtype
    return request


cdef ReceivedMessage received_message(Message *message):
    return _take(message)
