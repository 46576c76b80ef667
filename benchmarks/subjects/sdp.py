"""Works on a session description: `sdp.py PACKAGE WORK FILE COUNT`.

WORK is `print` (parse and print), `read` (parse, read every field, print) or `keep` (parse and
keep). Prints the CPU time of the loop in nanoseconds, the length of the printed text, and whether
it is the text that was parsed; for `keep` the bytes of resident memory that all of them took.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable, Iterable
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any, NamedTuple

Data = Any


class Package(NamedTuple):
    """How a package does it.

    Attributes:
        parse: From what `text` gives.
        write: Back to text or bytes.
        read: Reads each field, of the session, of its media and of what those hold.
        text: What its parser takes, from bytes.
    """

    parse: Callable[[Any], Data]
    write: Callable[[Data], str | bytes]
    read: Callable[[Data], object]
    text: Callable[[bytes], Any] = bytes.decode


def _each(items: Iterable[Any], reader: Callable[[Any], object]) -> None:
    for item in items:
        reader(item)


def sipsimple() -> Package:
    from sipsimple.sdp import SDPSession

    of_session = attrgetter(
        *("address", "id", "version", "user", "net_type", "address_type", "name", "info"),
        *("start_time", "stop_time"),
    )
    of_media = attrgetter("media", "port", "transport", "port_count", "formats", "info")
    of_connection = attrgetter("address", "net_type", "address_type")
    of_attribute = attrgetter("name", "value")
    of_bandwidth = attrgetter("modifier", "value")

    def read(session: Data) -> None:
        of_session(session)
        for item in (session, *session.media):
            if item.connection is not None:
                of_connection(item.connection)
            _each(item.bandwidth, of_bandwidth)
            _each(item.attributes, of_attribute)
        _each(session.media, of_media)

    return Package(SDPSession.parse, bytes, read, bytes)


def aiosipua() -> Package:
    from aiosipua.sdp import parse_sdp, serialize_sdp

    of_origin = attrgetter(
        *("username", "session_id", "session_version", "net_type", "addr_type", "address")
    )
    of_session = attrgetter("version", "session_name", "timing.start_time", "timing.stop_time")
    of_media = attrgetter("media", "port", "proto", "formats")
    of_connection = attrgetter("address", "net_type", "addr_type")
    of_bandwidth = attrgetter("bwtype", "bandwidth")

    def read(session: Data) -> None:
        of_origin(session.origin)
        of_session(session)
        for item in (session, *session.media):
            if item.connection is not None:
                of_connection(item.connection)
            _each(item.bandwidths, of_bandwidth)
            for values in item.attributes.values():
                for _ in values:
                    pass
        _each(session.media, of_media)

    return Package(parse_sdp, serialize_sdp, read)


def sippy() -> Package:
    from sippy.SdpBody import SdpBody

    of_origin = attrgetter(
        *("username", "session_id", "version", "network_type", "address_type", "address")
    )
    of_session = attrgetter("v_header", "s_header", "t_header", "b_header")
    of_media = attrgetter(
        *("m_header.type", "m_header.port", "m_header.transport", "m_header.formats", "b_header"),
        *("c_header.ntype", "c_header.atype", "c_header.addr"),
    )
    of_attribute = attrgetter("name", "value")

    def read(session: Data) -> None:
        of_origin(session.o_header)
        of_session(session)
        _each(session.sections, of_media)
        # The attributes of the session are objects of the same kind.
        for item in (session, *session.sections):
            _each(item.a_headers, of_attribute)

    return Package(SdpBody, str, read)


def aiortc() -> Package:
    from aiortc.sdp import SessionDescription

    of_session = attrgetter("version", "origin", "name", "time", "host", "group", "msid_semantic")
    of_media = attrgetter(
        *("kind", "port", "host", "profile", "direction", "msid", "rtcp_port", "rtcp_host"),
        *("rtcp_mux", "ssrc", "ssrc_group", "fmt", "rtp.headerExtensions", "rtp.muxId"),
        *("sctpCapabilities", "sctpmap", "sctp_port", "dtls", "ice", "ice_candidates"),
        *("ice_candidates_complete", "ice_options"),
    )
    of_codec = attrgetter(
        *("mimeType", "clockRate", "channels", "payloadType", "rtcpFeedback", "parameters")
    )

    def read(session: Data) -> None:
        of_session(session)
        for media in session.media:
            of_media(media)
            _each(media.rtp.codecs, of_codec)

    return Package(SessionDescription.parse, str, read)


def sdp_transform() -> Package:
    from sdp_transform import parse, write

    of_session = itemgetter("version", "origin", "name", "connection", "timing")

    def read_all(value: Any) -> None:
        if isinstance(value, dict):
            _each(value.values(), read_all)
        elif isinstance(value, list):
            _each(value, read_all)

    def read(session: Data) -> None:
        of_session(session)
        read_all(session)

    return Package(parse, write, read)


PACKAGES: dict[str, Callable[[], Package]] = {
    "sipsimple-sdp": sipsimple,
    "aiosipua": aiosipua,
    "sippy": sippy,
    "aiortc": aiortc,
    "sdp-transform": sdp_transform,
}


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    name, work, file, count = sys.argv[1:]
    package = PACKAGES[name]()
    data = Path(file).read_bytes()
    text = package.text(data)
    parse, write, read = package.parse, package.write, package.read
    if work == "keep":
        kept = [parse(text) for _ in range(100)]
        gc.collect()
        before = _resident()
        kept += [parse(text) for _ in range(int(count))]
        gc.collect()
        print(_resident() - before)
        return
    printed: str | bytes = b""
    rounds = range(int(count))
    begin = time.process_time_ns()
    if work == "read":
        for _ in rounds:
            session = parse(text)
            read(session)
            printed = write(session)
    else:
        for _ in rounds:
            printed = write(parse(text))
    spent = time.process_time_ns() - begin
    same = printed in (data, data.decode())
    print(spent, len(printed), int(same))


if __name__ == "__main__":
    main()
