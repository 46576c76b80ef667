"""`PJSIPUA`: the SIP endpoint of this process."""

import socket
import threading

cimport cython
from posix.unistd cimport getpid

from sipsimple.core.agent_header cimport agent_header_register, agent_header_set
from sipsimple.core.connections cimport connections_register
from sipsimple.core.event_packages cimport package_add, packages_register
from sipsimple.core.forking cimport forking_set_callback
from sipsimple.core.gate cimport (
    gate_await_empty,
    gate_enter,
    gate_leave,
    gate_open,
    gate_shut,
    gate_wall_up,
)
from sipsimple.core.listeners cimport make_listeners
from sipsimple.core.message_checks cimport message_checks_register
from sipsimple.core.message_client cimport message_client_register
from sipsimple.core.message_receiver cimport message_receiver_register
from sipsimple.core.parser cimport parser_drop, parser_hold, parser_reset
from sipsimple.core.poller cimport poller_start, poller_stop, poller_turn
from sipsimple.core.primitive cimport Primitive
from sipsimple.core.request_handler cimport (
    request_handler_register,
    set_accepting,
    set_invite_function,
)
from sipsimple.core.resolver cimport resolver_set_lookups, resolver_start, resolver_stop
from sipsimple.core.session_timers cimport session_timers_register
from sipsimple.core.trace cimport trace_get, trace_register, trace_set
from sipsimple.core.transports cimport Listener, address_towards, outgoing_address
from sipsimple.core.uri cimport uri_from_text
from sipsimple.pjproject.pjlib cimport PJ_SUCCESS, pj_pool_release, pj_status_t
from sipsimple.pjproject.pjsip cimport (
    pjsip_100rel_init_module,
    pjsip_endpt_create,
    pjsip_endpt_destroy,
    pjsip_tsx_layer_init_module,
    pjsip_ua_init_module,
    pjsip_ua_init_param,
)
from sipsimple.pjproject.runtime cimport check, create_pool, ensure_thread, pool_factory
from sipsimple.pjproject.strings cimport encode

from sipsimple.core.event_types import DEFAULT_EVENTS as _DEFAULT_EVENTS
from sipsimple.core.event_types import checked_event, checked_events
from sipsimple.core.locating import Locator as _Locator
from sipsimple.core.lookups import Lookups as _Lookups
from sipsimple.core.names import Names as _Names
from sipsimple.core.names import checked_nameservers
from sipsimple.core.nat.detector import NATDetector as _NATDetector
from sipsimple.core.nat.detector import checked_server
from sipsimple.core.nat.notification import post_nat_type as _post_nat_type
from sipsimple.core.options import (
    checked_bool,
    checked_ip,
    checked_port,
    checked_session_timers,
    checked_user_agent,
)
from sipsimple.core.resolver import answer as _answer
from sipsimple.core.tls_options import checked_tls_options
from sipsimple.pjproject import SIPCoreError, pjproject_version
from sipsimple.pjproject.native import live_objects

_VERSION = "0.1.0"
_FORKED = "the SIP core cannot be used in a forked child; start it after the fork"

# A thread may be inside a look-up of the system's resolver when the endpoint closes.
cdef enum:
    SECONDS_TO_LEAVE = 5
    LONGEST_SLEEP = 3600    # seconds; PJSIP's poll counts in int milliseconds

#: What `user_agent` is unless something else is asked for.
DEFAULT_USER_AGENT = f"sipsimple-{_VERSION}-pjsip-{pjproject_version()}"

cdef object _adding_event = threading.Lock()

cdef PJSIPUA _current = None
# Whose endpoint there is, or is being made: PJSIP's modules are globals, one set for all. It
# stays where an endpoint had to be left behind, until that is destroyed.
cdef PJSIPUA _owner = None
cdef endpoint_function _hook = NULL


cdef PJSIPUA current_ua():
    if _current is None:
        raise SIPCoreError("the SIP core is not running: start the Engine first")
    if getpid() != _current.process:
        raise SIPCoreError(_FORKED)
    return _current


def check_running():
    """Raise what tells why there is no PJSIPUA to work with; nothing where there is one.

    Raises:
        SIPCoreError: None runs, or this is a forked child.
    """
    current_ua()


