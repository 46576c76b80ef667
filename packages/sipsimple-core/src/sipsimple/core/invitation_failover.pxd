"""C interface of the initial INVITE's way to the next server (RFC 3263 section 4.3)."""

from sipsimple.pjproject.pjlib cimport pj_status_t
from sipsimple.pjproject.pjsip cimport pjsip_dialog, pjsip_endpoint

# With each new endpoint.
cdef pj_status_t invitation_failover_register(pjsip_endpoint *endpoint) noexcept nogil
# For a dialog that an INVITE is about to make, before PJSIP's session.
cdef pj_status_t invitation_failover_attach(pjsip_dialog *dialog) noexcept nogil
