"""The notifications of `Invitation`: recorded in PJSIP's callbacks, delivered later.

Everything here that ends in `nogil` runs in a callback of PJSIP's, under the dialog's lock;
the rest runs on the draining thread. Messages and descriptions become Python objects when an
observer reads them.
"""

import contextlib
from functools import partial

from libc.string cimport memcpy, memset, strlen

from sipsimple.core.invitation_message cimport message_free
from sipsimple.core.invitation_states cimport STATE_DISCONNECTED, STATE_INCOMING, STATE_NULL
from sipsimple.core.invitation_states cimport state_name
from sipsimple.core.printed_sdp cimport PrintedSDP, sdp_free, sdp_print
from sipsimple.core.received_message cimport ReceivedMessage, received_message
from sipsimple.pjproject.events cimport Event, emit, event_new, event_push
from sipsimple.pjproject.native cimport NativeObject, anchor_ref, anchor_unref
from sipsimple.pjproject.pjlib cimport PJ_SUCCESS

from sipsimple.core.lazy_data import LazyData
from sipsimple.core.printed_sdp import read_printed
from sipsimple.pjproject.errors import SIPCoreError
from sipsimple.pjproject.runtime import strerror

_OF_REQUESTS = frozenset(("method", "request_uri", "headers", "body"))
_OF_RESPONSES = frozenset(("code", "reason", "headers", "body"))

cdef struct ChangeEvent:
    Event base
    # A reference of its own where the event has no target yet, else NULL.
    Anchor *session
    int previous
    int state
    Cause cause

cdef struct NegotiationEvent:
    Event base
    pj_status_t status
    # Empty where it has failed.
    PrintedSDP local
    PrintedSDP remote

cdef adopt_function _adopt = NULL


cdef void set_adopt_function(adopt_function function) noexcept:
    global _adopt
    _adopt = function


# ---- recording

cdef void cause_clear(Cause *cause) noexcept nogil:
    message_free(&cause.message)
    memset(cause, 0, sizeof(cause[0]))


cdef void cause_set_error(Cause *cause, int code, const pj_str_t *reason) noexcept nogil:
    """Note an error of this side; a long text is cut."""
    cdef size_t length = 0
    cause.code = code
    if reason != NULL and reason.ptr != NULL and reason.slen > 0:
        length = min(<size_t> reason.slen, sizeof(cause.reason) - 1)
        memcpy(cause.reason, reason.ptr, length)
    cause.reason[length] = 0


cdef void _record(
    Anchor *target, Anchor *session, int previous, int state, Cause *cause
) noexcept nogil:
    cdef ChangeEvent *event = <ChangeEvent *> event_new(
        sizeof(ChangeEvent),
        &_deliver_change if session == NULL else &_deliver_incoming,
        &_release_change,
        target,
    )
    if event == NULL:
        cause_clear(cause)
        return
    event.session = anchor_ref(session) if session != NULL else NULL
    event.previous = previous
    event.state = state
    event.cause = cause[0]
    memset(cause, 0, sizeof(cause[0]))
    event_push(&event.base)


cdef void record_change(
    Anchor *session, int previous, int state, Cause *cause
) noexcept nogil:
    _record(session, NULL, previous, state, cause)


cdef void record_incoming(Anchor *session, Cause *cause) noexcept nogil:
    _record(NULL, session, STATE_NULL, STATE_INCOMING, cause)


cdef void _record_negotiation(
    Anchor *session,
    pj_status_t status,
    const pjmedia_sdp_session *local,
    const pjmedia_sdp_session *remote,
) noexcept nogil:
    cdef NegotiationEvent *event = <NegotiationEvent *> event_new(
        sizeof(NegotiationEvent), &_deliver_negotiation, &_release_negotiation, session
    )
    if event == NULL:
        return
    event.status = status
    if status == PJ_SUCCESS:
        sdp_print(&event.local, local)
        sdp_print(&event.remote, remote)
    event_push(&event.base)


cdef void record_negotiated(
    Anchor *session, const pjmedia_sdp_session *local, const pjmedia_sdp_session *remote
) noexcept nogil:
    _record_negotiation(session, PJ_SUCCESS, local, remote)


cdef void record_not_negotiated(Anchor *session, pj_status_t status) noexcept nogil:
    _record_negotiation(session, status, NULL, NULL)


cdef void _release_change(Event *base) noexcept nogil:
    cdef ChangeEvent *event = <ChangeEvent *> base
    cause_clear(&event.cause)
    anchor_unref(event.session)


cdef void _release_negotiation(Event *base) noexcept nogil:
    cdef NegotiationEvent *event = <NegotiationEvent *> base
    sdp_free(&event.local)
    sdp_free(&event.remote)


# ---- delivery

cdef int _emit_change(object sender, ChangeEvent *event, ReceivedMessage message) except -1:
    cdef Cause *cause = &event.cause
    cdef object data = {
        "prev_state": state_name(event.previous),
        "state": state_name(event.state),
    }
    if message is not None:
        names = _OF_REQUESTS if message.is_request() else _OF_RESPONSES
        data = LazyData(data, names, message.read)
    elif cause.code:
        data["code"] = cause.code
        data["reason"] = cause.reason[:strlen(cause.reason)].decode("utf-8", "surrogateescape")
    return emit(&event.base, "SCInvitationChangedState", sender, data)


cdef int _deliver_incoming(object target, Event *base) except -1:
    cdef ChangeEvent *event = <ChangeEvent *> base
    cdef ReceivedMessage message = None
    try:
        if event.cause.message.data == NULL:
            raise MemoryError
        message = received_message(&event.cause.message)
        invitation = _adopt(event.session, message)
    except BaseException:
        # Nobody hears of it, so nobody else could end it; it may have ended by itself.
        with contextlib.suppress(SIPCoreError):
            _adopt(event.session, None).disconnect(500)
        raise
    return _emit_change(invitation, event, message)


cdef int _deliver_change(object target, Event *base) except -1:
    cdef ChangeEvent *event = <ChangeEvent *> base
    cdef ReceivedMessage message = None
    try:
        if event.cause.message.data != NULL:
            message = received_message(&event.cause.message)
        _emit_change(target, event, message)
    finally:
        if event.state == STATE_DISCONNECTED:
            # Nothing comes any more: whether it lives on is up to the application.
            (<NativeObject> target).unpin()
    return 0


cdef int _deliver_negotiation(object target, Event *base) except -1:
    cdef NegotiationEvent *event = <NegotiationEvent *> base
    cdef object data
    if event.status == PJ_SUCCESS:
        if event.local.text == NULL or event.remote.text == NULL:
            raise MemoryError
        texts = {
            "local_sdp": event.local.text[:event.local.length],
            "remote_sdp": event.remote.text[:event.remote.length],
        }
        data = LazyData({"succeeded": True}, texts, partial(read_printed, texts))
    else:
        data = {"succeeded": False, "error": strerror(event.status)}
    return emit(base, "SCInvitationGotSDPUpdate", target, data)
