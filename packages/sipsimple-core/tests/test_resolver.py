"""Where requests without a route go: RFC 3263, with a real name server."""

from __future__ import annotations

import socket
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from core_registrar import Registrar
from sip_servers import HOSTS, Silent, refused_port, srv
from transaction_timers import set_transaction_timers

from sipsimple.core import SIPURI, Credentials, Registration
from sipsimple.core.resolver import answer
from sipsimple.pjproject import runtime

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import InChild
    from testbed.name_server import NameServer


def _driver(address: str, **options: Any) -> Any:
    import core_driver  # in the child only

    return core_driver.Driver(nameservers=[address], **options)


def _registration(host: str = "sip.test", port: int | None = None, **more: Any) -> Registration:
    return Registration(Credentials(SIPURI(host, "alice", port, **more), "secret", "token"))


def _register(
    address: str, seconds: float, arguments: dict[str, Any], times: int = 1, t1: int = 500
) -> list[tuple[int, str]]:
    """Register once or more, with a T1 of so many milliseconds; the final answers."""
    results = []
    with _driver(address) as running:
        # RFC 3261's T1, T2, T4 and timer D; a transaction ends after 64 T1.
        set_transaction_timers(t1, 8 * t1, 10 * t1, 64 * t1)
        for _ in range(times):
            registration = _registration(**arguments)
            registration.register()
            running.until(lambda: len(running.notifications) >= 2, seconds)
            states = [item.data["state"] for item in running.notifications]
            assert states[0] == "registering"
            assert len(states) == 2
            data = running.notifications[1].data
            results.append((data["code"], data["reason"]))
            running.notifications.clear()
    return results


@pytest.fixture
def other() -> Iterator[Registrar]:
    """A second registrar."""
    with Registrar() as registrar:
        yield registrar


@pytest.fixture
def silent() -> Iterator[Silent]:
    """A UDP port where nobody answers."""
    with closing(Silent()) as server:
        yield server


# ---- where requests go


@pytest.mark.parametrize(("first", "second"), [("tcp", "udp"), ("udp", "tcp")])
def test_naptr_decides_on_the_transport(
    in_child: InChild, name_server: NameServer, registrar: Registrar, first: str, second: str
) -> None:
    services = {"udp": "SIP+D2U", "tcp": "SIP+D2T"}
    address = name_server.start(
        *HOSTS,
        f"naptr-record=sip.test,20,0,s,{services[second]},,_sip._{second}.sip.test",
        f"naptr-record=sip.test,10,0,s,{services[first]},,_sip._{first}.sip.test",
        srv(registrar.port, transport="udp"),
        srv(registrar.port, transport="tcp"),
    )
    assert in_child(_register, address, 5, {}) == [(200, "OK")]
    assert [request.transport for request in registrar.requests] == [first]
    assert registrar.requests[0].uri == "sip:sip.test"


def test_the_transport_of_the_uri_decides_before(
    in_child: InChild, name_server: NameServer, registrar: Registrar
) -> None:
    address = name_server.start(
        *HOSTS,
        "naptr-record=sip.test,10,0,s,SIP+D2U,,_sip._udp.sip.test",
        srv(registrar.port, transport="tcp"),
    )
    arguments = {"parameters": {"transport": "tcp"}}
    assert in_child(_register, address, 5, arguments) == [(200, "OK")]
    assert [request.transport for request in registrar.requests] == ["tcp"]
    assert name_server.questions()[0] == ("SRV", "_sip._tcp.sip.test")


def test_a_port_makes_the_domain_a_host(
    in_child: InChild, name_server: NameServer, registrar: Registrar
) -> None:
    address = name_server.start(*HOSTS, srv(1))
    arguments = {"host": "a.sip.test", "port": registrar.port}
    assert in_child(_register, address, 5, arguments) == [(200, "OK")]
    assert name_server.questions() == [("A", "a.sip.test")]


def test_a_numeric_host_needs_no_name_server(
    in_child: InChild, name_server: NameServer, registrar: Registrar
) -> None:
    address = name_server.start()
    arguments = {"host": "127.0.0.1", "port": registrar.port}
    assert in_child(_register, address, 5, arguments) == [(200, "OK")]
    assert name_server.questions() == []


def test_sips_goes_to_tls_only(in_child: InChild, name_server: NameServer) -> None:
    address = name_server.start(*HOSTS, srv(refused_port(), transport="tcp"), srv(9))
    ((code, _),) = in_child(_register, address, 5, {"secure": True})
    assert code == 502  # there is no address for sip.test itself
    kinds = [question for question in name_server.questions() if question[0] == "SRV"]
    assert kinds == [("SRV", "_sips._tcp.sip.test")]


