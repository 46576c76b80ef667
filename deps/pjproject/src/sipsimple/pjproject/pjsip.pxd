"""C declarations of libpjsip and libpjsip-ua: only what our packages use.

The structs without a name in C (`msg_info` and the like) carry invented names with a
leading underscore here; they serve member access only.
"""

from sipsimple.pjproject.pjlib cimport (
    pj_bool_t,
    pj_grp_lock_t,
    pj_int32_t,
    pj_ioqueue_t,
    pj_pool_factory,
    pj_pool_t,
    pj_size_t,
    pj_sockaddr,
    pj_sockaddr_in,
    pj_ssize_t,
    pj_status_t,
    pj_str_t,
    pj_time_val,
    pj_timer_entry,
    pj_timer_heap_t,
    pj_uint16_t,
    pj_uint32_t,
)
from sipsimple.pjproject.pjmedia_sdp cimport pjmedia_sdp_neg, pjmedia_sdp_session

cdef extern from "pjsip.h" nogil:
    # ---- types and limits
    enum:
        PJSIP_MAX_URL_SIZE
        PJSIP_MAX_PKT_LEN
        PJSIP_MAX_MODULE
        PJ_MAX_OBJ_NAME
        PJSIP_EINVALIDURI
        PJSIP_EBUSY
        PJSIP_ERRNO_START
    ctypedef struct pjsip_tpmgr:
        pass
    ctypedef struct pjsip_endpoint:
        pass
    ctypedef enum pjsip_role_e:
        PJSIP_ROLE_UAC
        PJSIP_ROLE_UAS
    ctypedef struct pjsip_host_port:
        pj_str_t host
        int port
    ctypedef enum pjsip_transport_type_e:
        PJSIP_TRANSPORT_UNSPECIFIED
        PJSIP_TRANSPORT_UDP
        PJSIP_TRANSPORT_TCP
        PJSIP_TRANSPORT_TLS
        PJSIP_TRANSPORT_IPV6
        PJSIP_TRANSPORT_UDP6
        PJSIP_TRANSPORT_TCP6
        PJSIP_TRANSPORT_TLS6

    # ---- URIs
    ctypedef struct pjsip_param:
        pjsip_param *prev
        pjsip_param *next
        pj_str_t name
        pj_str_t value
    ctypedef enum pjsip_uri_context_e:
        PJSIP_URI_IN_REQ_URI
        PJSIP_URI_IN_FROMTO_HDR
        PJSIP_URI_IN_CONTACT_HDR
        PJSIP_URI_IN_ROUTING_HDR
        PJSIP_URI_IN_OTHER
    ctypedef struct pjsip_uri:
        pass
    ctypedef struct pjsip_sip_uri:
        pj_str_t user
        pj_str_t passwd
        pj_str_t host
        int port
        pj_str_t user_param
        pj_str_t method_param
        pj_str_t transport_param
        int ttl_param
        int lr_param
        pj_str_t maddr_param
        pjsip_param other_param
        pjsip_param header_param
    ctypedef struct pjsip_name_addr:
        pj_str_t display
        pjsip_uri *uri
    enum:
        PJSIP_PARSE_URI_AS_NAMEADDR
    const pj_str_t *pjsip_uri_get_scheme(const void *uri)
    void *pjsip_uri_get_uri(const void *uri)
    int pjsip_uri_print(pjsip_uri_context_e context, const void *uri, char *buf, pj_size_t size)
    void *pjsip_uri_clone(pj_pool_t *pool, const void *uri)
    bint PJSIP_URI_SCHEME_IS_SIP(const void *uri)
    bint PJSIP_URI_SCHEME_IS_SIPS(const void *uri)
    pjsip_sip_uri *pjsip_sip_uri_create(pj_pool_t *pool, pj_bool_t secure)
    pjsip_name_addr *pjsip_name_addr_create(pj_pool_t *pool)
    pjsip_uri *pjsip_parse_uri(pj_pool_t *pool, char *buf, pj_size_t size, unsigned options)

    # ---- methods and status codes
    ctypedef enum pjsip_method_e:
        PJSIP_INVITE_METHOD
        PJSIP_CANCEL_METHOD
        PJSIP_ACK_METHOD
        PJSIP_BYE_METHOD
        PJSIP_REGISTER_METHOD
        PJSIP_OPTIONS_METHOD
        PJSIP_OTHER_METHOD
    ctypedef struct pjsip_method:
        pjsip_method_e id
        pj_str_t name
    void pjsip_method_init_np(pjsip_method *m, pj_str_t *str)
    const pjsip_method *pjsip_get_invite_method()
    const pjsip_method *pjsip_get_ack_method()
    const pjsip_method *pjsip_get_bye_method()
    const pjsip_method *pjsip_get_options_method()
    void pjsip_method_init(pjsip_method *m, pj_pool_t *pool, const pj_str_t *str)
    int pjsip_method_cmp(const pjsip_method *m1, const pjsip_method *m2)
    ctypedef enum pjsip_status_code:
        PJSIP_SC_NULL
        PJSIP_SC_TRYING
        PJSIP_SC_RINGING
        PJSIP_SC_OK
        PJSIP_SC_BAD_REQUEST
        PJSIP_SC_UNAUTHORIZED
        PJSIP_SC_METHOD_NOT_ALLOWED
        PJSIP_SC_PROXY_AUTHENTICATION_REQUIRED
        PJSIP_SC_REQUEST_TIMEOUT
        PJSIP_SC_UNSUPPORTED_MEDIA_TYPE
        PJSIP_SC_UNSUPPORTED_URI_SCHEME
        PJSIP_SC_BAD_EXTENSION
        PJSIP_SC_BAD_INFO_PACKAGE
        PJSIP_SC_CALL_TSX_DOES_NOT_EXIST
        PJSIP_SC_LOOP_DETECTED
        PJSIP_SC_BUSY_HERE
        PJSIP_SC_REQUEST_TERMINATED
        PJSIP_SC_NOT_ACCEPTABLE_HERE
        PJSIP_SC_REQUEST_PENDING
        PJSIP_SC_INTERNAL_SERVER_ERROR
        PJSIP_SC_NOT_IMPLEMENTED
        PJSIP_SC_SERVICE_UNAVAILABLE
    const pj_str_t *pjsip_get_status_text(int status_code)

    # ---- headers
    ctypedef enum pjsip_hdr_e:
        PJSIP_H_ACCEPT
        PJSIP_H_ALLOW
        PJSIP_H_AUTHORIZATION
        PJSIP_H_CALL_ID
        PJSIP_H_CONTACT
        PJSIP_H_CONTENT_LENGTH
        PJSIP_H_CONTENT_TYPE
        PJSIP_H_CSEQ
        PJSIP_H_EXPIRES
        PJSIP_H_FROM
        PJSIP_H_MAX_FORWARDS
        PJSIP_H_MIN_EXPIRES
        PJSIP_H_PROXY_AUTHENTICATE
        PJSIP_H_PROXY_AUTHORIZATION
        PJSIP_H_RECORD_ROUTE
        PJSIP_H_REQUIRE
        PJSIP_H_RETRY_AFTER
        PJSIP_H_ROUTE
        PJSIP_H_SUPPORTED
        PJSIP_H_TO
        PJSIP_H_UNSUPPORTED
        PJSIP_H_VIA
        PJSIP_H_WWW_AUTHENTICATE
        PJSIP_H_OTHER
    enum:
        PJSIP_EXPIRES_NOT_SPECIFIED
        PJSIP_GENERIC_ARRAY_MAX_COUNT
    ctypedef struct pjsip_hdr:
        pjsip_hdr *prev
        pjsip_hdr *next
        pjsip_hdr_e type
        pj_str_t name
        pj_str_t sname
    ctypedef struct pjsip_generic_string_hdr:
        pj_str_t name
        pj_str_t hvalue
    ctypedef struct pjsip_generic_int_hdr:
        pj_str_t name
        pj_uint32_t ivalue
    ctypedef struct pjsip_generic_array_hdr:
        pj_str_t name
        unsigned count
        pj_str_t values[32]
    ctypedef struct pjsip_cid_hdr:
        pj_str_t id
    ctypedef struct pjsip_clen_hdr:
        int len
    ctypedef struct pjsip_cseq_hdr:
        pj_int32_t cseq
        pjsip_method method
    ctypedef struct pjsip_contact_hdr:
        pjsip_contact_hdr *prev
        pjsip_contact_hdr *next
        int star
        pjsip_uri *uri
        int q1000
        pj_uint32_t expires
        pjsip_param other_param
    ctypedef struct pjsip_media_type:
        pj_str_t type
        pj_str_t subtype
        pjsip_param param
    ctypedef struct pjsip_ctype_hdr:
        pjsip_media_type media
    ctypedef struct pjsip_fromto_hdr:
        pjsip_uri *uri
        pj_str_t tag
        pjsip_param other_param
    ctypedef struct pjsip_routing_hdr:
        pjsip_routing_hdr *prev
        pjsip_routing_hdr *next
        pjsip_name_addr name_addr
        pjsip_param other_param
    ctypedef pjsip_routing_hdr pjsip_route_hdr
    ctypedef struct pjsip_retry_after_hdr:
        pj_int32_t ivalue
        pjsip_param param
        pj_str_t comment
    ctypedef struct pjsip_via_hdr:
        pj_str_t transport
        pjsip_host_port sent_by
        int ttl_param
        int rport_param
        pj_str_t maddr_param
        pj_str_t recvd_param
        pj_str_t branch_param
        pjsip_param other_param
        pj_str_t comment
    void *pjsip_hdr_clone(pj_pool_t *pool, const void *hdr)
    int pjsip_hdr_print_on(void *hdr, char *buf, pj_size_t len)
    void *pjsip_hdr_find(const void *hdr_list, pjsip_hdr_e type, const void *start)
    pjsip_generic_string_hdr *pjsip_generic_string_hdr_create(
        pj_pool_t *pool, const pj_str_t *hname, const pj_str_t *hvalue)
    pjsip_generic_int_hdr *pjsip_expires_hdr_create(pj_pool_t *pool, unsigned value)
    pjsip_generic_array_hdr *pjsip_allow_hdr_create(pj_pool_t *pool)
    pjsip_generic_array_hdr *pjsip_accept_hdr_create(pj_pool_t *pool)
    pjsip_generic_array_hdr *pjsip_unsupported_hdr_create(pj_pool_t *pool)
    pjsip_contact_hdr *pjsip_contact_hdr_create(pj_pool_t *pool)
    pjsip_route_hdr *pjsip_route_hdr_create(pj_pool_t *pool)
    void *pjsip_parse_hdr(pj_pool_t *pool, const pj_str_t *hname, char *line, pj_size_t size,
                          int *parsed_len)

    # ---- messages
    ctypedef struct pjsip_msg_body:
        pjsip_media_type content_type
        void *data
        unsigned len
        int (*print_body)(pjsip_msg_body *msg_body, char *buf, pj_size_t size)
    pjsip_msg_body *pjsip_msg_body_create(pj_pool_t *pool, const pj_str_t *type,
                                          const pj_str_t *subtype, const pj_str_t *text)
    ctypedef enum pjsip_msg_type_e:
        PJSIP_REQUEST_MSG
        PJSIP_RESPONSE_MSG
    ctypedef struct pjsip_request_line:
        pjsip_method method
        pjsip_uri *uri
    ctypedef struct pjsip_status_line:
        int code
        pj_str_t reason
    ctypedef union _pjsip_msg_line:
        pjsip_request_line req
        pjsip_status_line status
    ctypedef struct pjsip_msg:
        pjsip_msg_type_e type
        _pjsip_msg_line line
        pjsip_hdr hdr
        pjsip_msg_body *body
    void *pjsip_msg_find_hdr(const pjsip_msg *msg, pjsip_hdr_e type, const void *start)
    void *pjsip_msg_find_hdr_by_name(const pjsip_msg *msg, const pj_str_t *name,
                                     const void *start)
    void pjsip_msg_add_hdr(pjsip_msg *msg, pjsip_hdr *hdr)
    pjsip_msg *pjsip_parse_msg(pj_pool_t *pool, char *buf, pj_size_t size, void *err_list)

    # ---- transports
    ctypedef struct pjsip_transport_key:
        long type
        pj_sockaddr rem_addr
    ctypedef enum pjsip_transport_dir:
        PJSIP_TP_DIR_NONE
        PJSIP_TP_DIR_OUTGOING
        PJSIP_TP_DIR_INCOMING
    ctypedef struct pjsip_tpfactory
    ctypedef struct pjsip_transport:
        char *obj_name
        pjsip_endpoint *endpt
        pj_bool_t is_shutdown
        pj_bool_t is_destroying
        void *ref_cnt               # a pj_atomic_t
        pjsip_tpfactory *factory
        pjsip_transport_dir dir
        pjsip_transport_key key
        char *type_name
        unsigned flag
        pj_sockaddr local_addr
        pjsip_host_port local_name
        pjsip_host_port remote_name
    ctypedef struct pjsip_tpfactory:
        pjsip_transport_type_e type
        pj_sockaddr local_addr
        pjsip_host_port addr_name
        pj_status_t (*destroy)(pjsip_tpfactory *factory) noexcept nogil
    ctypedef enum pjsip_tpselector_type:
        PJSIP_TPSELECTOR_NONE
        PJSIP_TPSELECTOR_TRANSPORT
        PJSIP_TPSELECTOR_LISTENER
    ctypedef union _pjsip_tpselector_u:
        pjsip_transport *transport
        pjsip_tpfactory *listener
    ctypedef struct pjsip_tpselector:
        pjsip_tpselector_type type
        pj_bool_t disable_connection_reuse
        _pjsip_tpselector_u u
    pj_status_t pjsip_transport_add_ref(pjsip_transport *tp)
    pj_status_t pjsip_transport_dec_ref(pjsip_transport *tp)
    pj_status_t pjsip_transport_shutdown(pjsip_transport *tp)
    enum:
        PJSIP_TRANSPORT_RELIABLE
        PJSIP_TRANSPORT_SECURE
    unsigned pjsip_transport_get_flag_from_type(pjsip_transport_type_e type)
    int pjsip_transport_get_default_port_for_type(pjsip_transport_type_e type)
    const char *pjsip_transport_get_type_name(pjsip_transport_type_e type)
    ctypedef struct pjsip_udp_transport_cfg:
        int af
        pj_sockaddr bind_addr
        pjsip_host_port addr_name
        unsigned async_cnt
    void pjsip_udp_transport_cfg_default(pjsip_udp_transport_cfg *cfg, int af)
    pj_status_t pjsip_udp_transport_start2(pjsip_endpoint *endpt,
                                           const pjsip_udp_transport_cfg *cfg,
                                           pjsip_transport **p_transport)
    ctypedef struct pjsip_tcp_transport_cfg:
        int af
        pj_sockaddr bind_addr
        pj_bool_t reuse_addr
        pjsip_host_port addr_name
        unsigned async_cnt
        unsigned initial_timeout
    void pjsip_tcp_transport_cfg_default(pjsip_tcp_transport_cfg *cfg, int af)
    pj_status_t pjsip_tcp_transport_start3(pjsip_endpoint *endpt,
                                           const pjsip_tcp_transport_cfg *cfg,
                                           pjsip_tpfactory **p_factory)
    ctypedef struct pjsip_tls_setting:
        pj_str_t ca_list_file
        pj_str_t ca_list_path
        pj_str_t cert_file
        pj_str_t privkey_file
        pj_uint32_t proto
        pj_bool_t verify_server
        pj_bool_t verify_client
        pj_bool_t require_client_cert
        pj_time_val timeout
        pj_bool_t reuse_addr
    enum:
        PJ_SSL_SOCK_PROTO_TLS1_2
        PJ_SSL_SOCK_PROTO_TLS1_3
    void pjsip_tls_setting_default(pjsip_tls_setting *tls_opt)
    pj_status_t pjsip_tls_transport_start2(pjsip_endpoint *endpt, const pjsip_tls_setting *opt,
                                           const pj_sockaddr *local,
                                           const pjsip_host_port *a_name, unsigned async_cnt,
                                           pjsip_tpfactory **p_factory)
    ctypedef struct pjsip_tpmgr_fla2_param:
        pjsip_transport_type_e tp_type
        const pjsip_tpselector *tp_sel
        pj_str_t dst_host
        pj_bool_t local_if
        pj_str_t ret_addr
        pj_uint16_t ret_port
    void pjsip_tpmgr_fla2_param_default(pjsip_tpmgr_fla2_param *prm)
    pj_status_t pjsip_tpmgr_find_local_addr2(pjsip_tpmgr *tpmgr, pj_pool_t *pool,
                                             pjsip_tpmgr_fla2_param *prm)
    ctypedef struct pjsip_tpmgr_shutdown_param:
        pj_bool_t force
        pj_bool_t include_udp
    void pjsip_tpmgr_shutdown_param_default(pjsip_tpmgr_shutdown_param *prm)
    pj_status_t pjsip_tpmgr_shutdown_all(pjsip_tpmgr *mgr,
                                         const pjsip_tpmgr_shutdown_param *param)

    # ---- messages on their way
    ctypedef struct _pjsip_rx_tp_info:
        pj_pool_t *pool
        pjsip_transport *transport
    ctypedef struct _pjsip_rx_pkt_info:
        pj_time_val timestamp
        char *packet
        pj_ssize_t len
        pj_sockaddr src_addr
        int src_addr_len
        char *src_name
        int src_port
    ctypedef struct _pjsip_rx_msg_info:
        char *msg_buf
        int len
        pjsip_msg *msg
        pjsip_cid_hdr *cid
        pjsip_fromto_hdr *from_ "from"
        pjsip_fromto_hdr *to
        pjsip_via_hdr *via
        pjsip_cseq_hdr *cseq
        pjsip_ctype_hdr *ctype
        pjsip_generic_array_hdr *require
        pjsip_generic_array_hdr *supported
    ctypedef struct pjsip_rx_data:
        _pjsip_rx_tp_info tp_info
        _pjsip_rx_pkt_info pkt_info
        _pjsip_rx_msg_info msg_info
    ctypedef struct pjsip_buffer:
        char *start
        char *cur
        char *end
    ctypedef struct _pjsip_tx_tp_info:
        pjsip_transport *transport
        pj_sockaddr dst_addr
        char *dst_name
        int dst_port
    ctypedef struct pjsip_tx_data:
        pj_pool_t *pool
        pjsip_msg *msg
        pjsip_buffer buf
        _pjsip_tx_tp_info tp_info
    void pjsip_tx_data_add_ref(pjsip_tx_data *tdata)
    pj_bool_t pjsip_tx_data_is_valid(pjsip_tx_data *tdata)
    void pjsip_tx_data_invalidate_msg(pjsip_tx_data *tdata)
    pj_status_t pjsip_tx_data_dec_ref(pjsip_tx_data *tdata)
    pj_status_t pjsip_rx_data_clone(const pjsip_rx_data *src, unsigned flags,
                                    pjsip_rx_data **p_rdata)
    pj_status_t pjsip_rx_data_free_cloned(pjsip_rx_data *rdata)

    # ---- events and transactions
    ctypedef enum pjsip_event_id_e:
        PJSIP_EVENT_UNKNOWN
        PJSIP_EVENT_TIMER
        PJSIP_EVENT_TX_MSG
        PJSIP_EVENT_RX_MSG
        PJSIP_EVENT_TRANSPORT_ERROR
        PJSIP_EVENT_TSX_STATE
        PJSIP_EVENT_USER
    ctypedef enum pjsip_tsx_state_e:
        PJSIP_TSX_STATE_NULL
        PJSIP_TSX_STATE_CALLING
        PJSIP_TSX_STATE_TRYING
        PJSIP_TSX_STATE_PROCEEDING
        PJSIP_TSX_STATE_COMPLETED
        PJSIP_TSX_STATE_CONFIRMED
        PJSIP_TSX_STATE_TERMINATED
        PJSIP_TSX_STATE_DESTROYED
    ctypedef struct pjsip_transaction:
        pj_pool_t *pool
        pjsip_role_e role
        pjsip_method method
        int status_code
        pj_str_t status_text
        pjsip_tsx_state_e state
        pjsip_tx_data *last_tx
        void *mod_data[32]
    ctypedef union _pjsip_event_src:
        pjsip_rx_data *rdata
        pjsip_tx_data *tdata
        pj_status_t status
    ctypedef struct _pjsip_event_tsx_state:
        _pjsip_event_src src
        pjsip_transaction *tsx
        int prev_state
        pjsip_event_id_e type
    ctypedef struct _pjsip_event_tx_msg:
        pjsip_tx_data *tdata
    ctypedef struct _pjsip_event_rx_msg:
        pjsip_rx_data *rdata
    ctypedef union _pjsip_event_body:
        _pjsip_event_tsx_state tsx_state
        _pjsip_event_tx_msg tx_msg
        _pjsip_event_rx_msg rx_msg
    ctypedef struct pjsip_event:
        pjsip_event_id_e type
        _pjsip_event_body body
    pj_status_t pjsip_tsx_layer_init_module(pjsip_endpoint *endpt)
    unsigned pjsip_tsx_layer_get_tsx_count()
    pj_status_t pjsip_tsx_terminate(pjsip_transaction *tsx, int code)
    pjsip_transaction *pjsip_rdata_get_tsx(pjsip_rx_data *rdata)
    pjsip_transaction *pjsip_tsx_detect_merged_requests(pjsip_rx_data *rdata)

    # ---- modules
    ctypedef struct pjsip_module:
        pj_str_t name
        int id
        int priority
        pj_status_t (*load)(pjsip_endpoint *endpt) noexcept
        pj_status_t (*start)() noexcept
        pj_status_t (*stop)() noexcept
        pj_status_t (*unload)() noexcept
        pj_bool_t (*on_rx_request)(pjsip_rx_data *rdata) noexcept
        pj_bool_t (*on_rx_response)(pjsip_rx_data *rdata) noexcept
        pj_status_t (*on_tx_request)(pjsip_tx_data *tdata) noexcept
        pj_status_t (*on_tx_response)(pjsip_tx_data *tdata) noexcept
        void (*on_tsx_state)(pjsip_transaction *tsx, pjsip_event *event) noexcept
    ctypedef pjsip_module pjsip_user_agent
    enum:
        PJSIP_MOD_PRIORITY_TRANSPORT_LAYER
        PJSIP_MOD_PRIORITY_TSX_LAYER
        PJSIP_MOD_PRIORITY_UA_PROXY_LAYER
        PJSIP_MOD_PRIORITY_DIALOG_USAGE
        PJSIP_MOD_PRIORITY_APPLICATION

    # ---- endpoint
    pj_status_t pjsip_endpt_create(pj_pool_factory *pf, const char *name,
                                   pjsip_endpoint **endpt)
    void pjsip_endpt_destroy(pjsip_endpoint *endpt)
    pj_timer_heap_t *pjsip_endpt_get_timer_heap(pjsip_endpoint *endpt)
    pj_ioqueue_t *pjsip_endpt_get_ioqueue(pjsip_endpoint *endpt)
    pjsip_tpmgr *pjsip_endpt_get_tpmgr(pjsip_endpoint *endpt)
    pj_status_t pjsip_endpt_schedule_timer(pjsip_endpoint *endpt, pj_timer_entry *entry,
                                           const pj_time_val *delay)
    void pjsip_endpt_cancel_timer(pjsip_endpoint *endpt, pj_timer_entry *entry)
    pj_status_t pjsip_endpt_register_module(pjsip_endpoint *endpt, pjsip_module *module)
    pj_status_t pjsip_endpt_unregister_module(pjsip_endpoint *endpt, pjsip_module *module)
    pj_pool_t *pjsip_endpt_create_pool(pjsip_endpoint *endpt, const char *pool_name,
                                       pj_size_t initial, pj_size_t increment)
    void pjsip_endpt_release_pool(pjsip_endpoint *endpt, pj_pool_t *pool)
    const pjsip_hdr *pjsip_endpt_get_capability(pjsip_endpoint *endpt, int htype,
                                                const pj_str_t *hname)
    pj_status_t pjsip_endpt_add_capability(pjsip_endpoint *endpt, pjsip_module *mod, int htype,
                                           const pj_str_t *hname, unsigned count,
                                           const pj_str_t *tags)
    pj_bool_t pjsip_endpt_has_capability(pjsip_endpoint *endpt, int htype,
                                         const pj_str_t *hname, const pj_str_t *token)
    const pjsip_hdr *pjsip_endpt_get_request_headers(pjsip_endpoint *endpt)
    pj_status_t pjsip_endpt_create_request(
        pjsip_endpoint *endpt, const pjsip_method *method, const pj_str_t *target,
        const pj_str_t *from_, const pj_str_t *to, const pj_str_t *contact,
        const pj_str_t *call_id, int cseq, const pj_str_t *text, pjsip_tx_data **p_tdata)
    ctypedef void (*pjsip_endpt_send_callback)(void *token, pjsip_event *e) noexcept
    pj_status_t pjsip_endpt_send_request(pjsip_endpoint *endpt, pjsip_tx_data *tdata,
                                         pj_int32_t timeout, void *token,
                                         pjsip_endpt_send_callback cb)
    pj_status_t pjsip_endpt_create_response(pjsip_endpoint *endpt, const pjsip_rx_data *rdata,
                                            int st_code, const pj_str_t *st_text,
                                            pjsip_tx_data **p_tdata)
    pj_status_t pjsip_endpt_send_response2(pjsip_endpoint *endpt, pjsip_rx_data *rdata,
                                           pjsip_tx_data *tdata, void *token, void *cb)
    pj_status_t pjsip_endpt_respond(pjsip_endpoint *endpt, pjsip_module *tsx_user,
                                    pjsip_rx_data *rdata, int st_code, const pj_str_t *st_text,
                                    const pjsip_hdr *hdr_list, const pjsip_msg_body *body,
                                    pjsip_transaction **p_tsx)
    pj_status_t pjsip_endpt_respond_stateless(pjsip_endpoint *endpt, pjsip_rx_data *rdata,
                                              int st_code, const pj_str_t *st_text,
                                              const pjsip_hdr *hdr_list,
                                              const pjsip_msg_body *body)

    # ---- authentication
    ctypedef enum pjsip_cred_data_type:
        PJSIP_CRED_DATA_PLAIN_PASSWD
        PJSIP_CRED_DATA_DIGEST
    ctypedef struct pjsip_cred_info:
        pj_str_t realm
        pj_str_t scheme
        pj_str_t username
        int data_type
        pj_str_t data
        int algorithm_type
    ctypedef struct pjsip_auth_clt_sess:
        unsigned cred_cnt
        pjsip_cred_info *cred_info
    pj_status_t pjsip_auth_clt_set_credentials(pjsip_auth_clt_sess *sess, int cred_cnt,
                                               const pjsip_cred_info *c)

    pj_status_t pjsip_auth_clt_reinit_req(pjsip_auth_clt_sess *sess, const pjsip_rx_data *rdata,
                                          pjsip_tx_data *old_request,
                                          pjsip_tx_data **new_request)

    # ---- dialogs
    ctypedef enum pjsip_dialog_state:
        PJSIP_DIALOG_STATE_NULL
        PJSIP_DIALOG_STATE_ESTABLISHED
    ctypedef struct pjsip_ua_init_param:
        void *on_dlg_forked
    pj_status_t pjsip_ua_init_module(pjsip_endpoint *endpt, const pjsip_ua_init_param *prm)
    pjsip_user_agent *pjsip_ua_instance()
    pj_uint32_t pjsip_ua_get_dlg_set_count()
    ctypedef struct pjsip_dlg_party:
        pjsip_fromto_hdr *info
        pj_str_t info_str
        pjsip_contact_hdr *contact
        pj_int32_t cseq
    ctypedef struct pjsip_dialog:
        pj_pool_t *pool
        pjsip_endpoint *endpt
        pj_grp_lock_t *grp_lock_
        pjsip_uri *target
        pjsip_dlg_party local
        pjsip_dlg_party remote
        pjsip_role_e role
        pjsip_dialog_state state
        pjsip_cid_hdr *call_id
        pjsip_route_hdr route_set
        pjsip_auth_clt_sess auth_sess
        pj_bool_t uac_has_2xx
        void *mod_data[32]
    pj_status_t pjsip_dlg_create_uac(pjsip_user_agent *ua, const pj_str_t *local_uri,
                                     const pj_str_t *local_contact, const pj_str_t *remote_uri,
                                     const pj_str_t *target, pjsip_dialog **p_dlg)
    pj_status_t pjsip_dlg_create_uas_and_inc_lock(pjsip_user_agent *ua, pjsip_rx_data *rdata,
                                                  const pj_str_t *contact,
                                                  pjsip_dialog **p_dlg)
    pj_status_t pjsip_dlg_fork(const pjsip_dialog *original_dlg, const pjsip_rx_data *rdata,
                               pjsip_dialog **new_dlg)
    pj_status_t pjsip_dlg_create_request(pjsip_dialog *dlg, const pjsip_method *method, int cseq,
                                         pjsip_tx_data **tdata)
    pj_status_t pjsip_dlg_send_request(pjsip_dialog *dlg, pjsip_tx_data *tdata, int mod_data_id,
                                       void *mod_data)
    pj_status_t pjsip_dlg_terminate(pjsip_dialog *dlg)
    pj_status_t pjsip_dlg_set_route_set(pjsip_dialog *dlg, const pjsip_route_hdr *route_set)
    pj_status_t pjsip_dlg_inc_session(pjsip_dialog *dlg, pjsip_module *mod)
    pj_status_t pjsip_dlg_dec_session(pjsip_dialog *dlg, pjsip_module *mod)
    pj_status_t pjsip_dlg_add_usage(pjsip_dialog *dlg, pjsip_module *module, void *mod_data)
    pj_status_t pjsip_dlg_set_mod_data(pjsip_dialog *dlg, int mod_id, void *data)
    void *pjsip_dlg_get_mod_data(pjsip_dialog *dlg, int mod_id)
    void pjsip_dlg_inc_lock(pjsip_dialog *dlg)
    pj_status_t pjsip_dlg_try_inc_lock(pjsip_dialog *dlg)
    void pjsip_dlg_dec_lock(pjsip_dialog *dlg)
    pjsip_dialog *pjsip_rdata_get_dlg(pjsip_rx_data *rdata)
    pjsip_dialog *pjsip_tsx_get_dlg(pjsip_transaction *tsx)
    pj_status_t pjsip_dlg_create_response(pjsip_dialog *dlg, pjsip_rx_data *rdata, int st_code,
                                          const pj_str_t *st_text, pjsip_tx_data **tdata)
    pj_status_t pjsip_dlg_send_response(pjsip_dialog *dlg, pjsip_transaction *tsx,
                                        pjsip_tx_data *tdata)
    pj_status_t pjsip_dlg_respond(pjsip_dialog *dlg, pjsip_rx_data *rdata, int st_code,
                                  const pj_str_t *st_text, const pjsip_hdr *hdr_list,
                                  const pjsip_msg_body *body)
    ctypedef enum pjsip_redirect_op:
        PJSIP_REDIRECT_REJECT
        PJSIP_REDIRECT_ACCEPT
        PJSIP_REDIRECT_ACCEPT_REPLACE
        PJSIP_REDIRECT_PENDING
        PJSIP_REDIRECT_STOP


