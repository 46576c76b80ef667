"""C declarations of libpjmedia, libpjmedia-codec and libpjmedia-audiodev: only what we use.

SDP is in `pjmedia_sdp.pxd`.
"""

from sipsimple.pjproject.pjlib cimport (
    pj_bool_t,
    pj_grp_lock_handler,
    pj_grp_lock_t,
    pj_int16_t,
    pj_ioqueue_t,
    pj_pool_factory,
    pj_pool_t,
    pj_size_t,
    pj_sock_t,
    pj_sockaddr,
    pj_status_t,
    pj_str_t,
    pj_timestamp,
    pj_uint8_t,
    pj_uint16_t,
    pj_uint32_t,
    pj_uint64_t,
)
from sipsimple.pjproject.pjmedia_sdp cimport pjmedia_sdp_media, pjmedia_sdp_session

cdef extern from "pj/log.h" nogil:
    void pj_log_2(const char *sender, const char *format, ...)
    void pj_log_3(const char *sender, const char *format, ...)
    void pj_log_4(const char *sender, const char *format, ...)


cdef extern from "pjmedia.h" nogil:
    enum:
        PJMEDIA_DIR_NONE
        PJMEDIA_DIR_ENCODING
        PJMEDIA_DIR_DECODING
        PJMEDIA_DIR_ENCODING_DECODING
    ctypedef int pjmedia_dir

    # ---- the endpoint
    ctypedef struct pjmedia_endpt:
        pass
    pj_status_t pjmedia_endpt_create2(pj_pool_factory *pf, pj_ioqueue_t *ioqueue,
                                      unsigned worker_cnt, pjmedia_endpt **p_endpt)
    pj_status_t pjmedia_endpt_destroy2(pjmedia_endpt *endpt)
    pj_status_t pjmedia_endpt_stop_threads(pjmedia_endpt *endpt)

    ctypedef struct pjmedia_event_mgr:
        pass
    pj_status_t pjmedia_event_mgr_create(pj_pool_t *pool, unsigned options,
                                         pjmedia_event_mgr **mgr)
    void pjmedia_event_mgr_destroy(pjmedia_event_mgr *mgr)

    # ---- ports and frames
    enum:
        PJMEDIA_FRAME_TYPE_NONE
        PJMEDIA_FRAME_TYPE_AUDIO
    ctypedef int pjmedia_frame_type
    ctypedef struct pjmedia_frame:
        pjmedia_frame_type type
        void *buf
        pj_size_t size
        pj_timestamp timestamp
    ctypedef struct pjmedia_port_info:
        pj_str_t name
    # Nested in pjmedia_port; has no name of its own in C.
    ctypedef struct _port_data:
        void *pdata
        long ldata
    ctypedef struct pjmedia_port:
        pjmedia_port_info info
        _port_data port_data
        pj_grp_lock_t *grp_lock
        pj_status_t (*put_frame)(pjmedia_port *port, pjmedia_frame *frame) noexcept nogil
        pj_status_t (*get_frame)(pjmedia_port *port, pjmedia_frame *frame) noexcept nogil
        pj_status_t (*on_destroy)(pjmedia_port *port) noexcept nogil
    pj_status_t pjmedia_port_info_init(pjmedia_port_info *info, const pj_str_t *name,
                                       unsigned signature, unsigned clock_rate,
                                       unsigned channel_count, unsigned bits_per_sample,
                                       unsigned samples_per_frame)
    pj_status_t pjmedia_port_init_grp_lock(pjmedia_port *port, pj_pool_t *pool,
                                           pj_grp_lock_t *glock)
    pj_status_t pjmedia_port_add_destroy_handler(pjmedia_port *port, void *member,
                                                 pj_grp_lock_handler handler)
    pj_status_t pjmedia_port_destroy(pjmedia_port *port)
    pj_status_t pjmedia_null_port_create(pj_pool_t *pool, unsigned sampling_rate,
                                         unsigned channel_count, unsigned samples_per_frame,
                                         unsigned bits_per_sample, pjmedia_port **p_port)
    int pjmedia_ulaw2linear(pj_uint8_t ulaw)
    int pjmedia_alaw2linear(pj_uint8_t alaw)

    # ---- tones
    ctypedef struct pjmedia_tone_digit:
        char digit
        short on_msec
        short off_msec
        short volume
    pj_status_t pjmedia_tonegen_create2(pj_pool_t *pool, const pj_str_t *name,
                                        unsigned clock_rate, unsigned channel_count,
                                        unsigned samples_per_frame, unsigned bits_per_sample,
                                        unsigned options, pjmedia_port **p_port)
    pj_status_t pjmedia_tonegen_play_digits(pjmedia_port *tonegen, unsigned count,
                                            const pjmedia_tone_digit *digits, unsigned options)

    # ---- the clock
    ctypedef struct pjmedia_master_port:
        pass
    pj_status_t pjmedia_master_port_create(pj_pool_t *pool, pjmedia_port *u_port,
                                           pjmedia_port *d_port, unsigned options,
                                           pjmedia_master_port **p_m)
    pj_status_t pjmedia_master_port_start(pjmedia_master_port *m)
    pj_status_t pjmedia_master_port_stop(pjmedia_master_port *m)
    pj_status_t pjmedia_master_port_destroy(pjmedia_master_port *m, pj_bool_t destroy_ports)

    # ---- the conference bridge
    enum:
        PJMEDIA_CONF_NO_DEVICE
        PJMEDIA_CONF_USE_LINEAR
    ctypedef struct pjmedia_conf:
        pass
    ctypedef struct pjmedia_conf_param:
        unsigned max_slots
        unsigned sampling_rate
        unsigned channel_count
        unsigned samples_per_frame
        unsigned bits_per_sample
        unsigned options
        unsigned worker_threads
    void pjmedia_conf_param_default(pjmedia_conf_param *param)
    pj_status_t pjmedia_conf_create2(pj_pool_t *pool, const pjmedia_conf_param *param,
                                     pjmedia_conf **p_conf)
    pj_status_t pjmedia_conf_destroy(pjmedia_conf *conf)
    pjmedia_port *pjmedia_conf_get_master_port(pjmedia_conf *conf)
    pj_status_t pjmedia_conf_add_port(pjmedia_conf *conf, pj_pool_t *pool,
                                      pjmedia_port *strm_port, const pj_str_t *name,
                                      unsigned *p_slot)
    pj_status_t pjmedia_conf_remove_port(pjmedia_conf *conf, unsigned slot)
    pj_status_t pjmedia_conf_connect_port(pjmedia_conf *conf, unsigned src_slot,
                                          unsigned sink_slot, int adj_level)
    pj_status_t pjmedia_conf_disconnect_port(pjmedia_conf *conf, unsigned src_slot,
                                             unsigned sink_slot)
    pj_status_t pjmedia_conf_adjust_conn_level(pjmedia_conf *conf, unsigned src_slot,
                                               unsigned sink_slot, int adj_level)
    pj_status_t pjmedia_conf_adjust_rx_level(pjmedia_conf *conf, unsigned slot, int adj_level)

    # ---- sound devices
    ctypedef struct pjmedia_snd_port:
        pass
    ctypedef struct pjmedia_aud_param:
        pjmedia_dir dir
        int rec_id
        int play_id
        unsigned clock_rate
        unsigned channel_count
        unsigned samples_per_frame
        unsigned bits_per_sample
    ctypedef struct pjmedia_snd_port_param:
        pjmedia_aud_param base
        unsigned options
        unsigned ec_options
    void pjmedia_snd_port_param_default(pjmedia_snd_port_param *prm)
    pj_status_t pjmedia_snd_port_create2(pj_pool_t *pool, const pjmedia_snd_port_param *prm,
                                         pjmedia_snd_port **p_port)
    pj_status_t pjmedia_snd_port_destroy(pjmedia_snd_port *snd_port)
    pj_status_t pjmedia_snd_port_connect(pjmedia_snd_port *snd_port, pjmedia_port *port)
    pj_status_t pjmedia_snd_port_disconnect(pjmedia_snd_port *snd_port)
    pj_status_t pjmedia_snd_port_set_ec(pjmedia_snd_port *snd_port, pj_pool_t *pool,
                                        unsigned tail_ms, unsigned options)

    # ---- codecs
    ctypedef struct pjmedia_codec_mgr:
        pass
    ctypedef struct pjmedia_codec_info:
        unsigned pt
        pj_str_t encoding_name
        unsigned clock_rate
        unsigned channel_cnt
    ctypedef struct _codec_setting:
        pj_uint8_t frm_per_pkt
        unsigned vad
    ctypedef struct pjmedia_codec_param:
        _codec_setting setting
    enum:
        PJMEDIA_CODEC_MGR_MAX_CODECS
        PJMEDIA_CODEC_PRIO_DISABLED
    pjmedia_codec_mgr *pjmedia_endpt_get_codec_mgr(pjmedia_endpt *endpt)
    pj_status_t pjmedia_codec_mgr_set_codec_priority(pjmedia_codec_mgr *mgr,
                                                     const pj_str_t *codec_id, pj_uint8_t prio)
    pj_status_t pjmedia_codec_g711_init(pjmedia_endpt *endpt)
    pj_status_t pjmedia_codec_g711_deinit()

    # ---- transports
    ctypedef struct pjmedia_sock_info:
        pj_sock_t rtp_sock
        pj_sockaddr rtp_addr_name
        pj_sock_t rtcp_sock
        pj_sockaddr rtcp_addr_name
    ctypedef struct pjmedia_transport:
        # The lock of its sockets' keys in the ioqueue, too.
        pj_grp_lock_t *grp_lock
    ctypedef struct pjmedia_transport_info:
        pjmedia_sock_info sock_info
        pj_sockaddr src_rtp_name
        pj_sockaddr src_rtcp_name
    void pjmedia_transport_info_init(pjmedia_transport_info *info)
    pj_status_t pjmedia_transport_get_info(pjmedia_transport *tp, pjmedia_transport_info *info)
    pj_status_t pjmedia_transport_udp_create3(pjmedia_endpt *endpt, int af, const char *name,
                                              const pj_str_t *addr, int port, unsigned options,
                                              pjmedia_transport **p_tp)
    pj_status_t pjmedia_transport_udp_attach(pjmedia_endpt *endpt, const char *name,
                                             const pjmedia_sock_info *si, unsigned options,
                                             pjmedia_transport **p_tp)
    pj_status_t pjmedia_transport_media_create(pjmedia_transport *tp, pj_pool_t *sdp_pool,
                                               unsigned options,
                                               const pjmedia_sdp_session *rem_sdp,
                                               unsigned media_index)
    pj_status_t pjmedia_transport_encode_sdp(pjmedia_transport *tp, pj_pool_t *sdp_pool,
                                             pjmedia_sdp_session *sdp,
                                             const pjmedia_sdp_session *rem_sdp,
                                             unsigned media_index)
    pj_status_t pjmedia_transport_media_start(pjmedia_transport *tp, pj_pool_t *tmp_pool,
                                              const pjmedia_sdp_session *sdp_local,
                                              const pjmedia_sdp_session *sdp_remote,
                                              unsigned media_index)
    pj_status_t pjmedia_transport_media_stop(pjmedia_transport *tp)
    pj_status_t pjmedia_transport_close(pjmedia_transport *tp)

    # ---- descriptions of streams
    ctypedef struct pjmedia_endpt_create_sdp_param:
        pjmedia_dir dir
    void pjmedia_endpt_create_sdp_param_default(pjmedia_endpt_create_sdp_param *param)
    pj_status_t pjmedia_endpt_create_audio_sdp(pjmedia_endpt *endpt, pj_pool_t *pool,
                                               const pjmedia_sock_info *si,
                                               const pjmedia_endpt_create_sdp_param *options,
                                               pjmedia_sdp_media **p_m)
    pj_status_t pjmedia_endpt_create_base_sdp(pjmedia_endpt *endpt, pj_pool_t *pool,
                                              const pj_str_t *sess_name,
                                              const pj_sockaddr *origin,
                                              pjmedia_sdp_session **p_sdp)

    # ---- streams
    ctypedef struct pj_math_stat:
        int n
        int max
        int min
        int last
        int mean
    ctypedef struct pjmedia_rtcp_stream_stat:
        unsigned update_cnt
        pj_uint32_t pkt
        pj_uint32_t bytes
        unsigned discard
        unsigned loss
        unsigned reorder
        unsigned dup
        pj_math_stat jitter
    ctypedef struct pjmedia_rtcp_stat:
        pjmedia_rtcp_stream_stat tx
        pjmedia_rtcp_stream_stat rx
        pj_math_stat rtt
    ctypedef struct pjmedia_stream:
        pass
    ctypedef struct pjmedia_stream_info:
        pjmedia_dir dir
        pj_sockaddr rem_addr
        pjmedia_codec_info fmt
        pjmedia_codec_param *param
        int tx_event_pt
        int rx_event_pt
    ctypedef void (*pjmedia_dtmf_callback)(pjmedia_stream *stream, void *user_data,
                                           int digit) noexcept nogil
    pj_status_t pjmedia_stream_info_from_sdp(pjmedia_stream_info *si, pj_pool_t *pool,
                                             pjmedia_endpt *endpt,
                                             const pjmedia_sdp_session *local,
                                             const pjmedia_sdp_session *remote,
                                             unsigned stream_idx)
    pj_status_t pjmedia_stream_create(pjmedia_endpt *endpt, pj_pool_t *pool,
                                      const pjmedia_stream_info *info, pjmedia_transport *tp,
                                      void *user_data, pjmedia_stream **p_stream)
    pj_status_t pjmedia_stream_destroy(pjmedia_stream *stream)
    pj_status_t pjmedia_stream_get_port(pjmedia_stream *stream, pjmedia_port **p_port)
    pj_status_t pjmedia_stream_start(pjmedia_stream *stream)
    pj_status_t pjmedia_stream_pause(pjmedia_stream *stream, pjmedia_dir dir)
    pj_status_t pjmedia_stream_resume(pjmedia_stream *stream, pjmedia_dir dir)
    pj_status_t pjmedia_stream_get_stat(const pjmedia_stream *stream, pjmedia_rtcp_stat *stat)
    pj_status_t pjmedia_stream_dial_dtmf(pjmedia_stream *stream, const pj_str_t *digit_char)
    pj_status_t pjmedia_stream_set_dtmf_callback(pjmedia_stream *stream,
                                                 pjmedia_dtmf_callback cb, void *user_data)