def _call(address: str) -> str:
    import core_driver
    import invitation_phone

    from sipsimple.core import Invitation

    with core_driver.Driver(nameservers=[address]) as running:
        phone = invitation_phone.Phone(running)
        callee = SIPURI("a.sip.test", "peer", phone.port)
        invitation = Invitation(Credentials(SIPURI("sip.test", "alice"), token="token"), callee)
        invitation.set_offered_local_sdp(invitation_phone.sdp())
        invitation.send_invite()
        invite = phone.expect("INVITE")
        phone.answer(invite, 486)
        return str(invitation_phone.reported(running, "DISCONNECTED")["code"])


def test_calls_go_by_the_same_names(in_child: InChild, name_server: NameServer) -> None:
    assert in_child(_call, name_server.start(*HOSTS)) == "486"


# ---- failover


def test_the_priority_decides_who_is_asked_first(
    in_child: InChild, name_server: NameServer, registrar: Registrar, other: Registrar
) -> None:
    address = name_server.start(*HOSTS, srv(registrar.port, 20), srv(other.port, 10, "b"))
    assert in_child(_register, address, 5, {}, 5) == [(200, "OK")] * 5
    assert len(other.requests) == 5
    assert registrar.requests == []


def test_a_refused_connection_leads_to_the_next_server(
    in_child: InChild, name_server: NameServer, registrar: Registrar
) -> None:
    address = name_server.start(
        *HOSTS,
        srv(refused_port(), 1, transport="tcp"),
        srv(refused_port(), 2, transport="tcp"),
        srv(registrar.port, 3, transport="tcp"),
    )
    assert in_child(_register, address, 5, {}) == [(200, "OK")]
    assert len(registrar.requests) == 1


def test_silence_leads_to_the_next_server_which_comes_first_from_then_on(
    in_child: InChild, name_server: NameServer, registrar: Registrar, silent: Silent
) -> None:
    registrar.password = "secret"
    address = name_server.start(*HOSTS, srv(silent.port, 1), srv(registrar.port, 2))
    assert in_child(_register, address, 10, {}, 4, 40) == [(200, "OK")] * 4
    assert silent.transactions() == 1
    assert len(registrar.requests) == 8


def test_503_leads_to_the_next_server_with_a_transaction_of_its_own(
    in_child: InChild, name_server: NameServer, registrar: Registrar, other: Registrar
) -> None:
    registrar.answer = lambda request, count: "503 Too Busy"
    other.password = "secret"
    address = name_server.start(*HOSTS, srv(registrar.port, 1), srv(other.port, 2))
    assert in_child(_register, address, 5, {}) == [(200, "OK")]
    (first,), (second, third) = registrar.requests, other.requests
    vias = {request.headers["via"] for request in (first, second, third)}
    assert len(vias) == 3
    assert len({request.headers["call-id"] for request in (first, second, third)}) == 1
    numbers = [int(request.headers["cseq"].split()[0]) for request in (first, second, third)]
    assert numbers == sorted(set(numbers))
    # With credentials it goes to who has challenged.
    assert "authorization" in third.headers


def test_when_all_have_failed_the_last_one_is_reported(
    in_child: InChild, name_server: NameServer, registrar: Registrar, other: Registrar
) -> None:
    registrar.answer = lambda request, count: "503 First"
    other.answer = lambda request, count: "503 Second"
    address = name_server.start(*HOSTS, srv(registrar.port, 1), srv(other.port, 2))
    assert in_child(_register, address, 5, {}) == [(503, "Second")]
    assert (len(registrar.requests), len(other.requests)) == (1, 1)


def test_another_failure_is_an_answer(
    in_child: InChild, name_server: NameServer, registrar: Registrar, other: Registrar
) -> None:
    address = name_server.start(*HOSTS, srv(registrar.port, 1), srv(other.port, 2))
    registrar.answer = lambda request, count: "404 Nobody" if count < 3 else "408 Late"
    assert in_child(_register, address, 5, {}, 3) == [
        (404, "Nobody"), (404, "Nobody"), (408, "Late"),
    ]  # fmt: skip
    assert other.requests == []


def _stays_and_goes(address: str) -> list[str]:
    with _driver(address) as running:
        registration = _registration()
        registration.register()
        running.until(lambda: registration.state == "registered")
        registration.unregister()
        running.until(lambda: registration.state == "unregistered")
        running.drain()
        return running.states()  # type: ignore[no-any-return]


def test_unregistering_finds_the_next_server_too(
    in_child: InChild, name_server: NameServer, registrar: Registrar, other: Registrar
) -> None:
    registrar.answer = lambda request, count: "503 Gone" if request.expires == 0 else None
    address = name_server.start(*HOSTS, srv(registrar.port, 1), srv(other.port, 2))
    states = in_child(_stays_and_goes, address)
    assert states == ["registering", "registered", "unregistering", "unregistered"]
    assert registrar.expiries == [300, 0]
    assert other.expiries == [0]


