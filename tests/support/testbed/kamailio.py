"""Kamailio (Debian's package) as registrar, record-routing proxy and presence server."""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

from testbed.processes import Process, TestbedError, free_port, poll

__all__ = ["REALM", "Kamailio"]

HOST = "127.0.0.1"
HOST_IPV6 = "::1"
REALM = "testbed"

_CONFIGURATION = Path(__file__).with_suffix(".cfg")
_TABLES = Path("/usr/share/kamailio/dbtext/kamailio")
_READY_SECONDS = 20.0


class Kamailio(Process):
    """Kamailio on loopback, ready when this returns.

    It registers users after digest authentication, forwards requests to all contacts of a user
    (408 when one answers nothing for 5 s) and stays in the route of what becomes a dialog; it
    keeps the state of "presence", "message-summary" and "dialog" that is published by PUBLISH,
    and notifies who subscribes to it, or to "presence.winfo". PUBLISH and SUBSCRIBE are
    challenged with 401 as REGISTER is. Everybody may watch everybody. A user that is not
    registered is answered 480, one that there is not, 404.

    Several of them can run at once: each has ports and files of its own, and no control socket.

    Args:
        folder: For its files; made.
        users: Passwords by user name.
        authenticate_calls: Whether requests to users are challenged with 407.
        algorithm: Of digest authentication: MD5 or SHA-256.
        nonce_seconds: How long a nonce can be used; afterwards its answer is stale.
        max_expires: The most seconds that a registration, publication or subscription lasts.
        domains: Names of hosts that stand for it in URIs, besides its addresses.

    Attributes:
        host: The IPv4 address that it listens on.
        host_ipv6: The IPv6 address that it listens on as well; None where there is no IPv6.
        port: Its UDP and TCP port.
        tls_port: Its TLS port.
        certificate: Its certificate for both addresses, signed by itself: the authority to
            verify it with.
    """

    def __init__(
        self,
        folder: Path,
        users: dict[str, str],
        *,
        authenticate_calls: bool = False,
        algorithm: str = "MD5",
        nonce_seconds: int = 300,
        max_expires: int = 3600,
        domains: Sequence[str] = (),
    ) -> None:
        if not _TABLES.is_dir():
            raise TestbedError("kamailio is not installed (Debian's package)")
        folder.mkdir()
        self.host = HOST
        self.host_ipv6 = HOST_IPV6 if _has_ipv6() else None
        self.port, self.tls_port = _free_port(), _free_port()
        self.certificate = folder / "certificate.pem"
        _certify(folder)
        _make_tables(folder / "tables")
        configuration = folder / "kamailio.cfg"
        configuration.write_text(
            _filled_in(
                _CONFIGURATION.read_text(),
                PORT=self.port,
                TLS_PORT=self.tls_port,
                FOLDER=folder,
                REALM=REALM,
                ALGORITHM=algorithm,
                NONCE_SECONDS=nonce_seconds,
                MAX_EXPIRES=max_expires,
                DOMAINS="\n".join(f'alias="{domain}"' for domain in domains),
                USERS="\n".join(
                    f'    $sht(users=>{name}) = "{password}";' for name, password in users.items()
                ),
            )
        )
        defines = ["-A", "IPV6"] if self.host_ipv6 else []
        if authenticate_calls:
            defines += ["-A", "AUTHENTICATE_CALLS"]
        super().__init__(
            "kamailio",
            [
                # In the foreground, on standard error, with little memory.
                *(_program(), "-DD", "-E", "-m", "32", "-M", "4"),
                *("-f", configuration, "-Y", folder, "-w", folder, *defines),
            ],
            folder,
        )
        try:
            if not poll(lambda: self._is_ready() or self.popen.poll() is not None, _READY_SECONDS):
                raise self.failure("does not answer")
            if self.popen.poll() is not None:
                raise self.failure(f"ended with {self.popen.returncode}")
        except BaseException:
            self.end()
            raise

    def hop(self, transport: str = "udp") -> dict[str, str | int]:
        """Where it is: `host`, `port` and `transport`, as commands of an `Endpoint` take them."""
        port = self.tls_port if transport == "tls" else self.port
        return {"host": self.host, "port": port, "transport": transport}

    def requests(self, method: str) -> list[str]:
        """What it has logged of each request of a method, in their order."""
        return re.findall(rf"<script>: ({method} .*)", self.output)

    def _is_ready(self) -> bool:
        """Whether it answers OPTIONS over UDP, and takes connections."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.settimeout(0.2)
            udp.connect((HOST, self.port))
            port = udp.getsockname()[1]
            lines = (
                f"OPTIONS sip:{HOST}:{self.port} SIP/2.0",
                f"Via: SIP/2.0/UDP {HOST}:{port};branch=z9hG4bK-ready-{port}",
                f"From: <sip:ready@{HOST}>;tag=ready",
                f"To: <sip:{HOST}:{self.port}>",
                f"Call-ID: ready-{port}",
                "CSeq: 1 OPTIONS",
                "Max-Forwards: 1",
                "Content-Length: 0",
            )
            try:
                udp.send("".join(f"{line}\r\n" for line in (*lines, "")).encode())
                if not udp.recv(65535).startswith(b"SIP/2.0 200 "):
                    return False
                for port in (self.port, self.tls_port):
                    socket.create_connection((HOST, port), 0.2).close()
            except OSError:
                return False
        return True


def _program() -> str:
    """Debian has it where not every user's path leads."""
    path = Path("/usr/sbin/kamailio")
    return str(path) if path.exists() else "kamailio"


def _filled_in(template: str, **values: object) -> str:
    return re.sub(r"@([A-Z_]+)@", lambda match: str(values[match[1]]), template)


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as udp:
            udp.bind((HOST_IPV6, 0))
    except OSError:
        return False
    return True


def _free_port() -> int:
    """A port that is free for UDP and TCP, on IPv4 and IPv6."""
    while True:
        port = free_port()
        try:
            if _has_ipv6():
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                    with socket.socket(socket.AF_INET6, kind) as ipv6:
                        ipv6.bind((HOST_IPV6, port))
        except OSError:
            continue
        return port


def _certify(folder: Path) -> None:
    """Make a certificate that is its own authority, and its key."""
    try:
        done = subprocess.run(
            [
                *("openssl", "req", "-x509", "-days", "2", "-nodes", "-newkey", "ec"),
                *("-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=testbed"),
                *("-addext", f"subjectAltName=IP:{HOST},IP:{HOST_IPV6},DNS:localhost"),
                *("-keyout", folder / "key.pem", "-out", folder / "certificate.pem"),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise TestbedError("openssl is not installed") from None
    if done.returncode != 0:
        raise TestbedError(f"openssl: {done.stderr}")


def _make_tables(folder: Path) -> None:
    """Make the empty database of the presence server, as Debian's package has it."""
    folder.mkdir()
    for name in ("version", "presentity", "active_watchers", "watchers", "xcap"):
        columns = (_TABLES / name).read_text()
        # Kamailio 5.6 leaves it to a default value, which this kind of table does not have.
        (folder / name).write_text(columns.replace(" flags(int) ", " flags(int,null) "))
