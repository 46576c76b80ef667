"""TLS peers for tests: certificates made with openssl, a server and clients of Python's `ssl`."""

from __future__ import annotations

import re
import socket
import ssl
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

SECONDS = 10.0


def openssl(*arguments: object, given: bytes = b"") -> str:
    done = subprocess.run(
        ["openssl", *map(str, arguments)], input=given, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


class Authority:
    """Issues certificates, files of PEM in a folder of its own.

    Args:
        folder: Made for it.
        issuer: Who has certified it; None for nobody but itself.

    Attributes:
        path: Its own certificate.
    """

    def __init__(self, folder: Path, issuer: Authority | None = None) -> None:
        folder.mkdir()
        self._folder = folder
        self._serial = 0
        self.issuer = issuer
        self.path = folder / "authority.pem"
        self.key = folder / "authority.key"
        if issuer is None:
            openssl(
                *("req", "-x509", "-days", "2", "-subj", f"/CN={folder.name}", "-nodes"),
                *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
                *("-keyout", self.key, "-out", self.path),
            )
        else:
            both = issuer.issue(cn=folder.name, extensions="basicConstraints=critical,CA:TRUE")
            self.path.write_text(both.certificate.read_text())
            self.key.write_text(both.key.read_text())

    def issue(
        self, names: str = "", *, cn: str = "peer", days: int = 2, extensions: str = ""
    ) -> Certificate:
        """Issue a certificate.

        Args:
            names: Value of subjectAltName, such as `"IP:127.0.0.1,DNS:example.com"`.
            cn: Common name of the subject.
            days: From now; negative for one that has expired.
            extensions: Lines of openssl's.
        """
        self._serial += 1
        certificate = self._folder / f"{self._serial}.pem"
        key = self._folder / f"{self._serial}.key"
        request = self._folder / f"{self._serial}.csr"
        options = self._folder / f"{self._serial}.cnf"
        lines = [*([f"subjectAltName={names}"] if names else []), extensions, ""]
        options.write_text("\n".join(lines))
        openssl(
            *("req", "-new", "-nodes", "-subj", f"/CN={cn}", "-newkey", "ec"),
            *("-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", key, "-out", request),
        )
        openssl(
            *("x509", "-req", "-in", request, "-CA", self.path, "-CAkey", self.key),
            *("-days", days, "-set_serial", self._serial, "-extfile", options),
            *("-out", certificate),
        )
        return Certificate(certificate, key)


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key, each in a file."""

    certificate: Path
    key: Path

    def with_key(self) -> Path:
        """A file that has both."""
        path = self.certificate.with_suffix(".both")
        path.write_text(self.certificate.read_text() + self.key.read_text())
        return path

    def with_chain(self, authority: Authority) -> Path:
        """A file that has the certificate and that of the authority, and the key."""
        path = self.certificate.with_suffix(".chain")
        parts = (self.certificate, authority.path, self.key)
        path.write_text("".join(part.read_text() for part in parts))
        return path


@dataclass
class Session:
    """What became of a connection.

    Attributes:
        version: "TLSv1.2" or "TLSv1.3"; None where it did not come to that.
        client: Common name of the client's certificate, or None.
        requests: Methods of the requests.
        ended: "cleanly", with TLS's own end, or what else; None as long as it lives.
    """

    version: str | None = None
    client: str | None = None
    requests: list[str] = field(default_factory=list)
    ended: str | None = None


class TLSRegistrar:
    """Answers every request over TLS with 200, in threads of its own.

    Args:
        certificate: What it shows.
        minimum: The lowest version of TLS that it talks.
        maximum: The highest.
        clients: Authority whose certificate it demands of clients; None to demand none.

    Attributes:
        port: Its port on 127.0.0.1.
        sessions: Its connections, in their order.
        answers: Set unless it is to keep its answers for itself for now.
    """

    def __init__(
        self,
        certificate: Certificate,
        *,
        minimum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2,
        maximum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
        clients: Authority | None = None,
    ) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate.certificate, certificate.key)
        self._context.minimum_version, self._context.maximum_version = minimum, maximum
        if clients is not None:
            self._context.verify_mode = ssl.CERT_REQUIRED
            self._context.load_verify_locations(clients.path)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.sessions: list[Session] = []
        self.answers = threading.Event()
        self.answers.set()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.answers.set()
        # close() alone does not wake who waits in accept().
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def ended(self) -> list[str | None]:
        """How each connection has ended, once the last has."""
        end = time.monotonic() + SECONDS
        while any(session.ended is None for session in self.sessions):
            assert time.monotonic() < end, self.sessions
            time.sleep(0.01)
        return [session.ended for session in self.sessions]

    def _accept(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            session = Session()
            self.sessions.append(session)
            threading.Thread(target=self._serve, args=(plain, session), daemon=True).start()

    def _serve(self, plain: socket.socket, session: Session) -> None:
        plain.settimeout(60)
        try:
            with self._context.wrap_socket(
                plain, server_side=True, suppress_ragged_eofs=False
            ) as connection:
                session.version = connection.version()
                if certificate := connection.getpeercert():
                    (((_, session.client),),) = certificate["subject"]
                self._answer(connection, session)
            session.ended = "cleanly"
        except OSError as error:
            session.ended = str(error)

    def _answer(self, connection: ssl.SSLSocket, session: Session) -> None:
        received = b""
        while data := connection.recv(65536):
            # Nothing but requests without a body, and keep-alive between them.
            received = (received + data).lstrip()
            while b"\r\n\r\n" in received:
                request, _, received = received.partition(b"\r\n\r\n")
                received = received.lstrip()
                session.requests.append(request.split()[0].decode())
                self.answers.wait(SECONDS)
                connection.sendall(answer_to(request.decode()))


def answer_to(request: str) -> bytes:
    kept = re.findall(r"^(?:Via|From|To|Call-ID|CSeq|Contact): .*?$", request, re.M | re.I)
    lines = [line.rstrip() for line in kept]
    lines = [f"{line};tag=1" if line.lower().startswith("to:") else line for line in lines]
    lines = ["SIP/2.0 200 OK", *lines, "Expires: 60", "Content-Length: 0", "", ""]
    return "\r\n".join(lines).encode()


class TLSClient:
    """Connects by TLS to 127.0.0.1.

    Args:
        port: The UA's.
        authority: Whose certificates it trusts; None to trust everybody.
        minimum: The lowest version of TLS that it talks.
        maximum: The highest.

    Raises:
        ssl.SSLError: The handshake failed.
    """

    def __init__(
        self,
        port: int,
        authority: Path | None = None,
        *,
        minimum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2,
        maximum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
    ) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if minimum < ssl.TLSVersion.TLSv1_2:
            # OpenSSL talks what is deprecated at this level only.
            context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version, context.maximum_version = minimum, maximum
        context.check_hostname = authority is not None
        if authority is None:
            context.verify_mode = ssl.CERT_NONE
        else:
            context.load_verify_locations(authority)
        plain = socket.create_connection(("127.0.0.1", port), SECONDS)
        self.socket = context.wrap_socket(
            plain, server_hostname="127.0.0.1", suppress_ragged_eofs=False
        )
        self.version = self.socket.version()

    def options(self) -> bytes:
        """Send OPTIONS; the answer, b"" where the connection has ended."""
        host, port = self.socket.getsockname()
        number = time.monotonic_ns()
        lines = [
            "OPTIONS sip:127.0.0.1 SIP/2.0",
            f"Via: SIP/2.0/TLS {host}:{port};rport;branch=z9hG4bK-{number}",
            "From: <sip:peer@example.com>;tag=peer",
            "To: <sip:user@example.com>",
            f"Call-ID: {number}",
            "CSeq: 1 OPTIONS",
            "Max-Forwards: 70",
            "Content-Length: 0",
        ]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        return self.socket.recv(65536)
