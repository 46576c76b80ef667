"""C interface of received messages of which Python reads what it wants to."""

from sipsimple.core.invitation_message cimport Message

# Where things are in the copy.
cdef struct Span:
    size_t start
    size_t length

cdef class ReceivedMessage:
    cdef Message _message
    # Whether it is known where the following are.
    cdef bint _has_spans
    cdef Span _body
    cdef Span _type
    cdef Span _subtype
    cdef dict _addresses
    cdef dict _whole
    cdef bint is_request(self)
    # The URIs of it; the same ones whenever it is asked.
    cdef dict addresses(self)
    # A piece of it.
    cdef str text(self, const Span *span)
    cdef bytes _octets(self, const Span *span)

# Takes the message over, and leaves an empty one.
cdef ReceivedMessage received_request(Message *message, Span body, Span type, Span subtype)
# Its body is None where there is none.
cdef ReceivedMessage received_message(Message *message)
