"""PJSIPUA over TLS, against Python's `ssl` and openssl: whose certificates, and which."""

from __future__ import annotations

import contextlib
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sipsimple.core import SIPURI, Credentials, Registration, Route
from sipsimple.core.tls_options import TLSOptions, checked_tls_options
from sipsimple.pjproject import runtime

sys.path.insert(0, str(Path(__file__).parent / "support"))

from tls_peer import Authority, TLSClient, TLSRegistrar

if TYPE_CHECKING:
    from conftest import InChild
    from testbed.name_server import NameServer

with contextlib.suppress(ImportError):
    import core_driver  # in the child only

FAILED = "SCEngineTLSVerificationFailed"
IDENTITY = "The server identity does not match to any identities specified in the certificate"


def _listening(**options: Any) -> core_driver.Driver:
    """One whose TLS listener has a port that nobody else gets while it restarts."""
    return core_driver.Driver(local_tls_port=core_driver.free_port(), **options)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls") / "authority")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls") / "stranger")


@pytest.fixture
def server(authority: Authority) -> Iterator[TLSRegistrar]:
    """With a certificate for where it is."""
    with TLSRegistrar(authority.issue("IP:127.0.0.1")) as server:
        yield server


def registered(
    driver: core_driver.Driver, host: str, port: int
) -> tuple[Registration, int, list[dict[str, Any]]]:
    """Register by TLS: the object, the code, and what has been said of certificates."""
    registration = Registration(Credentials(SIPURI(host, user="alice")), Route(host, port, "tls"))
    registration.register()
    return registration, *outcome(driver)


def outcome(driver: core_driver.Driver) -> tuple[int, list[dict[str, Any]]]:
    """The code of the next answer to a registration, and failed verifications until then."""

    def codes() -> list[int]:
        return [item.data["code"] for item in driver.notifications if "code" in item.data]

    (code,) = driver.until(codes, 10)
    failures = [item.data for item in driver.notifications if item.name == FAILED]
    driver.notifications.clear()
    return code, failures


def _register(
    options: dict[str, Any], port: int, host: str = "127.0.0.1"
) -> tuple[int, list[dict[str, Any]]]:
    with core_driver.Driver(**options) as driver:
        _, code, failures = registered(driver, host, port)
        for failure in failures:
            failure.pop("timestamp", None)
        return code, failures


def verifying(authority: Authority) -> dict[str, Any]:
    return {"tls_verify_server": True, "tls_ca_file": str(authority.path)}


# ---- whose certificate a server shows


def test_a_server_with_a_certificate_of_the_authority_is_accepted(
    in_child: InChild, authority: Authority, server: TLSRegistrar
) -> None:
    assert in_child(_register, verifying(authority), server.port) == (200, [])
    assert server.ended() == ["cleanly"]


def test_a_server_that_nobody_has_certified_is_refused_and_the_reason_told(
    in_child: InChild, stranger: Authority, server: TLSRegistrar
) -> None:
    code, (failure,) = in_child(_register, verifying(stranger), server.port)
    assert code == 503
    reasons = failure.pop("reasons")
    assert failure == {"host": "127.0.0.1", "address": "127.0.0.1", "port": server.port}
    assert reasons == ["The certificate is untrusted"]
    assert [session.requests for session in server.sessions] == [[]]


def test_the_authorities_of_the_system_are_asked_where_none_are_named(
    in_child: InChild, server: TLSRegistrar
) -> None:
    code, (failure,) = in_child(_register, {"tls_verify_server": True}, server.port)
    assert (code, failure["host"]) == (503, "127.0.0.1")


def test_a_certificate_that_has_expired_is_refused(in_child: InChild, authority: Authority) -> None:
    with TLSRegistrar(authority.issue("IP:127.0.0.1", days=-1)) as server:
        code, (failure,) = in_child(_register, verifying(authority), server.port)
    assert code == 503
    assert any("expired" in reason for reason in failure["reasons"]), failure


def test_any_certificate_will_do_where_none_is_verified(
    in_child: InChild, stranger: Authority
) -> None:
    with TLSRegistrar(stranger.issue("DNS:other.test", days=-1)) as server:
        assert in_child(_register, {}, server.port) == (200, [])


