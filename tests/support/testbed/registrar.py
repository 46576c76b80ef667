"""A small registrar and proxy for tests and demos: IPv4, UDP, digest authentication.

As a proxy it is stateless (RFC 3261 section 16.11): a request to a registered user goes to the
newest contact, one within a dialog along its route set; responses go back along the Via headers.

`python -m testbed.registrar --user alice:secret --user bob:hidden` writes `ready PORT` when it
listens, then one line for each message.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import secrets
import signal
import socket
import sys
from pathlib import Path
from typing import TypeAlias

from testbed.digest import ALGORITHMS, Authenticator, Verdict
from testbed.location import BindingError, Locations
from testbed.processes import SUPPORT, Process
from testbed.sip import Message, parameter, uri_of, with_parameter

__all__ = ["RegistrarProcess", "Server"]

Address: TypeAlias = tuple[str, int]

REALM = "testbed"
HOST = "127.0.0.1"


class Refusal(Exception):
    """A request that is answered here: status line, and further headers."""

    def __init__(self, status: str, *headers: tuple[str, str]) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers


class Server:
    """The registrar and proxy.

    Args:
        passwords: The passwords of the users by their names.
        host: The address to listen on.
        port: The UDP port; 0 selects one.
        authenticate_calls: Whether requests that a proxy forwards need credentials too.
        algorithms: What it challenges with, the preferred one first.

    Attributes:
        address: Where it listens.
        locations: Who is registered.
    """

    def __init__(
        self,
        passwords: dict[str, str],
        host: str = HOST,
        port: int = 0,
        *,
        authenticate_calls: bool = False,
        algorithms: tuple[str, ...] = ("MD5",),
    ) -> None:
        self._users = passwords
        self._authenticate_calls = authenticate_calls
        self._authenticator = Authenticator(REALM, passwords, algorithms=algorithms)
        self._key = secrets.token_hex(8)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((host, port))
        self.address: Address = self._socket.getsockname()
        self.locations = Locations()
        self._closed = False

    def serve(self) -> None:
        """Answer and forward, until it is closed."""
        while not self._closed:
            data, source = self._socket.recvfrom(65535)
            try:
                message = Message.parse(data)
            except ValueError as error:
                if data.strip():  # else it keeps a NAT binding alive
                    print(f"{source[0]}:{source[1]} sent no SIP message: {error}", flush=True)
                continue
            print(f"{source[0]}:{source[1]} {message.start}", flush=True)
            try:
                self._request(message, source) if message.is_request else self._response(message)
            except Refusal as refusal:
                if message.method != "ACK":
                    self._answer(message, refusal.status, *refusal.headers)
        self._socket.close()

    def close(self) -> None:
        """End `serve()`, which runs in another thread."""
        self._closed = True
        # Not from the server's own socket, which it may be closing by now.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as knock:
            knock.sendto(b"", self.address)

    # ---- requests

    def _request(self, request: Message, source: Address) -> None:
        via = request["Via"]
        if parameter(via, "rport") is not None:
            via = with_parameter(via, "rport", str(source[1]))
        # RFC 3581 section 4: with rport, received is always there.
        request.replace_first("Via", with_parameter(via, "received", source[0]))
        if request.method == "ACK" and parameter(request["To"], "tag") == self._tag(request):
            return  # for an answer of ours
        if request.method == "REGISTER" and self._is_ours(request.uri):
            self._register(request)
        elif self._pop_route(request) or not self._is_ours(request.uri):
            self._forward(request, _address(request.get("Route") or request.uri))
        else:
            self._to_user(request)

    def _register(self, request: Message) -> None:
        user = _user(uri_of(request["To"]))
        if user not in self._users:
            raise Refusal("404 Not Found")
        self._authenticate(request, user, "401 Unauthorized", "WWW-Authenticate", "Authorization")
        try:
            bindings = self.locations.register(user, request)
        except BindingError as error:
            raise Refusal(str(error)) from error
        self._answer(
            request,
            "200 OK",
            *(("Contact", f"<{each.uri}>;expires={each.seconds}") for each in bindings),
        )

    def _to_user(self, request: Message) -> None:
        """A request from outside of any dialog, to somebody who is registered here."""
        if self._authenticate_calls and request.method not in {"ACK", "CANCEL"}:
            user = _user(uri_of(request["From"]))
            status = "407 Proxy Authentication Required"
            self._authenticate(request, user, status, "Proxy-Authenticate", "Proxy-Authorization")
        user = _user(request.uri)
        if not user and request.method == "OPTIONS":
            raise Refusal("200 OK")
        bindings = self.locations.of(user)
        if not bindings:
            raise Refusal("480 Temporarily Unavailable" if user in self._users else "404 Not Found")
        contact = bindings[-1].uri
        request.start = f"{request.start.split(' ')[0]} {contact} SIP/2.0"
        if parameter(request["To"], "tag") is None:
            request.insert("Record-Route", f"<sip:{self._host_port};lr>")
        self._forward(request, _address(contact))

    def _forward(self, request: Message, target: Address) -> None:
        hops = int(request.get("Max-Forwards") or 70)
        if hops <= 0:
            raise Refusal("483 Too Many Hops")
        request.replace_first("Max-Forwards", str(hops - 1))
        # The same for a CANCEL or a repetition as for what it is about, without remembering.
        own = hashlib.sha256(f"{self._key} {request['Via']}".encode()).hexdigest()[:20]
        request.insert("Via", f"SIP/2.0/UDP {self._host_port};branch=z9hG4bK{own}")
        self._socket.sendto(request.render(), target)

    def _pop_route(self, request: Message) -> bool:
        """Take ourselves off the route; whether that was there (RFC 3261 section 16.4)."""
        route = request.get("Route")
        if route is None or _address(route) != self.address:
            return route is not None
        request.remove_first("Route")
        # With nothing left, it may be a first request that we are the outbound proxy of.
        return request.get("Route") is not None or not self._is_ours(request.uri)

    def _authenticate(
        self, request: Message, user: str, status: str, challenge: str, credentials: str
    ) -> None:
        verdict = self._authenticator.judge(request.get(credentials), request.method, user)
        if verdict is Verdict.WRONG:
            raise Refusal("403 Forbidden")
        if verdict is not Verdict.RIGHT:
            texts = self._authenticator.challenges(stale=verdict is Verdict.STALE)
            raise Refusal(status, *((challenge, text) for text in texts))

    # ---- responses

    def _answer(self, request: Message, status: str, *headers: tuple[str, str]) -> None:
        response = Message(f"SIP/2.0 {status}")
        kept = {"via", "from", "to", "call-id", "cseq"}
        response.headers = [each for each in request.headers if each[0].lower() in kept]
        if parameter(request["To"], "tag") is None:
            response.replace_first("To", f"{request['To']};tag={self._tag(request)}")
        response.headers += headers
        self._send_back(response)

    def _response(self, response: Message) -> None:
        if _sent_by(response["Via"]) != self.address:
            return  # not ours to forward: RFC 3261 section 16.7, step 3
        response.remove_first("Via")
        if response.get("Via") is not None:
            self._send_back(response)

    def _send_back(self, response: Message) -> None:
        """Where the topmost Via says (RFC 3261 section 18.2.2, RFC 3581 section 4)."""
        via = response["Via"]
        host, port = _sent_by(via)
        host = parameter(via, "received") or host
        self._socket.sendto(response.render(), (host, int(parameter(via, "rport") or port)))

    # ---- names and addresses

    @property
    def _host_port(self) -> str:
        return f"{self.address[0]}:{self.address[1]}"

    def _is_ours(self, uri: str) -> bool:
        return _address(uri) == self.address

    def _tag(self, request: Message) -> str:
        """The To tag of our answers: the same for an INVITE and its ACK."""
        text = f"{self._key} {request['Call-ID']} {request['CSeq'].split()[0]}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _user(uri: str) -> str:
    match = re.match(r"sips?:([^@;:]+)[^@]*@", uri)
    return match[1] if match else ""


def _address(value: str) -> Address:
    """Host and port of a URI, or of a header that holds one."""
    match = re.match(r"sips?:(?:[^@]*@)?([^:;>?]+)(?::(\d+))?", uri_of(value) or value)
    if match is None:
        raise Refusal("416 Unsupported URI Scheme")
    return match[1], int(match[2] or 5060)


def _sent_by(via: str) -> Address:
    host, _, port = via.split(None, 1)[1].split(";", maxsplit=1)[0].strip().partition(":")
    return host, int(port or 5060)


class RegistrarProcess(Process):
    """The registrar in a process of its own, ready when this returns.

    Args:
        folder: For its log.
        users: Passwords by user name.
        authenticate_calls: Whether calls need credentials too.
        algorithms: What it challenges with, the preferred one first.

    Attributes:
        host: The address that it listens on.
        port: Its UDP port.
    """

    def __init__(
        self,
        folder: Path,
        users: dict[str, str],
        *,
        authenticate_calls: bool = False,
        algorithms: tuple[str, ...] = ("MD5",),
    ) -> None:
        command = [sys.executable, "-m", "testbed.registrar"]
        for name, password in users.items():
            command += ["--user", f"{name}:{password}"]
        if authenticate_calls:
            command.append("--authenticate-calls")
        for algorithm in algorithms:
            command += ["--algorithm", algorithm]
        super().__init__("registrar", command, folder, environment={"PYTHONPATH": str(SUPPORT)})
        self.host = HOST
        try:
            self.port = int(self.expect(r"^ready (\d+)$", 20)[1])
        except BaseException:
            self.end()
            raise


def main() -> None:
    """Serve until a signal ends the process."""
    parser = argparse.ArgumentParser(description="A small SIP registrar and proxy.")
    parser.add_argument("--user", action="append", default=[], metavar="NAME:PASSWORD")
    parser.add_argument("--host", default=HOST)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--authenticate-calls", action="store_true")
    parser.add_argument("--algorithm", action="append", choices=ALGORITHMS)
    options = parser.parse_args()
    passwords = dict(user.split(":", 1) for user in options.user)
    server = Server(
        passwords,
        options.host,
        options.port,
        authenticate_calls=options.authenticate_calls,
        algorithms=tuple(options.algorithm or ("MD5",)),
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"ready {server.address[1]}", flush=True)
    server.serve()


if __name__ == "__main__":
    main()