cdef void register_invite_handler(invite_function handler) noexcept:
    with nogil:
        set_invite_function(handler)


cdef void register_endpoint_hook(endpoint_function hook) noexcept:
    global _hook
    _hook = hook


@cython.auto_pickle(False)
cdef class PJSIPUA:
    """PJSIPUA(
    *, local_ip=None, local_udp_port=0, local_tcp_port=0, local_tls_port=0,
    tls_verify_server=False, tls_ca_file=None, tls_cert_file=None, tls_privkey_file=None,
    tls_min_version="1.2", user_agent=None, trace_sip=False, events=None,
    session_expires=1800, min_session_expires=90, nameservers=None
)
--

    The SIP endpoint: transports, transactions, dialogs, and the loop that serves them.

    The Engine makes one of these and runs it. A stack composed without the Engine does so
    itself: one at a time per process, `poll()` in a loop, and after each turn
    `sipsimple.pjproject.events.queue.drain()` by the same thread.

    Args:
        local_ip: Address to listen on: IPv4 or IPv6, `0.0.0.0` or `::` for every
            interface; None for that of the outgoing interface, or 127.0.0.1 where there
            is none.
        local_udp_port: UDP port, 0 for a free one, None for no UDP at all.
        local_tcp_port: TCP port, likewise.
        local_tls_port: Port of TLS over TCP, likewise.
        tls_verify_server: Refuse servers whose certificate does not verify, or is not for
            the host that was asked for (RFC 5922).
        tls_ca_file: Path of a PEM file with the certificates to verify against; None for
            those that the system trusts.
        tls_cert_file: Path of a PEM file with our own certificate, followed by those
            between it and its authority's; None for none, so that nobody can connect.
        tls_privkey_file: Path of a PEM file with its private key, not encrypted; None
            where that is in `tls_cert_file`.
        tls_min_version: The lowest version of TLS to talk, "1.2" or "1.3".
        user_agent: Value of the User-Agent and Server headers.
        trace_sip: Report every message as `SCEngineSIPTrace`.
        events: Event packages to subscribe to, a dict from their names to lists of the types of
            the bodies that are accepted; None for a choice of them.
        session_expires: Seconds that a call of ours lasts unless it is refreshed, at least 90,
            which is proposed to the other side (RFC 4028); None to support no session timers.
        min_session_expires: Proposals of fewer seconds get 422; at least 90.
        nameservers: IP addresses of name servers, each with an optional port
            (`"192.0.2.53"`, `"127.0.0.1:5353"`, `"[::1]:5353"`); None for those of the
            system.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: An argument is out of range.
        PJSIPError: PJSIP cannot do it, such as open a port that is taken.
        SIPCoreError: There is one already.
    """

    def __init__(
        self,
        *,
        local_ip=None,
        local_udp_port=0,
        local_tcp_port=0,
        local_tls_port=0,
        tls_verify_server=False,
        tls_ca_file=None,
        tls_cert_file=None,
        tls_privkey_file=None,
        tls_min_version="1.2",
        user_agent=None,
        trace_sip=False,
        events=None,
        session_expires=1800,
        min_session_expires=90,
        nameservers=None,
    ):
        global _current, _owner
        if self.endpoint != NULL or self.closed:
            raise SIPCoreError("a PJSIPUA starts once")
        self._local_ip = checked_ip(local_ip) or outgoing_address()
        cdef dict ports = {
            "udp": checked_port(local_udp_port, "local_udp_port"),
            "tcp": checked_port(local_tcp_port, "local_tcp_port"),
            "tls": checked_port(local_tls_port, "local_tls_port"),
        }
        tls_options = checked_tls_options(
            tls_verify_server, tls_ca_file, tls_cert_file, tls_privkey_file, tls_min_version
        )
        self._user_agent = checked_user_agent(
            DEFAULT_USER_AGENT if user_agent is None else user_agent
        )
        self._nameservers = checked_nameservers(nameservers)
        cdef bint tracing = checked_bool(trace_sip, "trace_sip")
        self._events = checked_events(_DEFAULT_EVENTS if events is None else events)
        self._session_expires, self._min_session_expires = checked_session_timers(
            session_expires, min_session_expires
        )
        self._claim()
        self.listeners = {}
        try:
            self._start(ports, tls_options)
            self._open_lookups()
        except BaseException:
            self._destroy()
            self.closed = True
            _owner = None
            raise
        trace_set(tracing)
        gate_open(self._wake_writer.fileno())
        _current = self

    cdef int _claim(self) except -1:
        """Become the owner of PJSIP's globals, or say who is in the way.

        No lock of Python's does this, for a child of fork() would find it locked: between the
        last look at the owner and the claim, nothing releases the GIL.
        """
        global _owner
        cdef PJSIPUA other = _owner
        cdef int process = getpid()
        if other is not None and other.process != process:
            raise SIPCoreError(_FORKED)
        if other is not None and other.left_behind and not other._end(0):
            raise SIPCoreError(
                "the endpoint of an earlier PJSIPUA is still there: a thread is inside"
            )
        if _owner is not None:
            raise SIPCoreError("there is a PJSIPUA in this process already")
        self.process = process
        _owner = self
        return 0

    cdef int _start(self, dict ports, object tls_options) except -1:
        cdef pj_status_t status
        cdef int wake_descriptor
        cdef unsigned interval = self._session_expires or 0
        cdef pjsip_ua_init_param dialogs
        self._set_user_agent(self._user_agent)
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._wake_writer.setblocking(False)
        wake_descriptor = self._wake_reader.fileno()
        with nogil:
            ensure_thread()
            # PJSIP and its modules teach the parser their headers.
            parser_hold()
            status = pjsip_endpt_create(pool_factory(), "sipsimple", &self.endpoint)
            if status == PJ_SUCCESS:
                self.pool = create_pool("sipsimple-ua", 1024, 1024)
                status = pjsip_tsx_layer_init_module(self.endpoint)
            if status == PJ_SUCCESS:
                forking_set_callback(&dialogs)
                status = pjsip_ua_init_module(self.endpoint, &dialogs)
            if status == PJ_SUCCESS:
                status = resolver_start(self.endpoint)
            if status == PJ_SUCCESS:
                status = trace_register(self.endpoint)
            if status == PJ_SUCCESS:
                status = connections_register(self.endpoint)
            if status == PJ_SUCCESS:
                status = message_checks_register(self.endpoint)
            if status == PJ_SUCCESS:
                status = agent_header_register(self.endpoint, self.pool)
            if status == PJ_SUCCESS:
                status = request_handler_register(self.endpoint)
            if status == PJ_SUCCESS:
                status = message_receiver_register(self.endpoint)
            if status == PJ_SUCCESS:
                status = message_client_register(self.endpoint)
            if status == PJ_SUCCESS and _hook != NULL:
                status = _hook(self.endpoint)
                if status == PJ_SUCCESS:
                    status = pjsip_100rel_init_module(self.endpoint)
                if status == PJ_SUCCESS:
                    status = session_timers_register(
                        self.endpoint, interval, self._min_session_expires
                    )
            if status == PJ_SUCCESS:
                status = packages_register(self.endpoint)
            parser_drop()
            if status == PJ_SUCCESS:
                status = poller_start(self.endpoint, self.pool, wake_descriptor)
        check(status, "could not start PJSIP's endpoint")
        if self.pool == NULL:
            raise MemoryError
        for event, accept_types in self._events.items():
            package_add(event, accept_types)
        self._listeners = make_listeners(self.endpoint, self._local_ip, tls_options)
        self.listeners = self._listeners.by_name
        self._listeners.open_all(ports)
        return 0

    cdef int _set_user_agent(self, str value) except -1:
        """The GIL stays held, so that threads which set it take turns."""
        cdef bytes text = encode(value, "user_agent")
        if not agent_header_set(text, len(text)):
            raise MemoryError
        self._user_agent = value
        return 0

    cdef int _open_lookups(self) except -1:
        family = socket.AF_INET6 if ":" in self._local_ip else socket.AF_INET
        names = _Names(self._nameservers, family)
        locator = _Locator(names)
        listeners = self.listeners
        self._nat_detector = _NATDetector(names.addresses, self._local_ip, _post_nat_type)
        self._lookups = _Lookups(
            # In the order of RFC 3261 section 18.1.1, as far as they are open at that time.
            lambda question: locator.locate(
                question, [name for name in ("udp", "tcp", "tls") if name in listeners]
            ),
            _answer,
        )
        return resolver_set_lookups(self._lookups.ask)

    cdef int _close_lookups(self) except -1:
        if self._lookups is not None:
            resolver_set_lookups(None)
            self._lookups.close()
            self._nat_detector.close()
        return 0

    cdef int _destroy(self) except -1:
        """Destroy the endpoint; nobody is inside the gate."""
        with nogil:
            ensure_thread()
            if self.endpoint != NULL:
                poller_stop()
                pjsip_endpt_destroy(self.endpoint)
                self.endpoint = NULL
                parser_reset()
            if self.pool != NULL:
                pj_pool_release(self.pool)
                self.pool = NULL
        for end in (self._wake_reader, self._wake_writer):
            if end is not None:
                end.close()
        return 0

    # ---- running

    def poll(self, timeout):
        """Do the network work at hand; sleep up to `timeout` for some to come.

        Returns early when events wait in the queue. Runs without the GIL.

        Args:
            timeout: Seconds, a float.

        Raises:
            SIPCoreError: It is closed, another thread is polling, or this is a forked
                child.
            PJSIPError: The system's poll failed.

        Source: `pj_timer_heap_poll()`, `pj_ioqueue_poll()`.
        """
        cdef long milliseconds
        cdef pj_status_t status = PJ_SUCCESS
        if not isinstance(timeout, (int, float)):
            raise TypeError(f"timeout: must be float, not {type(timeout).__name__}")
        milliseconds = int(1000 * max(0.0, min(timeout, LONGEST_SLEEP)))
        self._enter()
        try:
            if self._polling:
                raise SIPCoreError("another thread is polling")
            self._polling = True
            try:
                with nogil:
                    status = poller_turn(self.endpoint, milliseconds)
            finally:
                self._polling = False
        finally:
            with nogil:
                gate_leave()
        check(status, "poll")

    def begin_stop(self):
        """Begin to end what lives: unregister and hang up; answer new INVITEs with 503.

        Keep polling until `is_idle()`, for as long as that may take, then `close()`.
        """
        self._enter()
        try:
            with nogil:
                set_accepting(False)
        finally:
            with nogil:
                gate_leave()
        cdef Primitive primitive
        for primitive in live_objects(Primitive):
            try:
                primitive.begin_end()
            except SIPCoreError:
                continue

    def is_idle(self):
        """Whether nothing lives that has to end in the other side's knowledge."""
        cdef Primitive primitive
        for primitive in live_objects(Primitive):
            if not primitive.is_idle():
                return False
        return True

    def close(self):
        """End everything at once. Live objects raise `SIPCoreError` from now on.

        Does nothing when it is closed already. In a forked child, the parent's endpoint
        is left alone.

        A thread that stays inside for more than a few seconds keeps the endpoint: no other
        PJSIPUA starts until it has left.
        """
        global _current
        cdef Primitive primitive
        if self.closed:
            return
        self.closed = True
        if getpid() != self.process:
            return
        with nogil:
            gate_shut()
        trace_set(False)
        self._close_lookups()
        for primitive in live_objects(Primitive):
            primitive.invalid = True
        self._end(SECONDS_TO_LEAVE)
        _current = None

    cdef bint _end(self, int seconds) except -1:
        """Wait until nobody is inside, and destroy the endpoint then.

        Better to leave it behind than to pull it away under somebody.

        Returns:
            Whether it is gone.
        """
        global _owner
        cdef bint empty
        cdef Primitive primitive
        # One thread at a time does this.
        self.left_behind = False
        with nogil:
            empty = gate_await_empty(seconds)
        if empty:
            # Those too that were made by whoever was inside.
            for primitive in live_objects(Primitive):
                primitive.invalid = True
                primitive.invalidate()
            with nogil:
                resolver_stop()
                empty = gate_wall_up(seconds)
        if not empty:
            self.left_behind = True
            return False
        self._destroy()
        _owner = None
        return True

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        self.close()

    cdef int _enter(self) except -1:
        cdef bint entered = False
        if self.process == 0:
            raise SIPCoreError("PJSIPUA.__init__() has not been called")
        if getpid() != self.process:
            raise SIPCoreError(_FORKED)
        if not self.closed:
            with nogil:
                entered = gate_enter()
        if not entered:
            raise SIPCoreError("the SIP core has stopped")
        return 0

    # ---- changing the transports

    def set_local_udp_port(self, value):
        """Listen on another UDP port.

        Registrations and calls that exist keep the old port in their Contact, and what is
        sent there is lost: register again with a new `Registration`. The old socket stays
        open until the transactions end that run over it.

        Args:
            value: 0 to 65535; 0 for a free one, None to disable UDP.

        Raises:
            TypeError: Neither int nor None.
            ValueError: Out of range.
            PJSIPError: The port cannot be had; the old one stays open.
            SIPCoreError: The SIP core has stopped.
        """
        self._change_port("udp", value)

    def set_local_tcp_port(self, value):
        """Listen on another TCP port.

        Connections stay, except that None ends them, once their transactions have ended.
        Arguments, errors and what becomes of a Contact are those of `set_local_udp_port()`.
        """
        self._change_port("tcp", value)

    def set_local_tls_port(self, value):
        """Listen on another TCP port for TLS; otherwise as `set_local_tcp_port()`."""
        self._change_port("tls", value)

    cdef int _change_port(self, str name, object value) except -1:
        port = checked_port(value, f"local_{name}_port")
        self._enter()
        try:
            self._listeners.change_port(name, port)
        finally:
            with nogil:
                gate_leave()
        return 0

    def set_tls_verify_server(self, value):
        """Set whether certificates of servers are verified.

        The TLS listener restarts on the port that it has. Every TLS connection ends as
        soon as no transaction uses it; who needs one makes a new one. A request that
        another thread sends at just that moment may fail with 503.

        Args:
            value: A bool.

        Raises:
            TypeError: Not a bool.
            PJSIPError: The port cannot be opened again; all stays as it was.
            SIPCoreError: The SIP core has stopped.
        """
        self._change_tls({"verify_server": value})

    def set_tls_ca_file(self, value):
        """Set the certificates to verify against, or have the file read again.

        Otherwise as `set_tls_verify_server()`.

        Args:
            value: Path of a PEM file, or None for what the system trusts.

        Raises:
            TypeError: Neither str nor None.
            ValueError: It cannot be read, or holds no certificate.
        """
        self._change_tls({"ca_file": value})

    cdef int _change_tls(self, dict changes) except -1:
        self._enter()
        try:
            self._listeners.change_tls(changes)
        finally:
            with nogil:
                gate_leave()
        return 0

    # ---- attributes

    cdef object _port(self, str name):
        cdef Listener listener = self.listeners.get(name)
        return None if listener is None else listener.port

    @property
    def local_ip(self):
        """Address that is listened on, a str."""
        return self._local_ip

    @property
    def local_udp_port(self):
        """UDP port, or None where UDP is disabled."""
        return self._port("udp")

    @property
    def local_tcp_port(self):
        """TCP port, or None where TCP is disabled."""
        return self._port("tcp")

    @property
    def local_tls_port(self):
        """Port of TLS over TCP, or None where TLS is disabled."""
        return self._port("tls")

    @property
    def tls_verify_server(self):
        """Whether certificates of servers are verified."""
        return self._tls_option("verify_server")

    @property
    def tls_ca_file(self):
        """Path of the file with trusted certificates, or None."""
        return self._tls_option("ca_file")

    @property
    def tls_cert_file(self):
        """Path of the file with our own certificate, or None."""
        return self._tls_option("cert_file")

    @property
    def tls_privkey_file(self):
        """Path of the file with its private key, or None."""
        return self._tls_option("privkey_file")

    @property
    def tls_min_version(self):
        """The lowest version of TLS, "1.2" or "1.3"."""
        return self._tls_option("min_version")

    cdef object _tls_option(self, str name):
        if self._listeners is None:
            raise SIPCoreError("PJSIPUA.__init__() has not been called")
        return getattr(self._listeners.tls_options, name)

    @property
    def session_expires(self):
        """Seconds of the session timer that calls ask for; None where there are no timers."""
        return self._session_expires

    @property
    def min_session_expires(self):
        """The smallest session timer that is accepted, in seconds."""
        return self._min_session_expires

    @property
    def nameservers(self):
        """Name servers that are asked, a tuple of str, or None for those of the system."""
        return self._nameservers

    @property
    def user_agent(self):
        """Value of the User-Agent and Server headers; may be set at any time."""
        return self._user_agent

    @user_agent.setter
    def user_agent(self, value):
        cdef str checked = checked_user_agent(value)
        self._enter()
        try:
            if checked != self._user_agent:
                self._set_user_agent(checked)
        finally:
            with nogil:
                gate_leave()

    @property
    def trace_sip(self):
        """Whether messages are reported as `SCEngineSIPTrace`; may be set at any time."""
        return trace_get()

    @trace_sip.setter
    def trace_sip(self, value):
        cdef bint checked = checked_bool(value, "trace_sip")
        self._enter()
        trace_set(checked)
        with nogil:
            gate_leave()

    @property
    def events(self):
        """The event packages that one can subscribe to, each with its types; a copy."""
        return {event: list(types) for event, types in self._events.items()}

    def add_event(self, event, accept_types):
        """Add an event package to subscribe to. It can neither be removed nor changed.

        Args:
            event: Its name, a str such as `"presence"`.
            accept_types: The types of the bodies that are accepted, 1 to 32 str such as
                `"application/pidf+xml"`; `*` stands for any of either part.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: `event` is no name of a package, or `accept_types` no list of types.
            SIPCoreError: The package is there already, or the core has stopped.

        Source: RFC 6665 section 5, `pjsip_evsub_register_pkg()`.
        """
        cdef str name
        cdef list types
        name, types = checked_event(event, accept_types)
        self._enter()
        try:
            with _adding_event:
                for known, known_types in self._events.items():
                    if known.lower() == name.lower():
                        raise SIPCoreError(
                            f"event: {known!r} is there already, with {', '.join(known_types)}: "
                            "it cannot be changed"
                        )
                package_add(name, types)
                # Replaced, not changed: others may be reading it.
                self._events = {**self._events, name: types}
        finally:
            with nogil:
                gate_leave()

    def detect_nat_type(self, stun_server_address, stun_server_port=3478):
        """Find out which kind of NAT this host is behind; `SCEngineDetectedNATType` tells it.

        Takes up to 30 seconds. Detections may run at the same time; each is told once, also
        where it fails or the core stops before.

        Args:
            stun_server_address: Host name or IP address of a STUN server that has two addresses,
                a str.
            stun_server_port: Its UDP port, an int from 1 to 65535.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: The address or the port cannot be one.
            SIPCoreError: The core has stopped, or the system has no room for a thread.

        Source: RFC 3489 section 10.1, RFC 5780.
        """
        host, port = checked_server(stun_server_address, stun_server_port)
        self._enter()
        try:
            self._nat_detector.detect(host, port)
        except RuntimeError as error:
            raise SIPCoreError(f"cannot detect the type of NAT: {error}") from None
        finally:
            with nogil:
                gate_leave()

    def parse_sip_uri(self, uri_string):
        """Read a SIP or SIPS URI, with or without display name.

        Args:
            uri_string: The URI, a str.

        Returns:
            A `SIPURI`.

        Raises:
            TypeError: Not a str.
            InvalidURIError: Not a SIP or SIPS URI; a `SIPCoreError` and a `ValueError`.

        Source: `pjsip_parse_uri()`.
        """
        return uri_from_text(uri_string)


# ---- the Contact of requests

cdef str _transport_towards(Route route, SIPURI target):
    if route is not None:
        return route.transport_name()
    if target is None:
        return "udp"
    if target._secure:
        return "tls"
    for name, value in target._parameters.items():
        if name.lower() == "transport" and value:
            return value.lower()
    return "udp"


cdef bytes contact_header(PJSIPUA ua, Credentials credentials, Route route, SIPURI target):
    cdef str transport = _transport_towards(route, target)
    cdef Listener listener = ua.listeners.get(transport)
    cdef SIPURI contact
    cdef str host
    if listener is None:
        raise SIPCoreError(f"the {transport.upper()} transport is disabled")
    host = listener.host
    if listener.any_address:
        far = route._host if route is not None else target._host if target is not None else ""
        host = address_towards(far, ":" in ua._local_ip) or host
    contact = SIPURI(host, user=credentials._token, port=listener.port)
    contact._secure = credentials._uri._secure or (target is not None and target._secure)
    if transport != "udp" and not contact._secure:
        contact._parameters["transport"] = transport
    return contact.name_addr()
