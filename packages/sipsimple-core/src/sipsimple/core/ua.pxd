"""C interface of `PJSIPUA`: what the primitives need of the endpoint.

Every call into PJSIP happens inside the gate (gate.pxd). A primitive derives from
`Primitive` (primitive.pxd) and begins its public methods with `self.enter()`.
"""

from sipsimple.core.credentials cimport Credentials
from sipsimple.core.listeners cimport Listeners
from sipsimple.core.request_handler cimport invite_function
from sipsimple.core.route cimport Route
from sipsimple.core.uri cimport SIPURI
from sipsimple.pjproject.pjlib cimport pj_pool_t
from sipsimple.pjproject.pjsip cimport pjsip_endpoint

cdef class PJSIPUA:
    cdef pjsip_endpoint *endpoint
    # Freed with the endpoint.
    cdef pj_pool_t *pool
    cdef int process
    cdef bint closed
    # close() gave up waiting for a thread that was inside
    cdef bint left_behind
    cdef bint _polling
    cdef str _local_ip
    cdef str _user_agent
    cdef dict _events
    cdef object _session_expires
    cdef unsigned _min_session_expires
    cdef Listeners _listeners
    # "udp", "tcp", "tls" -> Listener; changes with the ports.
    cdef dict listeners
    cdef tuple _nameservers
    cdef object _lookups
    cdef object _nat_detector
    cdef object _wake_reader
    cdef object _wake_writer
    cdef int _claim(self) except -1
    cdef int _start(self, dict ports, object tls_options) except -1
    cdef int _set_user_agent(self, str value) except -1
    cdef int _open_lookups(self) except -1
    cdef int _close_lookups(self) except -1
    cdef int _destroy(self) except -1
    cdef bint _end(self, int seconds) except -1
    cdef int _enter(self) except -1
    cdef object _port(self, str name)
    cdef object _tls_option(self, str name)
    cdef int _change_port(self, str name, object value) except -1
    cdef int _change_tls(self, dict changes) except -1

# The running one; SIPCoreError when there is none, and in a forked child.
cdef PJSIPUA current_ua()

# `<sip:TOKEN@address:port;transport=...>` for the transport that the request will take: that
# of `route`, else that of `target` (the Request-URI), else UDP. SIPCoreError when it is
# disabled. A `sips:` Contact where the target or the account is `sips:`.
cdef bytes contact_header(PJSIPUA ua, Credentials credentials, Route route, SIPURI target)

# At import: called for each INVITE outside of dialogs, once; it must answer.
cdef void register_invite_handler(invite_function handler) noexcept
# At import: called with each new endpoint before its transports open, to initialize
# pjsip_inv_usage; returns a pj_status_t. 100rel is initialized after it.
ctypedef int (*endpoint_function)(pjsip_endpoint *endpoint) noexcept nogil
cdef void register_endpoint_hook(endpoint_function hook) noexcept
