"""The component that the Engine finds through the entry point `signaling`."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import pytest

from sipsimple.core import PJSIPUA, SIPURI, SIPCoreError
from sipsimple.core.component import component
from sipsimple.core.event_types import DEFAULT_EVENTS

if TYPE_CHECKING:
    from conftest import InChild


def test_describes_itself() -> None:
    assert component.name == "signaling"
    assert component.distribution == "sipsimple-core"
    assert component.requires == ()
    assert dict(component.default_start_options) == {
        "local_ip": None,
        "local_udp_port": 0,
        "local_tcp_port": 0,
        "local_tls_port": 0,
        "tls_verify_server": False,
        "tls_ca_file": None,
        "tls_cert_file": None,
        "tls_privkey_file": None,
        "tls_min_version": "1.2",
        "user_agent": "sipsimple-0.1.0-pjsip-2.17",
        "trace_sip": False,
        "events": DEFAULT_EVENTS,
        "session_expires": 1800,
        "min_session_expires": 90,
        "nameservers": None,
    }


def test_its_public_names_are_there() -> None:
    for name, module in component.public_names.items():
        assert hasattr(importlib.import_module(module), name)


@pytest.mark.parametrize(
    "name",
    [
        "local_ip",
        "local_udp_port",
        "local_tcp_port",
        "local_tls_port",
        "user_agent",
        "session_expires",
    ],
)
def test_has_no_attributes_while_it_does_not_run(name: str) -> None:
    with pytest.raises(SIPCoreError, match="not running"):
        getattr(component, name)
    with pytest.raises(SIPCoreError):
        component.poll(0)


def _runs() -> None:
    options = {**component.default_start_options, "local_ip": "127.0.0.1"}
    component.stop()  # nothing to do
    for wrong, error in (({"local_udp_port": "x"}, TypeError), ({"local_ip": "x"}, ValueError)):
        try:
            component.start(None, **{**options, **wrong})
        except error:
            continue
        raise AssertionError(wrong)
    component.start(None, **options)
    try:
        component.start(None, **options)
    except SIPCoreError as error:
        message = str(error)
    assert "running already" in message
    assert component.local_ip == "127.0.0.1"
    assert component.local_udp_port and component.local_tcp_port and component.local_tls_port
    assert component.tls_verify_server is False
    assert component.tls_ca_file is None
    assert component.tls_cert_file is component.tls_privkey_file is None
    assert component.tls_min_version == "1.2"
    component.set_local_udp_port(None)
    component.set_local_tcp_port(None)
    component.set_local_tls_port(None)
    assert component.local_udp_port is component.local_tcp_port is component.local_tls_port is None
    component.set_tls_verify_server(True)
    assert component.tls_verify_server is True
    component.set_tls_ca_file(None)
    component.user_agent, component.trace_sip = "other", True
    assert (component.user_agent, component.trace_sip) == ("other", True)
    assert component.parse_sip_uri("sip:a@b") == SIPURI("b", "a")
    component.poll(0)
    component.begin_stop()
    assert component.is_idle()
    component.stop()
    component.stop()
    with PJSIPUA(local_ip="127.0.0.1"):  # nothing was left running
        pass


def test_starts_polls_and_stops(in_child: InChild) -> None:
    in_child(_runs)
