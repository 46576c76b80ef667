"""Calls that a proxy has forked to more than one callee (RFC 3261 sections 13.2.2.4, 16.7).

All early dialogs of an INVITE are one session: PJSIP hands each further 1xx to it, and the first
2xx makes its dialog, whichever callee it is from. A 2xx of another callee that comes after it
has begun a dialog that nobody wants: it gets its ACK and a BYE.
"""

from libc.string cimport memset

from sipsimple.pjproject.pjlib cimport PJ_SUCCESS
from sipsimple.pjproject.pjsip cimport (
    PJSIP_INVITE_METHOD,
    pjsip_dialog,
    pjsip_dlg_create_request,
    pjsip_dlg_dec_lock,
    pjsip_dlg_fork,
    pjsip_dlg_inc_lock,
    pjsip_dlg_send_request,
    pjsip_get_ack_method,
    pjsip_get_bye_method,
    pjsip_method,
    pjsip_rdata_get_tsx,
    pjsip_rx_data,
    pjsip_tx_data,
)


cdef void _send(pjsip_dialog *dialog, const pjsip_method *method, int cseq) noexcept nogil:
    """What cannot be sent is left: the callee gives up by itself (RFC 3261 section 13.3.1.4)."""
    cdef pjsip_tx_data *request = NULL
    if pjsip_dlg_create_request(dialog, method, cseq, &request) == PJ_SUCCESS:
        pjsip_dlg_send_request(dialog, request, -1, NULL)


cdef bint _is_late_answer(pjsip_dialog *first, pjsip_rx_data *response) noexcept nogil:
    """Whether this is a 2xx to an INVITE that another callee has answered before."""
    return (
        first.uac_has_2xx
        and response.msg_info.cseq.method.id == PJSIP_INVITE_METHOD
        and response.msg_info.msg.line.status.code // 100 == 2
        and response.msg_info.to.tag.slen > 0
        # Else it may be the answer to a re-INVITE.
        and pjsip_rdata_get_tsx(response) == NULL
    )


cdef pjsip_dialog *_on_forked(pjsip_dialog *first, pjsip_rx_data *response) noexcept nogil:
    """The dialog that is to have a response with a new To tag."""
    cdef pjsip_dialog *second = NULL
    if not _is_late_answer(first, response):
        return first
    if pjsip_dlg_fork(first, response, &second) != PJ_SUCCESS:
        return NULL
    # Without a usage, the dialog goes with the transaction of the BYE.
    pjsip_dlg_inc_lock(second)
    _send(second, pjsip_get_ack_method(), response.msg_info.cseq.cseq)
    _send(second, pjsip_get_bye_method(), -1)
    pjsip_dlg_dec_lock(second)
    return NULL


cdef void forking_set_callback(pjsip_ua_init_param *parameters) noexcept nogil:
    memset(parameters, 0, sizeof(parameters[0]))
    parameters.on_dlg_forked = <void *> _on_forked
