"""The notifications of `Invitation`: recorded in PJSIP's callbacks, delivered later.

Everything here that ends in `nogil` runs in a callback of PJSIP's, under the dialog's lock;
the rest runs on the draining thread.
"""

import contextlib

from libc.string cimport memcpy, memset, strlen

from sipsimple.core.invitation_message cimport message_data, message_free
from sipsimple.core.invitation_states cimport STATE_DISCONNECTED, STATE_INCOMING, STATE_NULL
from sipsimple.core.invitation_states cimport state_name
from sipsimple.pjproject.events cimport Event, emit, event_new, event_push
from sipsimple.pjproject.native cimport NativeObject, anchor_ref, anchor_unref
from sipsimple.pjproject.pjlib cimport PJ_SUCCESS, pj_pool_release, pj_pool_t
from sipsimple.pjproject.pjmedia_sdp cimport pjmedia_sdp_session_clone
from sipsimple.pjproject.runtime cimport create_pool
from sipsimple.sdp.native cimport session_from_native

from sipsimple.pjproject.errors import SIPCoreError
from sipsimple.pjproject.runtime import strerror

cdef enum:
    # Two descriptions of the usual size: pjmedia's structs have room for the largest, which
    # makes 11 kB of one with a single stream.
    SDP_POOL_BYTES = 28672
    SDP_POOL_INCREMENT = 8192

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
    pj_pool_t *pool
    pjmedia_sdp_session *local
    pjmedia_sdp_session *remote

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
        event.pool = create_pool("invitation-sdp", SDP_POOL_BYTES, SDP_POOL_INCREMENT)
        if event.pool != NULL:
            event.local = pjmedia_sdp_session_clone(event.pool, local)
            event.remote = pjmedia_sdp_session_clone(event.pool, remote)
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
    if event.pool != NULL:
        pj_pool_release(event.pool)


# ---- delivery

cdef dict _cause_data(Cause *cause):
    if cause.message.data != NULL:
        return message_data(&cause.message)
    if cause.code:
        reason = cause.reason[:strlen(cause.reason)].decode("utf-8", "surrogateescape")
        return {"code": cause.code, "reason": reason}
    return {}


cdef int _emit_change(object sender, ChangeEvent *event, dict data) except -1:
    data["prev_state"] = state_name(event.previous)
    data["state"] = state_name(event.state)
    return emit(&event.base, "SCInvitationChangedState", sender, data)


cdef int _deliver_incoming(object target, Event *base) except -1:
    cdef ChangeEvent *event = <ChangeEvent *> base
    cdef dict data
    cdef dict headers
    try:
        data = _cause_data(&event.cause)
        headers = data["headers"]
        invitation = _adopt(event.session, headers["From"][0], headers["To"][0])
    except BaseException:
        # Nobody hears of it, so nobody else could end it; it may have ended by itself.
        with contextlib.suppress(SIPCoreError):
            _adopt(event.session, None, None).disconnect(500)
        raise
    return _emit_change(invitation, event, data)


cdef int _deliver_change(object target, Event *base) except -1:
    cdef ChangeEvent *event = <ChangeEvent *> base
    try:
        _emit_change(target, event, _cause_data(&event.cause))
    finally:
        if event.state == STATE_DISCONNECTED:
            # Nothing comes any more: whether it lives on is up to the application.
            (<NativeObject> target).unpin()
    return 0


cdef int _deliver_negotiation(object target, Event *base) except -1:
    cdef NegotiationEvent *event = <NegotiationEvent *> base
    cdef dict data
    if event.status == PJ_SUCCESS:
        if event.local == NULL or event.remote == NULL:
            raise MemoryError
        data = {
            "succeeded": True,
            "local_sdp": session_from_native(event.local),
            "remote_sdp": session_from_native(event.remote),
        }
    else:
        data = {"succeeded": False, "error": strerror(event.status)}
    return emit(base, "SCInvitationGotSDPUpdate", target, data)
