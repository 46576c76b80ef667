"""A WAV file that is being written, as a port of the bridge.

pjmedia's own writer leaves out silence, so that what was recorded would be shorter than it
took, and completes the file's header only when the bridge has let go of it.
"""

from libc.errno cimport EFBIG, errno
from libc.stdint cimport uint8_t, uint32_t
from libc.stdio cimport FILE, SEEK_END, SEEK_SET, fclose, fflush, fopen, fseek, fwrite
from libc.string cimport strerror

from sipsimple.pjproject.native cimport (
    Anchor,
    anchor_alloc,
    anchor_lock,
    anchor_ref,
    anchor_unlock,
    anchor_unref,
)
from sipsimple.pjproject.pjlib cimport (
    PJ_ENOMEM,
    PJ_SUCCESS,
    pj_pool_release,
    pj_status_t,
    pj_str,
    pj_str_t,
)
from sipsimple.pjproject.pjmedia cimport (
    PJMEDIA_FRAME_TYPE_AUDIO,
    pj_log_2,
    pjmedia_frame,
    pjmedia_port,
    pjmedia_port_destroy,
    pjmedia_port_info_init,
    pjmedia_port_init_grp_lock,
)
from sipsimple.pjproject.runtime cimport create_pool
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

cdef enum:
    # "SSRW": how pjmedia tells kinds of ports apart.
    SIGNATURE = 0x57525353
    HEADER_LENGTH = 44
    # 20 ms at 32 kHz, 16 bits.
    MAX_FRAME = 1280

# Lengths in a WAV file have 32 bits.
cdef uint32_t MAX_DATA_LENGTH = 0xFFFFFFFF - 65536

cdef uint8_t[MAX_FRAME] _silence


cdef void _finalize(Anchor *anchor) noexcept nogil:
    cdef WaveRecorder *recorder = <WaveRecorder *> anchor
    if recorder.file != NULL:
        fclose(recorder.file)
    if recorder.pool != NULL:
        pj_pool_release(recorder.pool)
    resource_finalize(&recorder.port.resource)


cdef void _close(Resource *resource) noexcept nogil:
    cdef WaveRecorder *recorder = <WaveRecorder *> resource
    bridge_remove(&recorder.port)
    anchor_lock(&resource.base)
    if recorder.file != NULL:
        _save(recorder)
        fclose(recorder.file)
        recorder.file = NULL
    anchor_unlock(&resource.base)
    pjmedia_port_destroy(&recorder.native)


cdef pj_status_t _on_destroy(pjmedia_port *native) noexcept nogil:
    anchor_unref(<Anchor *> native.port_data.pdata)
    return PJ_SUCCESS


cdef WaveRecorder *recorder_alloc() noexcept nogil:
    """A recorder to be started and opened; the caller's reference. NULL: no memory."""
    cdef WaveRecorder *recorder = <WaveRecorder *> anchor_alloc(sizeof(WaveRecorder), &_finalize)
    if recorder != NULL:
        recorder.port.slot = -1
        recorder.port.resource.rank = ON_BRIDGE
        recorder.port.resource.close = &_close
    return recorder


cdef void _put32(uint8_t *place, uint32_t value) noexcept nogil:
    place[0] = value & 0xFF
    place[1] = (value >> 8) & 0xFF
    place[2] = (value >> 16) & 0xFF
    place[3] = (value >> 24) & 0xFF


cdef bint _write_header(WaveRecorder *recorder) noexcept nogil:
    """Write the header of a mono file of 16-bit samples, with its present length."""
    cdef uint8_t *header = [
        0x52, 0x49, 0x46, 0x46, 0, 0, 0, 0, 0x57, 0x41, 0x56, 0x45,  # RIFF, length, WAVE
        0x66, 0x6D, 0x74, 0x20, 16, 0, 0, 0,                        # "fmt ", length
        1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 16, 0,            # PCM, mono, rates, 2, 16
        0x64, 0x61, 0x74, 0x61, 0, 0, 0, 0,                         # data, length
    ]
    _put32(header + 4, recorder.data_length + HEADER_LENGTH - 8)
    _put32(header + 24, recorder.sample_rate)
    _put32(header + 28, recorder.sample_rate * 2)
    _put32(header + 40, recorder.data_length)
    return fwrite(header, HEADER_LENGTH, 1, recorder.file) == 1


