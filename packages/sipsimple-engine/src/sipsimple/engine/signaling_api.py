"""The attributes and methods of the Engine that signaling (sipsimple-core) provides."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, cast

from sipsimple.engine.component import Component
from sipsimple.engine.layers import SignalingLayer

if TYPE_CHECKING:
    from sipsimple.core import SIPURI

__all__ = ["SignalingAPI"]


class SignalingAPI:
    """Mixin of the `Engine`.

    Every attribute and method raises `SIPCoreError` while the Engine does not run, and where
    sipsimple-core is not installed.
    """

    __slots__ = ()

    @abstractmethod
    def _layer(self, name: str, member: str) -> Component:
        """The running component that a member of this class is about."""

    def _signaling(self, member: str) -> SignalingLayer:
        return cast(SignalingLayer, self._layer("signaling", member))

    @property
    def local_ip(self) -> str:
        """Address of the local interface that is listened on, a str. Read-only."""
        return self._signaling("local_ip").local_ip

    @property
    def local_udp_port(self) -> int | None:
        """Local UDP port that is listened on; None where UDP is disabled.

        Read-only; `set_local_udp_port()` changes it.
        """
        return self._signaling("local_udp_port").local_udp_port

    @property
    def local_tcp_port(self) -> int | None:
        """Local TCP port that is listened on; None where TCP is disabled.

        Read-only; `set_local_tcp_port()` changes it.
        """
        return self._signaling("local_tcp_port").local_tcp_port

    @property
    def local_tls_port(self) -> int | None:
        """Local TCP port of TLS that is listened on; None where TLS is disabled.

        Read-only; `set_local_tls_port()` changes it.
        """
        return self._signaling("local_tls_port").local_tls_port

    @property
    def tls_verify_server(self) -> bool:
        """Whether servers are refused whose TLS certificate does not verify.

        Read-only; `set_tls_verify_server()` changes it.
        """
        return self._signaling("tls_verify_server").tls_verify_server

    @property
    def tls_ca_file(self) -> str | None:
        """Path of the file with the certificates that TLS servers need, or None.

        Read-only; `set_tls_ca_file()` changes it.
        """
        return self._signaling("tls_ca_file").tls_ca_file

    @property
    def tls_cert_file(self) -> str | None:
        """Path of the file with our own certificate, or None. Read-only."""
        return self._signaling("tls_cert_file").tls_cert_file

    @property
    def tls_privkey_file(self) -> str | None:
        """Path of the file with the key of our certificate, or None. Read-only."""
        return self._signaling("tls_privkey_file").tls_privkey_file

    @property
    def tls_min_version(self) -> str:
        """The lowest version of TLS that is talked, "1.2" or "1.3". Read-only."""
        return self._signaling("tls_min_version").tls_min_version

    def set_local_udp_port(self, value: int | None) -> None:
        """Listen on another UDP port.

        Registrations and calls that exist keep the old port in their Contact, and what is sent
        there is lost: register again with a new `Registration`. The old socket stays open until
        the transactions that run over it have ended.

        Args:
            value: 0 to 65535; 0 for a free one, None to disable UDP.

        Raises:
            TypeError: `value` is neither int nor None.
            ValueError: `value` is out of range.
            PJSIPError: The port cannot be had; the old one stays open.
            SIPCoreError: The Engine does not run.
        """
        self._signaling("set_local_udp_port").set_local_udp_port(value)

    def set_local_tcp_port(self, value: int | None) -> None:
        """Listen on another TCP port; connections stay.

        Args:
            value: 0 to 65535; 0 for a free one. None disables TCP, and ends its connections
                once the transactions that run over them have ended.

        Raises:
            TypeError: `value` is neither int nor None.
            ValueError: `value` is out of range.
            PJSIPError: The port cannot be had; the old one stays open.
            SIPCoreError: The Engine does not run.
        """
        self._signaling("set_local_tcp_port").set_local_tcp_port(value)

    def set_local_tls_port(self, value: int | None) -> None:
        """Listen on another TCP port for TLS; otherwise as `set_local_tcp_port()`."""
        self._signaling("set_local_tls_port").set_local_tls_port(value)

    def set_tls_verify_server(self, value: bool) -> None:
        """Set whether TLS servers are refused whose certificate does not verify.

        The TLS listener starts anew on the port that it has. Every TLS connection ends as soon
        as no transaction uses it; the next request makes a new one. A request that another
        thread sends at just that moment may fail with 503.

        Args:
            value: True to refuse them.

        Raises:
            TypeError: `value` is no bool.
            PJSIPError: The port cannot be opened again; all stays as it was.
            SIPCoreError: The Engine does not run.
        """
        self._signaling("set_tls_verify_server").set_tls_verify_server(value)

    def set_tls_ca_file(self, value: str | None) -> None:
        """Set the certificates to verify TLS servers against, or have the file read again.

        The TLS listener starts anew, as with `set_tls_verify_server()`.

        Args:
            value: Path of a PEM file; None for the certificates that the system trusts.

        Raises:
            TypeError: `value` is neither str nor None.
            ValueError: The file cannot be read, or holds no certificate.
            PJSIPError: The port cannot be opened again; all stays as it was.
            SIPCoreError: The Engine does not run.
        """
        self._signaling("set_tls_ca_file").set_tls_ca_file(value)

    @property
    def session_expires(self) -> int | None:
        """Seconds that a call of ours lasts without a refresh (RFC 4028), or None. Read-only."""
        return self._signaling("session_expires").session_expires

    @property
    def min_session_expires(self) -> int:
        """Seconds below which the session timer of a caller is refused. Read-only."""
        return self._signaling("min_session_expires").min_session_expires

    @property
    def nameservers(self) -> tuple[str, ...] | None:
        """Name servers that are asked; None stands for those of the system. Read-only."""
        return self._signaling("nameservers").nameservers

    @property
    def user_agent(self) -> str:
        """The `User-Agent` header of the messages that are sent, a str (RFC 3261 20.41)."""
        return self._signaling("user_agent").user_agent

    @user_agent.setter
    def user_agent(self, value: str) -> None:
        self._signaling("user_agent").user_agent = value

    @property
    def trace_sip(self) -> bool:
        """Whether every SIP message on the wire is reported as `SCEngineSIPTrace`."""
        return self._signaling("trace_sip").trace_sip

    @trace_sip.setter
    def trace_sip(self, value: bool) -> None:
        self._signaling("trace_sip").trace_sip = value

    @property
    def events(self) -> dict[str, list[str]]:
        """The event packages that one can subscribe to, each with the MIME types of its bodies.

        A copy of the dict. Read-only; `add_event()` adds to it.
        """
        return self._signaling("events").events

    def add_event(self, event: str, accept_types: list[str]) -> None:
        """Add an event package to subscribe to. It can neither be removed nor changed.

        Args:
            event: Its name, such as `"presence"`.
            accept_types: The MIME types of the bodies that are accepted, such as
                `"application/pidf+xml"`, 1 to 32 of them.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: `event` is no name of a package, or `accept_types` no list of types.
            SIPCoreError: The package is there already, or the Engine does not run.

        Source: RFC 6665 section 5, `pjsip_evsub_register_pkg()`.
        """
        self._signaling("add_event").add_event(event, accept_types)

    def detect_nat_type(self, stun_server_address: str, stun_server_port: int = 3478) -> None:
        """Find out which kind of NAT this host is behind, by asking a STUN server.

        Takes up to 30 seconds; then exactly one `SCEngineDetectedNATType` is posted for each
        call, also where the detection fails or the Engine stops before.

        Args:
            stun_server_address: Host name or IP address of a STUN server that has two addresses
                (RFC 3489, RFC 5780).
            stun_server_port: Its UDP port, 1 to 65535.

        Raises:
            TypeError: An argument has the wrong type.
            ValueError: The address or the port cannot be one.
            SIPCoreError: The Engine does not run.

        Source: RFC 3489 section 10.1.
        """
        self._signaling("detect_nat_type").detect_nat_type(stun_server_address, stun_server_port)

    def parse_sip_uri(self, uri_string: str) -> SIPURI:
        """Parse a SIP or SIPS URI.

        Args:
            uri_string: The URI, with or without display name and angle brackets.

        Returns:
            A new `SIPURI`.

        Raises:
            TypeError: `uri_string` is no str.
            SIPCoreError: It is no SIP URI.

        Source: RFC 3261 19.1, `pjsip_parse_uri()`.
        """
        return self._signaling("parse_sip_uri").parse_sip_uri(uri_string)
