"""Requests within the dialog of an INVITE session that PJSIP would not answer."""

from sipsimple.pjproject.pjsip cimport pjsip_dialog, pjsip_rx_data, pjsip_transaction

# In the callback for a request that has just come, behind PJSIP's own handling of it.
cdef void answer_what_is_left(
    pjsip_dialog *dialog, pjsip_transaction *transaction, pjsip_rx_data *request
) noexcept nogil
