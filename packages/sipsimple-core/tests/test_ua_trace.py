"""PJSIPUA: the trace of what is on the wire."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import InChild


def _modules() -> Any:
    import core_driver  # in the child only

    return core_driver


def _trace(ip: str) -> None:
    driver = _modules()
    with driver.Driver(local_ip=ip) as running:
        peer = driver.Peer(running, ip)
        peer.ask(peer.request("OPTIONS"))
        assert running.notifications == []
        running.ua.trace_sip = True
        assert running.ua.trace_sip is True
        request = peer.request("OPTIONS")
        peer.ask(request)
        received, sent = running.notifications
        port = running.ua.local_udp_port
        assert received.name == sent.name == "SCEngineSIPTrace"
        assert received.sender == sent.sender == id(None)
        timestamps = [item.data.pop("timestamp") for item in (received, sent)]
        assert timestamps[0] <= timestamps[1]
        assert received.data == {
            "received": True,
            "source_ip": ip,
            "source_port": peer.port,
            "destination_ip": ip,
            "destination_port": port,
            "transport": "UDP",
            "data": request,
        }
        assert sent.data.pop("data").startswith(b"SIP/2.0 200 OK\r\n")
        assert sent.data == {
            "received": False,
            "source_ip": ip,
            "source_port": port,
            "destination_ip": ip,
            "destination_port": peer.port,
            "transport": "UDP",
        }
        running.notifications.clear()
        running.ua.trace_sip = False
        peer.ask(peer.request("OPTIONS"))
        assert running.notifications == []


@pytest.mark.parametrize("ip", ["127.0.0.1", "::1"])
def test_trace_shows_what_is_on_the_wire(in_child: InChild, ip: str) -> None:
    in_child(_trace, ip)


def _trace_tcp() -> None:
    driver = _modules()
    with driver.Driver(trace_sip=True) as running:
        port = running.ua.local_tcp_port
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setblocking(False)
            own = connection.getsockname()[1]
            request = driver.Peer(running).request("OPTIONS").replace(b"/UDP", b"/TCP")
            connection.sendall(request)
            running.until(lambda: len(running.notifications) == 2)
            answer = driver.Answer(connection.recv(65535))
            assert answer.code == 200
            assert answer.headers["contact"] == (f"<sip:token@127.0.0.1:{port};transport=tcp>")
        received, sent = (item.data for item in running.notifications)
        assert received["transport"] == sent["transport"] == "TCP"
        assert received["data"] == request
        for data, here, there in (
            (received, "destination", "source"),
            (sent, "source", "destination"),
        ):
            assert (data[f"{here}_ip"], data[f"{here}_port"]) == ("127.0.0.1", port)
            assert (data[f"{there}_ip"], data[f"{there}_port"]) == ("127.0.0.1", own)


def test_trace_of_tcp(in_child: InChild) -> None:
    in_child(_trace_tcp)
