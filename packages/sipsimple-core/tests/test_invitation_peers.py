"""`Invitation`: calls with a second stack in another process, and with SIPp."""

from __future__ import annotations

import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sipsimple.core import SIPURI, Credentials, Invitation, Route
from sipsimple.pjproject.native import live_objects

if TYPE_CHECKING:
    from conftest import InChild


def _tools() -> tuple[Any, Any]:
    import core_driver
    import invitation_phone

    return core_driver, invitation_phone


def _incoming(driver: Any) -> Invitation:
    found: Invitation = driver.until(lambda: next(iter(live_objects(Invitation)), None), 10)
    return found


def _callee(port_file: str, transport: str) -> list[str]:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        port = driver.ua.local_udp_port if transport == "udp" else driver.ua.local_tcp_port
        Path(port_file + ".part").write_text(str(port))
        Path(port_file + ".part").rename(port_file)
        invitation = _incoming(driver)
        invitation.respond_to_invite_provisionally()
        invitation.set_offered_local_sdp(tools.sdp(port=6000))
        invitation.accept_invite()
        tools.reported(driver, "CONFIRMED")
        tools.reported(driver, "REINVITED")
        invitation.set_offered_local_sdp(tools.sdp(port=6002))
        invitation.respond_to_reinvite(200)
        driver.until(lambda: len(tools.updates(driver)) == 2)
        driver.run(0.2)
        invitation.disconnect()
        tools.reported(driver, "DISCONNECTED")
        return [state for _, state in tools.changes(driver)]


def _caller(port_file: str, transport: str) -> list[str]:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        driver.until(Path(port_file).exists, 10)
        port = int(Path(port_file).read_text())
        invitation = Invitation(
            Credentials(SIPURI("example.com", user="alice")),
            SIPURI("127.0.0.1", user="bob", port=port, parameters={"transport": transport}),
            Route("127.0.0.1", port, transport),
        )
        invitation.set_offered_local_sdp(tools.sdp(port=7000))
        invitation.send_invite()
        tools.reported(driver, "CONFIRMED")
        assert invitation.get_active_remote_sdp().media[0].port == 6000
        invitation.set_offered_local_sdp(tools.sdp(port=7002))
        invitation.send_reinvite()
        driver.until(lambda: len(tools.updates(driver)) == 2)
        assert tools.updates(driver)[1]["local_sdp"].media[0].port == 7002
        assert tools.updates(driver)[1]["remote_sdp"].media[0].port == 6002
        assert tools.reported(driver, "DISCONNECTED")["method"] == "BYE"
        return [state for _, state in tools.changes(driver)]


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_two_stacks_call_each_other(in_child: InChild, tmp_path: Path, transport: str) -> None:
    port_file = str(tmp_path / "port")
    with ThreadPoolExecutor(2) as pool:
        callee = pool.submit(in_child, _callee, port_file, transport)
        caller = pool.submit(in_child, _caller, port_file, transport)
        assert callee.result() == [
            "INCOMING", "EARLY", "CONNECTING", "CONFIRMED", "REINVITED", "CONFIRMED",
            "DISCONNECTING", "DISCONNECTED",
        ]  # fmt: skip
        assert caller.result() == [
            "CALLING", "EARLY", "CONNECTING", "CONFIRMED", "REINVITING", "CONFIRMED",
            "DISCONNECTED",
        ]  # fmt: skip


def _sipp(driver: Any, *arguments: str) -> threading.Thread:
    """Run SIPp beside the driver, which has to be run until the thread has ended."""

    def run() -> None:
        subprocess.run(
            ["sipp", "-i", "127.0.0.1", "-nostdin", "-timeout", "20", *arguments],
            check=True,
            timeout=25,
            stdout=subprocess.DEVNULL,
        )
        driver.sipp_ended = True

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def _called_by_sipp(count: int) -> None:
    core_driver, tools = _tools()
    ended = 0

    class Acceptor(core_driver.Driver):  # type: ignore[misc]
        def _handle(self, name: str, sender: Any, data: dict[str, Any]) -> None:
            nonlocal ended
            super()._handle(name, sender, data)
            if data.get("state") == "INCOMING":
                sender.respond_to_invite_provisionally()
                sender.set_offered_local_sdp(tools.sdp())
                sender.accept_invite()
            ended += data.get("method") == "BYE"

    with Acceptor() as driver:
        target = f"127.0.0.1:{driver.ua.local_udp_port}"
        thread = _sipp(driver, "-sn", "uac", "-m", str(count), "-r", "20", "-d", "100", target)
        driver.until(lambda: ended == count, 20)
        driver.until(lambda: not thread.is_alive(), 20)
        assert driver.sipp_ended
        assert not live_objects(Invitation)


def test_sipp_calls(in_child: InChild) -> None:
    in_child(_called_by_sipp, 20, timeout=40)


def _calls_sipp(port: int) -> list[str]:
    core_driver, tools = _tools()
    with core_driver.Driver() as driver:
        thread = _sipp(driver, "-sn", "uas", "-m", "1", "-p", str(port))
        invitation = Invitation(
            Credentials(SIPURI("example.com", user="alice")),
            SIPURI("127.0.0.1", user="service", port=port),
            Route("127.0.0.1", port),
        )
        invitation.set_offered_local_sdp(tools.sdp())
        invitation.send_invite()
        # SIPp takes its time to start; the INVITE is repeated until then.
        driver.until(lambda: invitation.state == "CONFIRMED", 15)
        invitation.disconnect()
        tools.reported(driver, "DISCONNECTED")
        driver.until(lambda: not thread.is_alive(), 20)
        assert driver.sipp_ended
        return [state for _, state in tools.changes(driver)]


def test_sipp_is_called(in_child: InChild, unused_port: int) -> None:
    assert in_child(_calls_sipp, unused_port, timeout=40) == [
        "CALLING", "EARLY", "CONNECTING", "CONFIRMED", "DISCONNECTING", "DISCONNECTED",
    ]  # fmt: skip


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
