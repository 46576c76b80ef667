"""The `SDPMedia` of an audio stream: as an offer, and as an answer (RFC 3264)."""

from sipsimple.pjproject.pjlib cimport PJ_SUCCESS, pj_pool_t, pj_status_t
from sipsimple.pjproject.pjmedia cimport (
    pjmedia_endpt_create_audio_sdp,
    pjmedia_sdp_neg,
    pjmedia_sdp_neg_create_w_remote_offer,
    pjmedia_sdp_neg_get_active_local,
    pjmedia_sdp_neg_negotiate,
    pjmedia_sock_info,
)
from sipsimple.pjproject.pjmedia_sdp cimport pjmedia_sdp_media, pjmedia_sdp_session
from sipsimple.pjproject.runtime cimport check
from sipsimple.sdp.native cimport media_from_native, session_to_native
from sipsimple.media.resources cimport Endpoint

from sipsimple.media.options import DIRECTIONS as _DIRECTIONS
from sipsimple.sdp import SDPAttribute, SDPSession


cdef object create_offer(
    Endpoint *endpoint, const pjmedia_sock_info *info, pj_pool_t *pool
):
    """An `SDPMedia` with all codecs that are on, and telephone-event."""
    cdef pjmedia_sdp_media *native
    cdef pj_status_t status
    with nogil:
        status = pjmedia_endpt_create_audio_sdp(endpoint.endpt, pool, info, NULL, &native)
    check(status, "could not describe the audio stream")
    media = media_from_native(native)
    for item in media.attributes:
        # pjmedia offers the events 0 to 16: the digits, and a flash that nobody is told of.
        if item.name == "fmtp" and item.value.endswith(" 0-16"):
            item.value = item.value.removesuffix("16") + "15"
    return media


cdef object create_answer(
    Endpoint *endpoint, object offer, object remote_session, unsigned index, pj_pool_t *pool
):
    """The `SDPMedia` that answers a stream of a remote offer.

    Args:
        offer: What would be offered here, an `SDPMedia`.
        remote_session: The remote offer.
        index: The stream in it.

    Raises:
        PJSIPError: There is no codec in common, or the stream is not plain RTP/AVP.
    """
    cdef pjmedia_sdp_session *local
    cdef pjmedia_sdp_session *remote
    cdef const pjmedia_sdp_session *answer = NULL
    cdef pjmedia_sdp_neg *negotiator = NULL
    cdef pj_status_t status
    connection = offer.connection
    local = session_to_native(
        SDPSession(
            connection.address,
            address_type=connection.address_type,
            connection=connection,
            media=[offer],
        ),
        pool,
    )
    remote = single_stream(remote_session, index, pool)
    with nogil:
        status = pjmedia_sdp_neg_create_w_remote_offer(pool, local, remote, &negotiator)
        if status == PJ_SUCCESS:
            status = pjmedia_sdp_neg_negotiate(pool, negotiator, False)
        if status == PJ_SUCCESS:
            status = pjmedia_sdp_neg_get_active_local(negotiator, &answer)
    check(status, "could not negotiate the audio stream")
    return media_from_native(answer.media[0])


cdef pjmedia_sdp_session *single_stream(
    object session, unsigned index, pj_pool_t *pool
) except NULL:
    """A session in pjmedia's form, with one of its streams alone."""
    cdef pjmedia_sdp_session *native = session_to_native(session, pool)
    native.media[0] = native.media[index]
    native.media_count = 1
    return native


cdef object with_direction(object media, str direction):
    """Set the direction of an `SDPMedia`; returns it."""
    attributes = [item for item in media.attributes if item.name not in _DIRECTIONS]
    attributes.append(SDPAttribute(direction, ""))
    media.attributes = attributes
    return media
