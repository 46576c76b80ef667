"""`SCEngineTLSVerificationFailed`, and whose certificate a server has shown (RFC 5922).

PJSIP verifies the chain of certificates and their dates. It compares names as well, but
takes the common name of the subject into account even where there are alternative names,
which RFC 5922 7.1 does not allow, and `sips:` URIs and URIs of users, which it does not
allow either. So a name that satisfies PJSIP is looked at again.
"""

from libc.string cimport memcpy

from sipsimple.pjproject.events cimport Event, emit, event_new, event_push
from sipsimple.pjproject.pjlib cimport (
    PJ_INET6_ADDRSTRLEN,
    pj_sockaddr_get_port,
    pj_sockaddr_print,
    pj_str,
    pj_str_t,
    pj_stricmp,
    pj_strnicmp,
)
from sipsimple.pjproject.pjsip_connections cimport (
    PJ_SSL_CERT_EIDENTITY_NOT_MATCH,
    PJ_SSL_CERT_NAME_DNS,
    PJ_SSL_CERT_NAME_IP,
    PJ_SSL_CERT_NAME_URI,
    pj_ssl_cert_get_verify_status_strings,
    pj_ssl_cert_info,
)

cdef enum:
    MOST_REASONS = 32       # one for each bit

cdef struct FailureEvent:
    Event base
    uint32_t status
    char address[64]
    int port
    size_t host_length
    char host[1]


cdef bint _is_domain_uri(pj_str_t uri, const pj_str_t *host) noexcept nogil:
    """Whether this is the `sip:` URI of a host, and of no user at it (RFC 5922 7.1)."""
    cdef pj_str_t scheme = pj_str("sip:")
    cdef Py_ssize_t index
    if uri.slen <= 4 or pj_strnicmp(&uri, &scheme, 4) != 0:
        return False
    uri.ptr += 4
    uri.slen -= 4
    for index in range(uri.slen):
        if uri.ptr[index] == c"@":
            return False
    return pj_stricmp(host, &uri) == 0


cdef bint _is_for(const pj_ssl_cert_info *certificate, const pj_str_t *host) noexcept nogil:
    cdef bint has_names = False
    cdef pj_str_t name
    cdef int kind
    cdef unsigned index
    for index in range(certificate.subj_alt_name.cnt):
        kind = certificate.subj_alt_name.entry[index].type
        name = certificate.subj_alt_name.entry[index].name
        if kind == PJ_SSL_CERT_NAME_DNS or kind == PJ_SSL_CERT_NAME_IP:
            has_names = True
            # Whole and literally: a wildcard stands for nothing (RFC 5922 7.2).
            if pj_stricmp(host, &name) == 0:
                return True
        elif kind == PJ_SSL_CERT_NAME_URI:
            has_names = True
            if _is_domain_uri(name, host):
                return True
    return not has_names and pj_stricmp(host, &certificate.subject.cn) == 0


cdef bint verify_names(
    const pjsip_transport *transport, const pj_ssl_sock_info *info
) noexcept nogil:
    if info == NULL or info.remote_cert_info == NULL or not info.remote_cert_info.version:
        return True
    if _is_for(info.remote_cert_info, &transport.remote_name.host):
        return True
    verification_failed(transport, PJ_SSL_CERT_EIDENTITY_NOT_MATCH)
    return False


cdef void verification_failed(const pjsip_transport *transport, uint32_t status) noexcept nogil:
    cdef const pj_str_t *host = &transport.remote_name.host
    cdef FailureEvent *event = <FailureEvent *> event_new(
        sizeof(FailureEvent) + host.slen, &_deliver, NULL, NULL
    )
    if event == NULL:
        return
    event.status = status
    pj_sockaddr_print(&transport.key.rem_addr, event.address, PJ_INET6_ADDRSTRLEN, 0)
    event.port = pj_sockaddr_get_port(&transport.key.rem_addr)
    event.host_length = host.slen
    memcpy(event.host, host.ptr, host.slen)
    event_push(&event.base)


cdef int _deliver(object target, Event *base) except -1:
    cdef FailureEvent *event = <FailureEvent *> base
    cdef const char *texts[MOST_REASONS]
    cdef unsigned count = MOST_REASONS
    cdef unsigned index
    with nogil:
        pj_ssl_cert_get_verify_status_strings(event.status, texts, &count)
    return emit(
        base,
        "SCEngineTLSVerificationFailed",
        None,
        {
            "address": (<bytes> event.address).decode("ascii"),
            "port": event.port,
            "host": (<char *> event.host)[:event.host_length].decode(
                "utf-8", "surrogateescape"
            ),
            "reasons": [(<bytes> texts[index]).decode("utf-8") for index in range(count)],
        },
    )
