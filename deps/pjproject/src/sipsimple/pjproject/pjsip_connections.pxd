"""C declarations of pjsip: the states of connections, and restarting a TLS listener."""

from sipsimple.pjproject.pjlib cimport (
    pj_sockaddr,
    pj_status_t,
    pj_str_t,
    pj_uint32_t,
)
from sipsimple.pjproject.pjsip cimport (
    pjsip_endpoint,
    pjsip_host_port,
    pjsip_tls_setting,
    pjsip_tpfactory,
    pjsip_tpmgr,
    pjsip_transport,
)

cdef extern from "<pj/os.h>" nogil:
    ctypedef struct pj_atomic_t
    long pj_atomic_get(pj_atomic_t *atomic_var)

cdef extern from "<pj/ssl_sock.h>" nogil:
    ctypedef enum pj_ssl_cert_name_type:
        PJ_SSL_CERT_NAME_DNS
        PJ_SSL_CERT_NAME_URI
        PJ_SSL_CERT_NAME_IP
    enum:
        PJ_SSL_CERT_EIDENTITY_NOT_MATCH
    ctypedef struct _pj_ssl_cert_subject:
        pj_str_t cn
    ctypedef struct _pj_ssl_cert_name:
        pj_ssl_cert_name_type type
        pj_str_t name
    ctypedef struct _pj_ssl_cert_alt_name:
        unsigned cnt
        _pj_ssl_cert_name *entry
    ctypedef struct pj_ssl_cert_info:
        unsigned version
        _pj_ssl_cert_subject subject
        _pj_ssl_cert_alt_name subj_alt_name
    ctypedef struct pj_ssl_sock_info:
        pj_uint32_t proto
        pj_ssl_cert_info *remote_cert_info
        pj_uint32_t verify_status
    pj_status_t pj_ssl_cert_get_verify_status_strings(
        pj_uint32_t verify_status, const char **error_strings, unsigned *count)

cdef extern from "<pjsip.h>" nogil:
    enum:
        PJSIP_TLS_ECERTVERIF
    ctypedef enum pjsip_transport_state:
        PJSIP_TP_STATE_CONNECTED
        PJSIP_TP_STATE_DISCONNECTED
        PJSIP_TP_STATE_SHUTDOWN
        PJSIP_TP_STATE_DESTROY
    ctypedef struct pjsip_transport_state_info:
        pj_status_t status
        void *ext_info
    ctypedef struct pjsip_tls_state_info:
        pj_ssl_sock_info *ssl_sock_info
    ctypedef void (*pjsip_tp_state_callback)(
        pjsip_transport *tp, pjsip_transport_state state,
        const pjsip_transport_state_info *info) noexcept nogil
    pjsip_tp_state_callback pjsip_tpmgr_get_state_cb(const pjsip_tpmgr *mgr)
    pj_status_t pjsip_tpmgr_set_state_cb(pjsip_tpmgr *mgr, pjsip_tp_state_callback cb)
    enum:
        PJSIP_UDP_TRANSPORT_DESTROY_SOCKET
    pj_status_t pjsip_udp_transport_pause(pjsip_transport *transport, unsigned option)
    pj_status_t pjsip_tls_transport_restart2(pjsip_tpfactory *factory,
                                             const pjsip_tls_setting *opt,
                                             const pj_sockaddr *local,
                                             const pjsip_host_port *a_name)
