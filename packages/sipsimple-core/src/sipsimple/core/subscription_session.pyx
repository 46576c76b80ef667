"""The native half of `Subscription`: a struct that PJSIP's callbacks and Python share.

From subscribe() to TERMINATED it owns one reference to PJSIP's subscription, which keeps the
dialog too, and PJSIP's subscription owns one to it. Its timers own one each while they run.
They send what PJSIP would send at other times: PJSIP refreshes short subscriptions when they
have expired, and asks then for what was granted, not for what is wanted.
"""

from libc.stdlib cimport free
from libc.string cimport memcpy, strcmp, strlen

from sipsimple.core.event_packages cimport packages_module_id
from sipsimple.core.invitation_message cimport message_copy, message_free
from sipsimple.pjproject.events cimport event_new, event_push
from sipsimple.pjproject.native cimport (
    anchor_alloc,
    anchor_lock,
    anchor_ref,
    anchor_unlock,
    anchor_unref,
)
from sipsimple.pjproject.pjlib cimport (
    PJ_SUCCESS,
    pj_strdup,
    pj_time_val,
    pj_timer_entry_init,
    pj_timer_heap_cancel,
    pj_timer_heap_t,
)
from sipsimple.pjproject.pjsip cimport (
    PJSIP_H_ACCEPT,
    PJSIP_SC_REQUEST_TIMEOUT,
    PJSIP_SC_SERVICE_UNAVAILABLE,
    pjsip_dlg_dec_lock,
    pjsip_dlg_inc_lock,
    pjsip_endpt_get_timer_heap,
    pjsip_endpt_schedule_timer,
    pjsip_generic_array_hdr,
    pjsip_msg_find_hdr,
    pjsip_tx_data,
)
from sipsimple.pjproject.pjsip_simple cimport (
    pj_timer_entry_running,
    pjsip_evsub_add_ref,
    pjsip_evsub_dec_ref,
    pjsip_evsub_get_mod_data,
    pjsip_evsub_initiate,
    pjsip_evsub_send_request,
    pjsip_evsub_set_mod_data,
    pjsip_evsub_terminate,
)

cdef extern from "<string.h>" nogil:
    char *strdup(const char *text)


cdef void _finalize(Anchor *anchor) noexcept nogil:
    free((<Subscriber *> anchor).other)


cdef Subscriber *subscriber_new() noexcept nogil:
    cdef Subscriber *subscriber = <Subscriber *> anchor_alloc(sizeof(Subscriber), _finalize)
    if subscriber != NULL:
        subscriber.state = STATE_TERMINATED
        pj_timer_entry_init(&subscriber.timer, TIMER_NONE, subscriber, _on_timer)
        pj_timer_entry_init(&subscriber.confirmation, TIMER_NONE, subscriber, _on_timer)
    return subscriber


cdef Subscriber *subscriber_of(pjsip_evsub *sub) noexcept nogil:
    return <Subscriber *> pjsip_evsub_get_mod_data(sub, packages_module_id())


cdef void subscriber_attach(
    Subscriber *subscriber, pjsip_evsub *sub, pjsip_dialog *dialog
) noexcept nogil:
    pjsip_evsub_add_ref(sub)
    pjsip_evsub_set_mod_data(sub, packages_module_id(), anchor_ref(&subscriber.base))
    subscriber.asked = subscriber.expires
    subscriber.retries = 0
    subscriber.answered = subscriber.notified = False
    subscriber.ending = subscriber.unsubscribed = False
    subscriber.local_code = 0
    subscriber.target = NULL
    anchor_lock(&subscriber.base)
    subscriber.dialog = dialog
    subscriber.sub = sub
    anchor_unlock(&subscriber.base)


cdef void _release(Subscriber *subscriber, pjsip_evsub *sub) noexcept nogil:
    pjsip_evsub_set_mod_data(sub, packages_module_id(), NULL)
    pjsip_evsub_dec_ref(sub)
    anchor_unref(&subscriber.base)


