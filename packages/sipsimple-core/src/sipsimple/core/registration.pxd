"""C interface of `Registration`."""

from sipsimple.core.credentials cimport Credentials
from sipsimple.core.primitive cimport Primitive
from sipsimple.core.route cimport Route

cdef class Registration(Primitive):
    cdef Credentials _credentials
    cdef Route _route
    cdef dict _extra_headers
    cdef str _contact_uri
    cdef int _create(self, int expires) except -1
    cdef int _request(self, int event) except -1
    cdef int _settle(self) except -1
