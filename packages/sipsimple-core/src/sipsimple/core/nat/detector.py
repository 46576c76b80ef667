"""`NATDetector`: detections in threads, each with one notification at its end."""

from __future__ import annotations

import ipaddress
import logging
import socket
import threading
import time
from collections import deque
from collections.abc import Callable

from sipsimple.core.nat.classification import DetectionFailed, classify
from sipsimple.core.nat.stun_exchange import Interrupted
from sipsimple.core.nat.stun_message import Address

__all__ = ["NATDetector", "checked_server"]

_logger = logging.getLogger("sipsimple.core")
# So many run at a time, each with a socket; others wait for their turn.
_MOST_THREADS = 8
_SECONDS_FOR_NAMES = 10.0
_STOPPED = "the SIP core has stopped"


def checked_server(address: object, port: object) -> tuple[str, int]:
    """Check `stun_server_address`, a host name or IP address, and `stun_server_port`.

    Raises:
        TypeError: The address is no str, or the port no int.
        ValueError: The address cannot be one, or the port is not between 1 and 65535.
    """
    if not isinstance(address, str):
        raise TypeError(f"stun_server_address: must be str, not {type(address).__name__}")
    host = address[1:-1] if address.startswith("[") and address.endswith("]") else address
    if not host or not host.isprintable() or set(host) & set(" /@[]<>"):
        raise ValueError(f"stun_server_address: {address!r} is no host name or IP address")
    if not isinstance(port, int) or isinstance(port, bool):
        raise TypeError(f"stun_server_port: must be int, not {type(port).__name__}")
    if not 1 <= port <= 65535:
        raise ValueError(f"stun_server_port: {port} is not between 1 and 65535")
    return host, int(port)


class NATDetector:
    """Runs detections in threads of its own.

    The threads are daemons: one may sit in the system's resolver for longer than anybody
    wants to wait for it.

    Args:
        addresses: Looks the addresses of a host name up, until a time of the monotonic clock;
            raises what says why it cannot.
        local_ip: The address to send from.
        tell: Called once for each detection, in whichever thread, with the name of the type and
            `None`, or with `None` and a str that says why there is none; must not call back.
    """

    def __init__(
        self,
        addresses: Callable[[str, float], list[str]],
        local_ip: str,
        tell: Callable[[str | None, str | None], object],
    ) -> None:
        self._addresses = addresses
        self._local_ip = local_ip
        self._tell = tell
        self._lock = threading.Lock()
        # Those that have a thread, or wait for one.
        self._unfinished: set[object] = set()
        self._waiting: deque[tuple[object, str, int]] = deque()
        self._threads = 0
        self._closed = False
        # Nothing is ever sent: when one end closes, the other becomes readable for all threads.
        self._closing, self._interruption = socket.socketpair()

    def detect(self, host: str, port: int) -> None:
        """Begin a detection, and return at once.

        Args:
            host: Host name or IP address of the STUN server.
            port: Its UDP port.

        Raises:
            RuntimeError: The system has no room for another thread; nothing will be told.
        """
        detection = object()
        with self._lock:
            if not self._closed:
                self._unfinished.add(detection)
                self._waiting.append((detection, host, port))
                if self._threads < _MOST_THREADS:
                    self._add_thread(detection)
            else:
                self._tell(None, _STOPPED)

    def _add_thread(self, detection: object) -> None:
        thread = threading.Thread(target=self._run, name="sipsimple-nat", daemon=True)
        self._threads += 1
        try:
            thread.start()
        except RuntimeError:
            self._threads -= 1
            if self._threads == 0:
                # Nobody would come for it.
                self._waiting.pop()
                self._unfinished.discard(detection)
                raise

    def close(self) -> None:
        """End all detections, and tell of each that it ended; does not wait for the threads."""
        with self._lock:
            self._closed = True
            for _ in self._unfinished:
                self._tell(None, _STOPPED)
            self._unfinished.clear()
            self._waiting.clear()
        self._closing.close()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._threads -= 1
                    return
                detection, host, port = self._waiting.popleft()
            self._finish(detection, *self._detect(host, port))

    def _finish(self, detection: object, name: str | None, error: str | None) -> None:
        with self._lock:
            # Told inside the lock: nothing may be told when the stack has ended.
            if detection in self._unfinished:
                self._unfinished.discard(detection)
                self._tell(name, error)

    def _detect(self, host: str, port: int) -> tuple[str | None, str | None]:
        try:
            server = Address.of(self._address(host), port)
            return classify(server, self._local_ip, self._interruption), None
        except Interrupted:
            return None, _STOPPED
        except DetectionFailed as error:
            return None, str(error)
        except OSError as error:
            return None, f"cannot send to {host}: {error.strerror or error}"
        except Exception as error:
            # Whoever asked must be told something; the name servers' errors are of many kinds.
            _logger.debug("detecting the NAT towards %s", host, exc_info=True)
            return None, str(error) or type(error).__name__

    def _address(self, host: str) -> str:
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            found = self._addresses(host, time.monotonic() + _SECONDS_FOR_NAMES)
            if not found:
                raise DetectionFailed(f"{host} has no address") from None
            return found[0]
        if address.version != ipaddress.ip_address(self._local_ip).version:
            raise DetectionFailed(f"{host} cannot be reached from {self._local_ip}")
        return host
