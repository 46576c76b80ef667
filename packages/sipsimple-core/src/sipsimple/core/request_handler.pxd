"""C interface of what answers the requests that nothing else has taken."""

from sipsimple.pjproject.pjlib cimport pj_status_t
from sipsimple.pjproject.pjsip cimport pjsip_dialog, pjsip_endpoint, pjsip_rx_data

ctypedef void (*invite_function)(pjsip_rx_data *rdata) noexcept nogil

cdef pj_status_t request_handler_register(pjsip_endpoint *endpoint) noexcept nogil
# Called for each INVITE outside of dialogs; it must answer.
cdef void set_invite_function(invite_function function) noexcept nogil
# Called for each MESSAGE outside of dialogs that requires nothing unknown; it must answer.
cdef void set_message_function(invite_function function) noexcept nogil
# Answers a request within a dialog, of which there is a transaction.
cdef void answer_in_dialog(pjsip_dialog *dialog, pjsip_rx_data *request) noexcept nogil
# False while the stack stops: INVITEs and MESSAGEs get 503.
cdef void set_accepting(bint accepting) noexcept nogil
cdef bint is_accepting() noexcept nogil
# `<sip:USER@host:port>` for the Contact of an answer to `rdata`: the Request-URI's user at the
# address that it arrived at. Length of what was written, 0 if it does not fit.
cdef int contact_of_request(pjsip_rx_data *rdata, char *buffer, int size) noexcept nogil
