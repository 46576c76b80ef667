"""C interface of the connections: TCP and TLS, as they come and go."""

from sipsimple.pjproject.pjlib cimport pj_status_t
from sipsimple.pjproject.pjsip cimport pjsip_endpoint, pjsip_tpfactory

# Before transports open; forgets the connections of an earlier endpoint.
cdef pj_status_t connections_register(pjsip_endpoint *endpoint) noexcept nogil
# The listener that new connections are made by from now on, NULL for none, and whether the
# certificates of servers have to verify. What is connected already is left alone.
cdef void connections_set_factory(
    bint secure, pjsip_tpfactory *factory, bint verify
) noexcept nogil
# Begin to end every TCP or TLS connection: transactions that use one may finish. Only while
# the poller is paused.
cdef void connections_end(bint secure) noexcept nogil
# For the poller: end those that were being made while their listener was replaced.
cdef void connections_sweep() noexcept nogil
