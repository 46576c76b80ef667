"""C interface of the requests within an INVITE session that do not change it."""

from sipsimple.core.invitation_session cimport Session
from sipsimple.pjproject.pjlib cimport pj_status_t, pj_str_t
from sipsimple.pjproject.pjsip cimport pjsip_dialog, pjsip_endpoint, pjsip_hdr

# To be called with each new endpoint, and with the dialog of each new session.
cdef pj_status_t requests_register(pjsip_endpoint *endpoint) noexcept nogil
cdef pj_status_t requests_attach(pjsip_dialog *dialog) noexcept nogil

cdef struct Request:
    pj_str_t method
    pjsip_hdr *headers
    pj_str_t content_type
    pj_str_t content_subtype
    pj_str_t body

# Inside the gate; PJ_SUCCESS, WRONG_STATE or PJSIP's number. What fails changes nothing.
cdef pj_status_t send_request(Session *session, Request *request) noexcept nogil
