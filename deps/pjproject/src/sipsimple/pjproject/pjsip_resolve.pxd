"""C declarations of libpjsip: where requests are sent to, `sip_resolve.h`."""

from sipsimple.pjproject.pjlib cimport pj_bool_t, pj_pool_t, pj_sockaddr, pj_status_t, pj_str_t
from sipsimple.pjproject.pjsip cimport (
    pjsip_endpoint,
    pjsip_host_port,
    pjsip_inv_session,
    pjsip_msg,
    pjsip_transport_type_e,
    pjsip_tx_data,
)

cdef extern from "pjlib.h" nogil:
    enum:
        PJ_ERESOLVE
        PJ_ECANCELLED
    pj_status_t pj_inet_pton(int af, const pj_str_t *src, void *dst)
    pj_status_t pj_strdup(pj_pool_t *pool, pj_str_t *dst, const pj_str_t *src)

cdef extern from "pjlib-util.h" nogil:
    enum:
        PJLIB_UTIL_EDNS_NXDOMAIN

cdef extern from "pjsip.h" nogil:
    enum:
        PJSIP_MAX_RESOLVED_ADDRESSES
        PJSIP_TRANSPORT_RELIABLE
        PJSIP_TRANSPORT_SECURE
    ctypedef struct pjsip_resolver_t:
        pass
    ctypedef struct pjsip_host_info:
        unsigned flag
        pjsip_transport_type_e type
        pjsip_host_port addr
    ctypedef struct pjsip_server_address_record:
        pj_str_t name
        pjsip_transport_type_e type
        unsigned priority
        unsigned weight
        pj_sockaddr addr
        int addr_len
    ctypedef struct pjsip_server_addresses:
        unsigned count
        pjsip_server_address_record *entry      # in truth an array
    ctypedef void pjsip_resolver_callback(
        pj_status_t status, void *token, const pjsip_server_addresses *addr) noexcept
    ctypedef void (*pjsip_resolve_function)(
        pjsip_resolver_t *resolver, pj_pool_t *pool, const pjsip_host_info *target,
        void *token, pjsip_resolver_callback *cb) noexcept
    ctypedef struct pjsip_ext_resolver:
        pjsip_resolve_function resolve
    pj_status_t pjsip_endpt_set_ext_resolver(pjsip_endpoint *endpt, pjsip_ext_resolver *ext_res)

    # What a request keeps of it.
    ctypedef struct _pjsip_tx_dest_info "pjsip_tx_data":
        pj_str_t name
        pjsip_server_addresses addr
        unsigned cur_addr
    ctypedef struct pjsip_sent_data "pjsip_tx_data":
        pj_pool_t *pool
        _pjsip_tx_dest_info dest_info
    # Undo what sending has done to the Route headers, for it to be sent again.
    void pjsip_restore_strict_route_set(pjsip_tx_data *tdata)
    # For one that goes elsewhere.
    pj_status_t pjsip_endpt_create_tdata(pjsip_endpoint *endpt, pjsip_tx_data **p_tdata)
    pjsip_msg *pjsip_msg_clone(pj_pool_t *pool, const pjsip_msg *msg)

cdef extern from "pjsip_ua.h" nogil:
    pj_status_t pjsip_inv_uac_restart(pjsip_inv_session *inv, pj_bool_t new_offer)