cdef extern from "pjmedia/sdp_neg.h" nogil:
    ctypedef struct pjmedia_sdp_neg:
        pass
    pj_status_t pjmedia_sdp_neg_create_w_remote_offer(pj_pool_t *pool,
                                                      const pjmedia_sdp_session *initial,
                                                      const pjmedia_sdp_session *remote,
                                                      pjmedia_sdp_neg **neg)
    pj_status_t pjmedia_sdp_neg_negotiate(pj_pool_t *pool, pjmedia_sdp_neg *neg,
                                          pj_bool_t allow_asym)
    pj_status_t pjmedia_sdp_neg_get_active_local(pjmedia_sdp_neg *neg,
                                                 const pjmedia_sdp_session **local)


cdef extern from "pjmedia-codec.h" nogil:
    pj_status_t pjmedia_codec_speex_init_default(pjmedia_endpt *endpt)
    pj_status_t pjmedia_codec_speex_deinit()
    pj_status_t pjmedia_codec_ilbc_init(pjmedia_endpt *endpt, int mode)
    pj_status_t pjmedia_codec_ilbc_deinit()
    pj_status_t pjmedia_codec_gsm_init(pjmedia_endpt *endpt)
    pj_status_t pjmedia_codec_gsm_deinit()
    pj_status_t pjmedia_codec_g722_init(pjmedia_endpt *endpt)
    pj_status_t pjmedia_codec_g722_deinit()
    pj_status_t pjmedia_codec_l16_init(pjmedia_endpt *endpt, unsigned options)
    pj_status_t pjmedia_codec_l16_deinit()
    pj_status_t pjmedia_codec_opus_init(pjmedia_endpt *endpt)
    pj_status_t pjmedia_codec_opus_deinit()


cdef extern from "pjmedia_audiodev.h" nogil:
    enum:
        PJMEDIA_AUD_DEFAULT_CAPTURE_DEV
        PJMEDIA_AUD_DEFAULT_PLAYBACK_DEV
        PJMEDIA_AUD_INVALID_DEV
    ctypedef struct pjmedia_aud_dev_info:
        char *name
        unsigned input_count
        unsigned output_count
        char *driver
    pj_status_t pjmedia_aud_subsys_init(pj_pool_factory *pf)
    pj_status_t pjmedia_aud_subsys_shutdown()
    pj_status_t pjmedia_aud_dev_refresh()
    unsigned pjmedia_aud_dev_count()
    pj_status_t pjmedia_aud_dev_get_info(int id, pjmedia_aud_dev_info *info)
