"""C interface of the machine under `Registration`."""

from libc.stdint cimport uint32_t

from sipsimple.pjproject.events cimport Event, deliver_function
from sipsimple.pjproject.native cimport Anchor
from sipsimple.pjproject.pjlib cimport pj_str_t, pj_timer_entry, pj_timer_heap_t
from sipsimple.pjproject.pjsip cimport (
    pjsip_endpoint,
    pjsip_regc,
    pjsip_regc_cbparam,
    pjsip_rx_data,
)

# Both in the order of registration_states.py.
cdef enum:
    UNREGISTERED
    REGISTERING
    REGISTERED
    UNREGISTERING
    STATE_COUNT

cdef enum:
    REGISTER
    UNREGISTER
    SUCCESS
    FAILURE
    REFRESH
    EVENT_COUNT
    NO_EVENT = -1

cdef struct Native:
    Anchor base
    deliver_function deliver    # of the events
    pjsip_regc *regc
    pjsip_endpoint *endpoint
    pj_timer_entry timer
    int state
    int queued
    int events              # that have been pushed and not delivered
    int calls               # of register() and unregister() that are running
    bint pending            # a transaction runs and holds a reference
    uint32_t transaction    # its number
    uint32_t expires        # to ask for
    uint32_t asked          # what regc has been told to ask for
    uint32_t received       # granted by the last 2xx

cdef struct StateEvent:
    Event base
    int state
    int code
    uint32_t expires
    size_t reason_length
    size_t contact_count
    size_t length           # of data: the reason, then contacts
    char data[1]

cdef struct ContactRecord:
    uint32_t expires
    uint32_t length

# What an answer told, for the notification.
cdef struct Answer:
    int code
    pj_str_t reason
    uint32_t expires
    pjsip_rx_data *message

# Let an event happen, and do what follows from it. Inside the gate, or in a PJSIP callback.
cdef void machine_happen(Native *native, int event, const Answer *answer) noexcept nogil
# The end of the SIP core: unregistered, whatever it was. The regc is for the caller to destroy.
cdef pjsip_regc *machine_close(Native *native) noexcept nogil
# True for the first who ends the running transaction, and with it the duty to give back its
# reference; 0 stands for any transaction.
cdef bint machine_end_transaction(Native *native, uint32_t transaction) noexcept nogil
cdef void machine_stop_timer(Native *native) noexcept nogil
# For pjsip_regc_create(), pj_timer_entry_init() and anchor_alloc().
cdef void machine_on_answer(pjsip_regc_cbparam *result) noexcept nogil
cdef void machine_on_timer(pj_timer_heap_t *heap, pj_timer_entry *entry) noexcept nogil
cdef void machine_finalize(Anchor *anchor) noexcept nogil
