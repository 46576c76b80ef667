"""C interface of sessions that take the place of others."""

from sipsimple.core.invitation_session cimport Session
from sipsimple.pjproject.pjlib cimport pj_pool_t, pj_status_t, pj_str_t
from sipsimple.pjproject.pjsip cimport pjsip_endpoint, pjsip_rx_data

# With each new endpoint, while the parser is held.
cdef pj_status_t replaces_register(pjsip_endpoint *endpoint) noexcept nogil
# False where the INVITE has been refused. Else `replaced` is the session that it asks to be
# replaced, with a reference for the caller, or NULL where it asks for none.
cdef bint replaces_verify(
    pjsip_endpoint *endpoint, pjsip_rx_data *request, Session **replaced
) noexcept nogil
# The session has been accepted: the one whose place it takes ends, if there is one.
cdef void replaces_accepted(Session *session) noexcept nogil
# The value of a Replaces header with which the other side of a session could be asked to have
# another one take its place; empty where the session is not established.
cdef pj_str_t replaces_value(Session *session, pj_pool_t *pool) noexcept nogil
