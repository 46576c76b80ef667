"""Answers to challenges, RFC 3261 section 22, RFC 7616 and RFC 8760."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from core_registrar import HASHES, REALM, credentials_of, digest

from sipsimple.core import SIPURI, Credentials, Registration, Route

if TYPE_CHECKING:
    from core_registrar import Registrar

    from conftest import InChild

ALICE = SIPURI("example.com", user="alice")
PASSWORD = "sécret"


def _ha1(*algorithms: str, realm: str = REALM) -> dict[tuple[str, str], str]:
    return {(name, realm): digest(name, "alice", realm, PASSWORD) for name in algorithms}


def _register(port: int, credentials: Credentials) -> int:
    """Register once; the code of the final answer."""
    import core_driver

    with core_driver.Driver() as running:
        registration = Registration(credentials, Route("127.0.0.1", port))
        registration.register()
        running.until(lambda: len(running.notifications) == 2)
        running.run(0.1)  # nothing goes on by itself
        assert len(running.notifications) == 2
        code: int = running.notifications[1].data["code"]
        return code


def _with_password(password: str = PASSWORD) -> Credentials:
    return Credentials(ALICE, password, "token")


def _answers(registrar: Registrar) -> list[dict[str, str]]:
    """The credentials of the requests that had any."""
    return [given for request in registrar.requests if (given := credentials_of(request))]


@pytest.fixture
def guarded(registrar: Registrar) -> Registrar:
    registrar.password = PASSWORD
    return registrar


@pytest.mark.parametrize("qop", ["", 'qop="auth"', 'qop="auth-int,auth"', 'qop="auth , auth-int"'])
@pytest.mark.parametrize("algorithm", HASHES)
def test_every_algorithm_is_answered(
    in_child: InChild, guarded: Registrar, algorithm: str, qop: str
) -> None:
    guarded.challenges = [", ".join(filter(None, [f"algorithm={algorithm}", qop]))]
    assert in_child(_register, guarded.port, _with_password()) == 200
    (given,) = _answers(guarded)
    assert given["algorithm"] == algorithm
    assert given["username"] == "alice"
    assert given.get("qop", "") == ("auth" if qop else "")
    assert len(guarded.requests) == 2


@pytest.mark.parametrize("algorithm", HASHES)
def test_a_ha1_answers_its_realm_and_algorithm(
    in_child: InChild, guarded: Registrar, algorithm: str
) -> None:
    guarded.challenges = [f'algorithm={algorithm}, qop="auth"']
    credentials = Credentials(ALICE, ha1=_ha1(algorithm))
    assert in_child(_register, guarded.port, credentials) == 200


@pytest.mark.parametrize(
    "ha1", [_ha1("MD5"), _ha1("SHA-256", realm="other")], ids=["algorithm", "realm"]
)
def test_a_ha1_answers_nothing_else(
    in_child: InChild, guarded: Registrar, ha1: dict[tuple[str, str], str]
) -> None:
    guarded.challenges = ['algorithm=SHA-256, qop="auth"']
    assert in_child(_register, guarded.port, Credentials(ALICE, ha1=ha1)) == 401
    assert _answers(guarded) == []


def test_the_password_answers_what_no_ha1_does(in_child: InChild, guarded: Registrar) -> None:
    guarded.challenges = ["algorithm=SHA-256"]
    credentials = Credentials(ALICE, PASSWORD, ha1=_ha1("MD5") | _ha1("SHA-256", realm="other"))
    assert in_child(_register, guarded.port, credentials) == 200


ALL = [f'algorithm={name}, qop="auth"' for name in HASHES]


@pytest.mark.parametrize("fresh", [False, True], ids=["one nonce", "a nonce each"])
@pytest.mark.parametrize(
    ("challenges", "credentials", "expected"),
    [
        (ALL, _with_password(), "SHA-512-256"),
        (ALL[::-1], _with_password(), "SHA-512-256"),
        (ALL[:2], _with_password(), "SHA-256"),
        ([ALL[0], "algorithm=TIGER", ALL[1]], _with_password(), "SHA-256"),
        ([ALL[0], 'algorithm=SHA-256, qop="auth-int"'], _with_password(), "MD5"),
        (["algorithm=AKAv1-MD5", ALL[0]], _with_password(), "MD5"),
        (ALL, Credentials(ALICE, ha1=_ha1("MD5", "SHA-256")), "SHA-256"),
        (ALL[::-1], Credentials(ALICE, ha1=_ha1("MD5")), "MD5"),
    ],
)
def test_the_strongest_that_can_be_answered_is(
    in_child: InChild,
    guarded: Registrar,
    challenges: list[str],
    credentials: Credentials,
    expected: str,
    fresh: bool,
) -> None:
    guarded.challenges, guarded.fresh_nonces = challenges, fresh
    assert in_child(_register, guarded.port, credentials) == 200
    assert [given["algorithm"] for given in _answers(guarded)] == [expected]
    # And no second header for another one.
    assert all(text.count("Digest") == 1 for text in _authorizations(guarded))


def _authorizations(registrar: Registrar) -> list[str]:
    return [
        request.headers["authorization"]
        for request in registrar.requests
        if "authorization" in request.headers
    ]


@pytest.mark.parametrize("challenge", ["algorithm=SHA-1", 'qop="auth-int"', "algorithm=MD5-sess"])
def test_what_cannot_be_answered_is_reported(
    in_child: InChild, guarded: Registrar, challenge: str
) -> None:
    guarded.challenges = [challenge]
    assert in_child(_register, guarded.port, _with_password()) == 401
    assert len(guarded.requests) == 1


def test_a_stale_nonce_is_replaced(in_child: InChild, guarded: Registrar) -> None:
    guarded.challenges, guarded.stale = ALL[:2], 1
    assert in_child(_register, guarded.port, _with_password()) == 200
    first, second = _answers(guarded)
    assert first["nonce"] != second["nonce"]
    assert first["algorithm"] == second["algorithm"] == "SHA-256"


def test_a_server_to_which_all_is_stale_is_given_up(in_child: InChild, guarded: Registrar) -> None:
    guarded.stale = 1000
    assert in_child(_register, guarded.port, _with_password()) == 401
    assert len(_answers(guarded)) == 3


@pytest.mark.parametrize("fresh", [False, True], ids=["same nonce", "new nonce"])
def test_rejected_credentials_are_not_tried_again(
    in_child: InChild, guarded: Registrar, fresh: bool
) -> None:
    guarded.challenges, guarded.fresh_nonces = ALL, fresh
    assert in_child(_register, guarded.port, _with_password("wrong")) == 401
    assert len(_answers(guarded)) == 1


def _call(password: str, answers: list[list[tuple[str, str]]]) -> list[dict[str, list[str]]]:
    """Have an INVITE challenged; the credentials of each that came, by header."""
    import core_driver
    import invitation_phone

    seen: list[dict[str, list[str]]] = []
    with core_driver.Driver() as running:
        phone = invitation_phone.Phone(running)
        invitation = invitation_phone.outgoing(phone, password)
        invitation.send_invite()
        for headers in [*answers, []]:
            invite = phone.expect("INVITE")
            names = "Authorization", "Proxy-Authorization"
            seen.append({name: invite.all(name) for name in names if invite.all(name)})
            if headers:
                fields = "".join(f"{name}: {value}\r\n" for name, value in headers)
                _refuse(phone, invite, fields)
                phone.expect("ACK")
            else:
                phone.answer(invite, 486)
                invitation_phone.reported(running, "DISCONNECTED")
    return seen


def _refuse(phone: Any, invite: Any, fields: str) -> None:
    code = "407 Proxy" if "Proxy" in fields else "401 Un"
    kept = "".join(f"{name}: {invite.headers[name]}\r\n" for name in ("from", "call-id", "cseq"))
    phone.send(
        (
            f"SIP/2.0 {code}\r\nVia: {invite.headers['via']}\r\n{kept}"
            f"To: {invite.headers['to']};tag=x\r\n{fields}Content-Length: 0\r\n\r\n"
        ).encode()
    )


def test_calls_answer_the_strongest_challenge_of_proxy_and_server(in_child: InChild) -> None:
    proxy = [
        ("Proxy-Authenticate", f'Digest realm="proxy", nonce="p{index}", {text}')
        for index, text in enumerate(ALL)
    ]
    server = [
        ("WWW-Authenticate", 'Digest realm="server", nonce="a", algorithm=MD5'),
        ("WWW-Authenticate", 'Digest realm="server", nonce="b", algorithm=SHA-256, qop="auth"'),
    ]
    nothing, first, both = in_child(_call, PASSWORD, [proxy, server])
    assert nothing == {}
    assert list(first) == ["Proxy-Authorization"]
    assert "SHA-512-256" in first["Proxy-Authorization"][0]
    assert len(both["Proxy-Authorization"]) == len(both["Authorization"]) == 1
    assert "algorithm=SHA-256" in both["Authorization"][0].replace('"', "")
