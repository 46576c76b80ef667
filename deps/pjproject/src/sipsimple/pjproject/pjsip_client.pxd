"""C declarations of libpjsip for clients outside of dialogs."""

from sipsimple.pjproject.pjlib cimport pj_bool_t, pj_pool_t, pj_status_t
from sipsimple.pjproject.pjsip cimport (
    pjsip_auth_clt_sess,
    pjsip_endpoint,
    pjsip_generic_int_hdr,
    pjsip_regc,
    pjsip_transport,
)

cdef extern from "pjsip.h" nogil:
    enum:
        PJSIP_SC_CONDITIONAL_REQUEST_FAILED
        PJSIP_SC_INTERVAL_TOO_BRIEF
    pj_status_t pjsip_auth_clt_init(pjsip_auth_clt_sess *sess, pjsip_endpoint *endpt,
                                    pj_pool_t *pool, unsigned options)
    pj_status_t pjsip_auth_clt_deinit(pjsip_auth_clt_sess *sess)
    pjsip_generic_int_hdr *pjsip_min_expires_hdr_create(pj_pool_t *pool, unsigned value)

cdef extern from "pjsip_ua.h" nogil:
    ctypedef struct pjsip_regc_info:
        pj_bool_t is_busy
        unsigned interval
        pjsip_transport *transport
    pj_status_t pjsip_regc_get_info(pjsip_regc *regc, pjsip_regc_info *info)
    pj_status_t pjsip_regc_release_transport(pjsip_regc *regc)
