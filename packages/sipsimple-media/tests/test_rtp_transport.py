"""The state machine of `RTPTransport`, and its ports."""

import os
import socket
from pathlib import Path

import pytest
from media_helper import LOOPBACK, session, wait_until

from sipsimple.media import AudioTransport, RTPTransport, SIPCoreError
from sipsimple.media.rtp_transport import TRANSITIONS
from sipsimple.sdp import SDPConnection, SDPMedia, SDPSession

STATES = ("NULL", "INIT", "LOCAL", "ESTABLISHED")


def stream(port=4000, transport="RTP/AVP"):
    return session(SDPMedia("audio", port, transport, formats=["0"]))


def in_state(state):
    """A new transport that has been taken to a state."""
    transport = RTPTransport(LOOPBACK)
    steps = {
        "NULL": [],
        "INIT": ["set_INIT"],
        "LOCAL": ["set_INIT", "set_LOCAL"],
        "ESTABLISHED": ["set_INIT", "set_LOCAL", "set_ESTABLISHED"],
    }
    for step in steps[state]:
        call(transport, step)
    assert transport.state == state
    return transport


def call(transport, method):
    arguments = {
        "set_INIT": (),
        "set_LOCAL": (stream(), 0),
        "set_ESTABLISHED": (stream(), stream(5000), 0),
    }
    getattr(transport, method)(*arguments[method])


@pytest.mark.parametrize("method", sorted(TRANSITIONS))
@pytest.mark.parametrize("state", STATES)
def test_each_method_does_in_each_state_what_the_table_says(media, state, method):
    media.start()
    transport = in_state(state)
    allowed, following = TRANSITIONS[method]
    if state in allowed:
        call(transport, method)
        assert transport.state == following
    else:
        with pytest.raises(SIPCoreError, match=f"{method}.*but this one is in {state}"):
            call(transport, method)
        assert transport.state == state
    media.endpoint.stop()
    assert transport.state == "INVALID"
    with pytest.raises(SIPCoreError, match="not running"):
        call(transport, method)


def test_a_new_object_has_no_sockets(media):
    media.start()
    transport = RTPTransport(LOOPBACK)
    assert transport.state == "NULL"
    assert transport.local_rtp_address is None
    assert transport.local_rtp_port is None
    assert media.got("SCRTPTransportDidInitialize") == []
    transport.set_INIT()
    media.wait_for("SCRTPTransportDidInitialize", transport)
    assert transport.local_rtp_address == LOOPBACK
    assert transport.local_rtp_port % 2 == 0
    assert 40000 <= transport.local_rtp_port < 40100


def test_the_attributes_are_none_exactly_where_documented(media):
    media.start()
    transport = in_state("LOCAL")
    assert transport.remote_rtp_address_sdp is None
    assert transport.remote_rtp_port_sdp is None
    transport.set_ESTABLISHED(stream(), stream(5000), 0)
    assert (transport.remote_rtp_address_sdp, transport.remote_rtp_port_sdp) == (LOOPBACK, 5000)
    assert transport.remote_rtp_address_received is None
    assert transport.remote_rtp_port_received is None
    assert (transport.use_srtp, transport.force_srtp, transport.srtp_forced) == (False,) * 3
    assert (transport.srtp_active, transport.use_ice) == (False, False)
    assert (transport.ice_stun_address, transport.ice_stun_port) == (None, None)
    for name in ("state", "local_rtp_port", "use_srtp", "remote_rtp_port_sdp"):
        with pytest.raises(AttributeError):
            setattr(transport, name, None)


def test_the_address_of_the_stream_goes_before_that_of_the_session(media):
    media.start()
    transport = in_state("LOCAL")
    media_line = SDPMedia(
        "audio", 5000, "RTP/AVP", formats=["0"], connection=SDPConnection("127.0.0.2")
    )
    remote = SDPSession(LOOPBACK, connection=SDPConnection(LOOPBACK), media=[media_line])
    transport.set_ESTABLISHED(stream(), remote, 0)
    assert transport.remote_rtp_address_sdp == "127.0.0.2"


def test_a_reset_keeps_the_ports(media):
    media.start()
    transport = in_state("ESTABLISHED")
    port = transport.local_rtp_port
    descriptors = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        transport.set_INIT()
        assert transport.local_rtp_port == port
        transport.set_ESTABLISHED(stream(), stream(5000), 0)
    assert len(os.listdir("/proc/self/fd")) == descriptors
    assert len(media.wait_for("SCRTPTransportDidInitialize", transport, 21)) == 21


