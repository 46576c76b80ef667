"""C declarations of libpjsip-simple, and what subscriptions need besides of libpjsip."""

from sipsimple.pjproject.pjlib cimport (
    pj_bool_t,
    pj_pool_t,
    pj_status_t,
    pj_str_t,
    pj_timer_entry,
    pj_uint32_t,
)
from sipsimple.pjproject.pjsip cimport (
    pjsip_dialog,
    pjsip_endpoint,
    pjsip_event,
    pjsip_hdr,
    pjsip_method,
    pjsip_module,
    pjsip_msg,
    pjsip_msg_body,
    pjsip_param,
    pjsip_rx_data,
    pjsip_transaction,
    pjsip_tx_data,
)

cdef extern from "pjlib.h" nogil:
    pj_bool_t pj_timer_entry_running(pj_timer_entry *entry)

cdef extern from "pjsip.h" nogil:
    enum:
        PJSIP_SC_INTERVAL_TOO_BRIEF
        PJSIP_SC_BAD_EVENT
        PJSIP_SC_REQUEST_UPDATED
    # `struct pjsip_cfg_t`, of which this is all that is used here.
    ctypedef struct _pjsip_cfg_tsx:
        unsigned t1
    ctypedef struct pjsip_cfg_t:
        _pjsip_cfg_tsx tsx
    pjsip_cfg_t *pjsip_cfg()
    void *pjsip_msg_find_hdr_by_names(const pjsip_msg *msg, const pj_str_t *name,
                                      const pj_str_t *sname, const void *start)

cdef extern from "pjsip_simple.h" nogil:
    # ---- headers
    ctypedef struct pjsip_event_hdr:
        pj_str_t event_type
        pj_str_t id_param
        pjsip_param other_param
    ctypedef struct pjsip_sub_state_hdr:
        pj_str_t sub_state
        pj_str_t reason_param
        unsigned expires_param
        int retry_after
        pjsip_param other_param

    # ---- event subscriptions
    ctypedef struct pjsip_evsub:
        pass
    ctypedef enum pjsip_evsub_state:
        PJSIP_EVSUB_STATE_NULL
        PJSIP_EVSUB_STATE_SENT
        PJSIP_EVSUB_STATE_ACCEPTED
        PJSIP_EVSUB_STATE_PENDING
        PJSIP_EVSUB_STATE_ACTIVE
        PJSIP_EVSUB_STATE_TERMINATED
        PJSIP_EVSUB_STATE_UNKNOWN
    enum:
        PJSIP_EVSUB_NO_EVENT_ID
    ctypedef struct pjsip_evsub_user:
        void (*on_evsub_state)(pjsip_evsub *sub, pjsip_event *event) noexcept
        void (*on_tsx_state)(pjsip_evsub *sub, pjsip_transaction *tsx,
                             pjsip_event *event) noexcept
        void (*on_rx_notify)(pjsip_evsub *sub, pjsip_rx_data *rdata, int *p_st_code,
                             pj_str_t **p_st_text, pjsip_hdr *res_hdr,
                             pjsip_msg_body **p_body) noexcept
        void (*on_client_refresh)(pjsip_evsub *sub) noexcept
    pj_status_t pjsip_evsub_init_module(pjsip_endpoint *endpt)
    pj_status_t pjsip_evsub_register_pkg(pjsip_module *pkg_mod, const pj_str_t *event_name,
                                         unsigned expires, unsigned accept_cnt,
                                         const pj_str_t *accept)
    const pjsip_hdr *pjsip_evsub_get_allow_events_hdr(const pjsip_module *m)
    pj_status_t pjsip_evsub_create_uac(pjsip_dialog *dlg, const pjsip_evsub_user *user_cb,
                                       const pj_str_t *event, unsigned option,
                                       pjsip_evsub **p_evsub)
    pj_status_t pjsip_evsub_terminate(pjsip_evsub *sub, pj_bool_t notify)
    pjsip_evsub_state pjsip_evsub_get_state(const pjsip_evsub *sub)
    const char *pjsip_evsub_get_state_name(const pjsip_evsub *sub)
    pj_status_t pjsip_evsub_initiate(pjsip_evsub *sub, const pjsip_method *method,
                                     pj_uint32_t expires, pjsip_tx_data **p_tdata)
    pj_status_t pjsip_evsub_add_header(pjsip_evsub *sub, const pjsip_hdr *hdr_list)
    pj_status_t pjsip_evsub_send_request(pjsip_evsub *sub, pjsip_tx_data *tdata)
    void pjsip_evsub_set_mod_data(pjsip_evsub *sub, unsigned mod_id, void *data)
    void *pjsip_evsub_get_mod_data(const pjsip_evsub *sub, unsigned mod_id)
    pj_status_t pjsip_evsub_add_ref(pjsip_evsub *sub)
    pj_status_t pjsip_evsub_dec_ref(pjsip_evsub *sub)
