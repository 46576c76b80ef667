"""C interface of the notifications of `Invitation`, from callback to delivery."""

from sipsimple.core.invitation_message cimport Message
from sipsimple.core.received_message cimport ReceivedMessage
from sipsimple.pjproject.native cimport Anchor
from sipsimple.pjproject.pjlib cimport pj_status_t, pj_str_t
from sipsimple.pjproject.pjmedia_sdp cimport pjmedia_sdp_session

# Why a state changed: what arrived, or else what went wrong here, or neither (data NULL and
# code 0) where the application or PJSIP did it.
cdef struct Cause:
    Message message
    int code
    char reason[80]

cdef void cause_clear(Cause *cause) noexcept nogil
cdef void cause_set_error(Cause *cause, int code, const pj_str_t *reason) noexcept nogil

# These take over what `cause` holds and clear it. Call them in the order of the changes.
cdef void record_change(
    Anchor *session, int previous, int state, Cause *cause
) noexcept nogil
# The first notification of an incoming session, which makes its Python object.
cdef void record_incoming(Anchor *session, Cause *cause) noexcept nogil
cdef void record_negotiated(
    Anchor *session, const pjmedia_sdp_session *local, const pjmedia_sdp_session *remote
) noexcept nogil
cdef void record_not_negotiated(Anchor *session, pj_status_t status) noexcept nogil

# Makes the Python object of an incoming session; takes a reference of its own to the anchor. The
# message is the INVITE, or None.
ctypedef object (*adopt_function)(Anchor *session, ReceivedMessage message)
cdef void set_adopt_function(adopt_function function) noexcept
