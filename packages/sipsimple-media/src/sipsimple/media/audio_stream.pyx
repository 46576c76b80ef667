"""An RTP stream of audio as a port of the bridge: codec, jitter buffer, RTCP, DTMF."""

from sipsimple.pjproject.events cimport Event, emit, event_new, event_push
from sipsimple.pjproject.native cimport (
    Anchor,
    anchor_alloc,
    anchor_lock,
    anchor_ref,
    anchor_unlock,
    anchor_unref,
)
from sipsimple.pjproject.pjlib cimport (
    PJ_EINVALIDOP,
    PJ_SUCCESS,
    pj_grp_lock_handler,
    pj_pool_t,
    pj_status_t,
)
from sipsimple.pjproject.pjmedia cimport (
    pjmedia_port,
    pjmedia_port_add_destroy_handler,
    pjmedia_rtcp_stat,
    pjmedia_stream,
    pjmedia_stream_create,
    pjmedia_stream_destroy,
    pjmedia_stream_get_port,
    pjmedia_stream_get_stat,
    pjmedia_stream_info,
    pjmedia_stream_set_dtmf_callback,
    pjmedia_stream_start,
)
from sipsimple.media.dtmf_tones cimport play_tone
from sipsimple.media.resources cimport (
    ON_BRIDGE,
    Endpoint,
    Resource,
    bridge_add,
    bridge_remove,
    resource_attach,
    resource_close,
    resource_finalize,
)
from sipsimple.media.rtp_socket cimport RTPSocket, rtp_hold, rtp_release

cdef enum:
    FLASH = 0x52  # "R"

cdef struct DTMFEvent:
    Event base
    char digit


cdef void _finalize(Anchor *anchor) noexcept nogil:
    cdef AudioStream *stream = <AudioStream *> anchor
    anchor_unref(stream.owner)
    resource_finalize(&stream.port.resource)


cdef void _close(Resource *resource) noexcept nogil:
    cdef AudioStream *stream = <AudioStream *> resource
    cdef pjmedia_rtcp_stat last
    bridge_remove(&stream.port)
    pjmedia_stream_get_stat(stream.stream, &last)
    anchor_lock(&resource.base)
    stream.last = last
    stream.ended = True
    anchor_unlock(&resource.base)
    # Sends RTCP's BYE and lets go of the transport. The bridge may be in the stream right
    # now, in another thread: it has a reference of its own until it has removed the port.
    pjmedia_stream_destroy(stream.stream)
    rtp_release(stream.rtp)


cdef void _on_stream_gone(void *member) noexcept nogil:
    anchor_unref(<Anchor *> member)


cdef AudioStream *stream_alloc(Anchor *owner) noexcept nogil:
    """A stream to be started; the caller's reference. NULL when memory is out."""
    cdef AudioStream *stream = <AudioStream *> anchor_alloc(sizeof(AudioStream), &_finalize)
    if stream != NULL:
        stream.owner = anchor_ref(owner)
        stream.port.slot = -1
        stream.port.resource.rank = ON_BRIDGE
        stream.port.resource.close = &_close
    return stream


cdef pj_status_t stream_start(
    AudioStream *stream, Endpoint *endpoint, RTPSocket *rtp, const pjmedia_stream_info *info,
    pj_pool_t *pool,
) noexcept nogil:
    """Create the stream on a transport, start it and put it on the bridge."""
    cdef pjmedia_port *native = NULL
    cdef pj_status_t status
    if not rtp_hold(rtp):
        return PJ_EINVALIDOP
    stream.rtp = rtp
    status = pjmedia_stream_create(
        endpoint.endpt, pool, info, rtp.transport, NULL, &stream.stream
    )
    if status != PJ_SUCCESS:
        rtp_release(rtp)
        return status
    # The callback's pointer is good for as long as pjmedia has the stream.
    pjmedia_stream_get_port(stream.stream, &native)
    status = pjmedia_port_add_destroy_handler(
        native, anchor_ref(&stream.port.resource.base), <pj_grp_lock_handler> &_on_stream_gone
    )
    if status != PJ_SUCCESS:
        anchor_unref(&stream.port.resource.base)
        pjmedia_stream_destroy(stream.stream)
        rtp_release(rtp)
        return status
    resource_attach(&stream.port.resource, endpoint)
    status = pjmedia_stream_set_dtmf_callback(stream.stream, &_on_dtmf, stream)
    if status == PJ_SUCCESS:
        status = pjmedia_stream_start(stream.stream)
    if status == PJ_SUCCESS:
        status = bridge_add(&stream.port, native)
    if status != PJ_SUCCESS:
        resource_close(&stream.port.resource)
    return status


cdef void stream_statistics(AudioStream *stream, pjmedia_rtcp_stat *statistics) noexcept nogil:
    """Statistics as they are, or were at the end.

    The caller has entered the endpoint and keeps others from closing the stream, or the
    stream has ended.
    """
    cdef bint ended
    anchor_lock(&stream.port.resource.base)
    ended = stream.ended
    if ended:
        statistics[0] = stream.last
    anchor_unlock(&stream.port.resource.base)
    if not ended:
        pjmedia_stream_get_stat(stream.stream, statistics)


# ---- DTMF (RFC 4733)

cdef void _on_dtmf(pjmedia_stream *native, void *user_data, int digit) noexcept nogil:
    cdef AudioStream *stream = <AudioStream *> user_data
    cdef DTMFEvent *event
    # pjmedia knows a flash too, which is no digit.
    if digit == FLASH:
        return
    play_tone(stream.port.resource.endpoint, <char> digit)
    event = <DTMFEvent *> event_new(sizeof(DTMFEvent), &_deliver_dtmf, NULL, stream.owner)
    if event != NULL:
        event.digit = <char> digit
        event_push(&event.base)


cdef int _deliver_dtmf(object target, Event *base) except -1:
    cdef DTMFEvent *event = <DTMFEvent *> base
    return emit(base, "SCAudioTransportGotDTMF", target, {"digit": chr(event.digit)})
