"""C interface of the choice among challenges of digest authentication."""

from sipsimple.pjproject.pjlib cimport pj_status_t
from sipsimple.pjproject.pjsip cimport (
    pjsip_auth_clt_sess,
    pjsip_cred_info,
    pjsip_rx_data,
    pjsip_tx_data,
)

# Give an authentication session what fill_credentials() of request_parts.pxd has made, and have
# it choose among challenges as below. Nothing where `count` is 0.
cdef pj_status_t challenges_set_credentials(
    pjsip_auth_clt_sess *session, int count, const pjsip_cred_info *infos
) noexcept nogil

# For who calls pjsip_auth_clt_reinit_req() himself, before it: take the challenges out of a 401
# or 407 that are not to be answered.
cdef void challenges_choose(
    const pjsip_auth_clt_sess *session, const pjsip_rx_data *response, const pjsip_tx_data *request
) noexcept nogil
