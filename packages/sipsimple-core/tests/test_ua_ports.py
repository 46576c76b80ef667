"""PJSIPUA: changing the ports while it runs."""

from __future__ import annotations

import contextlib
import os
import random
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest

from sipsimple.core import PJSIPUA, SIPURI, Credentials, PJSIPError, Registration, Route
from sipsimple.pjproject import runtime

if TYPE_CHECKING:
    from conftest import InChild

with contextlib.suppress(ImportError):
    import core_driver  # in the child only

KINDS = {"udp": socket.SOCK_DGRAM, "tcp": socket.SOCK_STREAM, "tls": socket.SOCK_STREAM}
NAMES = tuple(KINDS)


def change(ua: PJSIPUA, name: str, port: object) -> int | None:
    getattr(ua, f"set_local_{name}_port")(port)
    return port_of(ua, name)


def port_of(ua: PJSIPUA, name: str) -> int | None:
    port: int | None = getattr(ua, f"local_{name}_port")
    return port


def is_free(name: str, port: int) -> bool:
    """Whether somebody else can have the port now."""
    with socket.socket(socket.AF_INET, KINDS[name]) as probe:
        # Connections that have just ended do not count.
        if name != "udp":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def is_open(name: str, port: int) -> bool:
    if name == "udp":
        return not is_free(name, port)
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Connection:
    """A TCP connection to the UA."""

    def __init__(self, driver: core_driver.Driver) -> None:
        self.driver = driver
        self.peer = core_driver.Peer(driver)
        self.socket = socket.create_connection(("127.0.0.1", driver.ua.local_tcp_port))
        self.socket.setblocking(False)

    def receive(self) -> bytes | None:
        try:
            return self.socket.recv(65535)
        except BlockingIOError:
            return None

    def has_ended(self) -> bool:
        return self.receive() == b""

    def answers(self) -> bool:
        self.socket.send(self.peer.request("OPTIONS").replace(b"/UDP", b"/TCP"))
        return core_driver.Answer(self.driver.until(self.receive)).code == 200


# ---- another port


def _another(name: str) -> None:
    with core_driver.Driver() as driver:
        old = port_of(driver.ua, name)
        new = change(driver.ua, name, 0)
        assert new not in (None, 0, old)
        assert is_open(name, new)
        assert is_free(name, old)
        # And to a port of one's choice: the old one can be had again at once.
        assert change(driver.ua, name, old) == old
        assert is_open(name, old)
        driver.until(lambda: is_free(name, new))
        others = [port_of(driver.ua, other) for other in NAMES if other != name]
        assert None not in others


@pytest.mark.parametrize("name", NAMES)
def test_another_port_is_listened_on_instead_of_the_old_one(in_child: InChild, name: str) -> None:
    in_child(_another, name)


def _everywhere(ip: str) -> None:
    with core_driver.Driver(local_ip=ip) as driver:
        for name in NAMES:
            old = port_of(driver.ua, name)
            new = change(driver.ua, name, 0)
            assert change(driver.ua, name, old) == old != new
        peer = core_driver.Peer(driver, "::1" if ":" in ip else "127.0.0.1")
        assert peer.ask(peer.request("OPTIONS")).code == 200


@pytest.mark.parametrize("ip", ["0.0.0.0", "::1", "::"])
def test_ports_change_on_every_kind_of_address(in_child: InChild, ip: str) -> None:
    in_child(_everywhere, ip)


def _requests_move() -> None:
    with core_driver.Driver() as driver:
        old = driver.ua.local_udp_port
        peer = core_driver.Peer(driver)
        assert peer.ask(peer.request("OPTIONS")).code == 200
        driver.ua.set_local_udp_port(0)
        answer = peer.ask(peer.request("OPTIONS"))
        assert answer.code == 200
        assert f":{driver.ua.local_udp_port}>" in answer.headers["contact"]
        uri = SIPURI("127.0.0.1", user="alice", port=peer.port)
        Registration(Credentials(uri), Route("127.0.0.1", peer.port)).register()
        request = driver.until(peer.receive).decode()
        assert request.startswith("REGISTER ")
        for mark in (f"SIP/2.0/UDP 127.0.0.1:{driver.ua.local_udp_port};", "@127.0.0.1:{}"):
            assert mark.format(driver.ua.local_udp_port) in request, request
        assert str(old) not in request


def test_requests_come_and_go_by_the_new_udp_port(in_child: InChild) -> None:
    in_child(_requests_move)


def _transaction_stays() -> None:
    with core_driver.Driver() as driver:
        old = driver.ua.local_udp_port
        peer = core_driver.Peer(driver)
        uri = SIPURI("127.0.0.1", user="alice", port=peer.port)
        registration = Registration(Credentials(uri), Route("127.0.0.1", peer.port))
        registration.register()
        request = driver.until(peer.receive).decode()
        driver.ua.set_local_udp_port(0)
        driver.run(0.2)
        assert not is_free("udp", old), "the answer could not come"
        fields = [line for line in request.split("\r\n") if line[:4] in ("Via:", "From", "Call")]
        fields += [line for line in request.split("\r\n") if line[:4] in ("CSeq", "Cont")]
        to = next(line for line in request.split("\r\n") if line.startswith("To:"))
        answer = ["SIP/2.0 200 OK", *fields, f"{to};tag=1", "Expires: 60", "", ""]
        peer.socket.sendto("\r\n".join(answer).encode(), ("127.0.0.1", old))
        driver.until(lambda: registration.state == "registered")
        driver.until(lambda: is_free("udp", old), 40)


