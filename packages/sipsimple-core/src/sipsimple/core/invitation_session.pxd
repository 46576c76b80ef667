"""C interface of the native half of `Invitation`."""

from sipsimple.core.invitation_directions cimport Directions
from sipsimple.core.invitation_events cimport Cause
from sipsimple.core.invitation_message cimport Message
from sipsimple.core.reliable_responses cimport Reliable
from sipsimple.pjproject.native cimport Anchor
from sipsimple.pjproject.pjlib cimport pj_pool_t, pj_status_t, pj_timer_entry
from sipsimple.pjproject.pjmedia_sdp cimport pjmedia_sdp_session
from sipsimple.pjproject.pjsip cimport (
    pjsip_endpoint,
    pjsip_hdr,
    pjsip_inv_session,
    pjsip_rx_data,
    pjsip_transaction,
)

# The re-INVITE that is on its way, to be sent again where it crosses one of the other side.
cdef struct Glare:
    pj_pool_t *pool
    pjmedia_sdp_session *offer
    pjsip_hdr *headers
    # runs while `waiting`, and holds a reference to the session then
    bint waiting
    pjsip_endpoint *endpoint
    pj_timer_entry timer

# Of REFER within the session, in both directions; see invitation_transfer.pyx.
cdef struct Transfer:
    # ours has been sent, and how it ends is not told yet; a 2xx has come
    bint sending
    bint accepted
    unsigned sent_cseq
    # of the other side, and not answered yet: a copy of it
    pjsip_rx_data *request
    pjsip_transaction *transaction
    # it has been accepted, and its end is not reported yet
    bint reporting
    unsigned received_cseq
    unsigned count

cdef struct Session:
    Anchor base
    # ---- under base.lock
    int state
    # one send_invite() is at work, which only one can be
    bint starting
    # holds a reference; NULL before the start and from DISCONNECTED on
    pjsip_inv_session *inv
    char *call_id
    size_t call_id_length
    # ---- fixed from the moment the session is known to anybody else
    bint outgoing
    # the one whose place it takes when it is accepted, with a reference; or NULL
    Session *replaced
    # ---- under the dialog's lock
    # an offer has been answered, once at least; the last try failed
    bint negotiated
    bint negotiation_failed
    # of the descriptions that the application gave: the one in force, and the one on its way
    Directions given
    Directions proposed
    # our negative final response is on its way, the ACK to it is not here
    bint awaiting_ack
    # disconnect() came before any response, which CANCEL has to wait for (RFC 3261 9.1)
    bint cancel_wanted
    pjsip_hdr *cancel_headers
    # the extra headers of our last response to an INVITE: PJSIP copies it for the next one
    pjsip_hdr *response_headers
    # the end is being forced: nothing but DISCONNECTED is reported
    bint aborting
    # BYE has been sent by us
    bint hanging_up
    # the last provisional response that wanted PRACK
    Reliable reliable
    Glare glare
    Transfer transfer
    # how many requests within the dialog, of those that do not change it, have been answered
    unsigned answers
    # the CANCEL that the next change of state is due to
    Message cancel
    # ---- under the lock of the list of live sessions
    Session *previous
    Session *next

cdef Session *session_new(bint outgoing) noexcept nogil
cdef int session_state(Session *session) noexcept nogil
# The session of a callback, or NULL; valid while the dialog's lock is held.
cdef Session *session_of(pjsip_inv_session *inv) noexcept nogil

# All of these under the dialog's lock.
cdef pj_status_t session_attach(Session *session, pjsip_inv_session *inv) noexcept nogil
cdef void session_detach(Session *session) noexcept nogil
# Move on by the table and record it; False, with nothing done, where the table says no.
cdef bint session_step(Session *session, int trigger, Cause *cause) noexcept nogil
# End with BYE, or with the negative response or CANCEL that the state wants.
cdef pj_status_t session_hang_up(
    Session *session, pjsip_inv_session *inv, int code, pjsip_hdr *headers
) noexcept nogil

# At import, once: called when PJSIP's session is let go of, under the dialog's lock.
ctypedef void (*detach_function)(Session *session, pjsip_inv_session *inv) noexcept nogil
cdef void session_set_detach_function(detach_function function) noexcept

# Forget the re-INVITE that was kept to be sent again.
cdef void glare_drop(Session *session) noexcept nogil

# A copy of a list of headers that lives as long as PJSIP's session.
cdef pjsip_hdr *session_keep(pjsip_inv_session *inv, const pjsip_hdr *headers) noexcept nogil

# Lock the dialog of a live session; NULL, with nothing locked, when there is none. Inside the
# gate, without the GIL. Pair it with session_leave().
cdef pjsip_inv_session *session_enter(Session *session) noexcept nogil
cdef void session_leave(pjsip_inv_session *inv) noexcept nogil

# End the native session at once; DISCONNECTED is recorded.
cdef void session_abort(Session *session) noexcept nogil

# To be called with each new endpoint: whatever still lives when it is destroyed is aborted.
cdef pj_status_t sessions_register(pjsip_endpoint *endpoint) noexcept nogil