cdef void subscriber_detach(Subscriber *subscriber) noexcept nogil:
    cdef pjsip_evsub *sub
    subscriber_stop_timer(subscriber, &subscriber.timer)
    subscriber_stop_timer(subscriber, &subscriber.confirmation)
    anchor_lock(&subscriber.base)
    sub = subscriber.sub
    subscriber.sub = NULL
    anchor_unlock(&subscriber.base)
    if sub != NULL:
        _release(subscriber, sub)


cdef pjsip_evsub *subscriber_enter(Subscriber *subscriber) noexcept nogil:
    cdef pjsip_evsub *sub
    cdef pjsip_dialog *dialog = NULL
    anchor_lock(&subscriber.base)
    sub = subscriber.sub
    if sub != NULL:
        # An atomic counter, so no lock of PJSIP's is waited for under ours.
        pjsip_evsub_add_ref(sub)
        dialog = subscriber.dialog
    anchor_unlock(&subscriber.base)
    if sub == NULL:
        return NULL
    pjsip_dlg_inc_lock(dialog)
    if subscriber.sub != sub:
        subscriber_leave(sub, dialog)
        return NULL
    return sub


cdef void subscriber_leave(pjsip_evsub *sub, pjsip_dialog *dialog) noexcept nogil:
    pjsip_evsub_dec_ref(sub)
    # The dialog is destroyed here, if that was its last use.
    pjsip_dlg_dec_lock(dialog)


# ---- what is reported

cdef StateEvent *_state_event(
    Subscriber *subscriber, int state, const char *name, const Cause *cause
) noexcept nogil:
    cdef size_t name_length = strlen(name) if name != NULL else 0
    cdef StateEvent *event = <StateEvent *> event_new(
        sizeof(StateEvent) + name_length + cause.reason.slen + cause.termination.slen,
        subscriber.deliver_state,
        NULL,
        &subscriber.base,
    )
    if event == NULL:
        return NULL
    event.state = state
    event.code = cause.code
    event.retry_after = cause.retry_after
    event.name_length = name_length
    event.reason_length = cause.reason.slen
    event.termination_length = cause.termination.slen
    memcpy(event.data, name, name_length)
    memcpy(event.data + name_length, cause.reason.ptr, event.reason_length)
    memcpy(
        event.data + name_length + event.reason_length,
        cause.termination.ptr,
        event.termination_length,
    )
    return event


cdef void subscriber_change(
    Subscriber *subscriber, int state, const char *name, const Cause *cause
) noexcept nogil:
    cdef StateEvent *event
    cdef pjsip_evsub *sub = NULL
    cdef char *kept = strdup(name) if state == STATE_OTHER else NULL
    if state == STATE_TERMINATED:
        # While the struct is still this subscription's: another may begin right below.
        subscriber_stop_timer(subscriber, &subscriber.timer)
        subscriber_stop_timer(subscriber, &subscriber.confirmation)
    anchor_lock(&subscriber.base)
    if state == subscriber.state and (
        state != STATE_OTHER
        or (subscriber.other != NULL and strcmp(subscriber.other, name) == 0)
    ):
        anchor_unlock(&subscriber.base)
        free(kept)
        return
    free(subscriber.other)
    subscriber.other = kept
    subscriber.state = state
    if state == STATE_TERMINATED:
        sub = subscriber.sub
        subscriber.sub = NULL
    event = _state_event(subscriber, state, kept, cause)
    if event != NULL:
        subscriber.events += 1
        # Under the lock, so that what a new subscribe() brings comes behind it.
        event_push(&event.base)
    anchor_unlock(&subscriber.base)
    if sub != NULL:
        _release(subscriber, sub)


cdef void _release_notify(Event *event) noexcept nogil:
    message_free(&(<NotifyEvent *> event).message)