@pytest.mark.parametrize(
    ("names", "cn", "accepted"),
    [
        ("DNS:sip.test", "x", True),
        ("DNS:SIP.Test", "x", True),
        ("URI:sip:sip.test", "x", True),
        ("DNS:other.test,DNS:sip.test", "x", True),
        ("", "sip.test", True),
        ("DNS:other.test", "x", False),
        # Only where there are no other names (RFC 5922 section 7.1).
        ("DNS:other.test", "sip.test", False),
        # Of the server, not of the domain that was asked for (section 4).
        ("DNS:a.sip.test", "x", False),
        # No wildcards (section 7.2).
        ("DNS:*.test", "x", False),
        ("DNS:*", "x", False),
        # The certificate of a user, and of something else.
        ("URI:sip:alice@sip.test", "x", False),
        ("URI:sips:sip.test", "x", False),
        ("URI:https://sip.test", "x", False),
        ("IP:127.0.0.1", "x", False),
    ],
)
def test_a_certificate_has_to_be_for_the_domain_that_was_asked_for(
    in_child: InChild,
    authority: Authority,
    name_server: NameServer,
    names: str,
    cn: str,
    accepted: bool,
) -> None:
    with TLSRegistrar(authority.issue(names, cn=cn)) as server:
        address = name_server.start("address=/sip.test/127.0.0.1", "address=/a.sip.test/127.0.0.1")
        options = {**verifying(authority), "nameservers": [address]}
        code, failures = in_child(_register, options, server.port, "sip.test")
    if accepted:
        assert (code, failures) == (200, [])
    else:
        (failure,) = failures
        assert code == 503
        assert failure == {
            "host": "sip.test",
            "address": "127.0.0.1",
            "port": server.port,
            "reasons": [IDENTITY],
        }
        assert [session.requests for session in server.sessions] == [[]]


# ---- changing it while it runs


def _verified_later(ca_file: str, port: int) -> list[tuple[int, int]]:
    with _listening() as driver:
        _, code, failures = registered(driver, "127.0.0.1", port)
        results = [(code, len(failures))]
        listening = driver.ua.local_tls_port
        for change, value in (
            (driver.ua.set_tls_verify_server, True),
            (driver.ua.set_tls_ca_file, ca_file),
            (driver.ua.set_tls_verify_server, False),
        ):
            change(value)
            assert driver.ua.local_tls_port == listening
            _, code, failures = registered(driver, "127.0.0.1", port)
            results.append((code, len(failures)))
        assert driver.ua.tls_verify_server is False
        assert driver.ua.tls_ca_file == ca_file
        return results


def test_verification_can_be_changed_while_it_runs(
    in_child: InChild, authority: Authority, server: TLSRegistrar
) -> None:
    results = in_child(_verified_later, str(authority.path), server.port)
    assert results == [(200, 0), (503, 1), (200, 0), (200, 0)]
    # Every change has ended the connections that there were; nobody was cut off.
    assert len(server.sessions) == 4
    ended = server.ended()
    assert [ended[index] for index in (0, 2, 3)] == ["cleanly"] * 3


def _restarted_while_it_waits(port: int, proceed: Path) -> tuple[str, int]:
    with _listening() as driver:
        registration = Registration(
            Credentials(SIPURI("127.0.0.1", user="alice")), Route("127.0.0.1", port, "tls")
        )
        registration.register()
        driver.until(proceed.exists)
        driver.ua.set_tls_ca_file(None)
        driver.run(0.3)
        state = registration.state
        proceed.unlink()
        return state, outcome(driver)[0]


def test_a_request_gets_its_answer_over_the_connection_that_is_to_end(
    in_child: InChild, server: TLSRegistrar, tmp_path: Path
) -> None:
    proceed = tmp_path / "proceed"

    def watch() -> None:
        waiting = threading.Event()
        while not (server.sessions and server.sessions[0].requests):
            waiting.wait(0.01)
        proceed.touch()
        while proceed.exists():
            waiting.wait(0.01)
        server.answers.set()

    server.answers.clear()
    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    assert in_child(_restarted_while_it_waits, server.port, proceed) == ("registering", 200)
    watching.join(10)
    assert server.sessions[0].requests == ["REGISTER"]
    assert server.ended() == ["cleanly"]


