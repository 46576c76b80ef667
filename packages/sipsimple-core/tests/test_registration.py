"""Registration."""

from __future__ import annotations

import datetime
import inspect
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from registrations import ALICE, new_registration
from transaction_timers import set_transaction_timers

from sipsimple.core import SIPURI, Credentials, Registration, Route, SIPCoreError
from sipsimple.core.registration_states import STATES, TRANSITIONS, refresh_delay

if TYPE_CHECKING:
    from core_registrar import Registrar

    from conftest import InChild


def _modules() -> Any:
    import core_driver  # in the child only

    return core_driver


def test_headers_of_the_stack_are_refused() -> None:
    for name in ("Expires", "content-type", "C", "User-Agent", "Content-Length"):
        with pytest.raises(ValueError, match=f"extra_headers: {name} is set by the stack"):
            Registration(Credentials(ALICE), None, 300, {name: "7"})


# ---- life


def _life(port: int) -> None:
    driver = _modules()
    with driver.Driver() as running:
        registration = new_registration(port, expires=60, extra_headers={"X-Extra": "é"})
        assert registration.state == "unregistered"
        assert registration.expires_received == 0
        began = datetime.datetime.now(datetime.UTC)
        registration.register()
        running.until(lambda: registration.state == "registered")
        running.until(lambda: len(running.notifications) == 2)
        registering, registered = running.notifications
        assert registering.name == registered.name == "SCRegistrationChangedState"
        assert registering.sender == registered.sender == id(registration)
        assert began <= registering.data.pop("timestamp") <= registered.data.pop("timestamp")
        assert registering.data == {"state": "registering"}
        contact = f"sip:token@127.0.0.1:{running.ua.local_udp_port}"
        assert registered.data == {
            "state": "registered",
            "code": 200,
            "reason": "OK",
            "contact_uri": contact,
            "expires": 60,
            "contact_uri_list": [
                (contact, 60), ("sip:other%20one@192.0.2.1;x=y", 77), ("tel:+1", 60),
            ],
        }  # fmt: skip
        assert registration.expires_received == 60
        running.notifications.clear()
        registration.unregister()
        running.until(lambda: registration.state == "unregistered")
        running.until(lambda: len(running.notifications) == 2)
        for notification in running.notifications:
            del notification.data["timestamp"]
        assert [notification.data for notification in running.notifications] == [
            {"state": "unregistering"},
            {"state": "unregistered", "code": 200, "reason": "OK"},
        ]


def test_registers_and_unregisters(in_child: InChild, registrar: Registrar) -> None:
    registrar.other_bindings = ['"X" <sip:other%20one@192.0.2.1;x=y>;expires=77', "<tel:+1>"]
    in_child(_life, registrar.port)
    first, last = registrar.requests
    assert first.method == last.method == "REGISTER"
    assert first.uri == "sip:example.com"
    assert first.headers["route"] == f"<sip:127.0.0.1:{registrar.port};lr>"
    assert first.headers["to"] == '"Alice" <sip:alice@example.com>'
    assert first.headers["from"].startswith('"Alice" <sip:alice@example.com>;tag=')
    assert first.headers["x-extra"] == "é"
    assert first.headers["user-agent"] == "sipsimple-0.1.0-pjsip-2.17"
    assert (first.expires, last.expires) == (60, 0)
    assert first.headers["call-id"] == last.headers["call-id"]
    assert "authorization" not in first.headers


def _many_contacts(port: int) -> int:
    driver = _modules()
    with driver.Driver() as running:
        registration = new_registration(port)
        registration.register()
        running.until(lambda: len(running.notifications) == 2)
        return len(running.notifications[1].data["contact_uri_list"])


def test_lists_any_number_of_contacts(in_child: InChild, registrar: Registrar) -> None:
    registrar.other_bindings = [f"<sip:{number}@192.0.2.1>;expires=9" for number in range(100)]
    assert in_child(_many_contacts, registrar.port) == 101


def _over_tcp(port: int) -> None:
    driver = _modules()
    with driver.Driver() as running:
        registration = new_registration(port, transport="TCP")
        registration.register()
        running.until(lambda: registration.state == "registered")
        running.until(lambda: len(running.notifications) == 2)
        assert running.notifications[1].data["contact_uri"] == (
            f"sip:token@127.0.0.1:{running.ua.local_tcp_port};transport=tcp"
        )