cdef void subscriber_got_notify(
    Subscriber *subscriber, const pjsip_rx_data *request
) noexcept nogil:
    cdef NotifyEvent *event = <NotifyEvent *> event_new(
        sizeof(NotifyEvent), subscriber.deliver_notify, _release_notify, &subscriber.base
    )
    if event == NULL:
        return
    message_copy(&event.message, request)
    anchor_lock(&subscriber.base)
    subscriber.events += 1
    event_push(&event.base)
    anchor_unlock(&subscriber.base)


# ---- what is sent

cdef pj_status_t subscriber_send(
    Subscriber *subscriber, pjsip_evsub *sub, uint32_t expires
) noexcept nogil:
    cdef const Package *package = subscriber.package
    cdef pjsip_generic_array_hdr *accept
    cdef pjsip_tx_data *request = NULL
    cdef unsigned index
    cdef pj_status_t status = pjsip_evsub_initiate(sub, NULL, expires, &request)
    if status != PJ_SUCCESS:
        return status
    accept = <pjsip_generic_array_hdr *> pjsip_msg_find_hdr(request.msg, PJSIP_H_ACCEPT, NULL)
    if accept != NULL:
        accept.count = package.count
        for index in range(package.count):
            pj_strdup(request.pool, &accept.values[index], &package.types[index])
    return pjsip_evsub_send_request(sub, request)


cdef void subscriber_abort(
    Subscriber *subscriber, pjsip_evsub *sub, int code, const char *reason
) noexcept nogil:
    subscriber.local_code = code
    subscriber.local_reason = reason
    # Calls back with TERMINATED.
    pjsip_evsub_terminate(sub, True)


cdef void _send_again(Subscriber *subscriber, pjsip_evsub *sub) noexcept nogil:
    cdef uint32_t expires = subscriber.asked
    if subscriber.unsubscribed:
        return
    if subscriber.ending and not subscriber.answered:
        # Between a 423 and the next try: there is nothing to end.
        subscriber_abort(subscriber, sub, 0, NULL)
        return
    if subscriber.ending:
        subscriber.unsubscribed = True
        expires = 0
    if subscriber_send(subscriber, sub, expires) != PJ_SUCCESS and subscriber.sub == sub:
        subscriber_abort(subscriber, sub, PJSIP_SC_SERVICE_UNAVAILABLE, "Cannot Send SUBSCRIBE")


# ---- timers

cdef void subscriber_start_timer(
    Subscriber *subscriber, pj_timer_entry *timer, int kind, long milliseconds
) noexcept nogil:
    cdef pj_time_val delay
    subscriber_stop_timer(subscriber, timer)
    delay.sec = milliseconds // 1000
    delay.msec = milliseconds % 1000
    timer.id = kind
    anchor_ref(&subscriber.base)
    if pjsip_endpt_schedule_timer(subscriber.endpoint, timer, &delay) != PJ_SUCCESS:
        timer.id = TIMER_NONE
        anchor_unref(&subscriber.base)


cdef void subscriber_stop_timer(Subscriber *subscriber, pj_timer_entry *timer) noexcept nogil:
    timer.id = TIMER_NONE
    if pj_timer_heap_cancel(pjsip_endpt_get_timer_heap(subscriber.endpoint), timer) > 0:
        anchor_unref(&subscriber.base)


cdef void _on_timer(pj_timer_heap_t *heap, pj_timer_entry *timer) noexcept nogil:
    cdef Subscriber *subscriber = <Subscriber *> timer.user_data
    cdef pjsip_evsub *sub = subscriber_enter(subscriber)
    cdef pjsip_dialog *dialog
    cdef int kind
    if sub != NULL:
        dialog = subscriber.dialog
        kind = timer.id
        # It may have been stopped, or started again, while we waited for the dialog.
        if kind != TIMER_NONE and not pj_timer_entry_running(timer):
            timer.id = TIMER_NONE
            if kind == TIMER_NOTIFY:
                subscriber_abort(
                    subscriber, sub, PJSIP_SC_REQUEST_TIMEOUT, "No NOTIFY Received"
                )
            else:
                _send_again(subscriber, sub)
        subscriber_leave(sub, dialog)
    anchor_unref(&subscriber.base)
