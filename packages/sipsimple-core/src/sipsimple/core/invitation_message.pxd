"""C interface of received messages on their way to Python, and of extra headers to send."""

from sipsimple.pjproject.pjlib cimport pj_pool_t
from sipsimple.pjproject.pjsip cimport pjsip_hdr, pjsip_msg, pjsip_rx_data, pjsip_tx_data

# A copy of a received message, as it was on the wire.
cdef struct Message:
    char *data
    size_t length
    # Where a request came from, for the `received` and `rport` of its top Via (RFC 3261
    # 18.2.1, RFC 3581), which PJSIP has added to its own copy only.
    char source[46]
    int source_port
    bint is_request

cdef bint message_copy(Message *message, const pjsip_rx_data *received) noexcept nogil
cdef void message_free(Message *message) noexcept nogil
# Where the body of a message begins, behind the empty line; `length` where there is none.
cdef size_t body_start(const char *text, size_t length) noexcept nogil
# Parsed once more; release the pool that it is in. ValueError where it is not a SIP message.
cdef pjsip_msg *message_parse(const Message *message, pj_pool_t **pool) except NULL
# What a notification tells of it: `method` and `request_uri`, or `code` and `reason`; and
# `headers` and `body`.
cdef dict message_data(const Message *message)

# Both take the head of a list, or NULL; the message gets clones.
cdef void add_headers(pjsip_tx_data *message, const pjsip_hdr *headers) noexcept nogil
# Removes by name.
cdef void remove_headers(pjsip_tx_data *message, const pjsip_hdr *headers) noexcept nogil
