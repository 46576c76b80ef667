"""C interface of the base of `Invitation`."""

from sipsimple.core.invitation_session cimport Session
from sipsimple.core.primitive cimport Primitive

cdef class InviteSession(Primitive):
    # The same as `anchor`; NULL in an object whose __init__() was not called.
    cdef Session *session

    cdef int _enter(self, str what) except -1
    cdef int _check(self, int status, str what) except -1
    cdef int _request(
        self,
        str what,
        str method,
        object content_type,
        object content_subtype,
        object body,
        object extra_headers,
    ) except -1

# A status code between two others, both included; TypeError or ValueError with the name.
cdef int checked_code(object value, int lowest, int highest, str name) except -1