def test_a_transaction_ends_over_the_old_udp_port(in_child: InChild) -> None:
    in_child(_transaction_stays, timeout=60)


def _connection_stays() -> None:
    with core_driver.Driver() as driver:
        connection = Connection(driver)
        assert connection.answers()
        driver.ua.set_local_tcp_port(0)
        driver.run(0.2)
        assert connection.answers()
        assert Connection(driver).answers()


def test_tcp_connections_outlive_another_port(in_child: InChild) -> None:
    in_child(_connection_stays)


def _same_port(name: str) -> None:
    with core_driver.Driver() as driver:
        port = port_of(driver.ua, name)
        assert change(driver.ua, name, port) == port
        assert is_open(name, port)


@pytest.mark.parametrize("name", NAMES)
def test_the_port_that_it_has_already_can_be_set(in_child: InChild, name: str) -> None:
    in_child(_same_port, name)


# ---- none


def _none(name: str) -> None:
    with core_driver.Driver() as driver:
        port = port_of(driver.ua, name)
        credentials = Credentials(SIPURI("127.0.0.1", user="alice"))
        route = Route("127.0.0.1", 9, name)
        registration = Registration(credentials, route)
        assert change(driver.ua, name, None) is None
        driver.until(lambda: is_free(name, port))
        assert change(driver.ua, name, None) is None
        error = core_driver.raises(
            core_driver.SIPCoreError, lambda: Registration(credentials, route)
        )
        assert str(error) == f"the {name.upper()} transport is disabled"
        registration.register()
        failed = driver.until(
            lambda: [
                notification.data
                for notification in driver.notifications
                if notification.data.get("state") == "unregistered"
            ]
        )
        assert failed[0]["code"] == 503
        assert change(driver.ua, name, port) == port
        assert is_open(name, port)


@pytest.mark.parametrize("name", NAMES)
def test_none_disables_a_transport_until_a_port_is_set(in_child: InChild, name: str) -> None:
    in_child(_none, name)


def _none_ends_connections() -> None:
    with core_driver.Driver() as driver:
        connection = Connection(driver)
        assert connection.answers()
        driver.ua.set_local_tcp_port(None)
        # The transaction of the OPTIONS lives for 0 s over TCP.
        driver.until(connection.has_ended)


def test_none_ends_the_tcp_connections(in_child: InChild) -> None:
    in_child(_none_ends_connections)


def _registered_over_tcp(port: int) -> tuple[str, str]:
    with core_driver.Driver() as driver:
        uri = SIPURI("127.0.0.1", user="alice", port=port)
        registration = Registration(Credentials(uri), Route("127.0.0.1", port, "tcp"))
        registration.register()
        driver.until(lambda: registration.state == "registered")
        before = _connections(port)
        assert len(before) == 1
        driver.ua.set_local_tcp_port(0)
        driver.run(0.2)
        assert _connections(port) == before
        driver.ua.set_local_tcp_port(None)
        driver.until(lambda: _connections(port) == [])
        driver.ua.set_local_tcp_port(0)
        registration.unregister()
        driver.until(lambda: registration.state == "unregistered")
        return driver.notifications[-1].data["code"]


def _connections(port: int) -> list[str]:
    """Those of this process to a port, by their local addresses."""
    with open("/proc/self/net/tcp") as table:
        rows = [line.split() for line in table][1:]
    return [row[1] for row in rows if row[2] == f"0100007F:{port:04X}" and row[3] == "01"]


def test_a_registration_keeps_its_connection_until_tcp_is_disabled(
    in_child: InChild, registrar
) -> None:
    assert in_child(_registered_over_tcp, registrar.port) == 200
    assert [request.expires for request in registrar.requests][-1] == 0


def _cut_off() -> int:
    with (
        core_driver.Driver() as driver,
        socket.create_server(("127.0.0.1", 0)) as server,
    ):
        server.settimeout(5)
        port = server.getsockname()[1]
        uri = SIPURI("127.0.0.1", user="alice", port=port)
        registration = Registration(Credentials(uri), Route("127.0.0.1", port, "tcp"))
        registration.register()
        driver.turn()
        connection, _ = server.accept()
        driver.turn()
        assert connection.recv(65536).startswith(b"REGISTER ")
        connection.close()
        # Much sooner than the 32 s of an answer that does not come.
        driver.until(lambda: registration.state == "unregistered")
        code: int = driver.notifications[-1].data["code"]
        return code


def test_a_request_fails_at_once_when_its_connection_ends(in_child: InChild) -> None:
    assert in_child(_cut_off) == 503


# ---- what cannot be


