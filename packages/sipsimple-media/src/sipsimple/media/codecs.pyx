"""The audio codecs: which pjmedia has, and in which order they are offered."""

from sipsimple.pjproject.pjlib cimport PJ_SUCCESS, pj_status_t, pj_str_t
from sipsimple.pjproject.pjmedia cimport (
    PJMEDIA_CODEC_PRIO_DISABLED,
    pjmedia_codec_g711_deinit,
    pjmedia_codec_g711_init,
    pjmedia_codec_g722_deinit,
    pjmedia_codec_g722_init,
    pjmedia_codec_gsm_deinit,
    pjmedia_codec_gsm_init,
    pjmedia_codec_ilbc_deinit,
    pjmedia_codec_ilbc_init,
    pjmedia_codec_l16_deinit,
    pjmedia_codec_l16_init,
    pjmedia_codec_mgr,
    pjmedia_codec_mgr_set_codec_priority,
    pjmedia_codec_opus_deinit,
    pjmedia_codec_opus_init,
    pjmedia_codec_speex_deinit,
    pjmedia_codec_speex_init_default,
    pjmedia_endpt,
    pjmedia_endpt_get_codec_mgr,
)
from sipsimple.pjproject.runtime cimport check
from sipsimple.pjproject.strings cimport borrow

# What each name of the `codecs` option stands for: (pjmedia's id, its sample rate in Hz).
cdef dict CODEC_IDS = {
    "speex": (("speex/32000/1", 32000), ("speex/16000/1", 16000), ("speex/8000/1", 8000)),
    "g711": (("PCMU/8000/1", 8000), ("PCMA/8000/1", 8000)),
    "ilbc": (("iLBC/8000/1", 8000),),
    "gsm": (("GSM/8000/1", 8000),),
    "g722": (("G722/16000/1", 16000),),
    "opus": (("opus/48000/2", 48000),),
    "l16": (("L16/44100/1", 44100),),
}

cdef enum:
    # 30 ms frames, 13.3 kbit/s, is what RFC 3952 has for peers that name no mode.
    ILBC_MODE = 30
    FIRST_PRIORITY = 254


cdef int register_codecs(pjmedia_endpt *endpt) except -1:
    """Make every codec known to the endpoint; which are offered, `order_codecs()` says."""
    cdef pj_status_t status
    with nogil:
        status = pjmedia_codec_g711_init(endpt)
        if status == PJ_SUCCESS:
            status = pjmedia_codec_speex_init_default(endpt)
        if status == PJ_SUCCESS:
            status = pjmedia_codec_gsm_init(endpt)
        if status == PJ_SUCCESS:
            status = pjmedia_codec_g722_init(endpt)
        if status == PJ_SUCCESS:
            status = pjmedia_codec_ilbc_init(endpt, ILBC_MODE)
        if status == PJ_SUCCESS:
            status = pjmedia_codec_l16_init(endpt, 0)
        if status == PJ_SUCCESS:
            status = pjmedia_codec_opus_init(endpt)
    check(status, "could not register the audio codecs")
    return 0


cdef void unregister_codecs() noexcept nogil:
    """Undo `register_codecs()`, also one that failed half way."""
    pjmedia_codec_opus_deinit()
    pjmedia_codec_l16_deinit()
    pjmedia_codec_ilbc_deinit()
    pjmedia_codec_g722_deinit()
    pjmedia_codec_gsm_deinit()
    pjmedia_codec_speex_deinit()
    pjmedia_codec_g711_deinit()


cdef int _set_priority(pjmedia_codec_mgr *manager, str codec, int priority) except -1:
    cdef bytes encoded = codec.encode("ascii")
    cdef pj_str_t native = borrow(encoded)
    cdef pj_status_t status
    with nogil:
        status = pjmedia_codec_mgr_set_codec_priority(manager, &native, priority)
    check(status, f"could not set the priority of the codec {codec or 'list'}")
    return 0


cdef int order_codecs(pjmedia_endpt *endpt, list names, unsigned sample_rate) except -1:
    """Offer exactly the codecs of these names, in this order.

    Of the variants of one codec those that carry as much as the bridge has come first,
    and those that carry more come last.
    """
    cdef pjmedia_codec_mgr *manager = pjmedia_endpt_get_codec_mgr(endpt)
    cdef int priority = FIRST_PRIORITY
    _set_priority(manager, "", PJMEDIA_CODEC_PRIO_DISABLED)
    for name in names:
        variants = sorted(CODEC_IDS[name], key=lambda variant: variant[1] > sample_rate)
        for codec, _ in variants:
            _set_priority(manager, codec, priority)
            priority -= 1
    return 0