def _clients_end(options: dict[str, Any]) -> list[bytes]:
    with _listening(**options) as driver:
        port = driver.ua.local_tls_port
        client = in_thread(driver, lambda: TLSClient(port))
        answers = [in_thread(driver, client.options)[:11]]
        driver.ua.set_tls_verify_server(True)
        # b"" is TLS's own end; anything else raises.
        answers.append(in_thread(driver, lambda: client.socket.recv(1)))
        again = in_thread(driver, lambda: TLSClient(port))
        answers.append(in_thread(driver, again.options)[:11])
        return answers


def in_thread(driver: core_driver.Driver, function):
    """Run what waits for the UA while the UA runs; its result."""
    results: list[Any] = []

    def run() -> None:
        try:
            results.append((function(), None))
        except Exception as error:
            results.append((None, error))

    threading.Thread(target=run, daemon=True).start()
    result, error = driver.until(lambda: results, 10)[0]
    if error is not None:
        raise error
    return result


def test_clients_see_their_connections_end_cleanly(in_child: InChild, authority: Authority) -> None:
    certificate = authority.issue("IP:127.0.0.1")
    options = {"tls_cert_file": str(certificate.with_key())}
    ok = b"SIP/2.0 200"
    assert in_child(_clients_end, options) == [ok, b"", ok]


def _restarted_by_many(ca_file: str, port: int) -> int:
    changes = 0
    codes: list[int] = []
    with _listening() as driver:
        stop = threading.Event()
        failures: list[BaseException] = []

        def change(value: object) -> None:
            nonlocal changes
            try:
                while not stop.is_set():
                    driver.ua.set_tls_verify_server(value)
                    driver.ua.set_tls_ca_file(ca_file)
                    changes += 1
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=change, args=(value,)) for value in (True, False)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(20):
                codes.append(registered(driver, "127.0.0.1", port)[1])
        finally:
            stop.set()
            while any(thread.is_alive() for thread in threads):
                driver.turn()
        assert not failures, failures
        # Who has just taken a connection when it is to end is told so.
        assert set(codes) <= {200, 503}, codes
        assert registered(driver, "127.0.0.1", port)[1] == 200
    return changes


def test_threads_can_restart_tls_while_others_register(
    in_child: InChild, authority: Authority, server: TLSRegistrar
) -> None:
    assert in_child(_restarted_by_many, str(authority.path), server.port, timeout=60) > 5


def _restarted_again_and_again(ca_file: str, port: int) -> None:
    with _listening() as driver:

        def round_trip() -> tuple[int, int]:
            driver.ua.set_tls_ca_file(ca_file)
            registration, code, _ = registered(driver, "127.0.0.1", port)
            assert code == 200
            driver.ua.set_tls_verify_server(True)
            driver.ua.set_tls_verify_server(False)
            registration.unregister()
            assert outcome(driver)[0] == 200
            driver.ua.set_tls_ca_file(None)
            # The end of the connection.
            driver.run(0.2)
            return runtime.live_pools(), len(os.listdir("/proc/self/fd"))

        for _ in range(3):
            round_trip()
        before = round_trip()
        for _ in range(10):
            after = round_trip()
        assert after <= before, (before, after)
    assert runtime.live_pools() == 0


def test_restarting_tls_again_and_again_leaves_nothing(
    in_child: InChild, authority: Authority, server: TLSRegistrar
) -> None:
    in_child(_restarted_again_and_again, str(authority.path), server.port)


# ---- our own certificate


def _answers_clients(options: dict[str, Any], authority: str) -> tuple[str, bytes]:
    with core_driver.Driver(**options) as driver:
        port = driver.ua.local_tls_port
        client = in_thread(driver, lambda: TLSClient(port, Path(authority)))
        return client.version, in_thread(driver, client.options)[:11]


