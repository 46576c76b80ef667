"""C declarations of libpjsip: digest authentication, `sip_auth.h`."""

from sipsimple.pjproject.pjlib cimport pj_bool_t, pj_status_t, pj_str_t
from sipsimple.pjproject.pjsip cimport (
    pjsip_auth_clt_sess,
    pjsip_hdr,
    pjsip_hdr_e,
    pjsip_rx_data,
    pjsip_tx_data,
)

cdef extern from "pjsip.h" nogil:
    enum:
        PJSIP_H_AUTHORIZATION
        PJSIP_H_PROXY_AUTHENTICATE
        PJSIP_H_PROXY_AUTHORIZATION
    ctypedef enum pjsip_auth_algorithm_type:
        PJSIP_AUTH_ALGORITHM_MD5
        PJSIP_AUTH_ALGORITHM_SHA256
        PJSIP_AUTH_ALGORITHM_SHA512_256
    ctypedef struct pjsip_auth_algorithm:
        pjsip_auth_algorithm_type algorithm_type
    const pjsip_auth_algorithm *pjsip_auth_get_algorithm_by_iana_name(const pj_str_t *name)
    pj_bool_t pjsip_auth_is_algorithm_supported(pjsip_auth_algorithm_type algorithm_type)

    ctypedef struct pjsip_digest_challenge:
        pj_str_t realm
        pj_str_t nonce
        int stale
        pj_str_t algorithm
        pj_str_t qop
    ctypedef union _pjsip_challenge "pjsip_www_authenticate_hdr":
        pjsip_digest_challenge digest
    ctypedef struct pjsip_www_authenticate_hdr:
        pjsip_hdr *prev
        pjsip_hdr *next
        pjsip_hdr_e type
        pj_str_t scheme
        _pjsip_challenge challenge
    ctypedef struct pjsip_digest_credential:
        pj_str_t realm
        pj_str_t nonce
        pj_str_t response
    ctypedef union _pjsip_credential "pjsip_authorization_hdr":
        pjsip_digest_credential digest
    ctypedef struct pjsip_authorization_hdr:
        pj_str_t scheme
        _pjsip_credential credential

    ctypedef struct pjsip_auth_clt_async_on_chal_param:
        pjsip_tx_data *tdata
        const pjsip_rx_data *rdata
        void *user_data
    ctypedef pj_bool_t (*pjsip_auth_clt_async_on_challenge)(
        pjsip_auth_clt_sess *sess, void *token,
        const pjsip_auth_clt_async_on_chal_param *param) noexcept
    ctypedef struct pjsip_auth_clt_async_setting:
        pjsip_auth_clt_async_on_challenge cb
        void *user_data
    pj_status_t pjsip_auth_clt_async_configure(pjsip_auth_clt_sess *sess,
                                               const pjsip_auth_clt_async_setting *opt)
