"""Session timers (RFC 4028): a session that nobody refreshes in time ends with BYE.

PJSIP does them. Half way through the interval it refreshes the session, or it waits for the
other side to do so, whatever the two have agreed on; it refuses intervals that are too small with
422, and asks for more where it is told so. It refreshes by UPDATE, and by re-INVITE towards a
peer that does not allow UPDATE.
"""

from sipsimple.pjproject.pjlib cimport PJ_SUCCESS
from sipsimple.pjproject.pjsip cimport PJSIP_INV_SUPPORT_TIMER
from sipsimple.pjproject.pjsip_timer cimport (
    pjsip_timer_init_module,
    pjsip_timer_init_session,
    pjsip_timer_setting,
)

# Of the one endpoint there is: changes before it lets anybody in.
cdef pjsip_timer_setting _setting


cdef pj_status_t session_timers_register(
    pjsip_endpoint *endpoint, unsigned interval, unsigned least
) noexcept nogil:
    _setting.sess_expires = interval
    _setting.min_se = least
    # Without this, `timer` is not in Supported, and who requires it gets 420.
    return pjsip_timer_init_module(endpoint) if interval > 0 else PJ_SUCCESS


cdef unsigned session_timers_option() noexcept nogil:
    return PJSIP_INV_SUPPORT_TIMER if _setting.sess_expires > 0 else 0


cdef pj_status_t session_timers_begin(pjsip_inv_session *inv) noexcept nogil:
    if _setting.sess_expires == 0:
        return PJ_SUCCESS
    return pjsip_timer_init_session(inv, &_setting)
