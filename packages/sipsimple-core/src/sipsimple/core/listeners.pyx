"""The listening transports of an endpoint, and changing them while it runs.

A change opens the new transport before it closes the old one, so that one which fails
leaves everything as it was, and so that no thread ever finds none to send by. It is made
between two turns of the poller: no callback of what is closed runs then. Nothing is pulled
away under anybody else either: PJSIP destroys a transport when the last transaction that
holds it has ended.
"""

import dataclasses
import threading

cimport cython

from sipsimple.core.connections cimport connections_end, connections_set_factory
from sipsimple.core.poller cimport poller_pause, poller_resume
from sipsimple.core.registration_machine cimport Native, registration_let_transport_go
from sipsimple.core.transports cimport (
    Listener,
    close_listener,
    move_tls,
    open_tcp,
    open_tls,
    open_udp,
)
from sipsimple.pjproject.native cimport NativeObject
from sipsimple.pjproject.pjsip cimport pjsip_tpfactory
from sipsimple.pjproject.runtime cimport ensure_thread

from sipsimple.core.tls_options import checked_tls_options
from sipsimple.pjproject.errors import SIPCoreError
from sipsimple.pjproject.native import live_objects


cdef Listeners make_listeners(pjsip_endpoint *endpoint, str ip, object tls_options):
    cdef Listeners listeners = Listeners.__new__(Listeners)
    listeners.endpoint = endpoint
    listeners.ip = ip
    listeners.tls_options = tls_options
    listeners.changing = threading.Lock()
    listeners.by_name = {}
    return listeners


cdef void _pause() noexcept:
    with nogil:
        ensure_thread()
        poller_pause()


cdef void _resume() noexcept:
    with nogil:
        poller_resume()


cdef void _end_connections(bint secure) noexcept:
    with nogil:
        connections_end(secure)


@cython.auto_pickle(False)
cdef class Listeners:
    """Not for applications: `PJSIPUA` has one."""

    cdef object _open(self, str name, int port, object tls_options):
        if name == "udp":
            return open_udp(self.endpoint, self.ip, port)
        if name == "tcp":
            return open_tcp(self.endpoint, self.ip, port)
        return open_tls(self.endpoint, self.ip, port, tls_options)

    cdef int _put(self, str name, object listener) except -1:
        """Make `listener` the one of its name, None for none."""
        cdef pjsip_tpfactory *factory = NULL
        cdef bint secure = name == "tls"
        cdef bint verify = self.tls_options.verify_server
        if listener is None:
            self.by_name.pop(name, None)
        else:
            self.by_name[name] = listener
            factory = (<Listener> listener).factory
        if name != "udp":
            with nogil:
                connections_set_factory(secure, factory, verify)
        return 0

    cdef int open_all(self, dict ports) except -1:
        """At the start; a port that is None stays closed."""
        for name, port in ports.items():
            if port is not None:
                self._put(name, self._open(name, port, self.tls_options))
        return 0

    cdef int change_port(self, str name, object port) except -1:
        """Listen on another port; None for no such transport, 0 for a free port.

        Raises:
            PJSIPError: The port cannot be had; the old one stays open.
        """
        cdef Listener old, new = None
        with self.changing:
            old = self.by_name.get(name)
            if (None if old is None else old.port) == port:
                return 0
            _pause()
            try:
                if port is not None:
                    new = self._open(name, port, self.tls_options)
                self._put(name, new)
                if old is not None:
                    close_listener(old)
                if new is None and name != "udp":
                    _end_connections(name == "tls")
                _let_transports_go()
            finally:
                _resume()
        return 0

    cdef int change_tls(self, dict changes) except -1:
        """Change some fields of the `TLSOptions`, and make all TLS anew.

        Raises:
            TypeError, ValueError: What is asked for cannot be.
            PJSIPError: The port cannot be opened again; all stays as it was.
        """
        with self.changing:
            values = dataclasses.asdict(self.tls_options)
            options = checked_tls_options(**{**values, **changes})
            if "tls" not in self.by_name:
                self.tls_options = options
                return 0
            _pause()
            try:
                self._restart_tls(options)
                _end_connections(True)
                _let_transports_go()
            finally:
                _resume()
        return 0

    cdef int _restart_tls(self, object options) except -1:
        cdef Listener old = self.by_name["tls"]
        cdef int port = old.port
        # Another thread may need a TLS connection at any moment: by this one it gets it, with
        # the new options, while the old listener gives up the port.
        cdef Listener between = self._open("tls", 0, options)
        cdef Listener new
        try:
            # Moved and not closed: its address must not be given to the new one, which would
            # take connections that the old one is making for its own.
            move_tls(old, self.ip, 0)
            new = self._open("tls", port, options)
        except BaseException as error:
            try:
                move_tls(old, self.ip, port)
            except SIPCoreError:
                # Somebody else has been faster.
                error.add_note(f"TLS listens on port {old.port} now")
            close_listener(between)
            raise
        self.tls_options = options
        self._put("tls", new)
        close_listener(old)
        close_listener(between)
        return 0


cdef int _let_transports_go() except -1:
    """Registrations hold the transport of their last answer: not that which is to end."""
    cdef Native *native
    # That module is built upon this one.
    from sipsimple.core.registration import Registration

    for registration in live_objects(Registration):
        native = <Native *> (<NativeObject> registration).anchor
        if native != NULL:
            with nogil:
                registration_let_transport_go(native)
    return 0
