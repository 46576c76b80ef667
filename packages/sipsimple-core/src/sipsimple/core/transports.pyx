"""The listening transports: UDP, TCP and TLS, IPv4 and IPv6."""

import ipaddress
import os
import socket

cimport cython
from libc.string cimport memset

from sipsimple.pjproject.pjlib cimport (
    PJ_STATUS_FROM_OS,
    PJ_SUCCESS,
    pj_AF_INET,
    pj_AF_INET6,
    pj_sockaddr,
    pj_sockaddr_init,
    pj_status_t,
    pj_str_t,
    pj_uint16_t,
)
from sipsimple.pjproject.pjsip cimport (
    PJ_SSL_SOCK_PROTO_TLS1_2,
    PJ_SSL_SOCK_PROTO_TLS1_3,
    pjsip_host_port,
    pjsip_tcp_transport_cfg,
    pjsip_tcp_transport_cfg_default,
    pjsip_tcp_transport_start3,
    pjsip_tls_setting,
    pjsip_tls_setting_default,
    pjsip_tls_transport_start2,
    pjsip_transport_shutdown,
    pjsip_udp_transport_cfg,
    pjsip_udp_transport_cfg_default,
    pjsip_udp_transport_start2,
)
from sipsimple.pjproject.pjsip_connections cimport (
    PJSIP_UDP_TRANSPORT_DESTROY_SOCKET,
    pj_atomic_get,
    pj_atomic_t,
    pjsip_tls_transport_restart2,
    pjsip_udp_transport_pause,
)
from sipsimple.pjproject.runtime cimport check, ensure_thread
from sipsimple.pjproject.strings cimport borrow, to_str

# Addresses of the documentation networks (RFC 5737, RFC 3849): the kernel is asked for the
# way there, nothing is sent.
_FAR_IPV4 = "192.0.2.1"
_FAR_IPV6 = "2001:db8::1"


@cython.auto_pickle(False)
cdef class Listener:
    """An open transport and the address that is published for it."""

    def __repr__(self):
        return f"<{self.name} {self.host} port {self.port}>"


cdef Listener _listener(str name, str ip, const pjsip_host_port *published):
    cdef Listener listener = Listener.__new__(Listener)
    listener.name = name
    listener.any_address = ipaddress.ip_address(ip).is_unspecified
    listener.host = to_str(&published.host)
    listener.port = published.port
    return listener


cdef bint _is_ipv6(str ip):
    return ":" in ip


cdef Listener open_udp(pjsip_endpoint *endpoint, str ip, int port):
    """Open a UDP transport; port 0 picks a free one.

    Raises:
        PJSIPError: The port is taken, or the address is not this machine's.

    Source: `pjsip_udp_transport_start2()`.
    """
    cdef pjsip_udp_transport_cfg config
    cdef pjsip_transport *transport = NULL
    cdef int family = pj_AF_INET6() if _is_ipv6(ip) else pj_AF_INET()
    cdef bytes address = ip.encode()
    cdef pj_str_t address_text = borrow(address)
    cdef pj_status_t status
    with nogil:
        ensure_thread()
        pjsip_udp_transport_cfg_default(&config, family)
        status = pj_sockaddr_init(
            family, &config.bind_addr, &address_text, <pj_uint16_t> port
        )
        if status == PJ_SUCCESS:
            status = pjsip_udp_transport_start2(endpoint, &config, &transport)
    check(status, f"could not open UDP port {port} on {ip}")
    cdef Listener listener = _listener("udp", ip, &transport.local_name)
    listener.transport = transport
    return listener


cdef Listener open_tcp(pjsip_endpoint *endpoint, str ip, int port):
    """Open a TCP listener; port 0 picks a free one.

    Raises:
        PJSIPError: The port is taken, or the address is not this machine's.

    Source: `pjsip_tcp_transport_start3()`.
    """
    cdef pjsip_tcp_transport_cfg config
    cdef pjsip_tpfactory *factory = NULL
    cdef int family = pj_AF_INET6() if _is_ipv6(ip) else pj_AF_INET()
    cdef bytes address = ip.encode()
    cdef pj_str_t address_text = borrow(address)
    cdef pj_status_t status
    with nogil:
        ensure_thread()
        pjsip_tcp_transport_cfg_default(&config, family)
        # On Linux this takes over a port in TIME_WAIT only, never one that is listened on.
        config.reuse_addr = True
        status = pj_sockaddr_init(
            family, &config.bind_addr, &address_text, <pj_uint16_t> port
        )
        if status == PJ_SUCCESS:
            status = pjsip_tcp_transport_start3(endpoint, &config, &factory)
    check(status, f"could not open TCP port {port} on {ip}")
    cdef Listener listener = _listener("tcp", ip, &factory.addr_name)
    listener.factory = factory
    return listener


