"""C declarations of libpjmedia's SDP objects and offer/answer: only what our packages use."""

from sipsimple.pjproject.pjlib cimport (
    pj_bool_t,
    pj_pool_t,
    pj_size_t,
    pj_status_t,
    pj_str_t,
    pj_uint8_t,
    pj_uint16_t,
    pj_uint32_t,
)

cdef extern from "pjmedia/errno.h" nogil:
    enum:
        PJMEDIA_ERRNO_START
        PJMEDIA_SDPNEG_ENOMEDIA
        PJMEDIA_SDPNEG_NOANSCODEC
        PJMEDIA_SDPNEG_EINVANSTP
    pj_str_t pjmedia_strerror(pj_status_t status, char *buffer, pj_size_t bufsize)


cdef extern from "pjmedia/sdp.h" nogil:
    # The lengths of the arrays below.
    enum:
        PJMEDIA_MAX_SDP_FMT
        PJMEDIA_MAX_SDP_BANDW
        PJMEDIA_MAX_SDP_ATTR
        PJMEDIA_MAX_SDP_MEDIA

    ctypedef unsigned long long pj_uint_t

    ctypedef struct pjmedia_sdp_attr:
        pj_str_t name
        pj_str_t value

    ctypedef struct pjmedia_sdp_conn:
        pj_str_t net_type
        pj_str_t addr_type
        pj_str_t addr
        # Copies made by pjmedia_sdp_conn_clone() leave these two uninitialised.
        pj_uint8_t ttl
        pj_uint8_t no_addr

    ctypedef struct pjmedia_sdp_bandw:
        pj_str_t modifier
        pj_uint32_t value

    # The structs whose names begin with an underscore have none in C: only reach through them.
    ctypedef struct _media_desc:
        pj_str_t media
        pj_uint16_t port
        unsigned port_count
        pj_str_t transport
        unsigned fmt_count
        pj_str_t *fmt

    ctypedef struct pjmedia_sdp_media:
        _media_desc desc
        pjmedia_sdp_conn *conn
        unsigned bandw_count
        pjmedia_sdp_bandw **bandw
        unsigned attr_count
        pjmedia_sdp_attr **attr

    ctypedef struct _session_origin:
        pj_str_t user
        pj_uint_t id
        pj_uint_t version
        pj_str_t net_type
        pj_str_t addr_type
        pj_str_t addr

    ctypedef struct _session_time:
        pj_uint_t start
        pj_uint_t stop

    ctypedef struct pjmedia_sdp_session:
        _session_origin origin
        pj_str_t name
        pjmedia_sdp_conn *conn
        unsigned bandw_count
        pjmedia_sdp_bandw **bandw
        _session_time time
        unsigned attr_count
        pjmedia_sdp_attr **attr
        unsigned media_count
        pjmedia_sdp_media **media

    # Wants a writable buffer with a NUL behind it; the result points into that buffer.
    pj_status_t pjmedia_sdp_parse(pj_pool_t *pool, char *buf, pj_size_t len,
                                  pjmedia_sdp_session **p_sdp)
    int pjmedia_sdp_print(const pjmedia_sdp_session *sdp, char *buf, pj_size_t size)
    pj_status_t pjmedia_sdp_validate2(const pjmedia_sdp_session *sdp, pj_bool_t strict)
    pjmedia_sdp_session *pjmedia_sdp_session_clone(pj_pool_t *pool,
                                                   const pjmedia_sdp_session *sdp)
    pjmedia_sdp_media *pjmedia_sdp_media_clone(pj_pool_t *pool, const pjmedia_sdp_media *rhs)
    pjmedia_sdp_attr *pjmedia_sdp_attr_create(pj_pool_t *pool, const char *name,
                                              const pj_str_t *value)
    pjmedia_sdp_attr *pjmedia_sdp_media_find_attr2(const pjmedia_sdp_media *m, const char *name,
                                                   const pj_str_t *fmt)
    pj_status_t pjmedia_sdp_media_add_attr(pjmedia_sdp_media *m, pjmedia_sdp_attr *attr)
    unsigned pjmedia_sdp_media_remove_all_attr(pjmedia_sdp_media *m, const char *name)
    pj_status_t pjmedia_sdp_session_cmp(const pjmedia_sdp_session *sd1,
                                        const pjmedia_sdp_session *sd2, unsigned option)


cdef extern from "pjmedia/sdp_neg.h" nogil:
    ctypedef enum pjmedia_sdp_neg_state:
        PJMEDIA_SDP_NEG_STATE_NULL
        PJMEDIA_SDP_NEG_STATE_LOCAL_OFFER
        PJMEDIA_SDP_NEG_STATE_REMOTE_OFFER
        PJMEDIA_SDP_NEG_STATE_WAIT_NEGO
        PJMEDIA_SDP_NEG_STATE_DONE

    ctypedef struct pjmedia_sdp_neg:
        pass

    pj_status_t pjmedia_sdp_neg_create_w_local_offer(pj_pool_t *pool,
                                                     const pjmedia_sdp_session *local,
                                                     pjmedia_sdp_neg **p_neg)
    pj_status_t pjmedia_sdp_neg_create_w_remote_offer(pj_pool_t *pool,
                                                      const pjmedia_sdp_session *initial,
                                                      const pjmedia_sdp_session *remote,
                                                      pjmedia_sdp_neg **p_neg)
    pj_status_t pjmedia_sdp_neg_set_prefer_remote_codec_order(pjmedia_sdp_neg *neg,
                                                              pj_bool_t prefer_remote)
    pj_status_t pjmedia_sdp_neg_set_answer_multiple_codecs(pjmedia_sdp_neg *neg,
                                                           pj_bool_t answer_multiple)
    pj_status_t pjmedia_sdp_neg_set_remote_answer(pj_pool_t *pool, pjmedia_sdp_neg *neg,
                                                  const pjmedia_sdp_session *remote)
    pj_status_t pjmedia_sdp_neg_negotiate(pj_pool_t *pool, pjmedia_sdp_neg *neg,
                                          pj_bool_t allow_asym)
    pjmedia_sdp_neg_state pjmedia_sdp_neg_get_state(pjmedia_sdp_neg *neg)
    pj_status_t pjmedia_sdp_neg_get_active_local(pjmedia_sdp_neg *neg,
                                                 const pjmedia_sdp_session **local)
    pj_status_t pjmedia_sdp_neg_get_active_remote(pjmedia_sdp_neg *neg,
                                                  const pjmedia_sdp_session **remote)
    pj_status_t pjmedia_sdp_neg_get_neg_remote(pjmedia_sdp_neg *neg,
                                               const pjmedia_sdp_session **remote)
    pj_status_t pjmedia_sdp_neg_get_neg_local(pjmedia_sdp_neg *neg,
                                              const pjmedia_sdp_session **local)
    pj_status_t pjmedia_sdp_neg_modify_local_offer2(pj_pool_t *pool, pjmedia_sdp_neg *neg,
                                                    unsigned flags,
                                                    const pjmedia_sdp_session *local)
    pj_status_t pjmedia_sdp_neg_cancel_offer(pjmedia_sdp_neg *neg)
