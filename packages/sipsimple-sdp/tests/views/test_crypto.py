from __future__ import annotations

import pickle
import traceback

import pytest

from sipsimple.sdp.views.crypto import Crypto

KEY = "bm90IGEgc2VjcmV0LCBtYWRlIGZvciB0aGVzZSB0ZXN0cw=="
SUITE = "AES_CM_128_HMAC_SHA1_80"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"1 {SUITE} inline:{KEY}", Crypto(1, SUITE, f"inline:{KEY}")),
        (
            f"2 AES_CM_128_HMAC_SHA1_32 inline:{KEY}|2^20|1:32",
            Crypto(2, "AES_CM_128_HMAC_SHA1_32", f"inline:{KEY}|2^20|1:32"),
        ),
        (
            f"1 F8_128_HMAC_SHA1_80 inline:{KEY}|2^20|1:4;inline:{KEY}|2^20|2:4 FEC_ORDER=FEC_SRTP",
            Crypto(
                1,
                "F8_128_HMAC_SHA1_80",
                f"inline:{KEY}|2^20|1:4;inline:{KEY}|2^20|2:4",
                ("FEC_ORDER=FEC_SRTP",),
            ),
        ),
        (
            f"3 AEAD_AES_256_GCM inline:{KEY} UNENCRYPTED_SRTCP WSH=64",
            Crypto(3, "AEAD_AES_256_GCM", f"inline:{KEY}", ("UNENCRYPTED_SRTCP", "WSH=64")),
        ),
        (f"999999999 {SUITE} x-ext:{KEY}", Crypto(999999999, SUITE, f"x-ext:{KEY}")),
    ],
)
def test_what_devices_send_is_read_and_printed_the_same(text: str, expected: Crypto) -> None:
    assert Crypto.parse(text) == expected
    assert Crypto.parse(f" {text} ".replace(" ", "\t ")) == expected
    assert str(expected) == text


def test_a_space_between_keys_does_not_make_a_session_parameter_of_the_second() -> None:
    crypto = Crypto.parse(f"1 {SUITE} inline:{KEY}|1:4; inline:{KEY}|2:4 KDR=1")
    assert crypto.key_params == f"inline:{KEY}|1:4;inline:{KEY}|2:4"
    assert crypto.session_params == ("KDR=1",)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "crypto: has 0 fields instead of 3 or more"),
        (f"1 inline:{KEY}", "crypto: has 2 fields instead of 3 or more"),
        (f"inline:{KEY} {SUITE} 1", "tag: is not a number up to 999999999"),
        (f"1000000000 {SUITE} inline:{KEY}", "tag: is not a number up to 999999999"),
        (f"1 inline:{KEY} {SUITE}", "suite: contains a colon"),
        (f"1 {SUITE} {KEY}", "key_params: key 1 is not a method, a colon and its key"),
        (f"1 {SUITE} inline:", "key_params: key 1 is not a method"),
        (f"1 {SUITE} :{KEY}", "key_params: key 1 is not a method"),
        (f"1 {SUITE} inline:{KEY};", "key_params: key 2 is not a method"),
        (f"1 {SUITE} inline:{KEY}é", "key_params: contains what is no visible ASCII character"),
        (f"1 {SUITE} inline:{KEY}\udcff", "key_params: contains what is no visible ASCII"),
        (f"1 {SUITE} inline:{KEY} é", r"session_params\[0\]: contains what is no visible ASCII"),
    ],
)
def test_what_is_none_is_refused_without_showing_a_key(text: str, error: str) -> None:
    with pytest.raises(ValueError, match=f"^{error}") as caught:
        Crypto.parse(text)
    assert KEY[:8] not in "".join(traceback.format_exception_only(caught.value))


@pytest.mark.parametrize(
    ("arguments", "kind", "error"),
    [
        (("1", SUITE, f"inline:{KEY}"), TypeError, "tag: must be int, not str"),
        ((-1, SUITE, f"inline:{KEY}"), ValueError, "tag: -1 is not between 0 and 999999999"),
        ((1, "A B", f"inline:{KEY}"), ValueError, "suite: contains what is no visible"),
        ((1, "", f"inline:{KEY}"), ValueError, "suite: must not be empty"),
        ((1, SUITE, KEY.encode()), TypeError, "key_params: must be str, not bytes"),
        ((1, SUITE, f"inline:{KEY}\r\na=x"), ValueError, "key_params: contains what is no visible"),
        ((1, SUITE, f"inline:{KEY} x"), ValueError, "key_params: contains what is no visible"),
        ((1, SUITE, f"inline:{KEY}", "KDR=1"), TypeError, "session_params: must be a list, not"),
        ((1, SUITE, f"inline:{KEY}", (1,)), TypeError, "session_params: must be str, not int"),
        ((1, SUITE, f"inline:{KEY}", ("",)), ValueError, r"session_params\[0\]: must not be"),
    ],
)
def test_what_would_not_print_is_not_constructed(
    arguments: tuple[int, str, str], kind: type[Exception], error: str
) -> None:
    with pytest.raises(kind, match=f"^{error}") as caught:
        Crypto(*arguments)
    assert KEY[:8] not in str(caught.value)


def test_its_repr_shows_no_key() -> None:
    crypto = Crypto(1, SUITE, f"inline:{KEY}")
    assert repr(crypto) == f"Crypto(tag=1, suite='{SUITE}', key_params=...)"
    both = Crypto(1, SUITE, f"inline:{KEY}", ("KDR=1", f"FEC_KEY=inline:{KEY}"))
    assert repr(both).endswith("session_params=('KDR=1', 'FEC_KEY=...'))")
    assert KEY[:8] not in f"{both!r} {[both]} {both.session_params[:1]}"


def test_it_is_a_value() -> None:
    value = Crypto(tag=1, suite=SUITE, key_params=f"inline:{KEY}", session_params=["KDR=1"])  # type: ignore[arg-type]
    assert value.session_params == ("KDR=1",)
    assert hash(value) == hash(Crypto(1, SUITE, f"inline:{KEY}", ("KDR=1",)))
    assert pickle.loads(pickle.dumps(value)) == value
    match value:
        case Crypto(1, suite, key_params=key_params):
            assert (suite, key_params) == (SUITE, f"inline:{KEY}")
        case _:
            pytest.fail("not matched")
