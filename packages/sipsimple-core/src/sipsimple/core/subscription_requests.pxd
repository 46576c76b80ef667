"""C interface of what the application asks of a subscription."""

from sipsimple.core.subscription_session cimport Subscriber
from sipsimple.pjproject.pjlib cimport pj_status_t, pj_str_t
from sipsimple.pjproject.pjsip cimport pjsip_cred_info, pjsip_hdr, pjsip_route_hdr

# Beyond PJSIP's status codes: the state does not allow it.
cdef enum:
    NOT_ALLOWED = -1

cdef struct Opening:
    pj_str_t local_uri
    pj_str_t contact
    pj_str_t remote_uri
    pj_str_t target
    pjsip_route_hdr *route_set
    pjsip_hdr *headers
    pjsip_cred_info *credentials
    int credential_count

# Inside the gate.
cdef pj_status_t subscription_open(Subscriber *subscriber, Opening *opening) noexcept nogil
cdef pj_status_t subscription_close(Subscriber *subscriber) noexcept nogil
# At once, and without the other side's knowledge.
cdef void subscription_drop(Subscriber *subscriber) noexcept nogil