@pytest.mark.parametrize("apart", [True, False])
def test_clients_that_verify_accept_our_certificate(
    in_child: InChild, authority: Authority, apart: bool
) -> None:
    certificate = authority.issue("IP:127.0.0.1")
    options = {"tls_cert_file": str(certificate.with_key())}
    if apart:
        options = {
            "tls_cert_file": str(certificate.certificate),
            "tls_privkey_file": str(certificate.key),
        }
    assert in_child(_answers_clients, options, str(authority.path)) == ("TLSv1.3", b"SIP/2.0 200")


def test_the_certificates_between_ours_and_the_authority_are_sent(
    in_child: InChild, authority: Authority, tmp_path: Path
) -> None:
    between = Authority(tmp_path / "between", authority)
    chain = between.issue("IP:127.0.0.1").with_chain(between)
    options = {"tls_cert_file": str(chain)}
    assert in_child(_answers_clients, options, str(authority.path))[1] == b"SIP/2.0 200"


def _openssl_connects(options: dict[str, Any], authority: str) -> str:
    with core_driver.Driver(**options) as driver:
        command = [
            *("openssl", "s_client", "-connect", f"127.0.0.1:{driver.ua.local_tls_port}"),
            *("-CAfile", authority, "-verify_ip", "127.0.0.1", "-brief"),
        ]
        done = in_thread(
            driver,
            lambda: subprocess.run(
                command, input=b"Q\n", capture_output=True, check=False, timeout=10
            ),
        )
        output: str = done.stderr.decode()
        return output


def test_openssl_finds_our_certificate_good(in_child: InChild, authority: Authority) -> None:
    options = {"tls_cert_file": str(authority.issue("IP:127.0.0.1").with_key())}
    output = in_child(_openssl_connects, options, str(authority.path))
    assert "Verification: OK" in output, output
    assert "Protocol version: TLSv1.3" in output


def test_nobody_connects_where_we_have_no_certificate(
    in_child: InChild, authority: Authority
) -> None:
    output = in_child(_openssl_connects, {}, str(authority.path))
    assert "Verification: OK" not in output, output
    assert "alert handshake failure" in output


def test_a_server_that_demands_a_certificate_gets_ours(
    in_child: InChild, authority: Authority
) -> None:
    ours = authority.issue(cn="alice.test")
    with TLSRegistrar(authority.issue("IP:127.0.0.1"), clients=authority) as server:
        options = {"tls_cert_file": str(ours.with_key())}
        assert in_child(_register, options, server.port) == (200, [])
        assert [session.client for session in server.sessions] == ["alice.test"]
        assert in_child(_register, {}, server.port)[0] == 503


# ---- versions


@pytest.mark.parametrize(
    ("least", "highest", "outcome"),
    [
        ("1.2", ssl.TLSVersion.TLSv1_2, (200, "TLSv1.2")),
        ("1.2", ssl.TLSVersion.TLSv1_3, (200, "TLSv1.3")),
        ("1.3", ssl.TLSVersion.TLSv1_3, (200, "TLSv1.3")),
        ("1.3", ssl.TLSVersion.TLSv1_2, (503, None)),
    ],
)
def test_servers_below_the_lowest_version_are_not_talked_to(
    in_child: InChild,
    authority: Authority,
    least: str,
    highest: ssl.TLSVersion,
    outcome: tuple[int, str | None],
) -> None:
    with TLSRegistrar(authority.issue("IP:127.0.0.1"), maximum=highest) as server:
        code, failures = in_child(_register, {"tls_min_version": least}, server.port)
        assert (code, server.sessions[0].version) == outcome
        assert failures == []


