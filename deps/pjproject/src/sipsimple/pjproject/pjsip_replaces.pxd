"""pjproject's declarations for the Replaces header (RFC 3891)."""

from sipsimple.pjproject.pjlib cimport pj_bool_t, pj_status_t
from sipsimple.pjproject.pjsip cimport (
    pjsip_dialog,
    pjsip_endpoint,
    pjsip_rx_data,
    pjsip_tx_data,
)

cdef extern from "pjsip_ua.h" nogil:
    pj_status_t pjsip_replaces_init_module(pjsip_endpoint *endpt)
    pj_status_t pjsip_replaces_verify_request(pjsip_rx_data *rdata, pjsip_dialog **p_dlg,
                                              pj_bool_t lock_dlg, pjsip_tx_data **p_tdata)
