"""C interface of what the machines of `Registration` and `Publication` have in common."""

from libc.stdint cimport uint32_t

from sipsimple.pjproject.events cimport Event, deliver_function
from sipsimple.pjproject.native cimport Anchor, anchor_function
from sipsimple.pjproject.pjlib cimport pj_status_t, pj_str_t, pj_timer_entry
from sipsimple.pjproject.pjsip cimport pjsip_endpoint, pjsip_rx_data

# What the server has of ours, in the order of the STATES of every table.
cdef enum:
    ABSENT
    PLACING
    PRESENT
    REMOVING
    STATE_COUNT

# In the order of the EVENTS of every table; not each has the last one.
cdef enum:
    PLACE
    REMOVE
    SUCCESS
    FAILURE
    REFRESH
    FORGOTTEN
    EVENT_COUNT
    NO_EVENT = -1

# In the order of the `sends` of fill_table().
cdef enum:
    SEND_NOTHING
    SEND_WHOLE
    SEND_REFRESH
    SEND_REMOVAL

cdef struct Edge:
    bint exists
    int following
    int send
    int queue

ctypedef Edge[EVENT_COUNT] EdgeRow

# What an answer told.
cdef struct Answer:
    int code
    pj_str_t reason
    uint32_t expires        # granted
    uint32_t lasts          # of it, what the refresh goes by
    pjsip_rx_data *message  # NULL where none came
    pj_str_t etag           # RFC 3903's

cdef struct Machine:
    Anchor base
    const EdgeRow *table
    deliver_function deliver    # of the events
    # Record that the state is what it is now; `answer` is what led to it, or NULL. Under the
    # lock.
    void (*push)(Machine *machine, const Answer *answer) noexcept nogil
    # Send that (SEND_WHOLE and so on), in the transaction of that number.
    void (*send)(Machine *machine, int what, uint32_t transaction) noexcept nogil
    pjsip_endpoint *endpoint
    pj_timer_entry timer
    bint open               # from the end of the construction to the end of the SIP core
    int state
    int queued
    int events              # that have been pushed and not delivered
    int calls               # of the application's requests that are running
    bint pending            # a transaction runs and holds a reference
    uint32_t transaction    # its number
    uint32_t expires        # to ask for
    uint32_t received       # granted by the last 2xx

cdef struct StateEvent:
    Event base
    int state
    int code
    uint32_t expires
    size_t reason_length
    size_t count            # of what follows the reason
    size_t length           # of data: the reason, then what the kind adds
    char data[1]

# At import: put the rows of a table of queued_states.Transition in the place for it.
cdef int fill_table(EdgeRow *table, tuple states, tuple events, tuple sends, tuple rows) except -1

# A zeroed struct of `size` that begins with a machine, not yet open; NULL without memory.
cdef Machine *machine_alloc(size_t size, anchor_function finalize) noexcept nogil
# Let an event happen, and do what follows from it. Inside the gate, or in a PJSIP callback.
cdef void machine_happen(Machine *machine, int event, const Answer *answer) noexcept nogil
# A request could not be sent: a failure, unless PJSIP has called back about it.
cdef void machine_not_sent(
    Machine *machine, uint32_t transaction, pj_status_t status
) noexcept nogil
# The end of the SIP core: absent, whatever it was. False where it had ended before.
cdef bint machine_close(Machine *machine) noexcept nogil
# True for the first who ends the running transaction, and with it the duty to give back its
# reference; 0 stands for any transaction.
cdef bint machine_end_transaction(Machine *machine, uint32_t transaction) noexcept nogil
# When to refresh what lasts for so many seconds.
cdef long refresh_milliseconds(uint32_t expires) noexcept nogil
cdef void machine_stop_timer(Machine *machine) noexcept nogil
# For push functions: an event with `room` for more behind the reason, NULL without memory.
cdef StateEvent *state_event_new(
    Machine *machine, const Answer *answer, size_t room
) noexcept nogil
