"""A WAV file as a port of the bridge: one playback, with its loops and pauses."""

from libc.stdio cimport SEEK_SET, fclose, fread, fseek
from libc.string cimport memset

from sipsimple.pjproject.events cimport Event, emit, event_new, event_push
from sipsimple.pjproject.native cimport Anchor, anchor_alloc, anchor_ref, anchor_unref
from sipsimple.pjproject.pjlib cimport (
    PJ_ENOMEM,
    PJ_SUCCESS,
    pj_int16_t,
    pj_pool_alloc,
    pj_pool_release,
    pj_pool_t,
    pj_status_t,
    pj_str,
    pj_str_t,
    pj_uint8_t,
)
from sipsimple.pjproject.pjmedia cimport (
    PJMEDIA_FRAME_TYPE_AUDIO,
    PJMEDIA_FRAME_TYPE_NONE,
    pjmedia_alaw2linear,
    pjmedia_frame,
    pjmedia_port,
    pjmedia_port_destroy,
    pjmedia_port_info_init,
    pjmedia_port_init_grp_lock,
    pjmedia_ulaw2linear,
)
from sipsimple.pjproject.runtime cimport create_pool
from sipsimple.media.resources cimport (
    ON_BRIDGE,
    Endpoint,
    Resource,
    bridge_add,
    bridge_remove,
    bridge_set_level,
    resource_attach,
    resource_close,
    resource_finalize,
)

cdef extern from "pjmedia/resample.h" nogil:
    pj_status_t pjmedia_resample_create(
        pj_pool_t *pool, int high_quality, int large_filter, unsigned channels,
        unsigned rate_in, unsigned rate_out, unsigned samples_per_frame,
        pjmedia_resample **resample,
    )
    void pjmedia_resample_run(
        pjmedia_resample *resample, const pj_int16_t *source, pj_int16_t *target
    )
    void pjmedia_resample_destroy(pjmedia_resample *resample)

cdef enum:
    # Format tags (RFC 2361).
    ALAW = 0x0006
    ULAW = 0x0007
    FRAME_MS = 20
    # "SSPW": how pjmedia tells kinds of ports apart.
    SIGNATURE = 0x57505353


cdef void _finalize(Anchor *anchor) noexcept nogil:
    cdef WavePlayer *player = <WavePlayer *> anchor
    if player.file != NULL:
        fclose(player.file)
    if player.resample != NULL:
        pjmedia_resample_destroy(player.resample)
    if player.pool != NULL:
        pj_pool_release(player.pool)
    anchor_unref(player.owner)
    resource_finalize(&player.port.resource)


cdef void _close(Resource *resource) noexcept nogil:
    cdef WavePlayer *player = <WavePlayer *> resource
    bridge_remove(&player.port)
    # The bridge holds its own reference until it has really left.
    pjmedia_port_destroy(&player.native)


cdef pj_status_t _on_destroy(pjmedia_port *native) noexcept nogil:
    anchor_unref(<Anchor *> native.port_data.pdata)
    return PJ_SUCCESS


cdef WavePlayer *player_alloc(Anchor *owner) noexcept nogil:
    """A player to be filled in and started; the caller's reference. NULL: no memory."""
    cdef WavePlayer *player = <WavePlayer *> anchor_alloc(sizeof(WavePlayer), &_finalize)
    if player != NULL:
        player.owner = anchor_ref(owner)
        player.port.slot = -1
        player.port.resource.rank = ON_BRIDGE
        player.port.resource.close = &_close
    return player


