"""PJSIPUA: its options, that there is one at a time, and its end."""

from __future__ import annotations

import gc
import inspect
import os
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest

from sipsimple.core import (
    PJSIPUA,
    SIPURI,
    Credentials,
    PJSIPError,
    Registration,
    SIPCoreError,
)
from sipsimple.pjproject import runtime
from sipsimple.pjproject.events import queue

if TYPE_CHECKING:
    from conftest import InChild


def _modules() -> Any:
    import core_driver  # in the child only

    return core_driver


# ---- options


def _defaults() -> dict[str, Any]:
    with PJSIPUA() as ua:
        return {
            name: getattr(ua, name)
            for name in (
                "local_ip", "local_udp_port", "local_tcp_port", "local_tls_port", "user_agent",
                "trace_sip", "tls_verify_server", "tls_ca_file", "tls_cert_file",
                "tls_privkey_file", "tls_min_version", "session_expires",
                "min_session_expires", "nameservers",
            )
        }  # fmt: skip


def test_starts_with_the_documented_defaults(in_child: InChild) -> None:
    values = in_child(_defaults)
    assert values["local_ip"].count(".") == 3 or ":" in values["local_ip"]
    assert values["local_ip"] != "0.0.0.0"
    for port in ("local_udp_port", "local_tcp_port", "local_tls_port"):
        assert 1024 <= values[port] <= 65535
    assert values["user_agent"] == "sipsimple-0.1.0-pjsip-2.17"
    assert values["trace_sip"] is False
    assert values["tls_verify_server"] is False
    assert values["tls_ca_file"] is None
    assert values["tls_cert_file"] is values["tls_privkey_file"] is None
    assert values["tls_min_version"] == "1.2"
    assert (values["session_expires"], values["min_session_expires"]) == (1800, 90)
    assert values["nameservers"] is None


def _no_ports() -> list[int | None]:
    with PJSIPUA(
        local_ip="127.0.0.1", local_udp_port=None, local_tcp_port=None, local_tls_port=None
    ) as ua:
        ua.poll(0)
        return [ua.local_udp_port, ua.local_tcp_port, ua.local_tls_port]


def test_none_disables_a_transport(in_child: InChild) -> None:
    assert in_child(_no_ports) == [None, None, None]


