"""`Crypto`: the keys of SRTP that are sent in the description (RFC 4568)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from sipsimple.sdp.views.fields import check_items, check_number, exact_fields, parse_number, split

__all__ = ["Crypto"]

# RFC 4568 section 9.1: up to nine digits.
_HIGHEST_TAG = 999_999_999


@dataclass(frozen=True, slots=True, repr=False)
class Crypto:
    """The value of a `crypto` attribute.

    Neither `repr()` nor an error shows the keys; `key_params` and `str()` do.

    Args:
        tag: The number that an answer names its choice by, an int from 0 to 999999999.
        suite: The cipher suite, a str such as "AES_CM_128_HMAC_SHA1_80".
        key_params: The keys, a str: methods each with what belongs to them, as in
            "inline:" and a key, separated by semicolons.
        session_params: The session parameters, a tuple of str such as "UNENCRYPTED_SRTCP".

    Raises:
        TypeError: A value is of the wrong type.
        ValueError: A value is out of range, or would not stay in its place in the line.

    >>> crypto = Crypto.parse("1 AEAD_AES_128_GCM inline:bm90IGEgc2VjcmV0IGF0IGFsbCBhdCBhbGw=|2^31")
    >>> crypto
    Crypto(tag=1, suite='AEAD_AES_128_GCM', key_params=...)
    >>> crypto.key_params
    'inline:bm90IGEgc2VjcmV0IGF0IGFsbCBhdCBhbGw=|2^31'

    Source: RFC 4568 section 9.1.
    """

    tag: int
    suite: str
    key_params: str
    session_params: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        exact_fields(self)
        check_number(self.tag, "tag", 0, _HIGHEST_TAG)
        _check_visible(self.suite, "suite")
        # A key in the wrong place is none that `repr()` shows.
        if ":" in self.suite:
            raise ValueError("suite: contains a colon")
        _check_key_params(self.key_params)
        parameters = tuple(check_items(self.session_params, "session_params", str))
        object.__setattr__(self, "session_params", parameters)
        for index, parameter in enumerate(self.session_params):
            _check_visible(parameter, f"session_params[{index}]")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the value of a `crypto` attribute.

        Args:
            text: What stands behind `a=crypto:`, a str.

        Raises:
            TypeError: The text is not a str.
            ValueError: A field is missing or wrong; tells which, and its value if it is no key.
        """
        fields = split(text)
        if len(fields) < 3:
            raise ValueError(f"crypto: has {len(fields)} fields instead of 3 or more")
        try:
            tag = parse_number(fields[0], "tag", 0, _HIGHEST_TAG)
        except ValueError:
            # Without what is there, which may be a key.
            raise ValueError(f"tag: is not a number up to {_HIGHEST_TAG}") from None
        # Keys are printed on lines of their own in RFC 4568's examples, and so some devices
        # leave a space behind the semicolon between them.
        last = 2
        while fields[last].endswith(";") and last + 1 < len(fields):
            last += 1
        return cls(tag, fields[1], "".join(fields[2 : last + 1]), tuple(fields[last + 1 :]))

    def __repr__(self) -> str:
        shown = f"tag={self.tag!r}, suite={self.suite!r}, key_params=..."
        if self.session_params:
            shown += f", session_params={tuple(map(_without_key, self.session_params))!r}"
        return f"{type(self).__name__}({shown})"

    def __str__(self) -> str:
        return " ".join((str(self.tag), self.suite, self.key_params, *self.session_params))


def _without_key(parameter: str) -> str:
    """A session parameter without the key that FEC_KEY has (RFC 4568 section 6.3.5)."""
    name, _, value = parameter.partition("=")
    return f"{name}=..." if ":" in value else parameter


def _check_visible(value: object, what: str) -> str:
    """Visible ASCII characters (RFC 4568 section 9.2); what they are, no error shows."""
    if not isinstance(value, str):
        raise TypeError(f"{what}: must be str, not {type(value).__name__}")
    if not value:
        raise ValueError(f"{what}: must not be empty")
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise ValueError(f"{what}: contains what is no visible ASCII character")
    return value


def _check_key_params(value: object) -> None:
    for index, parameter in enumerate(_check_visible(value, "key_params").split(";")):
        method, _, info = parameter.partition(":")
        if not (method and info):
            raise ValueError(f"key_params: key {index + 1} is not a method, a colon and its key")
