"""The tones of DTMF digits, for the local ear (ITU-T Q.23)."""

from sipsimple.pjproject.native cimport (
    Anchor,
    anchor_alloc,
    anchor_unref,
    pthread_mutex_lock,
    pthread_mutex_unlock,
)
from sipsimple.pjproject.pjlib cimport PJ_SUCCESS, pj_status_t, pj_str, pj_str_t
from sipsimple.pjproject.pjmedia cimport (
    pjmedia_port,
    pjmedia_port_destroy,
    pjmedia_tone_digit,
    pjmedia_tonegen_create2,
    pjmedia_tonegen_play_digits,
)
from sipsimple.pjproject.runtime cimport check
from sipsimple.media.resources cimport (
    ON_BRIDGE,
    BridgeObject,
    BridgePort,
    Endpoint,
    Resource,
    bridge_add,
    bridge_remove,
    holder_set,
    resource_attach,
    resource_close,
    resource_finalize,
)

cdef enum:
    # Together what pjmedia takes for a digit that it sends, so that rows keep pace.
    ON_MS = 160
    OFF_MS = 80

cdef struct TonePort:
    BridgePort port
    pjmedia_port *native


cdef void _finalize(Anchor *anchor) noexcept nogil:
    resource_finalize(<Resource *> anchor)


cdef void _close(Resource *resource) noexcept nogil:
    cdef TonePort *tones = <TonePort *> resource
    cdef Endpoint *endpoint = resource.endpoint
    # Threads of pjmedia's that have a digit to play look for it under this lock.
    pthread_mutex_lock(&endpoint.routing)
    endpoint.tones = NULL
    pthread_mutex_unlock(&endpoint.routing)
    bridge_remove(&tones.port)
    pjmedia_port_destroy(tones.native)


cdef class DTMFTones(BridgeObject):
    """DTMFTones()
--

    The tones of the digits that are sent and received, as a source of the bridge."""

    def __cinit__(self, *args, **kwargs):
        self._is_source = True

    def __repr__(self):
        return "<DTMF tones>"


cdef DTMFTones create_tones(Endpoint *endpoint):
    """The tones of an endpoint that is being built."""
    cdef DTMFTones subject = DTMFTones.__new__(DTMFTones)
    cdef TonePort *tones = <TonePort *> anchor_alloc(sizeof(TonePort), &_finalize)
    cdef pj_str_t name = pj_str("DTMF tones")
    cdef pj_status_t status
    if tones == NULL:
        raise MemoryError
    tones.port.slot = -1
    tones.port.resource.rank = ON_BRIDGE
    tones.port.resource.close = &_close
    with nogil:
        status = pjmedia_tonegen_create2(
            endpoint.pool, &name, endpoint.sample_rate, 1, endpoint.samples_per_frame, 16, 0,
            &tones.native,
        )
        if status == PJ_SUCCESS:
            resource_attach(&tones.port.resource, endpoint)
            status = bridge_add(&tones.port, tones.native)
            if status != PJ_SUCCESS:
                resource_close(&tones.port.resource)
        if status == PJ_SUCCESS:
            endpoint.tones = tones.native
            holder_set(subject.holder(), &tones.port)
        else:
            anchor_unref(&tones.port.resource.base)
    check(status, "could not create the generator of DTMF tones")
    return subject


cdef void play_tone(Endpoint *endpoint, char digit) noexcept nogil:
    """Play the tone of a digit behind those that wait, if the endpoint is to play them.

    More than 32 in a row are left out: they are only for the ear.
    """
    cdef pjmedia_tone_digit tone
    tone.digit = digit
    tone.on_msec = ON_MS
    tone.off_msec = OFF_MS
    tone.volume = 0
    pthread_mutex_lock(&endpoint.routing)
    if endpoint.tones != NULL and endpoint.playback_dtmf:
        pjmedia_tonegen_play_digits(endpoint.tones, 1, &tone, 0)
    pthread_mutex_unlock(&endpoint.routing)
