from __future__ import annotations

import hashlib
import pickle

import pytest

from sipsimple.sdp.views.dtls import SETUP_ROLES, Fingerprint, check_setup

DIGEST = hashlib.sha256(b"a certificate").digest()


def test_what_agents_send_is_read_and_printed_as_rfc_8122_writes_it() -> None:
    text = f"sha-256 {DIGEST.hex(':').upper()}"
    for given in (text, text.upper(), text.lower(), f"  {text.replace(' ', ' ' * 3)}\t"):
        assert Fingerprint.parse(given) == Fingerprint("sha-256", DIGEST.hex(":"))
        assert str(Fingerprint.parse(given)) == text


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "fingerprint: '' has 0 fields instead of 2"),
        ("sha-256", "fingerprint: 'sha-256' has 1 fields"),
        ("sha-256 AA BB", "fingerprint: 'sha-256 AA BB' has 3 fields"),
        ("sha-256 AABB", "fingerprint: 'AABB' is not hexadecimal bytes and colons"),
        ("sha-256 AA:B", "fingerprint: 'AA:B' is not hexadecimal"),
        ("sha-256 AA:", "fingerprint: 'AA:' is not hexadecimal"),
        ("sha-256 GG", "fingerprint: 'GG' is not hexadecimal"),
    ],
)
def test_what_is_none_is_refused_with_its_value(text: str, error: str) -> None:
    with pytest.raises(ValueError, match=f"^{error}"):
        Fingerprint.parse(text)


def test_what_would_not_print_is_not_constructed() -> None:
    with pytest.raises(TypeError, match=r"^fingerprint: must be str, not bytes"):
        Fingerprint("sha-256", DIGEST)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^hash_function: 'a b' contains white space"):
        Fingerprint("a b", "AA")
    with pytest.raises(ValueError, match=r"contains CR, LF or NUL"):
        Fingerprint("sha-256", "AA\n")


@pytest.mark.parametrize("name", ["sha-1", "sha-224", "SHA-256", "sha-384", "sha-512"])
def test_the_fingerprint_of_a_certificate_is_its_hash(name: str) -> None:
    fingerprint = Fingerprint.of(b"a certificate", name)
    expected = hashlib.new(name.replace("-", ""), b"a certificate").digest()
    assert (fingerprint.hash_function, fingerprint.digest) == (name.lower(), expected)
    assert Fingerprint.parse(str(fingerprint)) == fingerprint


@pytest.mark.parametrize("name", ["md5", "shake-128", "x"])
def test_no_fingerprint_is_made_with_a_hash_that_is_broken_or_unknown(name: str) -> None:
    with pytest.raises(ValueError, match=f"^hash_function: '{name}' is none of sha-1, "):
        Fingerprint.of(b"a certificate", name)


def test_a_received_fingerprint_may_have_any_hash_function() -> None:
    assert Fingerprint.parse("md5 00:ff").digest == b"\x00\xff"


def test_setup_has_the_four_roles_in_any_case() -> None:
    assert [check_setup(role.upper()) for role in SETUP_ROLES] == list(SETUP_ROLES)
    with pytest.raises(ValueError, match=r"^setup: 'both' is none of active, passive, actpass"):
        check_setup("both")


def test_it_is_a_value() -> None:
    value = Fingerprint(hash_function="sha-256", fingerprint="aa:bb")
    assert {value} == {Fingerprint("SHA-256", "AA:BB")}
    assert pickle.loads(pickle.dumps(value)) == value
    match value:
        case Fingerprint("sha-256", text):
            assert text == "AA:BB"
        case _:
            pytest.fail("not matched")
