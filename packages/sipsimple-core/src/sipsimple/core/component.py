"""Signaling as a component of the Engine: the entry point `signaling`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sipsimple.core.event_types import DEFAULT_EVENTS
from sipsimple.core.notifications import NOTIFICATIONS
from sipsimple.core.ua import DEFAULT_USER_AGENT, PJSIPUA
from sipsimple.core.uri import SIPURI
from sipsimple.pjproject import SIPCoreError

__all__ = ["SignalingComponent", "component"]


class SignalingComponent:
    """Starts, polls and stops the `PJSIPUA`, and has its attributes.

    Every attribute that belongs to the running endpoint raises `SIPCoreError` while
    there is none.
    """

    name = "signaling"
    distribution = "sipsimple-core"
    requires: tuple[str, ...] = ()
    default_start_options: Mapping[str, object] = MappingProxyType(
        {
            "local_ip": None,
            "local_udp_port": 0,
            "local_tcp_port": 0,
            "local_tls_port": 0,
            "tls_verify_server": False,
            "tls_ca_file": None,
            "tls_cert_file": None,
            "tls_privkey_file": None,
            "tls_min_version": "1.2",
            "user_agent": DEFAULT_USER_AGENT,
            "trace_sip": False,
            "events": DEFAULT_EVENTS,
            "session_expires": 1800,
            "min_session_expires": 90,
            "nameservers": None,
        }
    )
    public_names: Mapping[str, str] = MappingProxyType(
        {
            "Credentials": "sipsimple.core",
            "InvalidURIError": "sipsimple.core",
            "Invitation": "sipsimple.core",
            "MessagePendingError": "sipsimple.core",
            "Publication": "sipsimple.core",
            "Registration": "sipsimple.core",
            "Route": "sipsimple.core",
            "SIPURI": "sipsimple.core",
            "Subscription": "sipsimple.core",
            "send_message": "sipsimple.core",
        }
    )
    notifications = NOTIFICATIONS

    def __init__(self) -> None:
        self._ua: PJSIPUA | None = None

    @property
    def _running(self) -> PJSIPUA:
        if self._ua is None:
            raise SIPCoreError("signaling is not running")
        return self._ua

    def start(self, context: object, **options: Any) -> None:
        """Start the endpoint.

        Args:
            context: Unused: events travel through the queue of sipsimple-pjproject.
            options: Those of `default_start_options`.

        Raises:
            TypeError: An option has the wrong type.
            ValueError: An option is out of range.
            SIPCoreError: It runs already, or a port cannot be opened.
        """
        if self._ua is not None:
            raise SIPCoreError("signaling is running already")
        self._ua = PJSIPUA(**options)

    def poll(self, timeout: float) -> None:
        """One turn of `PJSIPUA.poll()`.

        Args:
            timeout: Seconds to sleep at most.
        """
        self._running.poll(timeout)

    def begin_stop(self) -> None:
        """Begin to unregister and hang up."""
        self._running.begin_stop()

    def is_idle(self) -> bool:
        """Whether all of that is done."""
        return self._ua is None or self._ua.is_idle()

    def stop(self) -> None:
        """End everything at once; does nothing when it is not running."""
        ua, self._ua = self._ua, None
        if ua is not None:
            ua.close()

    @property
    def local_ip(self) -> str:
        """Address that is listened on."""
        return self._running.local_ip

    @property
    def local_udp_port(self) -> int | None:
        """UDP port, or None where UDP is disabled."""
        return self._running.local_udp_port

    @property
    def local_tcp_port(self) -> int | None:
        """TCP port, or None where TCP is disabled."""
        return self._running.local_tcp_port

    @property
    def local_tls_port(self) -> int | None:
        """Port of TLS over TCP, or None where TLS is disabled."""
        return self._running.local_tls_port

    @property
    def tls_verify_server(self) -> bool:
        """Whether certificates of servers are verified."""
        return self._running.tls_verify_server

    @property
    def tls_ca_file(self) -> str | None:
        """Path of the file with trusted certificates, or None."""
        return self._running.tls_ca_file

    @property
    def tls_cert_file(self) -> str | None:
        """Path of the file with our own certificate, or None."""
        return self._running.tls_cert_file

    @property
    def tls_privkey_file(self) -> str | None:
        """Path of the file with its private key, or None."""
        return self._running.tls_privkey_file

    @property
    def tls_min_version(self) -> str:
        """The lowest version of TLS, "1.2" or "1.3"."""
        return self._running.tls_min_version

    def set_local_udp_port(self, value: int | None) -> None:
        """Listen on another UDP port; see `PJSIPUA.set_local_udp_port()`."""
        self._running.set_local_udp_port(value)

    def set_local_tcp_port(self, value: int | None) -> None:
        """Listen on another TCP port; see `PJSIPUA.set_local_tcp_port()`."""
        self._running.set_local_tcp_port(value)

    def set_local_tls_port(self, value: int | None) -> None:
        """Listen on another port for TLS; see `PJSIPUA.set_local_tls_port()`."""
        self._running.set_local_tls_port(value)

    def set_tls_verify_server(self, value: bool) -> None:
        """Verify certificates, or do not; see `PJSIPUA.set_tls_verify_server()`."""
        self._running.set_tls_verify_server(value)

    def set_tls_ca_file(self, value: str | None) -> None:
        """Trust other certificates; see `PJSIPUA.set_tls_ca_file()`."""
        self._running.set_tls_ca_file(value)

    @property
    def session_expires(self) -> int | None:
        """Seconds of the session timer that calls ask for, or None."""
        return self._running.session_expires

    @property
    def min_session_expires(self) -> int:
        """The smallest session timer that is accepted, in seconds."""
        return self._running.min_session_expires

    @property
    def nameservers(self) -> tuple[str, ...] | None:
        """Name servers that are asked, or None for those of the system."""
        return self._running.nameservers

    @property
    def user_agent(self) -> str:
        """Value of the User-Agent and Server headers."""
        return self._running.user_agent

    @user_agent.setter
    def user_agent(self, value: str) -> None:
        self._running.user_agent = value

    @property
    def trace_sip(self) -> bool:
        """Whether messages are reported as `SCEngineSIPTrace`."""
        return self._running.trace_sip

    @trace_sip.setter
    def trace_sip(self, value: bool) -> None:
        self._running.trace_sip = value

    @property
    def events(self) -> dict[str, list[str]]:
        """The event packages that one can subscribe to, each with its types."""
        return self._running.events

    def add_event(self, event: str, accept_types: list[str]) -> None:
        """Add an event package; see `PJSIPUA.add_event()`."""
        self._running.add_event(event, accept_types)

    def detect_nat_type(self, stun_server_address: str, stun_server_port: int = 3478) -> None:
        """Find out the kind of NAT; see `PJSIPUA.detect_nat_type()`."""
        self._running.detect_nat_type(stun_server_address, stun_server_port)

    def parse_sip_uri(self, uri_string: str) -> SIPURI:
        """Read a SIP or SIPS URI; see `PJSIPUA.parse_sip_uri()`."""
        return self._running.parse_sip_uri(uri_string)


component = SignalingComponent()