def test_a_request_for_tcp_by_its_size_is_not_sent_for_ever(
    in_child: InChild, name_server: NameServer
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as tcp:
        address = name_server.start(*HOSTS, srv(tcp.getsockname()[1]))
        # Long enough that PJSIP tries TCP first; there somebody listens and says nothing.
        ((code, _),) = in_child(_register, address, 15, {"parameters": {"x": "y" * 700}}, 1, 20)
        assert code == 408


# ---- names that lead nowhere


def test_an_unknown_domain_is_reported(in_child: InChild, name_server: NameServer) -> None:
    ((code, reason),) = in_child(_register, name_server.start(), 5, {})
    assert code == 502
    assert "NXDOMAIN" in reason


def test_a_domain_without_addresses_is_reported(in_child: InChild, name_server: NameServer) -> None:
    address = name_server.start("host-record=sip.test,2001:db8::1")
    assert in_child(_register, address, 5, {})[0][0] == 502


def test_a_silent_name_server_is_reported(in_child: InChild, silent: Silent) -> None:
    began = time.monotonic()
    assert in_child(_register, f"127.0.0.1:{silent.port}", 12, {})[0][0] == 502
    assert time.monotonic() - began < 12


def _odd_names(address: str) -> list[int]:
    codes = []
    with _driver(address) as running:
        for host in ("a" * 300, "a." * 100 + "b", "-", "_", "1.2.3.4.5", "a" * 60 + ".x" * 90):
            # Taken as it is, as from the network.
            account = SIPURI.parse(f"sip:alice@{host}")
            registration = Registration(Credentials(account, token="token"))
            registration.register()
            running.until(lambda: len(running.notifications) >= 2, 12)
            codes.append(running.notifications[-1].data["code"])
            running.notifications.clear()
    return codes


def test_names_that_cannot_be_looked_up_are_reported(
    in_child: InChild, name_server: NameServer
) -> None:
    assert set(in_child(_odd_names, name_server.start())) == {502}


# ---- the end, and threads


def _ends_while_looking(port: int, begin: bool) -> float:
    running = _driver(f"127.0.0.1:{port}")
    registrations = [_registration(f"host-{number}.sip.test") for number in range(30)]
    for registration in registrations:
        registration.register()
    running.run(0.2)
    began = time.monotonic()
    if begin:
        running.ua.begin_stop()
        running.turn()
    running.ua.close()
    running.drain()
    taken = time.monotonic() - began
    assert {registration.state for registration in registrations} == {"unregistered"}
    assert runtime.live_pools() == 0
    running.drain()
    return taken


@pytest.mark.parametrize("begin", [False, True])
def test_the_end_waits_for_no_lookup(in_child: InChild, silent: Silent, begin: bool) -> None:
    assert in_child(_ends_while_looking, silent.port, begin) < 2


def _answers_late(port: int) -> None:
    with _driver(f"127.0.0.1:{port}") as running:
        registration = _registration()
        registration.register()
        running.run(0.1)
    # Those numbers have been, or never were.
    for number in (*range(1, 200), 2**63):
        assert not answer(number, [])
    with _driver(f"127.0.0.1:{port}"):
        assert not answer(1, [])


def test_an_answer_that_comes_too_late_is_dropped(in_child: InChild, silent: Silent) -> None:
    in_child(_answers_late, silent.port)


def _crowd(address: str) -> None:
    with _driver(address) as running:
        registrations = [_registration() for _ in range(100)]
        for registration in registrations:
            registration.register()
        running.until(lambda: all(each.state == "registered" for each in registrations), 10)


def test_a_crowd_asks_once(
    in_child: InChild, name_server: NameServer, registrar: Registrar
) -> None:
    in_child(_crowd, name_server.start(*HOSTS, srv(registrar.port)))
    questions = name_server.questions()
    assert len(questions) == len(set(questions))


def _threads(address: str, seconds: float) -> int:
    import core_threads

    running = _driver(address)
    counts = [0] * core_threads.COUNT

    def act(number: int) -> None:
        registration = _registration("nobody.sip.test" if counts[number] % 3 else "sip.test")
        registration.register()
        registration.unregister()
        counts[number] += 1
        time.sleep(0.002)

    core_threads.hammer(running, act, seconds)
    return sum(counts)


def test_any_thread_may_look_up_while_the_core_closes(
    in_child: InChild, name_server: NameServer, registrar: Registrar
) -> None:
    address = name_server.start(*HOSTS, srv(registrar.port))
    assert in_child(_threads, address, 2.0) > 50