def test_what_this_version_has_not_is_refused(media):
    media.start()
    with pytest.raises(SIPCoreError, match="use_srtp: SRTP is not available"):
        RTPTransport(use_srtp=True)
    with pytest.raises(SIPCoreError, match="use_ice: ICE is not available"):
        RTPTransport(use_ice=True)
    transport = in_state("INIT")
    with pytest.raises(SIPCoreError):
        transport.set_LOCAL(stream(transport="RTP/SAVP"), 0)
    assert transport.state == "INIT"


def test_wrong_arguments_are_named(media):
    media.start()
    for arguments, error, message in (
        ((1,), TypeError, "local_rtp_address: must be str or None, not int"),
        (("nowhere",), ValueError, "local_rtp_address: 'nowhere' is no IP address"),
        ((None, "yes"), TypeError, "use_srtp: must be bool"),
        ((None, False, False, False, 5), TypeError, "ice_stun_address"),
        ((None, False, False, False, None, 0), ValueError, "ice_stun_port: 0"),
    ):
        with pytest.raises(error, match=message):
            RTPTransport(*arguments)
    transport = in_state("INIT")
    with pytest.raises(TypeError, match="local_sdp: must be SDPSession, not str"):
        transport.set_LOCAL("v=0", 0)
    with pytest.raises(ValueError, match="sdp_index: 1 is not in local_sdp, which has 1 media"):
        transport.set_LOCAL(stream(), 1)
    with pytest.raises(TypeError, match="sdp_index: must be int"):
        transport.set_LOCAL(stream(), "0")
    with pytest.raises(ValueError, match="sdp_index: 0 is not in remote_sdp"):
        transport.set_ESTABLISHED(stream(), session(), 0)
    assert transport.state == "INIT"


def test_an_address_of_another_host_is_an_error(media):
    media.start()
    transport = RTPTransport("192.0.2.1")
    with pytest.raises(SIPCoreError, match=r"could not open UDP port \d+ of 192\.0\.2\.1"):
        transport.set_INIT()
    assert transport.state == "NULL"


def test_an_exhausted_range_is_an_error_and_recovers(media):
    media.start(rtp_port_range=(41000, 41005))
    used = [in_state("INIT") for _ in range(3)]
    assert sorted(transport.local_rtp_port for transport in used) == [41000, 41002, 41004]
    extra = RTPTransport(LOOPBACK)
    with pytest.raises(SIPCoreError, match=r"no pair of UDP ports of \(41000, 41005\) is free"):
        extra.set_INIT()
    assert extra.state == "NULL"
    freed = used.pop().local_rtp_port
    media.wait_for("SCRTPTransportDidInitialize", count=3)
    media.forget_notifications()
    extra.set_INIT()
    assert extra.local_rtp_port == freed
    media.endpoint.rtp_port_range = (41010, 41011)
    other = in_state("INIT")
    assert other.local_rtp_port == 41010


def test_a_port_that_is_taken_is_left_alone(media):
    media.start(rtp_port_range=(41100, 41103))
    # The odd one of the first pair.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((LOOPBACK, 41101))
        for _ in range(5):
            assert in_state("INIT").local_rtp_port == 41102
            media.wait_for("SCRTPTransportDidInitialize")
            media.forget_notifications()


def test_without_an_address_it_listens_on_all(media):
    media.start()
    transport = RTPTransport()
    transport.set_INIT()
    assert transport.local_rtp_address not in (None, "0.0.0.0")
    offer = AudioTransport(transport).get_local_media(True)
    assert offer.connection.address == transport.local_rtp_address


def test_ipv6_has_addresses_of_its_own(media):
    media.start()
    transport = RTPTransport("::1")
    transport.set_INIT()
    assert transport.local_rtp_address == "::1"


def test_it_needs_an_endpoint():
    with pytest.raises(SIPCoreError, match="the media endpoint is not running"):
        RTPTransport()


def _queued(port: int) -> int:
    """Bytes that wait at a UDP port of loopback."""
    place = f"0100007F:{port:04X}"
    for line in Path("/proc/net/udp").read_text().splitlines()[1:]:
        _, local, _, _, queues, *_ = line.split()
        if local == place:
            return int(queues.partition(":")[2], 16)
    raise AssertionError(f"nobody has port {port}")


def test_it_receives_however_early_the_first_packets_come(media):
    # As those of a callee may, who talks before its answer has arrived.
    media.start()
    packet = bytes([0x80, 0, 0, 1]) + bytes(168)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind((LOOPBACK, 0))
        transport = in_state("LOCAL")
        port = transport.local_rtp_port
        for _ in range(1500):
            transport.set_INIT()
            transport.set_LOCAL(stream(port), 0)
            peer.sendto(packet, (LOOPBACK, port))
            transport.set_ESTABLISHED(stream(port), stream(peer.getsockname()[1]), 0)
            for _ in range(2):
                peer.sendto(packet, (LOOPBACK, port))
                wait_until(lambda port=port: not _queued(port), what="an empty queue")
