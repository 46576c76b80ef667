"""Grammars that several headers share, as parts of regular expressions."""

__all__ = ["EVENT_PACKAGE", "TOKEN"]

#: A token (RFC 3261 section 25.1).
TOKEN = r"[A-Za-z0-9.!%*_+`'~-]+"

_WITHOUT_DOT = r"[A-Za-z0-9!%*_+`'~-]+"

#: An event package, and templates behind dots (RFC 6665 section 8.4).
EVENT_PACKAGE = rf"{_WITHOUT_DOT}(?:\.{_WITHOUT_DOT})*"
