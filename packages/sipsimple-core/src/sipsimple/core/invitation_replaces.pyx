"""Sessions that take the place of others: the Replaces header (RFC 3891).

An INVITE with it is held against the sessions that there are before it becomes one itself. What
it asks for happens when it is accepted: until then both sessions live.
"""

import contextlib

from sipsimple.core.invitation_session cimport session_enter, session_leave, session_of
from sipsimple.pjproject.events cimport Event, event_new, event_push
from sipsimple.pjproject.native cimport anchor_ref
from sipsimple.pjproject.pjlib cimport PJ_SUCCESS, PJ_TRUE, pj_pool_alloc
from sipsimple.pjproject.pjsip cimport (
    PJSIP_INV_STATE_CONFIRMED,
    PJSIP_SC_CALL_TSX_DOES_NOT_EXIST,
    PJSIP_SC_INTERNAL_SERVER_ERROR,
    pjsip_dialog,
    pjsip_dlg_dec_lock,
    pjsip_dlg_get_inv_session,
    pjsip_endpt_respond_stateless,
    pjsip_endpt_send_response2,
    pjsip_inv_session,
    pjsip_tx_data,
)
from sipsimple.pjproject.pjsip_replaces cimport (
    pjsip_replaces_init_module,
    pjsip_replaces_verify_request,
)
from sipsimple.pjproject.pjsip_transfer cimport pj_ansi_snprintf

from sipsimple.pjproject.errors import SIPCoreError

cdef enum:
    # ";to-tag=;from-tag=" and what ends it.
    PARAMETER_BYTES = 19


cdef pj_status_t replaces_register(pjsip_endpoint *endpoint) noexcept nogil:
    return pjsip_replaces_init_module(endpoint)


cdef bint replaces_verify(
    pjsip_endpoint *endpoint, pjsip_rx_data *request, Session **replaced
) noexcept nogil:
    cdef pjsip_dialog *dialog = NULL
    cdef pjsip_tx_data *refusal = NULL
    cdef pj_status_t status = pjsip_replaces_verify_request(request, &dialog, PJ_TRUE, &refusal)
    cdef Session *found
    replaced[0] = NULL
    if status != PJ_SUCCESS:
        if refusal != NULL:
            pjsip_endpt_send_response2(endpoint, request, refusal, NULL, NULL)
        else:
            pjsip_endpt_respond_stateless(
                endpoint, request, PJSIP_SC_INTERNAL_SERVER_ERROR, NULL, NULL, NULL
            )
        return False
    if dialog == NULL:
        return True
    found = session_of(pjsip_dlg_get_inv_session(dialog))
    if found != NULL:
        replaced[0] = <Session *> anchor_ref(&found.base)
    pjsip_dlg_dec_lock(dialog)
    if found == NULL:
        # Its end has been told; PJSIP only has not forgotten it yet.
        pjsip_endpt_respond_stateless(
            endpoint, request, PJSIP_SC_CALL_TSX_DOES_NOT_EXIST, NULL, NULL, NULL
        )
    return found != NULL


cdef int _deliver_end(object target, Event *base) except -1:
    # It may have ended by itself.
    with contextlib.suppress(SIPCoreError):
        target.disconnect()
    return 0


cdef void replaces_accepted(Session *session) noexcept nogil:
    # Not here, under the lock of the dialog: that of another one is needed.
    if session.replaced != NULL:
        event_push(event_new(sizeof(Event), &_deliver_end, NULL, &session.replaced.base))


cdef pj_str_t replaces_value(Session *session, pj_pool_t *pool) noexcept nogil:
    cdef pjsip_inv_session *inv = session_enter(session)
    cdef pjsip_dialog *dialog
    cdef size_t size
    cdef pj_str_t value
    value.ptr = NULL
    value.slen = 0
    if inv == NULL:
        return value
    dialog = inv.dlg
    # Of those that are not established, the other side would replace none (section 3).
    if inv.state == PJSIP_INV_STATE_CONFIRMED:
        # Tags are named as where the INVITE arrives.
        size = dialog.call_id.id.slen + dialog.remote.info.tag.slen + dialog.local.info.tag.slen
        size += PARAMETER_BYTES
        value.ptr = <char *> pj_pool_alloc(pool, size)
        value.slen = pj_ansi_snprintf(
            value.ptr,
            size,
            "%.*s;to-tag=%.*s;from-tag=%.*s",
            <int> dialog.call_id.id.slen,
            dialog.call_id.id.ptr,
            <int> dialog.remote.info.tag.slen,
            dialog.remote.info.tag.ptr,
            <int> dialog.local.info.tag.slen,
            dialog.local.info.tag.ptr,
        )
    session_leave(inv)
    return value
