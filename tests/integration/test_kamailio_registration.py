"""Registrations at Kamailio: digest, refresh, several contacts, over UDP, TCP and TLS."""

from __future__ import annotations

from pathlib import Path

import pytest

from testbed.endpoint import Endpoint
from testbed.kamailio import Kamailio
from testbed.processes import poll

TRANSPORTS = ("udp", "tcp", "tls")
LISTENING = {"local_tcp_port": 0, "local_tls_port": 0}


def register(
    endpoint: Endpoint,
    kamailio: Kamailio,
    transport: str = "udp",
    user: str = "alice",
    password: str = "secret",
    expires: int = 300,
) -> str:
    label: str = endpoint.do(
        "register", user=user, password=password, expires=expires, **kamailio.hop(transport)
    )
    return label


def stays(count: int, kamailio: Kamailio, method: str, seconds: float) -> bool:
    """Whether no more requests than these arrive in so many seconds."""
    return not poll(lambda: len(kamailio.requests(method)) > count, seconds)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_registration_is_challenged_accepted_and_ended(
    endpoint, kamailio: Kamailio, transport: str
):
    alice = endpoint("alice", **LISTENING)
    registration = register(alice, kamailio, transport)
    registered = alice.wait_for_state(registration, "registered").data
    assert registered["code"] == 200
    ((uri, expires),) = registered["contact_uri_list"]
    assert uri == registered["contact_uri"]
    assert 290 < expires <= 300
    assert 290 < registered["expires"] <= 300
    assert f"by {transport}:" in kamailio.requests("REGISTER")[0]
    # Without credentials, then with them.
    assert len(kamailio.requests("REGISTER")) == 2
    alice.do("unregister", registration=registration)
    assert alice.wait_for_state(registration, "unregistered").data["code"] == 200


def test_a_registration_verifies_the_certificate_that_it_is_told_to_trust(
    endpoint, kamailio: Kamailio
):
    alice = endpoint(
        "alice", **LISTENING, tls_verify_server=True, tls_ca_file=str(kamailio.certificate)
    )
    registration = register(alice, kamailio, "tls")
    assert alice.wait_for_state(registration, "registered").data["code"] == 200


def test_a_registration_does_not_reach_a_server_whose_certificate_does_not_verify(
    endpoint, kamailio: Kamailio, tmp_path: Path
):
    with Kamailio(tmp_path / "other", {"alice": "secret"}) as other:
        alice = endpoint(
            "alice", **LISTENING, tls_verify_server=True, tls_ca_file=str(other.certificate)
        )
        registration = register(alice, kamailio, "tls")
        assert alice.wait_for_state(registration, "unregistered").data["code"] == 503
    assert kamailio.requests("REGISTER") == []


def test_a_registration_is_refreshed_before_it_expires(endpoint, kamailio: Kamailio):
    alice = endpoint("alice")
    registration = register(alice, kamailio, expires=8)
    first = alice.wait_for_state(registration, "registered")
    again = alice.wait_for(
        "SCRegistrationChangedState",
        sender=registration,
        state="registered",
        count=2,
        timeout=15,
    )
    assert (again.time - first.time).total_seconds() < 8
    # The same contact, not another.
    assert len(again.data["contact_uri_list"]) == 1
    assert again.data["contact_uri"] == first.data["contact_uri"]
    states = [event.data["state"] for event in alice.events("SCRegistrationChangedState")]
    assert "unregistered" not in states


def test_a_refresh_whose_nonce_is_stale_answers_the_new_one(endpoint, tmp_path: Path):
    with Kamailio(tmp_path / "kamailio", {"alice": "secret"}, nonce_seconds=1) as kamailio:
        alice = endpoint("alice")
        registration = register(alice, kamailio, expires=8)
        alice.wait_for(
            "SCRegistrationChangedState",
            sender=registration,
            state="registered",
            count=2,
            timeout=15,
        )
        assert len(kamailio.requests("REGISTER")) == 4


def test_a_server_that_challenges_with_sha_256_is_answered(endpoint, tmp_path: Path):
    with Kamailio(tmp_path / "kamailio", {"alice": "secret"}, algorithm="SHA-256") as kamailio:
        alice = endpoint("alice")
        registration = register(alice, kamailio)
        assert alice.wait_for_state(registration, "registered").data["code"] == 200


def test_a_server_that_grants_less_time_is_believed(endpoint, tmp_path: Path):
    with Kamailio(tmp_path / "kamailio", {"alice": "secret"}, max_expires=60) as kamailio:
        alice = endpoint("alice")
        registration = register(alice, kamailio, expires=600)
        registered = alice.wait_for_state(registration, "registered").data
        assert registered["expires"] == 60
        assert [expires for _, expires in registered["contact_uri_list"]] == [60]


@pytest.mark.parametrize(("user", "password"), [("alice", "wrong"), ("nobody", "secret")])
def test_credentials_that_are_wrong_are_tried_once(
    endpoint, kamailio: Kamailio, user: str, password: str
):
    alice = endpoint("alice")
    registration = register(alice, kamailio, user=user, password=password)
    refused = alice.wait_for_state(registration, "unregistered").data
    assert refused["code"] == 401
    assert stays(2, kamailio, "REGISTER", 2)


def test_two_contacts_of_an_account_are_both_listed_until_one_leaves(endpoint, kamailio: Kamailio):
    desk, mobile = endpoint("desk"), endpoint("mobile")
    first = register(desk, kamailio)
    desk_uri = desk.wait_for_state(first, "registered").data["contact_uri"]
    second = register(mobile, kamailio, expires=8)
    registered = mobile.wait_for_state(second, "registered").data
    mobile_uri = registered["contact_uri"]
    listed = dict(registered["contact_uri_list"])
    assert set(listed) == {desk_uri, mobile_uri}
    assert listed[mobile_uri] <= 8
    assert listed[desk_uri] > 290
    assert registered["expires"] <= 8
    desk.do("unregister", registration=first)
    desk.wait_for_state(first, "unregistered")
    refreshed = mobile.wait_for(
        "SCRegistrationChangedState", sender=second, state="registered", count=2, timeout=15
    )
    assert [uri for uri, _ in refreshed.data["contact_uri_list"]] == [mobile_uri]
