"""C interface of the state machine of `Invitation`."""

cdef enum State:
    STATE_NULL
    STATE_CALLING
    STATE_INCOMING
    STATE_EARLY
    STATE_CONNECTING
    STATE_CONFIRMED
    STATE_REINVITING
    STATE_REINVITED
    STATE_DISCONNECTING
    STATE_DISCONNECTED
    STATE_COUNT

cdef enum Trigger:
    TRIGGER_SEND_INVITE
    TRIGGER_RECEIVE_INVITE
    TRIGGER_RECEIVE_PROVISIONAL
    TRIGGER_SEND_PROVISIONAL
    TRIGGER_RECEIVE_SUCCESS
    TRIGGER_SEND_SUCCESS
    TRIGGER_CONFIRM
    TRIGGER_SEND_REINVITE
    TRIGGER_RECEIVE_REINVITE
    TRIGGER_FINISH_REINVITE
    TRIGGER_DISCONNECT
    TRIGGER_END
    TRIGGER_COUNT

# The state that follows, or -1 where the state does not allow the trigger.
cdef int state_after(int state, int trigger) noexcept nogil
cdef str state_name(int state)
