"""The state machine of `Invitation`: its states, what changes them, and into which.

PJSIP's own machine (`pjsip_inv_state`) has no states for re-INVITEs and for an end that the
application asked for. This table is what the application sees; everything that changes
the state of an `Invitation` goes through it.
"""

#: The states, in the order of their numbers.
STATES = (
    "NULL",
    "CALLING",
    "INCOMING",
    "EARLY",
    "CONNECTING",
    "CONFIRMED",
    "REINVITING",
    "REINVITED",
    "DISCONNECTING",
    "DISCONNECTED",
)

#: What changes a state, in the order of their numbers.
TRIGGERS = (
    "send_invite()",
    "INVITE received",
    "1xx received",
    "respond_to_invite_provisionally()",
    "2xx received",
    "accept_invite()",
    "ACK sent or received",
    "send_reinvite()",
    "re-INVITE received",
    "final response to the re-INVITE",
    "disconnect()",
    "BYE, CANCEL, final response, timeout or error",
)

#: Every way from a state into the next: (state, trigger, state).
TRANSITIONS = (
    ("NULL", "send_invite()", "CALLING"),
    ("NULL", "INVITE received", "INCOMING"),
    ("CALLING", "1xx received", "EARLY"),
    ("EARLY", "1xx received", "EARLY"),
    ("INCOMING", "respond_to_invite_provisionally()", "EARLY"),
    ("CALLING", "2xx received", "CONNECTING"),
    ("EARLY", "2xx received", "CONNECTING"),
    ("INCOMING", "accept_invite()", "CONNECTING"),
    ("EARLY", "accept_invite()", "CONNECTING"),
    ("CONNECTING", "ACK sent or received", "CONFIRMED"),
    ("CONFIRMED", "send_reinvite()", "REINVITING"),
    ("REINVITING", "final response to the re-INVITE", "CONFIRMED"),
    ("CONFIRMED", "re-INVITE received", "REINVITED"),
    ("REINVITED", "final response to the re-INVITE", "CONFIRMED"),
    ("CALLING", "disconnect()", "DISCONNECTING"),
    ("INCOMING", "disconnect()", "DISCONNECTING"),
    ("EARLY", "disconnect()", "DISCONNECTING"),
    ("CONNECTING", "disconnect()", "DISCONNECTING"),
    ("CONFIRMED", "disconnect()", "DISCONNECTING"),
    ("REINVITING", "disconnect()", "DISCONNECTING"),
    ("REINVITED", "disconnect()", "DISCONNECTING"),
    ("CALLING", "BYE, CANCEL, final response, timeout or error", "DISCONNECTED"),
    ("INCOMING", "BYE, CANCEL, final response, timeout or error", "DISCONNECTED"),
    ("EARLY", "BYE, CANCEL, final response, timeout or error", "DISCONNECTED"),
    ("CONNECTING", "BYE, CANCEL, final response, timeout or error", "DISCONNECTED"),
    ("CONFIRMED", "BYE, CANCEL, final response, timeout or error", "DISCONNECTED"),
    ("REINVITING", "BYE, CANCEL, final response, timeout or error", "DISCONNECTED"),
    ("REINVITED", "BYE, CANCEL, final response, timeout or error", "DISCONNECTED"),
    ("DISCONNECTING", "BYE, CANCEL, final response, timeout or error", "DISCONNECTED"),
)

# The same for C: the state that follows, by state and trigger; -1 where there is none.
cdef signed char[STATE_COUNT][TRIGGER_COUNT] _next


cdef int state_after(int state, int trigger) noexcept nogil:
    return _next[state][trigger]


cdef str state_name(int state):
    return STATES[state]


def next_state(str state not None, str trigger not None):
    """The state that follows, by the table that PJSIP's callbacks use.

    Args:
        state: One of `STATES`.
        trigger: One of `TRIGGERS`.

    Returns:
        The following state, or None where the state does not allow the trigger.

    Raises:
        ValueError: There is no such state or trigger.
    """
    cdef int following = state_after(STATES.index(state), TRIGGERS.index(trigger))
    return None if following < 0 else STATES[following]


cdef int _fill() except -1:
    cdef int state, trigger
    assert len(STATES) == STATE_COUNT and len(TRIGGERS) == TRIGGER_COUNT
    for state in range(STATE_COUNT):
        for trigger in range(TRIGGER_COUNT):
            _next[state][trigger] = -1
    for first, what, second in TRANSITIONS:
        _next[<int> STATES.index(first)][<int> TRIGGERS.index(what)] = STATES.index(second)
    return 0


_fill()