def _busy(name: str, kind: int) -> None:
    driver = _modules()
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            taken.listen()
        port = taken.getsockname()[1]
        error = driver.raises(PJSIPError, lambda: PJSIPUA(local_ip="127.0.0.1", **{name: port}))
        assert str(port) in str(error)
        assert "in use" in str(error)
        assert error.status > 0
    # Nothing is left behind, and the port can be had now.
    assert runtime.live_pools() == 0
    with PJSIPUA(local_ip="127.0.0.1", **{name: port}) as ua:
        assert getattr(ua, name) == port


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("local_udp_port", socket.SOCK_DGRAM),
        ("local_tcp_port", socket.SOCK_STREAM),
        ("local_tls_port", socket.SOCK_STREAM),
    ],
)
def test_a_busy_port_is_an_error_that_leaves_nothing(
    in_child: InChild, name: str, kind: int
) -> None:
    in_child(_busy, name, int(kind))


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("local_ip", 1, TypeError),
        ("local_ip", "example.com", ValueError),
        ("local_ip", "", ValueError),
        ("local_ip", "192.0.2.1", PJSIPError),  # not an address of this machine
        ("local_udp_port", "5060", TypeError),
        ("local_udp_port", True, TypeError),
        ("local_tcp_port", 5060.0, TypeError),
        ("local_tls_port", 65536, ValueError),
        ("local_udp_port", -1, ValueError),
        ("tls_verify_server", 1, TypeError),
        ("tls_ca_file", b"x", TypeError),
        ("tls_ca_file", "/nowhere", ValueError),
        ("tls_cert_file", 1, TypeError),
        ("tls_cert_file", "/nowhere", ValueError),
        ("tls_privkey_file", "/nowhere", ValueError),
        ("tls_min_version", 1.2, TypeError),
        ("tls_min_version", "1.1", ValueError),
        ("user_agent", 1, TypeError),
        ("user_agent", "", ValueError),
        ("user_agent", "a\r\nVia: b", ValueError),
        ("trace_sip", 1, TypeError),
        ("session_expires", "1800", TypeError),
        ("session_expires", 89, ValueError),
        ("session_expires", 2**31, ValueError),
        ("min_session_expires", None, TypeError),
        ("min_session_expires", 1801, ValueError),  # above session_expires
        ("nameservers", "127.0.0.1", TypeError),
        ("nameservers", [53], TypeError),
        ("nameservers", [], ValueError),
        ("nameservers", ["dns.example.com"], ValueError),
        ("nameservers", ["127.0.0.1:99999"], ValueError),
        ("unknown", 1, TypeError),
    ],
)
def test_wrong_options_are_refused(name: str, value: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        PJSIPUA(**{name: value})
    assert runtime.live_pools() == 0


def _one_per_process() -> None:
    driver = _modules()
    first = PJSIPUA(local_ip="127.0.0.1")
    driver.raises(SIPCoreError, PJSIPUA)
    driver.raises(SIPCoreError, first.__init__)  # type: ignore[misc]
    first.close()
    first.close()
    driver.raises(SIPCoreError, lambda: first.poll(0))
    driver.raises(SIPCoreError, first.begin_stop)
    driver.raises(SIPCoreError, lambda: setattr(first, "user_agent", "x"))
    with PJSIPUA(local_ip="127.0.0.1") as second:
        second.poll(0)


def test_there_is_one_at_a_time(in_child: InChild) -> None:
    in_child(_one_per_process)


def _at_once() -> None:
    begin = threading.Barrier(4)
    results: list[object] = []

    def start() -> None:
        begin.wait(10)
        try:
            results.append(PJSIPUA(local_ip="127.0.0.1", local_tls_port=None))
        except SIPCoreError as error:
            results.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(results) == 4
    [started] = [result for result in results if isinstance(result, PJSIPUA)]
    started.poll(0)
    started.close()
    with PJSIPUA(local_ip="127.0.0.1") as another:
        another.poll(0)


def test_of_several_that_start_at_once_one_does(in_child: InChild) -> None:
    for _ in range(3):
        in_child(_at_once)


class _Slow(str):
    """The value of a parameter that keeps who looks at it inside the gate."""

    looked_at = threading.Event()
    may_go_on = threading.Event()

    def __bool__(self) -> bool:
        self.looked_at.set()
        assert self.may_go_on.wait(20)
        for pairs in gc.get_referrers(self):
            if isinstance(pairs, dict) and "transport" in pairs:
                pairs["transport"] = "udp"  # what can be printed
        return True


def _closed_over_a_thread() -> None:
    driver = _modules()
    ua = PJSIPUA(local_ip="127.0.0.1")
    uri = SIPURI("127.0.0.1", user="alice", parameters={"transport": _Slow("udp")})
    made: list[Registration] = []
    thread = threading.Thread(target=lambda: made.append(Registration(Credentials(uri))))
    thread.start()
    assert _Slow.looked_at.wait(5)
    ua.close()
    # The old endpoint is still there, so there is no place for a new one ...
    for _ in range(2):
        error = driver.raises(SIPCoreError, lambda: PJSIPUA(local_ip="127.0.0.1"))
        assert "inside" in str(error)
    _Slow.may_go_on.set()
    thread.join(5)
    assert not thread.is_alive()
    # ... until the thread has left. What it has made is the old one's, and ends with it.
    with PJSIPUA(local_ip="127.0.0.1") as second:
        second.poll(0)
        [registration] = made
        assert "has stopped" in str(driver.raises(SIPCoreError, registration.register))
        del registration
        made.clear()
        gc.collect()
        second.poll(0)
    assert runtime.live_pools() == 0


def test_one_starts_when_the_last_thread_has_left_the_one_before(in_child: InChild) -> None:
    in_child(_closed_over_a_thread)


def test_signatures_can_be_inspected() -> None:
    assert inspect.signature(PJSIPUA).parameters["local_udp_port"].default == 0
    assert list(inspect.signature(PJSIPUA.poll).parameters) == ["self", "timeout"]


# ---- the end


def _fork() -> str:
    with PJSIPUA(local_ip="127.0.0.1") as ua:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            messages = []
            for call in (lambda: ua.poll(0), PJSIPUA):
                try:
                    call()
                except SIPCoreError as error:
                    messages.append(str(error))
            ua.close()
            os.write(writer, "|".join(messages).encode())
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as pipe:
            text = pipe.read()
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        ua.poll(0)
        return text


def test_a_forked_child_is_refused(in_child: InChild) -> None:
    messages = in_child(_fork).split("|")
    assert len(messages) == 2
    assert all("fork" in message for message in messages)


def _leave_running() -> str:
    _left_running.append(PJSIPUA(local_ip="127.0.0.1"))
    _left_running[0].poll(0)
    return "left"


_left_running: list[PJSIPUA] = []


def test_the_interpreter_exits_while_it_runs(in_child: InChild) -> None:
    assert in_child(_leave_running) == "left"


def _cycles() -> tuple[int, int, int]:
    driver = _modules()

    def cycle() -> None:
        with PJSIPUA(local_ip="127.0.0.1") as ua:
            ua.poll(0)
        queue.drain(lambda *arguments: None)

    for _ in range(10):
        cycle()
    before, files = driver.resident(), len(os.listdir("/proc/self/fd"))
    for _ in range(40):
        cycle()
    return (
        driver.resident() - before,
        len(os.listdir("/proc/self/fd")) - files,
        runtime.live_pools(),
    )


def test_memory_and_descriptors_are_flat_over_starts(in_child: InChild) -> None:
    grown, files, pools = in_child(_cycles)
    assert grown < 2_000_000
    assert files == 0
    assert pools == 0
