"""C interface of re-INVITEs that cross one of the other side."""

from sipsimple.core.invitation_session cimport Session
from sipsimple.pjproject.pjlib cimport pj_status_t
from sipsimple.pjproject.pjmedia_sdp cimport pjmedia_sdp_session
from sipsimple.pjproject.pjsip cimport pjsip_hdr

# All of these under the dialog's lock.

# A re-INVITE has been sent: keep what it takes to send it again.
cdef void glare_keep(
    Session *session, const pjmedia_sdp_session *offer, const pjsip_hdr *headers
) noexcept nogil
# Its final response has come: send it again, later, if that was 491.
cdef void glare_finish(Session *session, int code) noexcept nogil

# Sends a re-INVITE; takes the dialog's lock by itself.
ctypedef pj_status_t (*resend_function)(
    Session *session, pjmedia_sdp_session *offer, pjsip_hdr *headers
) noexcept nogil
cdef void glare_set_resend_function(resend_function function) noexcept
