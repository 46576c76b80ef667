"""C interface of `Invitation`."""

from sipsimple.core.credentials cimport Credentials
from sipsimple.core.invitation_actions cimport action_function
from sipsimple.core.invitation_session cimport Session
from sipsimple.core.primitive cimport Primitive
from sipsimple.core.route cimport Route
from sipsimple.core.uri cimport SIPURI

cdef class Invitation(Primitive):
    # The same as `anchor`; NULL in an object whose __init__() was not called.
    cdef Session *session
    cdef Credentials _credentials
    cdef SIPURI _caller_uri
    cdef SIPURI _callee_uri
    cdef Route _route
    # Set by the application and not sent yet; an SDPSession.
    cdef object _local_sdp

    cdef int _enter(self, str what) except -1
    cdef int _check(self, int status, str what) except -1
    cdef object _description(self, int which)
    cdef int _perform(
        self, str what, action_function action, int code, object extra_headers, bint with_sdp
    ) except -1