def _client_of_version(options: dict[str, Any], version: int) -> str | None:
    with core_driver.Driver(**options) as driver:
        port = driver.ua.local_tls_port
        only = ssl.TLSVersion(version)
        try:
            return in_thread(driver, lambda: TLSClient(port, minimum=only, maximum=only)).version
        except ssl.SSLError:
            return None


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    ("least", "version", "talked"),
    [
        ("1.2", ssl.TLSVersion.TLSv1_1, None),
        ("1.2", ssl.TLSVersion.TLSv1_2, "TLSv1.2"),
        ("1.3", ssl.TLSVersion.TLSv1_2, None),
        ("1.3", ssl.TLSVersion.TLSv1_3, "TLSv1.3"),
    ],
)
def test_clients_below_the_lowest_version_are_refused(
    in_child: InChild,
    authority: Authority,
    least: str,
    version: ssl.TLSVersion,
    talked: str | None,
) -> None:
    certificate = authority.issue("IP:127.0.0.1").with_key()
    options = {"tls_cert_file": str(certificate), "tls_min_version": least}
    assert in_child(_client_of_version, options, int(version)) == talked


# ---- what cannot be


def test_options_that_fit_together_are_taken(authority: Authority) -> None:
    ours = authority.issue()
    options = checked_tls_options(
        True, str(authority.path), str(ours.certificate), str(ours.key), "1.3"
    )
    assert options == TLSOptions(
        True, str(authority.path), str(ours.certificate), str(ours.key), "1.3"
    )
    assert checked_tls_options() == TLSOptions()


def test_a_key_of_another_certificate_is_refused(authority: Authority) -> None:
    ours, other = authority.issue(), authority.issue()
    with pytest.raises(ValueError, match=r"^tls_cert_file, tls_privkey_file: .*\bkey\b"):
        checked_tls_options(cert_file=str(ours.certificate), privkey_file=str(other.key))


def test_a_certificate_without_a_key_is_refused(authority: Authority) -> None:
    with pytest.raises(ValueError, match=r"^tls_cert_file: "):
        checked_tls_options(cert_file=str(authority.issue().certificate))


def test_a_key_without_a_certificate_is_refused(authority: Authority) -> None:
    with pytest.raises(ValueError, match=r"^tls_privkey_file: needs tls_cert_file"):
        checked_tls_options(privkey_file=str(authority.issue().key))


def test_an_encrypted_key_is_refused_without_a_question(
    authority: Authority, tmp_path: Path
) -> None:
    ours = authority.issue()
    encrypted = tmp_path / "encrypted.key"
    subprocess.run(
        ["openssl", "pkey", "-in", ours.key, "-aes128", "-passout", "pass:x", "-out", encrypted],
        check=True,
    )
    with pytest.raises(ValueError, match=r"^tls_privkey_file: .*the key is encrypted"):
        checked_tls_options(cert_file=str(ours.certificate), privkey_file=str(encrypted))


def test_a_file_that_is_no_pem_is_refused(tmp_path: Path) -> None:
    garbage = tmp_path / "garbage"
    garbage.write_bytes(b"\x00\xff no certificate")
    for name in ("ca_file", "cert_file"):
        with pytest.raises(ValueError, match=f"^tls_{name}: .*garbage"):
            checked_tls_options(**{name: str(garbage)})


@pytest.mark.parametrize("value", ["", "/no/where", "a\0b", "\ud800", "."])
@pytest.mark.parametrize("name", ["ca_file", "cert_file", "privkey_file"])
def test_what_is_no_readable_file_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"^tls_{name}: "):
        checked_tls_options(**{name: value})


def _bad_changes(ca_file: str, garbage: str) -> None:
    with _listening(tls_ca_file=ca_file) as driver:
        port = driver.ua.local_tls_port
        for change, value, error in (
            (driver.ua.set_tls_ca_file, garbage, ValueError),
            (driver.ua.set_tls_ca_file, b"x", TypeError),
            (driver.ua.set_tls_verify_server, 1, TypeError),
        ):
            assert "tls_" in str(core_driver.raises(error, lambda: change(value)))  # noqa: B023
        assert (driver.ua.tls_ca_file, driver.ua.tls_verify_server) == (ca_file, False)
        assert driver.ua.local_tls_port == port
    core_driver.raises(core_driver.SIPCoreError, lambda: driver.ua.set_tls_ca_file(None))


def test_a_change_that_cannot_be_changes_nothing(
    in_child: InChild, authority: Authority, tmp_path: Path
) -> None:
    garbage = tmp_path / "garbage"
    garbage.write_text("no certificate")
    in_child(_bad_changes, str(authority.path), str(garbage))
