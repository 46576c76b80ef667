"""C interface of the requests of `Publication`, and of what it keeps for them."""

from libc.stdint cimport uint32_t

from sipsimple.core.queued_machine cimport Answer, Machine
from sipsimple.pjproject.pjlib cimport pj_pool_t, pj_status_t, pj_str_t
from sipsimple.pjproject.pjsip cimport (
    pjsip_auth_clt_sess,
    pjsip_cred_info,
    pjsip_hdr,
    pjsip_route_hdr,
    pjsip_rx_data,
    pjsip_tx_data,
)

# What the application wants to be published.
cdef struct Content:
    int references
    size_t type_length
    size_t subtype_length
    size_t body_length
    char data[1]            # the type, the subtype, the body

cdef struct Native:
    Machine machine
    # Never changes; the strings lie in the pool.
    pj_pool_t *pool
    pj_str_t target
    pj_str_t identity
    pj_str_t event
    pj_str_t call_id
    pjsip_route_hdr *route
    pjsip_hdr *headers
    pjsip_cred_info *credentials
    int credential_count
    # Under the lock.
    Content *content
    bint fresh              # the next PUBLISH is to forget the entity-tag
    # Of who runs the transaction.
    int what                # SEND_WHOLE and so on
    int cseq
    int attempts            # to get this request through: challenges, 423
    uint32_t wanted         # `expires` of the application at the last request
    uint32_t minimum        # what a 423 has asked for, until `expires` changes
    uint32_t asked
    bint conditional        # it has SIP-If-Match
    char *etag
    size_t etag_length
    pj_pool_t *auth_pool    # NULL where it has not been challenged
    pjsip_auth_clt_sess auth

cdef Content *content_new(bytes content_type, bytes subtype, bytes body) except NULL
# Under the publication's lock, or where nobody else knows the content.
cdef void content_unref(Content *content) noexcept nogil

# Make the request for `native.what`.
cdef pj_status_t publication_request(Native *native, pjsip_tx_data **request) noexcept nogil
# Answer the challenge in `response`, in `request` itself; not where the credentials have been
# rejected.
cdef pj_status_t publication_authorize(
    Native *native, pjsip_rx_data *response, pjsip_tx_data *request
) noexcept nogil
# Whether a 423 says what to ask for; it will be.
cdef bint publication_raise(Native *native, pjsip_rx_data *response) noexcept nogil
# Read a 2xx; whether there is something published now.
cdef bint publication_read(
    Native *native, pjsip_rx_data *response, Answer *answer
) noexcept nogil
cdef void publication_forget(Native *native) noexcept nogil
# Let go of what answered challenges.
cdef void publication_end_attempts(Native *native) noexcept nogil
