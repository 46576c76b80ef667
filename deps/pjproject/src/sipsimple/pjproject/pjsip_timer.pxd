"""C declarations of libpjsip-ua's session timers (RFC 4028): only what our packages use."""

from sipsimple.pjproject.pjlib cimport pj_status_t
from sipsimple.pjproject.pjsip cimport pjsip_endpoint, pjsip_inv_session

cdef extern from "pjsip_ua.h" nogil:
    ctypedef struct pjsip_timer_setting:
        unsigned min_se
        unsigned sess_expires
    pj_status_t pjsip_timer_init_module(pjsip_endpoint *endpt)
    pj_status_t pjsip_timer_init_session(
        pjsip_inv_session *inv, const pjsip_timer_setting *setting
    )
