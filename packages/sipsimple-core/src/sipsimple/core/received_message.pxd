"""C interface of received messages of which Python reads what it wants to."""

from sipsimple.core.invitation_message cimport Message

# Where things are in the copy.
cdef struct Span:
    size_t start
    size_t length

cdef class ReceivedMessage:
    cdef Message _message
    cdef bint _is_request
    # Of a request.
    cdef Span _body
    cdef Span _type
    cdef Span _subtype
    cdef dict _addresses
    cdef dict _whole
    # A piece of it.
    cdef str text(self, const Span *span)
    cdef bytes _octets(self, const Span *span)
    cdef dict _read_addresses(self)

# Takes the message over, and leaves an empty one.
cdef ReceivedMessage received_request(Message *message, Span body, Span type, Span subtype)
cdef ReceivedMessage received_response(Message *message)