cdef bint _save(WaveRecorder *recorder) noexcept nogil:
    """Make the file complete as it is now: it can be played, whatever happens next."""
    cdef bint ok = fseek(recorder.file, 0, SEEK_SET) == 0 and _write_header(recorder)
    ok = fseek(recorder.file, 0, SEEK_END) == 0 and ok
    ok = fflush(recorder.file) == 0 and ok
    recorder.unsaved = 0
    return ok


cdef int recorder_open(WaveRecorder *recorder, const char *path) noexcept nogil:
    """Create the file, which replaces one of that name. Returns 0 or an `errno`.

    It records from the next frame on. The caller has started it, and closes it on an error.
    """
    cdef FILE *file = fopen(path, "wbe")
    cdef int error = 0
    if file == NULL:
        return errno
    anchor_lock(&recorder.port.resource.base)
    recorder.file = file
    if not _write_header(recorder) or fflush(file) != 0:
        error = recorder.error = errno
    anchor_unlock(&recorder.port.resource.base)
    return error


cdef pj_status_t recorder_start(WaveRecorder *recorder, Endpoint *endpoint) noexcept nogil:
    """Put the recorder on the bridge, without a file as yet."""
    cdef pj_str_t name = pj_str("recording")
    cdef pj_status_t status
    recorder.sample_rate = endpoint.sample_rate
    recorder.pool = create_pool("recorder", 512, 512)
    if recorder.pool == NULL:
        return PJ_ENOMEM
    pjmedia_port_info_init(
        &recorder.native.info, &name, SIGNATURE, endpoint.sample_rate, 1, 16,
        endpoint.samples_per_frame,
    )
    recorder.native.port_data.pdata = anchor_ref(&recorder.port.resource.base)
    recorder.native.put_frame = &_put_frame
    recorder.native.on_destroy = &_on_destroy
    status = pjmedia_port_init_grp_lock(&recorder.native, recorder.pool, NULL)
    if status != PJ_SUCCESS:
        anchor_unref(&recorder.port.resource.base)
        return status
    resource_attach(&recorder.port.resource, endpoint)
    status = bridge_add(&recorder.port, &recorder.native)
    if status != PJ_SUCCESS:
        resource_close(&recorder.port.resource)
    return status


cdef pj_status_t _put_frame(pjmedia_port *native, pjmedia_frame *frame) noexcept nogil:
    cdef WaveRecorder *recorder = <WaveRecorder *> native.port_data.pdata
    cdef size_t length = recorder.sample_rate // 50 * 2
    cdef void *samples = &_silence[0]
    cdef int error = 0
    if frame.type == PJMEDIA_FRAME_TYPE_AUDIO and frame.buf != NULL:
        samples = frame.buf
        length = frame.size
    anchor_lock(&recorder.port.resource.base)
    if recorder.file != NULL and not recorder.paused and recorder.error == 0:
        if recorder.data_length + length > MAX_DATA_LENGTH:
            error = EFBIG
        elif fwrite(samples, 1, length, recorder.file) != length:
            error = errno
        else:
            recorder.data_length += <uint32_t> length
            recorder.unsaved += <uint32_t> length
            # A process that is killed loses a second at most.
            if recorder.unsaved >= recorder.sample_rate * 2 and not _save(recorder):
                error = errno
        recorder.error = error
    anchor_unlock(&recorder.port.resource.base)
    if error != 0:
        pj_log_2("media", "a recording stopped: %s", strerror(error))
    return PJ_SUCCESS


cdef void recorder_pause(WaveRecorder *recorder, bint paused) noexcept nogil:
    """Leave out what is heard from now on, or record it again."""
    anchor_lock(&recorder.port.resource.base)
    recorder.paused = paused
    if paused and recorder.file != NULL:
        _save(recorder)
    anchor_unlock(&recorder.port.resource.base)


cdef bint recorder_is_paused(WaveRecorder *recorder) noexcept nogil:
    cdef bint paused
    anchor_lock(&recorder.port.resource.base)
    paused = recorder.paused
    anchor_unlock(&recorder.port.resource.base)
    return paused


cdef int recorder_error(WaveRecorder *recorder) noexcept nogil:
    """The `errno` that ended writing, or 0."""
    cdef int error
    anchor_lock(&recorder.port.resource.base)
    error = recorder.error
    anchor_unlock(&recorder.port.resource.base)
    return error
