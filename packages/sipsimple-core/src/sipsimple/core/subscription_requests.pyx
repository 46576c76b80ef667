"""What the application asks of a subscription, in any thread and without the GIL."""

from sipsimple.core.challenges cimport challenges_set_credentials
from sipsimple.core.event_packages cimport package_create_uac
from sipsimple.core.subscription_callbacks cimport subscription_callbacks
from sipsimple.core.subscription_session cimport (
    STATE_TERMINATED,
    subscriber_abort,
    subscriber_attach,
    subscriber_detach,
    subscriber_enter,
    subscriber_leave,
    subscriber_send,
    subscriber_stop_timer,
)
from sipsimple.pjproject.native cimport anchor_lock, anchor_unlock
from sipsimple.pjproject.pjlib cimport PJ_SUCCESS
from sipsimple.pjproject.pjsip cimport (
    PJSIP_SC_SERVICE_UNAVAILABLE,
    pjsip_dialog,
    pjsip_dlg_create_uac,
    pjsip_dlg_dec_lock,
    pjsip_dlg_inc_lock,
    pjsip_dlg_set_route_set,
    pjsip_ua_instance,
)
from sipsimple.pjproject.pjsip_simple cimport (
    pjsip_evsub,
    pjsip_evsub_add_header,
    pjsip_evsub_terminate,
)


cdef pj_status_t _create(
    Subscriber *subscriber, pjsip_dialog *dialog, Opening *opening, pjsip_evsub **sub
) noexcept nogil:
    cdef pj_status_t status = pjsip_dlg_set_route_set(dialog, opening.route_set)
    if status == PJ_SUCCESS:
        status = challenges_set_credentials(
            &dialog.auth_sess, opening.credential_count, opening.credentials
        )
    if status == PJ_SUCCESS:
        status = package_create_uac(subscriber.package, dialog, subscription_callbacks(), sub)
    if status == PJ_SUCCESS:
        pjsip_evsub_add_header(sub[0], opening.headers)
    return status


cdef pj_status_t _send(
    Subscriber *subscriber, pjsip_dialog *dialog, pjsip_evsub *sub
) noexcept nogil:
    cdef pj_status_t status
    subscriber_attach(subscriber, sub, dialog)
    status = subscriber_send(subscriber, sub, subscriber.asked)
    if status == PJ_SUCCESS or subscriber.sub != sub:
        # Sent, or reported as failed.
        return PJ_SUCCESS
    if subscriber.state != STATE_TERMINATED:
        subscriber_abort(subscriber, sub, PJSIP_SC_SERVICE_UNAVAILABLE, "Cannot Send SUBSCRIBE")
        return PJ_SUCCESS
    subscriber_detach(subscriber)
    pjsip_evsub_terminate(sub, False)
    return status


cdef pj_status_t subscription_open(Subscriber *subscriber, Opening *opening) noexcept nogil:
    cdef pjsip_dialog *dialog = NULL
    cdef pjsip_evsub *sub = NULL
    cdef pj_status_t status
    cdef bint allowed
    anchor_lock(&subscriber.base)
    allowed = (
        subscriber.state == STATE_TERMINATED
        and subscriber.sub == NULL
        and not subscriber.starting
    )
    if allowed:
        subscriber.starting = True
    anchor_unlock(&subscriber.base)
    if not allowed:
        return NOT_ALLOWED
    status = pjsip_dlg_create_uac(
        pjsip_ua_instance(),
        &opening.local_uri,
        &opening.contact,
        &opening.remote_uri,
        &opening.target,
        &dialog,
    )
    if status == PJ_SUCCESS:
        pjsip_dlg_inc_lock(dialog)
        status = _create(subscriber, dialog, opening, &sub)
        if status == PJ_SUCCESS:
            status = _send(subscriber, dialog, sub)
        elif sub != NULL:
            pjsip_evsub_terminate(sub, False)
        # Also destroys the dialog where nothing came of it.
        pjsip_dlg_dec_lock(dialog)
    anchor_lock(&subscriber.base)
    subscriber.starting = False
    anchor_unlock(&subscriber.base)
    return status


cdef pj_status_t subscription_close(Subscriber *subscriber) noexcept nogil:
    cdef pjsip_evsub *sub = subscriber_enter(subscriber)
    cdef pjsip_dialog *dialog
    if sub == NULL or subscriber.state == STATE_TERMINATED:
        if sub != NULL:
            subscriber_leave(sub, subscriber.dialog)
        return NOT_ALLOWED
    dialog = subscriber.dialog
    if not subscriber.ending:
        subscriber.ending = True
        # Without an answer there is no dialog to end: RFC 6665 section 4.1.2.3. Then it is
        # done when the answer has come.
        if subscriber.answered:
            subscriber.unsubscribed = True
            subscriber_stop_timer(subscriber, &subscriber.timer)
            if subscriber_send(subscriber, sub, 0) != PJ_SUCCESS and subscriber.sub == sub:
                subscriber_abort(
                    subscriber, sub, PJSIP_SC_SERVICE_UNAVAILABLE, "Cannot Send SUBSCRIBE"
                )
    subscriber_leave(sub, dialog)
    return PJ_SUCCESS


cdef void subscription_drop(Subscriber *subscriber) noexcept nogil:
    cdef pjsip_evsub *sub = subscriber_enter(subscriber)
    cdef pjsip_dialog *dialog
    if sub == NULL:
        return
    dialog = subscriber.dialog
    subscriber_abort(subscriber, sub, 0, NULL)
    subscriber_leave(sub, dialog)
