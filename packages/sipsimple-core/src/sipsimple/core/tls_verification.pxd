"""C interface of the verification of TLS servers."""

from libc.stdint cimport uint32_t

from sipsimple.pjproject.pjsip cimport pjsip_transport
from sipsimple.pjproject.pjsip_connections cimport pj_ssl_sock_info

# Whether the certificate of the server is for the host that the connection is for; reports
# where it is not.
cdef bint verify_names(
    const pjsip_transport *transport, const pj_ssl_sock_info *info
) noexcept nogil
# Report that a server has been refused; `status` has the PJ_SSL_CERT_E* flags.
cdef void verification_failed(const pjsip_transport *transport, uint32_t status) noexcept nogil