cdef pj_status_t player_start(WavePlayer *player, Endpoint *endpoint, int level) noexcept nogil:
    """Put the player on the bridge. It is silent until it is connected to something."""
    cdef pj_str_t name = pj_str("wave file")
    cdef unsigned rate = player.sample_rate
    cdef unsigned length = rate * FRAME_MS // 1000
    cdef pj_status_t status
    player.pool = create_pool("player", 512, 512)
    if player.pool == NULL:
        return PJ_ENOMEM
    player.data_left = player.data_length
    if rate * FRAME_MS % 1000 != 0:
        # 20 ms at 11,025 Hz are 220.5 samples. The bridge would round that, and lose some or
        # write behind its buffer: it gets the double of the rate, two of its frames at once.
        length = rate * FRAME_MS * 2 // 1000
        player.block_length = length * player.channels
        player.block = <pj_int16_t *> pj_pool_alloc(
            player.pool, player.block_length * sizeof(pj_int16_t)
        )
        if player.block == NULL:
            return PJ_ENOMEM
        status = pjmedia_resample_create(
            player.pool, True, False, player.channels, rate, rate * 2, length, &player.resample
        )
        if status != PJ_SUCCESS:
            return status
        rate *= 2
        length *= 2
    pjmedia_port_info_init(
        &player.native.info, &name, SIGNATURE, rate, player.channels, 16,
        length * player.channels,
    )
    player.native.port_data.pdata = anchor_ref(&player.port.resource.base)
    player.native.get_frame = &_get_frame
    player.native.on_destroy = &_on_destroy
    status = pjmedia_port_init_grp_lock(&player.native, player.pool, NULL)
    if status != PJ_SUCCESS:
        anchor_unref(&player.port.resource.base)
        return status
    resource_attach(&player.port.resource, endpoint)
    status = bridge_add(&player.port, &player.native)
    if status == PJ_SUCCESS and level != 100:
        status = bridge_set_level(&player.port, level)
    if status != PJ_SUCCESS:
        resource_close(&player.port.resource)
    return status


cdef unsigned _read(WavePlayer *player, pj_int16_t *samples, unsigned wanted) noexcept nogil:
    """Read up to `wanted` samples of what is left; 0 at the end, or where reading fails."""
    cdef unsigned width = 2
    cdef unsigned count
    cdef unsigned index
    cdef pj_uint8_t *bytes
    if player.encoding == ALAW or player.encoding == ULAW:
        width = 1
    if wanted > player.data_left // width:
        wanted = <unsigned> (player.data_left // width)
    if wanted == 0:
        return 0
    # One-byte samples are read into the upper half and expanded from the bottom up.
    bytes = <pj_uint8_t *> samples + wanted * (2 - width)
    count = <unsigned> fread(bytes, width, wanted, player.file)
    if count < wanted:
        # Shorter than it was when it was opened.
        player.data_left = 0
    else:
        player.data_left -= wanted * width
    if player.encoding == ALAW:
        for index in range(count):
            samples[index] = <pj_int16_t> pjmedia_alaw2linear(bytes[index])
    elif player.encoding == ULAW:
        for index in range(count):
            samples[index] = <pj_int16_t> pjmedia_ulaw2linear(bytes[index])
    return count


cdef bint _rewind(WavePlayer *player) noexcept nogil:
    """At the end of the data: begin the next loop, or return False."""
    if not player.endless:
        player.loops_left -= 1
        if player.loops_left == 0:
            return False
    # A file that has become unreadable would be rewound for ever.
    if not player.read_something or fseek(player.file, player.data_offset, SEEK_SET) != 0:
        return False
    player.read_something = False
    player.data_left = player.data_length
    player.pause_left = player.pause_length
    return True


cdef pj_status_t _get_frame(pjmedia_port *native, pjmedia_frame *frame) noexcept nogil:
    cdef WavePlayer *player = <WavePlayer *> native.port_data.pdata
    cdef pj_int16_t *samples = <pj_int16_t *> frame.buf
    cdef unsigned wanted = <unsigned> (frame.size // 2)
    cdef unsigned filled = 0
    cdef unsigned count
    cdef bint audible = False
    if player.at_end:
        frame.type = PJMEDIA_FRAME_TYPE_NONE
        # The last frame has been handed out and played. Nothing of the player may be touched
        # behind this but by those who hold references, as the bridge does in this call.
        if resource_close(&player.port.resource):
            event_push(event_new(sizeof(Event), &_deliver_end, NULL, player.owner))
        return PJ_SUCCESS
    if player.resample != NULL:
        samples = player.block
        wanted = player.block_length
    while filled < wanted:
        if player.pause_left > 0:
            count = wanted - filled
            if count > player.pause_left:
                count = <unsigned> player.pause_left
            memset(samples + filled, 0, count * 2)
            player.pause_left -= count
            filled += count
            continue
        count = _read(player, samples + filled, wanted - filled)
        if count > 0:
            player.read_something = True
            audible = True
            filled += count
        elif not _rewind(player):
            player.at_end = True
            memset(samples + filled, 0, (wanted - filled) * 2)
            break
    if player.resample != NULL:
        pjmedia_resample_run(player.resample, samples, <pj_int16_t *> frame.buf)
    frame.type = PJMEDIA_FRAME_TYPE_AUDIO if audible else PJMEDIA_FRAME_TYPE_NONE
    return PJ_SUCCESS


cdef int _deliver_end(object target, Event *event) except -1:
    return emit(event, "SCWaveFileDidEnd", target, {})
