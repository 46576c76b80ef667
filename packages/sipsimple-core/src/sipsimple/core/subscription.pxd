"""C interface of `Subscription`."""

from sipsimple.core.credentials cimport Credentials
from sipsimple.core.primitive cimport Primitive
from sipsimple.core.route cimport Route
from sipsimple.core.uri cimport SIPURI

cdef class Subscription(Primitive):
    cdef Credentials _credentials
    cdef SIPURI _to_uri
    cdef Route _route
    cdef str _event
    cdef dict _extra_headers
    cdef int _begin_call(self) except -1
    cdef int _end_call(self) except -1
    cdef int _settle(self) except -1
