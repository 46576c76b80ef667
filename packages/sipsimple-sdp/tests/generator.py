"""Random session descriptions that the grammar allows, the same ones for the same seed."""

from __future__ import annotations

import random
import string
from collections.abc import Callable

TOKEN = string.ascii_letters + string.digits + "!#$%&'*+-.^_`{|}~"
TEXT = (
    string.ascii_letters
    + string.digits
    + string.punctuation
    + " \t"
    + "äß会議🎧\u00a0\u2028\x7f\x01"
)
VISIBLE = string.ascii_letters + string.digits + string.punctuation + "ñ会"
TRANSPORTS = (
    *("RTP/AVP", "RTP/AVPF", "RTP/SAVP", "RTP/SAVPF", "UDP/TLS/RTP/SAVPF", "TCP/MSRP"),
    *("TCP/TLS/MSRP", "udptl", "UDP/DTLS/SCTP", "TCP/BFCP", "udp"),
)
DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")


class Generator:
    """Writes descriptions.

    Args:
        seed: Chooses which.
        others: Whether also with lines that the classes have no attribute for.
    """

    def __init__(self, seed: int, *, others: bool = False) -> None:
        self.chance = random.Random(seed)
        self.others = others

    def description(self) -> str:
        """The next one."""
        some, connection = self.some, self.connection
        address_type, address = self.address(multicast=False)
        lines = [
            "v=0",
            f"o={self.text(VISIBLE)} {self.number(64)} {self.number(64)} "
            f"IN {address_type} {address}",
            f"s={self.text(TEXT)}",
            *some(lambda: f"i={self.text(TEXT)}", 1),
        ]
        if self.others:
            lines += some(self.uri, 1) + some(self.email, 2) + some(self.phone, 2)
        of_session = some(connection, 1)
        lines += of_session + some(self.bandwidth, 3)
        lines += self.times()
        if self.others:
            lines += some(self.key, 1)
        lines += some(self.attribute, 6)
        for _ in range(self.chance.choice((0, 1, 1, 1, 2, 2, 3, 8))):
            lines.append(self.media())
            lines += some(lambda: f"i={self.text(TEXT)}", 1)
            lines += some(connection, 1) if of_session else [connection()]
            if self.others:
                lines += some(connection, 2)
            lines += some(self.bandwidth, 2)
            if self.others:
                lines += some(self.key, 1)
            lines += some(self.attribute, 12)
        return "".join(f"{line}\r\n" for line in lines)

    def some(self, make: Callable[[], str], most: int) -> list[str]:
        return [make() for _ in range(self.chance.randint(0, most))]

    def text(self, characters: str, most: int = 12) -> str:
        return "".join(self.chance.choices(characters, k=self.chance.randint(1, most)))

    def token(self) -> str:
        return self.text(TOKEN)

    def number(self, bits: int) -> int:
        return self.chance.getrandbits(self.chance.randint(1, bits))

    def address(self, *, multicast: bool) -> tuple[str, str]:
        chance = self.chance
        match chance.randrange(5 if multicast else 3):
            case 0:
                return "IP4", f"192.0.2.{chance.randrange(256)}"
            case 1:
                return "IP6", f"2001:db8::{chance.randrange(65536):x}"
            case 2:
                return chance.choice(("IP4", "IP6")), "host-7.example.com"
            case 3:
                count = chance.choice(("", "/3"))
                return "IP4", f"233.252.0.{chance.randrange(256)}/{chance.randrange(256)}{count}"
            case _:
                return "IP6", f"ff15::{chance.randrange(65536):x}" + chance.choice(("", "/2"))

    def connection(self) -> str:
        return "c=IN {} {}".format(*self.address(multicast=True))

    def bandwidth(self) -> str:
        modifier = self.chance.choice(("AS", "CT", "TIAS", "RR", "RS", self.token()))
        return f"b={modifier}:{self.number(32)}"

    def time(self) -> int:
        return self.chance.choice((0, self.chance.randint(10**9, 10**10)))

    def times(self) -> list[str]:
        lines = [f"t={self.time()} {self.time()}"]
        while self.others and self.chance.random() < 0.4:
            lines += self.some(
                lambda: f"r={self.chance.choice(('7d 1h 0 25h', '604800 60s 0'))}", 2
            )
            if self.chance.random() < 0.3:
                lines.append("z=2882844526 -1h 2898848070 0")
            lines.append(f"t={self.time()} {self.time()}")
        return lines

    def uri(self) -> str:
        return "u=" + self.chance.choice(
            ("http://example.com/a?b#c", "https://[2001:db8::1]/", "x")
        )

    def email(self) -> str:
        return "e=" + self.chance.choice(
            ("a@example.com", "a@example.com (A)", "A B <a@example.com>")
        )

    def phone(self) -> str:
        return "p=" + self.chance.choice(("+1 617 555-6011", "+44 20 (London)", "A B <+44 20>"))

    def key(self) -> str:
        return "k=" + self.chance.choice(("prompt", "clear:a b", "base64:aGk=", "uri:http://x/y"))

    def media(self) -> str:
        kind = self.chance.choice(("audio", "video", "text", "image", "message", self.token()))
        port = str(self.chance.choice((0, 9, self.chance.randrange(65536))))
        if self.chance.random() < 0.2:
            port += f"/{self.chance.randint(2, 65535)}"
        transport = self.chance.choice((*TRANSPORTS, f"{self.token()}/{self.token()}"))
        formats = [self.chance.choice((str(self.number(7)), self.token())) for _ in range(4)]
        return " ".join([f"m={kind}", port, transport, *formats[: self.chance.randint(1, 4)]])

    def attribute(self) -> str:
        number = self.number(7)
        return "a=" + self.chance.choice(
            (
                f"x-{self.token()}",
                f"x-{self.token()}:{self.text(TEXT, 40)}",
                f"rtpmap:{number} {self.token()}/{self.number(17) + 1}",
                f"rtpmap:{number} opus/48000/2",
                f"fmtp:{number} {self.text(TEXT, 30)}",
                f"ptime:{self.chance.choice(('20', '0.125', '2.5'))}",
                self.chance.choice(DIRECTIONS),
                f"rtcp:{self.number(16)} IN IP4 192.0.2.1",
                f"mid:{self.token()}",
                "crypto:1 AES_CM_128_HMAC_SHA1_80 inline:bm90IGEga2V5LCBidXQgdGhpcnR5IGNoYXJz",
                f"candidate:{number} 1 UDP {self.number(31)} 192.0.2.1 {number + 1} typ host",
                f"setup:{self.chance.choice(('active', 'passive', 'actpass', 'holdconn'))}",
            )
        )
