"""C interface of call transfer: REFER within an INVITE session, and the NOTIFYs about it."""

from sipsimple.core.invitation_session cimport Session
from sipsimple.pjproject.pjlib cimport pj_status_t, pj_str_t
from sipsimple.pjproject.pjsip cimport (
    pjsip_dialog,
    pjsip_endpoint,
    pjsip_event,
    pjsip_module,
    pjsip_rx_data,
    pjsip_transaction,
)

# For the usage of the dialog that has them, with each new endpoint, and under the dialog's lock.
# What is not of this subject is left alone, and makes them return False.
cdef pj_status_t transfers_register(
    pjsip_endpoint *endpoint, pjsip_module *module
) noexcept nogil
cdef bint transfer_on_request(
    Session *session, pjsip_dialog *dialog, pjsip_rx_data *request
) noexcept nogil
cdef bint transfer_on_answer(
    Session *session, pjsip_transaction *transaction, pjsip_event *event
) noexcept nogil
# A transaction has ended that nobody answered.
cdef void transfer_on_end(Session *session, pjsip_transaction *transaction) noexcept nogil

# Inside the gate; PJ_SUCCESS, WRONG_STATE or PJSIP's number. What fails changes nothing.
cdef pj_status_t transfer_send(Session *session, pj_str_t *refer_to) noexcept nogil
cdef pj_status_t transfer_answer(Session *session, int code) noexcept nogil
cdef pj_status_t transfer_report(Session *session, int code, pj_str_t *reason) noexcept nogil
