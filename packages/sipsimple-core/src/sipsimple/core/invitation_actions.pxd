"""C interface of what the methods of `Invitation` make PJSIP do."""

from sipsimple.core.invitation_session cimport Session
from sipsimple.pjproject.native cimport Anchor
from sipsimple.pjproject.pjlib cimport pj_pool_t, pj_status_t, pj_str_t
from sipsimple.pjproject.pjmedia_sdp cimport pjmedia_sdp_session
from sipsimple.pjproject.pjsip cimport pjsip_cred_info, pjsip_hdr, pjsip_route_hdr

# What they return beside PJ_SUCCESS and PJSIP's own numbers, which are above 0.
cdef enum:
    WRONG_STATE = -1
    TRANSACTION_PENDING = -2
    NO_SDP = -3
    TRANSFER_PENDING = -4
    NO_TRANSFER = -5

cdef struct Invite:
    pj_str_t local_uri
    pj_str_t remote_uri
    pj_str_t target
    pj_str_t contact
    pjsip_route_hdr *route_set
    int credential_count
    pjsip_cred_info *credentials
    pjsip_hdr *headers
    const pjmedia_sdp_session *offer

# What other messages are made of: the code of a response, extra headers, and an SDP or NULL.
cdef struct Parts:
    int code
    pjsip_hdr *headers
    const pjmedia_sdp_session *sdp

ctypedef pj_status_t (*action_function)(Session *session, Parts *parts) noexcept nogil

# Who may call send_invite(): true for the first one in state NULL, who ends the claim when all
# that follows from the send is done. The lock is a leaf: the GIL may be held.
cdef bint claim_start(Session *session) noexcept nogil
cdef void end_claim(Session *session) noexcept nogil

# All of them inside the gate and without the GIL. What fails changes nothing.
cdef pj_status_t send_invite(Session *session, Invite *invite) noexcept nogil
cdef pj_status_t send_provisional(Session *session, Parts *parts) noexcept nogil
cdef pj_status_t send_success(Session *session, Parts *parts) noexcept nogil
cdef pj_status_t send_reinvite(Session *session, Parts *parts) noexcept nogil
cdef pj_status_t answer_reinvite(Session *session, Parts *parts) noexcept nogil
cdef pj_status_t disconnect(Session *session, Parts *parts) noexcept nogil

# The anchor's `dispose`: hang up a call whose object is gone, since nobody else could.
cdef void session_dispose(Anchor *anchor) noexcept nogil

cdef enum Description:
    ACTIVE_LOCAL
    ACTIVE_REMOTE
    OFFERED_LOCAL
    OFFERED_REMOTE

# A copy in `pool`, NULL where there is none.
cdef pjmedia_sdp_session *get_description(
    Session *session, Description which, pj_pool_t *pool
) noexcept nogil
