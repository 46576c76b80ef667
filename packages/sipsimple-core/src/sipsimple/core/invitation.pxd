"""C interface of `Invitation`."""

from sipsimple.core.credentials cimport Credentials
from sipsimple.core.invitation_actions cimport Invite, action_function
from sipsimple.core.transfer_session cimport TransferSession
from sipsimple.core.received_message cimport ReceivedMessage
from sipsimple.core.local_description cimport LocalDescription
from sipsimple.core.route cimport Route
from sipsimple.core.uri cimport SIPURI

cdef class Invitation(TransferSession):
    cdef Credentials _credentials
    cdef SIPURI _caller_uri
    cdef SIPURI _callee_uri
    # The INVITE of an incoming session, until its URIs are read.
    cdef ReceivedMessage _invite
    cdef Route _route
    # Set by the application and not sent yet.
    cdef LocalDescription _local_sdp

    cdef int _read_addresses(self) except -1
    cdef object _description(self, int which)
    cdef int _start(self, Invite *invite) except? -99
    cdef int _perform(
        self, str what, action_function action, int code, object extra_headers, bint with_sdp
    ) except -1
