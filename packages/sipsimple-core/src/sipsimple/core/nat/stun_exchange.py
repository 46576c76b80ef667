"""Sending requests until they are answered, over UDP (RFC 3489 section 9.3)."""

from __future__ import annotations

import contextlib
import select
import socket
import time
from collections.abc import Sequence
from typing import Final

from sipsimple.core.nat.stun_message import Address, BindingRequest, BindingResponse

__all__ = ["Interrupted", "ask"]

# When a request is sent, in seconds after the first time: the pauses double up to 1.6 s.
_SENDINGS: Final = (0.0, 0.1, 0.3, 0.7, 1.5, 3.1, 4.7, 6.3, 7.9)
_PATIENCE: Final = 9.5
# More than any response needs, and no more than a datagram has.
_LARGEST: Final = 65535


class Interrupted(Exception):
    """Whoever asks wants no answer any more."""


def ask(
    endpoint: socket.socket,
    requests: Sequence[tuple[BindingRequest, Address]],
    interruption: socket.socket,
) -> list[BindingResponse | None]:
    """Send requests, all at the same time, and wait for their responses.

    A response that was to come from another address counts only if it does: there are servers
    that do not know what they were asked for.

    Args:
        endpoint: A UDP socket that does not block.
        requests: Each with the address that it is sent to.
        interruption: A socket that becomes readable when there is no use any more.

    Returns:
        For each request its response; `None` where none came in 9.5 seconds.

    Raises:
        Interrupted: The other socket became readable.
        OSError: The system cannot send there.
    """
    poller = select.poll()
    for source in (endpoint, interruption):
        poller.register(source, select.POLLIN)
    waiting = {index: list(_SENDINGS) for index in range(len(requests))}
    found: list[BindingResponse | None] = [None] * len(requests)
    begin = time.monotonic()
    while waiting and (now := time.monotonic() - begin) < _PATIENCE:
        for index, times in waiting.items():
            if times and times[0] <= now:
                request, address = requests[index]
                # Late or not, once: a burst tells no more than one packet.
                times[:] = [due for due in times if due > now]
                with contextlib.suppress(BlockingIOError):
                    endpoint.sendto(request.packet, address)
        due = min((times[0] for times in waiting.values() if times), default=_PATIENCE)
        ready = {descriptor for descriptor, _ in poller.poll(1000 * max(0.0, due - now))}
        if interruption.fileno() in ready:
            raise Interrupted
        if endpoint.fileno() in ready:
            _receive(endpoint, requests, waiting, found)
    return found


def _receive(
    endpoint: socket.socket,
    requests: Sequence[tuple[BindingRequest, Address]],
    waiting: dict[int, list[float]],
    found: list[BindingResponse | None],
) -> None:
    try:
        packet, source = endpoint.recvfrom(_LARGEST)
    except OSError:
        # What the system tells of an earlier packet is no answer, and no reason to give up.
        return
    for index in list(waiting):
        request, address = requests[index]
        response = request.response(packet)
        if response is not None and (
            not request.asks_for_change or Address.of(*source[:2]) != address
        ):
            found[index] = response
            del waiting[index]