cdef int _probe_tcp(str ip, int port) except -1:
    """Raise `PJSIPError` where a TCP port cannot be listened on.

    `pjsip_tls_transport_lis_start()` of PJSIP 2.17 overwrites the status of a failed
    `pj_ssl_sock_start_accept2()`, so that a TLS listener on a taken port seems to work.
    """
    try:
        with socket.socket(
            socket.AF_INET6 if _is_ipv6(ip) else socket.AF_INET, socket.SOCK_STREAM
        ) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((ip, port))
            probe.listen()
    except OSError as error:
        check(PJ_STATUS_FROM_OS(error.errno), f"could not open TLS port {port} on {ip}")
    return 0


cdef bytes _path(object path):
    return b"" if path is None else os.fsencode(path)


cdef Listener open_tls(pjsip_endpoint *endpoint, str ip, int port, object options):
    """Open a TLS listener; port 0 picks a free one.

    Args:
        options: The `TLSOptions`.

    Raises:
        PJSIPError: The port is taken, or the address is not this machine's.

    Source: `pjsip_tls_transport_start2()`.
    """
    cdef pjsip_tls_setting settings
    cdef pjsip_tpfactory *factory = NULL
    cdef pj_sockaddr bind_address
    cdef int family = pj_AF_INET6() if _is_ipv6(ip) else pj_AF_INET()
    cdef bytes address = ip.encode()
    cdef pj_str_t address_text = borrow(address)
    authorities_file, authorities_folder = options.authorities()
    cdef bytes authorities = _path(authorities_file)
    cdef bytes more_authorities = _path(authorities_folder)
    cdef bytes certificate = _path(options.cert_file)
    cdef bytes key = _path(options.privkey_file or options.cert_file)
    cdef bint verify_server = options.verify_server
    cdef bint only_newest = options.min_version == "1.3"
    cdef pj_status_t status
    with nogil:
        ensure_thread()
        pjsip_tls_setting_default(&settings)
        settings.proto = PJ_SSL_SOCK_PROTO_TLS1_3
        if not only_newest:
            settings.proto |= PJ_SSL_SOCK_PROTO_TLS1_2
        settings.verify_server = verify_server
        settings.reuse_addr = True
        memset(&bind_address, 0, sizeof(bind_address))
        status = pj_sockaddr_init(family, &bind_address, &address_text, <pj_uint16_t> port)
    settings.ca_list_file = borrow(authorities)
    settings.ca_list_path = borrow(more_authorities)
    settings.cert_file = borrow(certificate)
    settings.privkey_file = borrow(key)
    if port:
        _probe_tcp(ip, port)
    if status == PJ_SUCCESS:
        with nogil:
            status = pjsip_tls_transport_start2(
                endpoint, &settings, &bind_address, NULL, 1, &factory
            )
    check(status, f"could not open TLS port {port} on {ip}")
    cdef Listener listener = _listener("tls", ip, &factory.addr_name)
    listener.factory = factory
    return listener


cdef int move_tls(Listener listener, str ip, int port) except -1:
    """Have an open TLS listener listen on another port, with the options that it has.

    Raises:
        PJSIPError: It cannot; it listens on no port then.

    Source: `pjsip_tls_transport_restart2()`.
    """
    cdef pj_sockaddr bind_address
    cdef int family = pj_AF_INET6() if _is_ipv6(ip) else pj_AF_INET()
    cdef bytes address = ip.encode()
    cdef pj_str_t address_text = borrow(address)
    cdef pj_status_t status
    if port:
        _probe_tcp(ip, port)
    with nogil:
        memset(&bind_address, 0, sizeof(bind_address))
        status = pj_sockaddr_init(family, &bind_address, &address_text, <pj_uint16_t> port)
        if status == PJ_SUCCESS:
            status = pjsip_tls_transport_restart2(listener.factory, NULL, &bind_address, NULL)
    check(status, f"could not open TLS port {port} on {ip}")
    listener.port = listener.factory.addr_name.port
    return 0


cdef void close_listener(Listener listener) noexcept:
    """Stop listening. Connections live on; a UDP socket does until nobody uses it."""
    with nogil:
        if listener.transport != NULL:
            pjsip_transport_shutdown(listener.transport)
            # PJSIP destroys it in a later turn, when nobody may begin to use it any more: if
            # nobody does, the port is free from now on.
            if pj_atomic_get(<pj_atomic_t *> listener.transport.ref_cnt) == 0:
                pjsip_udp_transport_pause(
                    listener.transport, PJSIP_UDP_TRANSPORT_DESTROY_SOCKET
                )
            listener.transport = NULL
        elif listener.factory != NULL:
            listener.factory.destroy(listener.factory)
            listener.factory = NULL


cdef str _way(int family, str destination):
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((destination, 9))
        return probe.getsockname()[0]


cdef str outgoing_address():
    for family, destination in (
        (socket.AF_INET, _FAR_IPV4), (socket.AF_INET6, _FAR_IPV6)
    ):
        try:
            return _way(family, destination)
        except OSError:
            continue
    return "127.0.0.1"


cdef str address_towards(str host, bint ipv6):
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        address = ipaddress.ip_address(_FAR_IPV6 if ipv6 else _FAR_IPV4)
    try:
        return _way(
            socket.AF_INET6 if address.version == 6 else socket.AF_INET, str(address)
        )
    except OSError:
        return None