cdef extern from "pjsip_ua.h" nogil:
    # ---- registration client
    ctypedef struct pjsip_regc:
        pass
    enum:
        PJSIP_REGC_MAX_CONTACT
        PJSIP_REGC_EXPIRATION_NOT_SPECIFIED
    cdef struct pjsip_regc_cbparam:
        pjsip_regc *regc
        void *token
        pj_status_t status
        int code
        pj_str_t reason
        pjsip_rx_data *rdata
        unsigned expiration
        int contact_cnt
        pjsip_contact_hdr **contact
        pj_bool_t is_unreg
    cdef struct pjsip_regc_tsx_cb_param:
        pjsip_regc_cbparam cbparam
        int contact_cnt
        pj_str_t *contact
    ctypedef void pjsip_regc_cb(pjsip_regc_cbparam *param) noexcept
    ctypedef void pjsip_regc_tsx_cb(pjsip_regc_tsx_cb_param *param) noexcept
    pj_status_t pjsip_regc_create(pjsip_endpoint *endpt, void *token, pjsip_regc_cb *cb,
                                  pjsip_regc **p_regc)
    pj_status_t pjsip_regc_destroy(pjsip_regc *regc)
    pj_status_t pjsip_regc_destroy2(pjsip_regc *regc, pj_bool_t force)
    pj_pool_t *pjsip_regc_get_pool(pjsip_regc *regc)
    pj_status_t pjsip_regc_init(pjsip_regc *regc, const pj_str_t *srv_url,
                                const pj_str_t *from_url, const pj_str_t *to_url, int ccnt,
                                const pj_str_t *contact, pj_uint32_t expires)
    pj_status_t pjsip_regc_set_reg_tsx_cb(pjsip_regc *regc, pjsip_regc_tsx_cb *tsx_cb)
    void pjsip_regc_add_ref(pjsip_regc *regc)
    pj_status_t pjsip_regc_dec_ref(pjsip_regc *regc)
    pj_status_t pjsip_regc_set_credentials(pjsip_regc *regc, int count,
                                           const pjsip_cred_info *cred)
    pjsip_auth_clt_sess *pjsip_regc_get_auth_sess(pjsip_regc *regc)
    pj_status_t pjsip_regc_set_route_set(pjsip_regc *regc, const pjsip_route_hdr *route_set)
    pj_status_t pjsip_regc_add_headers(pjsip_regc *regc, const pjsip_hdr *hdr_list)
    pj_status_t pjsip_regc_set_delay_before_refresh(pjsip_regc *regc, pj_uint32_t delay)
    pj_status_t pjsip_regc_register(pjsip_regc *regc, pj_bool_t autoreg,
                                    pjsip_tx_data **p_tdata)
    pj_status_t pjsip_regc_unregister(pjsip_regc *regc, pjsip_tx_data **p_tdata)
    pj_status_t pjsip_regc_update_expires(pjsip_regc *regc, pj_uint32_t expires)
    pj_status_t pjsip_regc_send(pjsip_regc *regc, pjsip_tx_data *tdata)

    # ---- INVITE sessions
    ctypedef enum pjsip_inv_state:
        PJSIP_INV_STATE_NULL
        PJSIP_INV_STATE_CALLING
        PJSIP_INV_STATE_INCOMING
        PJSIP_INV_STATE_EARLY
        PJSIP_INV_STATE_CONNECTING
        PJSIP_INV_STATE_CONFIRMED
        PJSIP_INV_STATE_DISCONNECTED
    enum:
        PJSIP_INV_SUPPORT_100REL
        PJSIP_INV_SUPPORT_TIMER
        PJSIP_INV_SUPPORT_UPDATE
    ctypedef struct pjsip_inv_session:
        pj_pool_t *pool
        pj_pool_t *pool_prov
        pjsip_inv_state state
        pj_bool_t cancelling
        pjsip_status_code cause
        pj_str_t cause_text
        pjsip_dialog *dlg
        pjsip_role_e role
        unsigned options
        pjmedia_sdp_neg *neg
        unsigned sdp_neg_flags
        pjsip_transaction *invite_tsx
        void *mod_data[32]
    cdef struct pjsip_inv_on_rx_offer_cb_param:
        const pjmedia_sdp_session *offer
        const pjsip_rx_data *rdata
    ctypedef struct pjsip_inv_callback:
        void (*on_state_changed)(pjsip_inv_session *inv, pjsip_event *e) noexcept
        void (*on_new_session)(pjsip_inv_session *inv, pjsip_event *e) noexcept
        void (*on_tsx_state_changed)(pjsip_inv_session *inv, pjsip_transaction *tsx,
                                     pjsip_event *e) noexcept
        void (*on_rx_offer)(pjsip_inv_session *inv, const pjmedia_sdp_session *offer) noexcept
        void (*on_rx_offer2)(pjsip_inv_session *inv,
                             pjsip_inv_on_rx_offer_cb_param *param) noexcept
        pj_status_t (*on_rx_reinvite)(pjsip_inv_session *inv, const pjmedia_sdp_session *offer,
                                      pjsip_rx_data *rdata) noexcept
        void (*on_create_offer)(pjsip_inv_session *inv, pjmedia_sdp_session **p_offer) noexcept
        void (*on_media_update)(pjsip_inv_session *inv, pj_status_t status) noexcept
        void (*on_send_ack)(pjsip_inv_session *inv, pjsip_rx_data *rdata) noexcept
        pjsip_redirect_op (*on_redirected)(pjsip_inv_session *inv, const pjsip_uri *target,
                                           const pjsip_event *e) noexcept
    pj_status_t pjsip_inv_usage_init(pjsip_endpoint *endpt, const pjsip_inv_callback *cb)
    pjsip_module *pjsip_inv_usage_instance()
    pj_status_t pjsip_inv_create_uac(pjsip_dialog *dlg, const pjmedia_sdp_session *local_sdp,
                                     unsigned options, pjsip_inv_session **p_inv)
    pj_status_t pjsip_inv_verify_request(pjsip_rx_data *rdata, unsigned *options,
                                         const pjmedia_sdp_session *sdp, pjsip_dialog *dlg,
                                         pjsip_endpoint *endpt, pjsip_tx_data **tdata)
    pj_status_t pjsip_inv_create_uas(pjsip_dialog *dlg, pjsip_rx_data *rdata,
                                     const pjmedia_sdp_session *local_sdp, unsigned options,
                                     pjsip_inv_session **p_inv)
    pj_status_t pjsip_inv_add_ref(pjsip_inv_session *inv)
    pj_status_t pjsip_inv_dec_ref(pjsip_inv_session *inv)
    pj_status_t pjsip_inv_terminate(pjsip_inv_session *inv, int st_code, pj_bool_t notify)
    pj_status_t pjsip_inv_invite(pjsip_inv_session *inv, pjsip_tx_data **p_tdata)
    pj_status_t pjsip_inv_initial_answer(pjsip_inv_session *inv, pjsip_rx_data *rdata,
                                         int st_code, const pj_str_t *st_text,
                                         const pjmedia_sdp_session *sdp,
                                         pjsip_tx_data **p_tdata)
    pj_status_t pjsip_inv_answer(pjsip_inv_session *inv, int st_code, const pj_str_t *st_text,
                                 const pjmedia_sdp_session *local_sdp, pjsip_tx_data **p_tdata)
    pj_status_t pjsip_inv_set_local_sdp(pjsip_inv_session *inv, const pjmedia_sdp_session *sdp)
    pj_status_t pjsip_inv_set_sdp_answer(pjsip_inv_session *inv, const pjmedia_sdp_session *sdp)
    pj_status_t pjsip_inv_end_session(pjsip_inv_session *inv, int st_code,
                                      const pj_str_t *st_text, pjsip_tx_data **p_tdata)
    pj_status_t pjsip_inv_reinvite(pjsip_inv_session *inv, const pj_str_t *new_contact,
                                   const pjmedia_sdp_session *new_offer,
                                   pjsip_tx_data **p_tdata)
    pj_status_t pjsip_inv_send_msg(pjsip_inv_session *inv, pjsip_tx_data *tdata)
    pjsip_inv_session *pjsip_dlg_get_inv_session(pjsip_dialog *dlg)
    ctypedef struct pjsip_rdata_sdp_info:
        pj_str_t body
        pj_status_t sdp_err
        pjmedia_sdp_session *sdp
    pjsip_rdata_sdp_info *pjsip_rdata_get_sdp_info(pjsip_rx_data *rdata)
    pj_status_t pjsip_100rel_init_module(pjsip_endpoint *endpt)