def test_registers_over_tcp(in_child: InChild, registrar: Registrar) -> None:
    in_child(_over_tcp, registrar.port)
    assert [request.transport for request in registrar.requests] == ["tcp"]


def _without_route(port: int) -> None:
    driver = _modules()
    with driver.Driver() as running:
        account = SIPURI("127.0.0.1", user="alice", port=port)
        registration = Registration(Credentials(account))
        registration.register()
        running.until(lambda: registration.state == "registered")


def test_without_a_route_the_domain_is_asked(in_child: InChild, registrar: Registrar) -> None:
    in_child(_without_route, registrar.port)
    request = registrar.requests[0]
    assert request.uri == f"sip:127.0.0.1:{registrar.port}"
    assert "route" not in request.headers


# ---- the state machine


def _walk(port: int, rows: list[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Bring a registration to each row's state, let its event happen, see what comes of it."""
    driver = _modules()
    results: list[tuple[str, list[str]]] = []
    with driver.Driver() as running:
        for state, event in rows:
            registration = new_registration(port, expires=2 if event == "failure" else 1)
            if state != "unregistered":
                registration.register()
            if state in ("registered", "unregistering"):
                running.until(lambda item=registration: item.state == "registered")
            if state == "unregistering":
                registration.unregister()
            assert registration.state == state
            running.drain()
            running.states()
            if event in ("register", "unregister"):
                getattr(registration, event)()
            else:
                running.until(lambda item=registration, old=state: item.state != old)
            results.append((registration.state, []))
            running.until(lambda item=registration: item.state in ("registered", "unregistered"))
            running.run(0.1)
            results[-1][1].extend(running.states())
            registration.unregister()
            running.until(lambda item=registration: item.state == "unregistered")
            running.drain()
    return results


def test_walks_every_row_of_the_table(in_child: InChild, registrar: Registrar) -> None:
    registrar.delay = 0.1

    # Those that are to fail ask for 2 s.
    registrar.answer = lambda request, count: "500 Failure" if request.expires == 2 else None
    # How unregistering fails is a test of its own.
    rows = [
        (row.state, row.event)
        for row in TRANSITIONS
        if (row.state, row.event) != ("unregistering", "failure")
    ]
    results = dict(zip(rows, in_child(_walk, registrar.port, rows), strict=True))
    following = {(row.state, row.event): row.following for row in TRANSITIONS}
    for row, (state, _) in results.items():
        assert state == following[row], row
    then = {row: states for row, (_, states) in results.items()}
    # What was queued is carried out when the transaction ends, and the last one wins.
    assert then["registering", "unregister"] == ["registered", "unregistering", "unregistered"]
    assert then["unregistering", "register"] == ["unregistered", "registering", "registered"]
    assert then["registering", "register"] == ["registered"]
    assert then["unregistering", "unregister"] == ["unregistered"]
    assert then["unregistered", "unregister"] == []
    assert then["registered", "refresh"] == ["registering", "registered"]
    assert then["registering", "failure"] == ["unregistered"]


def _last_wins(port: int) -> list[str]:
    driver = _modules()
    with driver.Driver() as running:
        registration = new_registration(port)
        registration.register()
        for _ in range(10):
            registration.unregister()
            registration.register()
        running.run(0.4)
        assert registration.state == "registered"
        registration.unregister()
        for _ in range(10):
            registration.register()
            registration.unregister()
        running.run(0.4)
        assert registration.state == "unregistered"
        return running.states()  # type: ignore[no-any-return]


def test_the_last_request_wins(in_child: InChild, registrar: Registrar) -> None:
    registrar.delay = 0.1
    states = in_child(_last_wins, registrar.port)
    assert states == ["registering", "registered", "unregistering", "unregistered"]
    assert registrar.expiries == [300, 0]


def _unregister_fails(port: int) -> tuple[list[str], int]:
    driver = _modules()
    with driver.Driver() as running:
        registration = new_registration(port)
        registration.register()
        running.until(lambda: registration.state == "registered")
        registration.unregister()
        running.until(lambda: registration.state == "unregistered")
        running.drain()
        code = running.notifications[-1].data["code"]
        return running.states(), code


def test_a_failing_unregister_ends_unregistered(in_child: InChild, registrar: Registrar) -> None:
    registrar.answer = lambda request, count: "500 Failure" if request.expires == 0 else None
    states, code = in_child(_unregister_fails, registrar.port)
    assert states == ["registering", "registered", "unregistering", "unregistered"]
    assert code == 500


def test_the_table_is_complete() -> None:
    pairs = {(row.state, row.event) for row in TRANSITIONS}
    assert len(pairs) == len(TRANSITIONS)
    for state in STATES:
        assert {(state, "register"), (state, "unregister")} <= pairs
    for row in TRANSITIONS:
        assert row.following in STATES
        assert row.send in ("", "REGISTER", "un-REGISTER")
        # Nothing is sent without a state that waits for the answer.
        assert bool(row.send) == (row.following != row.state and row.following.endswith("ing"))


def _wakes(port: int) -> None:
    driver = _modules()
    with driver.Driver() as running:
        registration = new_registration(port)
        timer = threading.Timer(0.2, registration.register)
        timer.start()
        began = time.monotonic()
        while time.monotonic() < began + 1.2:
            running.turn(5)
            if registration.state == "registered":
                break
        timer.join()
        assert registration.state == "registered", "the retransmission came late"


def test_timers_of_other_threads_shorten_the_sleep(in_child: InChild, registrar: Registrar) -> None:
    # The first request is lost; its retransmission is due after T1, 500 ms.
    registrar.answer = lambda request, count: "" if count == 1 else None
    in_child(_wakes, registrar.port)
    assert len(registrar.requests) == 2


def _any_address(port: int) -> str:
    driver = _modules()
    with driver.Driver(local_ip="0.0.0.0") as running:
        registration = new_registration(port)
        registration.register()
        running.until(lambda: len(running.notifications) == 2)
        contact = SIPURI.parse(running.notifications[1].data["contact_uri"])
        assert contact.port == running.ua.local_udp_port
        return contact.host


def test_the_contact_has_the_address_of_the_way_to_the_registrar(
    in_child: InChild, registrar: Registrar
) -> None:
    assert in_child(_any_address, registrar.port) == "127.0.0.1"


# ---- refreshing


@pytest.mark.parametrize(
    ("expires", "delay"), [(1, 0.5), (4, 2), (10, 5), (20, 15), (60, 54), (3600, 3240)]
)
def test_refreshes_well_before_expiry(expires: int, delay: float) -> None:
    assert refresh_delay(expires) == pytest.approx(delay)


def _refresh(port: int) -> None:
    driver = _modules()
    with driver.Driver() as running:
        registration = new_registration(port, expires=2)
        registration.register()
        running.until(lambda: registration.state == "registered")
        running.states()
        registration.expires = 30  # for the next one
        assert registration.expires == 30
        assert registration.expires_received == 2
        running.until(lambda: registration.expires_received == 30)
        running.drain()
        assert running.states() == ["registering", "registered"]


def test_refreshes_by_itself_with_a_changed_expires(
    in_child: InChild, registrar: Registrar
) -> None:
    in_child(_refresh, registrar.port)
    assert registrar.expiries == [2, 30]


def _granted(port: int) -> None:
    driver = _modules()
    with driver.Driver() as running:
        registration = new_registration(port, expires=600)
        for _ in range(3):
            registration.register()
            running.until(lambda: registration.state == "registered")
            assert registration.expires_received == 300
            registration.expires = 300


def test_expires_is_in_every_request_even_if_the_registrar_granted_it(
    in_child: InChild, registrar: Registrar
) -> None:
    registrar.grant = 300
    in_child(_granted, registrar.port)
    assert registrar.expiries == [600, 300, 300]


def _too_brief(port: int) -> None:
    driver = _modules()
    with driver.Driver() as running:
        registration = new_registration(port, expires=5)
        registration.register()
        running.until(lambda: registration.state == "registered")
        assert registration.expires_received == 60
        registration.register()
        running.until(lambda: registration.state == "registered")
        running.drain()
        assert running.states() == ["registering", "registered"] * 2


def test_asks_for_more_after_423(in_child: InChild, registrar: Registrar) -> None:
    registrar.minimum = 60
    in_child(_too_brief, registrar.port)
    assert registrar.expiries == [5, 60, 60]


def _too_brief_again(port: int) -> None:
    driver = _modules()
    with driver.Driver() as running:
        registration = new_registration(port, expires=60)
        registration.register()
        running.until(lambda: registration.state == "registered")
        registration.expires = 5
        registration.register()
        running.until(lambda: registration.expires_received == 61)
        assert registration.state == "registered"


def test_asks_for_more_after_423_also_where_as_much_was_granted_before(
    in_child: InChild, registrar: Registrar
) -> None:
    registrar.minimum = 60
    in_child(_too_brief_again, registrar.port)
    assert registrar.expiries == [60, 5, 61]


def _too_brief_for_ever(port: int, expires: int) -> int:
    driver = _modules()
    with driver.Driver() as running:
        registration = new_registration(port, expires=300)
        registration.register()
        running.until(lambda: registration.state == "registered")
        registration.expires = expires
        registration.register()
        running.until(lambda: registration.state == "unregistered")
        running.run(0.5)
        running.drain()
        return int(running.notifications[-1].data["code"])


@pytest.mark.parametrize("first", [5, 300], ids=["less", "what was granted"])
@pytest.mark.parametrize(
    ("least", "then"),
    [
        (lambda asked: 300, {5: [301], 300: []}),
        (lambda asked: asked + 1, {5: [6, 7, 8], 300: [301, 302, 303]}),
        (lambda asked: asked, {5: [], 300: []}),
        (lambda asked: None, {5: [3601], 300: [3601]}),
        (lambda asked: 0, {5: [], 300: []}),
        (lambda asked: 4294967295, {5: [], 300: []}),
    ],
    ids=["what was granted", "always more", "what it asks for", "none", "0", "136 years"],
)
def test_423_for_ever_ends_the_registration(
    in_child: InChild,
    registrar: Registrar,
    least: Callable[[int], int | None],
    then: dict[int, list[int]],
    first: int,
) -> None:
    registrar.too_brief = least
    assert in_child(_too_brief_for_ever, registrar.port, first) == 423
    assert registrar.expiries == [300, first, *then[first]]


# ---- failures


def _fails(port: int, password: str | None, transport: str | None) -> tuple[int, str]:
    driver = _modules()
    with driver.Driver() as running:
        registration = new_registration(port, password, transport=transport)
        registration.register()
        running.until(lambda: registration.state == "unregistered")
        running.until(lambda: len(running.notifications) == 2)
        # Nothing goes on by itself.
        running.run(0.5)
        assert [item.data["state"] for item in running.notifications] == [
            "registering", "unregistered",
        ]  # fmt: skip
        data = running.notifications[1].data
        assert set(data) == {"state", "code", "reason", "timestamp"}
        return data["code"], data["reason"]


def test_answers_a_challenge(in_child: InChild, registrar: Registrar) -> None:
    registrar.password = "sécret"
    in_child(_authenticates, registrar.port, "sécret")
    assert registrar.expiries == [300, 300, 0, 0]
    assert ["authorization" in request.headers for request in registrar.requests] == [
        False, True, False, True,
    ]  # fmt: skip


def _authenticates(port: int, password: str) -> None:
    driver = _modules()
    with driver.Driver() as running:
        registration = new_registration(port, password)
        registration.register()
        running.until(lambda: registration.state == "registered")
        registration.unregister()
        running.until(lambda: registration.state == "unregistered")
        running.drain()
        assert "sécret" not in repr((registration, registration.credentials))
        assert len(running.states()) == 4


@pytest.mark.parametrize("password", ["wrong", None])
def test_rejected_credentials_are_not_hammered(
    in_child: InChild, registrar: Registrar, password: str | None
) -> None:
    registrar.password = "secret"
    code, reason = in_child(_fails, registrar.port, password, None)
    assert (code, reason) == (401, "Unauthorized")
    assert len(registrar.requests) <= 3


def test_a_negative_answer_is_reported(in_child: InChild, registrar: Registrar) -> None:
    registrar.answer = lambda request, count: "404 Gone fishing"
    assert in_child(_fails, registrar.port, None, None) == (404, "Gone fishing")
    assert len(registrar.requests) == 1


def test_a_refused_connection_is_reported(in_child: InChild) -> None:
    code, reason = in_child(_fails, 1, None, "tcp")
    assert code == 503
    assert "refused" in reason


def _silence(port: int) -> tuple[int, str]:
    driver = _modules()
    with driver.Driver() as running:
        # RFC 3261's T1, T2, T4 and timer D in milliseconds, so that 64 T1 pass in a second.
        set_transaction_timers(15, 60, 60, 960)
        registration = new_registration(port)
        registration.register()
        running.until(lambda: registration.state == "unregistered")
        running.until(lambda: len(running.notifications) == 2)
        return running.notifications[1].data["code"], running.notifications[1].data["reason"]


def test_no_answer_is_a_timeout(in_child: InChild, registrar: Registrar) -> None:
    registrar.answer = lambda request, count: ""
    assert in_child(_silence, registrar.port) == (408, "Request Timeout")
    assert len(registrar.requests) > 3  # retransmissions of the one request
    assert len({request.headers["cseq"] for request in registrar.requests}) == 1


def _unresolvable(port: int) -> int:
    driver = _modules()
    with driver.Driver() as running:
        registration = Registration(Credentials(ALICE), Route("unknown.invalid"))
        registration.register()
        running.until(lambda: len(running.notifications) == 2)
        assert registration.state == "unregistered"
        return running.notifications[1].data["code"]  # type: ignore[no-any-return]


def test_an_unknown_host_is_reported(in_child: InChild) -> None:
    assert in_child(_unresolvable, 0) in (502, 503)


def test_stubborn_401_with_fresh_nonces_ends(in_child: InChild, registrar: Registrar) -> None:
    registrar.answer = lambda request, count: "401 Again"
    code, _ = in_child(_fails, registrar.port, "secret", None)
    assert code == 401
    assert len(registrar.requests) <= 5


# ---- arguments


def _arguments() -> None:
    driver = _modules()
    with driver.Driver(local_tls_port=None) as running:
        credentials, route = Credentials(ALICE, "secret", "token"), Route("127.0.0.1", 5080)
        given = {"X-A": "b"}
        registration = Registration(credentials, route, 60, given)
        credentials.password, route.port, given["X-A"] = "other", 1, "c"
        assert registration.credentials == Credentials(ALICE, "secret", "token")
        assert registration.route == Route("127.0.0.1", 5080)
        assert registration.extra_headers == {"X-A": "b"}
        assert registration.expires == 60
        assert "secret" not in repr(registration)
        for name in ("state", "credentials", "route", "extra_headers", "expires_received"):
            driver.raises(AttributeError, lambda name=name: setattr(registration, name, None))
        for value, kind in (
            ("1", TypeError),
            (True, TypeError),
            (0, ValueError),
            (2**40, ValueError),
        ):
            driver.raises(kind, lambda value=value: setattr(registration, "expires", value))
            driver.raises(kind, lambda value=value: Registration(credentials, expires=value))
        assert registration.expires == 60
        good = Credentials(ALICE)
        wrong: list[tuple[tuple[Any, ...], dict[str, Any], type[Exception]]] = [
            ((), {}, TypeError),
            (("sip:alice@example.com",), {}, TypeError),
            ((good, "127.0.0.1"), {}, TypeError),
            ((good,), {"extra_headers": [("a", "b")]}, TypeError),
            ((good,), {"extra_headers": {"a": 1}}, TypeError),
            ((good,), {"extra_headers": {b"a": "b"}}, TypeError),
            ((good,), {"extra_headers": {"a b": "c"}}, ValueError),
            ((good,), {"extra_headers": {"": "c"}}, ValueError),
            ((good,), {"extra_headers": {"Via": "c"}}, ValueError),
            ((good,), {"extra_headers": {"t": "c"}}, ValueError),
            ((good,), {"extra_headers": {"X": "a\r\nVia: b"}}, ValueError),
            ((good, Route("127.0.0.1", transport="tls")), {}, SIPCoreError),  # disabled
            ((Credentials(SIPURI("h", secure=True)),), {}, SIPCoreError),
        ]
        for arguments, keywords, error in wrong:
            driver.raises(
                error,
                lambda arguments=arguments, keywords=keywords: Registration(*arguments, **keywords),
            )
        driver.raises(SIPCoreError, lambda: registration.__init__(good))  # type: ignore[misc]
        assert running.ua.is_idle()


def test_arguments_are_checked_and_copied(in_child: InChild) -> None:
    in_child(_arguments)


def test_needs_a_running_core() -> None:
    with pytest.raises(SIPCoreError, match="not running"):
        Registration(Credentials(ALICE))


def _uninitialized() -> None:
    driver = _modules()
    with driver.Driver() as running:
        bare = Registration.__new__(Registration)
        for use in (bare.register, bare.unregister, lambda: bare.state, lambda: bare.expires):
            driver.raises(SIPCoreError, use)
        running.ua.begin_stop()
        assert running.ua.is_idle()


def test_an_object_without_init_does_not_crash(in_child: InChild) -> None:
    in_child(_uninitialized)


def test_has_the_documented_signature() -> None:
    parameters = inspect.signature(Registration).parameters
    assert list(parameters) == ["credentials", "route", "expires", "extra_headers"]
    assert parameters["expires"].default == 300
