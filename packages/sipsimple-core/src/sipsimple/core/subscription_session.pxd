"""C interface of the native half of `Subscription`."""

from libc.stdint cimport uint32_t

from sipsimple.core.event_packages cimport Package
from sipsimple.core.invitation_message cimport Message
from sipsimple.pjproject.events cimport Event, deliver_function
from sipsimple.pjproject.native cimport Anchor
from sipsimple.pjproject.pjlib cimport pj_status_t, pj_str_t, pj_timer_entry
from sipsimple.pjproject.pjsip cimport (
    pjsip_contact_hdr,
    pjsip_dialog,
    pjsip_endpoint,
    pjsip_rx_data,
)
from sipsimple.pjproject.pjsip_simple cimport pjsip_evsub

# STATE_OTHER is what a Subscription-State says that is none of the others.
cdef enum:
    STATE_TERMINATED
    STATE_SENT
    STATE_ACCEPTED
    STATE_PENDING
    STATE_ACTIVE
    STATE_OTHER

# What a timer is for, and its `id` while it runs.
cdef enum:
    TIMER_NONE
    TIMER_SEND              # SUBSCRIBE once more: to refresh, to try again or to end
    TIMER_NOTIFY            # Timer N of RFC 6665: no NOTIFY has come

cdef struct Subscriber:
    Anchor base
    deliver_function deliver_state
    deliver_function deliver_notify
    pjsip_endpoint *endpoint
    const Package *package
    uint32_t expires
    # Under the anchor's lock:
    pjsip_evsub *sub        # NULL in TERMINATED; a reference to it is ours
    pjsip_dialog *dialog
    int state
    char *other             # the name of STATE_OTHER
    bint starting           # a thread is in subscribe()
    int calls               # of subscribe() and unsubscribe() that are running
    int events              # that have been pushed and not delivered
    # Under the dialog's lock:
    uint32_t asked          # seconds to ask for, after 423 more than `expires`
    int retries             # after 423, in a row
    bint answered           # a 2xx has come
    bint notified           # a NOTIFY has come
    bint ending             # unsubscribe() was called
    bint unsubscribed       # and the SUBSCRIBE with Expires 0 has gone out
    int local_code          # why it is being ended from here, 0 for nothing
    const char *local_reason
    pjsip_contact_hdr *target   # of the first NOTIFY, where it came before the 2xx
    pj_timer_entry timer
    pj_timer_entry confirmation

# Why a state changed. `retry_after` is -1, and a text empty, where there is none.
cdef struct Cause:
    int code
    pj_str_t reason
    pj_str_t termination
    int retry_after

cdef struct StateEvent:
    Event base
    int state
    int code
    int retry_after
    size_t name_length
    size_t reason_length
    size_t termination_length
    char data[1]            # the three texts

cdef struct NotifyEvent:
    Event base
    Message message

cdef Subscriber *subscriber_new() noexcept nogil
cdef Subscriber *subscriber_of(pjsip_evsub *sub) noexcept nogil
# Bind it to PJSIP's subscription, which has just been created.
cdef void subscriber_attach(
    Subscriber *subscriber, pjsip_evsub *sub, pjsip_dialog *dialog
) noexcept nogil
# Let go of PJSIP's subscription where nothing was reported of it.
cdef void subscriber_detach(Subscriber *subscriber) noexcept nogil
# PJSIP's subscription, with its dialog locked; NULL when there is none. Pair with leave.
cdef pjsip_evsub *subscriber_enter(Subscriber *subscriber) noexcept nogil
cdef void subscriber_leave(pjsip_evsub *sub, pjsip_dialog *dialog) noexcept nogil

# All of these under the dialog's lock.
# The state is a new one: report it; with TERMINATED also detach.
cdef void subscriber_change(
    Subscriber *subscriber, int state, const char *name, const Cause *cause
) noexcept nogil
cdef void subscriber_got_notify(Subscriber *subscriber, const pjsip_rx_data *request) noexcept nogil
cdef pj_status_t subscriber_send(
    Subscriber *subscriber, pjsip_evsub *sub, uint32_t expires
) noexcept nogil
# End it without the other side's knowledge; `code` 0 for no code. `reason` must be constant.
cdef void subscriber_abort(
    Subscriber *subscriber, pjsip_evsub *sub, int code, const char *reason
) noexcept nogil
cdef void subscriber_start_timer(
    Subscriber *subscriber, pj_timer_entry *timer, int kind, long milliseconds
) noexcept nogil
cdef void subscriber_stop_timer(Subscriber *subscriber, pj_timer_entry *timer) noexcept nogil