def _busy(name: str) -> None:
    with (
        core_driver.Driver() as driver,
        socket.socket(socket.AF_INET, KINDS[name]) as taken,
    ):
        taken.bind(("127.0.0.1", 0))
        if name != "udp":
            taken.listen()
        busy = taken.getsockname()[1]
        port = port_of(driver.ua, name)
        pools = runtime.live_pools()
        error = core_driver.raises(PJSIPError, lambda: change(driver.ua, name, busy))
        assert str(busy) in str(error)
        assert port_of(driver.ua, name) == port
        assert is_open(name, port)
        assert runtime.live_pools() == pools
        peer = core_driver.Peer(driver)
        assert peer.ask(peer.request("OPTIONS")).code == 200
        taken.close()
        assert change(driver.ua, name, busy) == busy


@pytest.mark.parametrize("name", NAMES)
def test_a_busy_port_is_an_error_and_the_old_one_stays(in_child: InChild, name: str) -> None:
    in_child(_busy, name)


def _bad(name: str) -> None:
    with core_driver.Driver() as driver:
        port = port_of(driver.ua, name)
        for value, error in (
            ("5060", TypeError),
            (True, TypeError),
            (5060.0, TypeError),
            (65536, ValueError),
            (-1, ValueError),
        ):
            wrong = core_driver.raises(error, lambda value=value: change(driver.ua, name, value))
            assert f"local_{name}_port" in str(wrong)
        assert port_of(driver.ua, name) == port
        assert is_open(name, port)
    core_driver.raises(core_driver.SIPCoreError, lambda: change(driver.ua, name, 0))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_port_changes_nothing(in_child: InChild, name: str) -> None:
    in_child(_bad, name)


# ---- threads


def _by_observer() -> None:
    with core_driver.Driver(trace_sip=True) as driver:
        peer = core_driver.Peer(driver)
        ports = [driver.ua.local_udp_port]

        def handle(name: str, sender: object, data: dict[str, object]) -> None:
            if name == "SCEngineSIPTrace" and data["received"]:
                driver.ua.set_local_udp_port(0)
                driver.ua.set_local_tls_port(0)
                ports.append(driver.ua.local_udp_port)

        driver._handle = handle
        assert peer.ask(peer.request("OPTIONS")).code == 200
        driver.until(lambda: len(ports) == 2)
        assert peer.ask(peer.request("OPTIONS")).code == 200
        driver.until(lambda: len(ports) == 3)
        assert len(set(ports)) == 3


def test_an_observer_can_change_ports(in_child: InChild) -> None:
    in_child(_by_observer)


def _open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def _by_many(seed: int, seconds: float) -> int:
    """Four threads change ports, two send, one polls; then everything is as at the beginning."""
    changes = 0
    with core_driver.Driver() as driver:
        peer = core_driver.Peer(driver)
        end = time.monotonic() + seconds
        failures: list[BaseException] = []

        def change_ports(chance: random.Random) -> None:
            nonlocal changes
            while time.monotonic() < end:
                name = chance.choice(NAMES)
                change(driver.ua, name, chance.choice((0, 0, 0, None)))
                changes += 1

        def register(chance: random.Random) -> None:
            uri = SIPURI("127.0.0.1", user="alice", port=peer.port)
            while time.monotonic() < end:
                registration = Registration(
                    Credentials(uri), Route("127.0.0.1", peer.port, chance.choice(NAMES))
                )
                registration.register()
                time.sleep(chance.random() * 0.01)

        def guarded(action, chance: random.Random) -> None:
            while time.monotonic() < end:
                try:
                    action(chance)
                except core_driver.SIPCoreError:
                    continue  # a transport that is disabled just now
                except BaseException as error:
                    failures.append(error)
                    return

        threads = [
            threading.Thread(target=guarded, args=(action, random.Random(seed + index)))
            for index, action in enumerate((*[change_ports] * 4, register, register))
        ]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            driver.turn()
        for thread in threads:
            thread.join()
        assert not failures, failures
        for name in NAMES:
            change(driver.ua, name, 0)
        peer = core_driver.Peer(driver)
        assert peer.ask(peer.request("OPTIONS")).code == 200
    assert runtime.live_pools() == 0
    return changes


def test_many_threads_change_ports_while_others_send(in_child: InChild) -> None:
    assert in_child(_by_many, 5060, 3.0, timeout=60) > 20


def _again_and_again() -> None:
    with core_driver.Driver() as driver:

        def round_trip() -> None:
            for name in NAMES:
                change(driver.ua, name, None)
                change(driver.ua, name, 0)
                change(driver.ua, name, 0)
            driver.until(lambda: all(is_open(name, port_of(driver.ua, name)) for name in NAMES))

        for _ in range(3):
            round_trip()
        pools, files = runtime.live_pools(), _open_files()
        for _ in range(10):
            round_trip()
        # The ends of the old sockets, and of what has just tried to connect, take their time.
        driver.until(lambda: runtime.live_pools() <= pools and _open_files() <= files)


def test_changing_ports_again_and_again_leaves_nothing(in_child: InChild) -> None:
    in_child(_again_and_again)
