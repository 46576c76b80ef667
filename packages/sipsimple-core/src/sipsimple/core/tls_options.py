"""The options of TLS, checked: a file that cannot be used is an error before PJSIP sees it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

from sipsimple.core.options import checked_bool

__all__ = ["TLSOptions", "checked_tls_options"]

#: Values of `tls_min_version`. RFC 8996 deprecates what came before.
VERSIONS = ("1.2", "1.3")


@dataclass(frozen=True)
class TLSOptions:
    """What a TLS listener, and the connections that it makes, are set to.

    Attributes:
        verify_server: Refuse servers whose certificate does not verify.
        ca_file: PEM file with the trusted certificates; None for the system's.
        cert_file: PEM file with our own certificate, and those between it and the
            authority's; None for none: nobody can connect then.
        privkey_file: PEM file with its key; None where that is in `cert_file`.
        min_version: The lowest version of TLS, "1.2" or "1.3".
    """

    verify_server: bool = False
    ca_file: str | None = None
    cert_file: str | None = None
    privkey_file: str | None = None
    min_version: str = "1.2"

    def authorities(self) -> tuple[str | None, str | None]:
        """File and folder of the trusted certificates."""
        if self.ca_file is not None or not self.verify_server:
            return self.ca_file, None
        paths = ssl.get_default_verify_paths()
        return paths.cafile, paths.capath


def checked_tls_options(
    verify_server: object = False,
    ca_file: object = None,
    cert_file: object = None,
    privkey_file: object = None,
    min_version: object = "1.2",
) -> TLSOptions:
    """Check all of them, and that they fit together.

    Raises:
        TypeError: One has the wrong type.
        ValueError: One is out of range; a file cannot be read, or has not what it should
            have; the key is not that of the certificate.
    """
    if not isinstance(min_version, str):
        raise TypeError(f"tls_min_version: must be str, not {type(min_version).__name__}")
    if min_version not in VERSIONS:
        raise ValueError(f"tls_min_version: {min_version!r} is not one of {', '.join(VERSIONS)}")
    options = TLSOptions(
        checked_bool(verify_server, "tls_verify_server"),
        _checked_path(ca_file, "tls_ca_file"),
        _checked_path(cert_file, "tls_cert_file"),
        _checked_path(privkey_file, "tls_privkey_file"),
        min_version,
    )
    _check_authorities(options.ca_file)
    _check_own(options.cert_file, options.privkey_file)
    return options


def _checked_path(value: object, name: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"{name}: must be str or None, not {type(value).__name__}")
    if not value or "\0" in value:
        raise ValueError(f"{name}: {value!r} is not a path")
    try:
        with open(value, "rb"):
            pass
    except (OSError, UnicodeError) as error:
        raise ValueError(f"{name}: {value!r}: {error}") from None
    return value


def _check_authorities(path: str | None) -> None:
    # PJSIP would notice with the first connection only.
    if path is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except OSError as error:
        raise ValueError(f"tls_ca_file: {path!r}: {error}") from None


def _check_own(certificate: str | None, key: str | None) -> None:
    if certificate is None:
        if key is not None:
            raise ValueError("tls_privkey_file: needs tls_cert_file")
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, _no_password)
    except ssl.SSLError as error:
        name = "tls_cert_file" if key is None else "tls_cert_file, tls_privkey_file"
        files = repr(certificate) if key is None else f"{certificate!r}, {key!r}"
        raise ValueError(f"{name}: {files}: {error}") from None
    except _EncryptedError:
        name, path = ("tls_cert_file", certificate) if key is None else ("tls_privkey_file", key)
        raise ValueError(f"{name}: {path!r}: the key is encrypted") from None


class _EncryptedError(Exception):
    pass


def _no_password() -> str:
    # Without this, OpenSSL asks at the terminal.
    raise _EncryptedError
