"""What to ask a server, and what its answers tell of the NAT (RFC 3489 section 10.1)."""

from __future__ import annotations

import ipaddress
import socket

from sipsimple.core.nat.stun_exchange import ask
from sipsimple.core.nat.stun_message import Address, BindingRequest, BindingResponse

__all__ = ["DetectionFailed", "classify"]


class DetectionFailed(Exception):
    """The server cannot be used to tell; says why."""


def classify(server: Address, local_ip: str, interruption: socket.socket) -> str:
    """Find out which kind of NAT there is between this host and a server.

    Takes up to 20 seconds: what a NAT keeps back shows by its absence alone.

    Args:
        server: Its address.
        local_ip: The address to send from; one that stands for all lets the system choose.
        interruption: See `ask()`.

    Returns:
        PJNATH's name of the type: "Open" (there is none), "Blocked" (no answer comes over UDP),
        "Symmetric UDP" (no NAT, but a firewall that lets answers through), "Full Cone",
        "Symmetric", "Restricted" or "Port Restricted" (RFC 3489 section 5).

    Raises:
        DetectionFailed: The server refuses, or has no second address.
        Interrupted: See `ask()`.
        OSError: The system cannot send there.
    """
    family = socket.AF_INET6 if ":" in server.ip else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as endpoint:
        endpoint.setblocking(False)
        endpoint.bind((local_ip, 0))
        own = Address(_outgoing_ip(server, local_ip), endpoint.getsockname()[1])
        return _Questions(endpoint, server, interruption).answer(own)


def _outgoing_ip(server: Address, local_ip: str) -> str:
    if not ipaddress.ip_address(local_ip).is_unspecified:
        return Address.of(local_ip, 0).ip
    family = socket.AF_INET6 if ":" in server.ip else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        # Sends nothing.
        probe.connect(server)
        return Address.of(*probe.getsockname()[:2]).ip


class _Questions:
    def __init__(
        self, endpoint: socket.socket, server: Address, interruption: socket.socket
    ) -> None:
        self._endpoint = endpoint
        self._server = server
        self._interruption = interruption

    def _ask(self, *requests: tuple[BindingRequest, Address]) -> list[BindingResponse | None]:
        return ask(self._endpoint, requests, self._interruption)

    def _mapping(self, address: Address) -> BindingResponse | None:
        """Test I: where does what is sent there seem to come from?"""
        (response,) = self._ask((BindingRequest(), address))
        if response is not None and response.error is not None:
            raise DetectionFailed(f"the STUN server refused: {response.error}")
        if response is not None and response.mapped is None:
            raise DetectionFailed("the STUN server does not say where requests come from")
        return response

    def answer(self, own: Address) -> str:
        first = self._mapping(self._server)
        if first is None:
            return "Blocked"
        if first.other is None or first.other.ip == self._server.ip:
            raise DetectionFailed("the STUN server has no second address to answer from")
        # Tests II and III at the same time: neither opens anything in a NAT that test I has not.
        from_elsewhere, from_other_port = self._ask(
            (BindingRequest(change_ip=True, change_port=True), self._server),
            (BindingRequest(change_port=True), self._server),
        )
        for response in (from_elsewhere, from_other_port):
            if response is not None and response.error is not None:
                raise DetectionFailed(f"the STUN server refused: {response.error}")
        if first.mapped == own:
            return "Open" if from_elsewhere is not None else "Symmetric UDP"
        if from_elsewhere is not None:
            return "Full Cone"
        # Not before: it opens the way for an answer from there.
        second = self._mapping(first.other)
        if second is not None and second.mapped != first.mapped:
            return "Symmetric"
        if from_other_port is not None:
            return "Restricted"
        if second is None:
            # A symmetric NAT looks the same from here as one that restricts ports.
            raise DetectionFailed("the STUN server does not answer at its second address")
        return "Port Restricted"
