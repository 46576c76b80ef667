"""C interface of a MESSAGE that is being sent."""

from sipsimple.core.invitation_message cimport Message
from sipsimple.core.received_message cimport Span
from sipsimple.pjproject.events cimport Event, deliver_function
from sipsimple.pjproject.native cimport Anchor
from sipsimple.pjproject.pjlib cimport pj_status_t, pj_str_t
from sipsimple.pjproject.pjsip cimport (
    pjsip_auth_clt_sess,
    pjsip_cred_info,
    pjsip_endpoint,
    pjsip_hdr,
    pjsip_transaction,
    pjsip_tx_data,
)

cdef enum:
    LONGEST_REASON = 256

# The end of it. Made before anything is sent, so that there is one whatever happens.
cdef struct AnswerEvent:
    Event base
    int code
    # Empty where no response has come.
    Message message
    Span reason_span
    char reason[LONGEST_REASON]

cdef struct Outgoing:
    Anchor base
    pjsip_endpoint *endpoint
    # This and what follows are NULL when it has ended.
    AnswerEvent *answer
    pjsip_tx_data *request
    pjsip_transaction *transaction
    # In the pool of the request, as the session is.
    int credential_count
    pjsip_cred_info *credentials
    pjsip_auth_clt_sess session
    bint challenged
    int attempts

# What a request is made of. `via_host` and `via_port` are those of the UDP transport.
cdef struct Parts:
    pj_str_t target
    pj_str_t from_uri
    pj_str_t to_uri
    pj_str_t content_type
    pj_str_t content_subtype
    pj_str_t body
    pj_str_t via_host
    int via_port
    pjsip_hdr *route
    pjsip_hdr *headers

cdef enum:
    # Beside PJ_SUCCESS and PJSIP's numbers, which are above 0.
    TOO_LONG = -1

# With each new endpoint.
cdef pj_status_t message_client_register(pjsip_endpoint *endpoint) noexcept nogil

cdef Outgoing *outgoing_alloc(pjsip_endpoint *endpoint, deliver_function deliver) noexcept nogil
# Make the request; the parts are copied.
cdef pj_status_t outgoing_prepare(Outgoing *native, const Parts *parts) noexcept nogil
# From PJ_SUCCESS on, an AnswerEvent comes in any case, perhaps before this returns.
cdef pj_status_t outgoing_send(Outgoing *native) noexcept nogil
cdef bint outgoing_is_over(Outgoing *native) noexcept nogil
# End it now: with an AnswerEvent, or without one where nothing has been sent.
cdef void outgoing_abort(Outgoing *native, bint told) noexcept nogil
