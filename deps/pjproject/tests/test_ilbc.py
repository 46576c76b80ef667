"""What the iLBC library does, by the function names of RFC 3951."""

import ctypes
import math

import pytest

from sipsimple.pjproject.loader import LIBRARY_FOLDER

RATE = 8000


@pytest.fixture
def codec() -> ctypes.CDLL:
    return ctypes.CDLL(str(LIBRARY_FOLDER / "libilbccodec.so.2"))


def similarity(sent: list[float], heard: list[float], longest_delay: int) -> float:
    """The best normalised correlation of two signals over all delays up to one."""
    best = 0.0
    for delay in range(longest_delay):
        pairs = list(zip(sent, heard[delay:], strict=False))
        energy = math.sqrt(sum(a * a for a, _ in pairs) * sum(b * b for _, b in pairs))
        best = max(best, sum(a * b for a, b in pairs) / energy)
    return best


@pytest.mark.parametrize(("milliseconds", "octets"), [(20, 38), (30, 50)])
def test_a_signal_survives_in_both_modes(
    codec: ctypes.CDLL, milliseconds: int, octets: int
) -> None:
    encoder = ctypes.create_string_buffer(65536)
    decoder = ctypes.create_string_buffer(65536)
    samples = RATE * milliseconds // 1000
    assert codec.initEncode(encoder, milliseconds) == octets
    assert codec.initDecode(decoder, milliseconds, 1) == samples
    sent: list[float] = []
    heard: list[float] = []
    for frame in range(20):
        times = [(frame * samples + index) / RATE for index in range(samples)]
        block = [math.sin(2764 * t) * (4800 + 3200 * math.sin(16 * t)) for t in times]
        payload = ctypes.create_string_buffer(octets)
        codec.iLBC_encode(payload, (ctypes.c_float * samples)(*block), encoder)
        decoded = (ctypes.c_float * samples)()
        codec.iLBC_decode(decoded, payload, decoder, 1)
        sent += block
        heard += decoded
    assert similarity(sent, heard, longest_delay=160) > 0.98


def test_a_lost_frame_is_concealed_and_a_corrupt_one_is_survived(codec: ctypes.CDLL) -> None:
    decoder = ctypes.create_string_buffer(65536)
    codec.initDecode(decoder, 20, 1)
    decoded = (ctypes.c_float * 160)()
    codec.iLBC_decode(decoded, None, decoder, 0)
    for byte in (0x00, 0xFF, 0x5A):
        codec.iLBC_decode(decoded, bytes([byte]) * 38, decoder, 1)
        assert all(-32768 <= sample <= 32767 for sample in decoded)
