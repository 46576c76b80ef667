"""The headers of WAV files."""

import struct

import pytest
from media_audio import ALAW, PCM, write, write_raw

from sipsimple.media import SIPCoreError
from sipsimple.media.wave_format import read_wave_format


def chunk(name, body):
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def riff(path, *chunks):
    path.write_bytes(
        b"RIFF" + struct.pack("<I", 4 + sum(map(len, chunks))) + b"WAVE" + b"".join(chunks)
    )
    return str(path)


FORMAT = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)


def test_a_plain_file_is_read(tmp_path):
    form = read_wave_format(write(tmp_path / "a.wav", [0] * 3200, 16000, 2))
    assert (form.encoding, form.channels, form.sample_rate) == (PCM, 2, 16000)
    assert (form.data_offset, form.data_length, form.duration) == (44, 6400, 0.1)


def test_companded_audio_is_read(tmp_path):
    form = read_wave_format(write_raw(tmp_path / "a.wav", ALAW, bytes(800)))
    assert (form.encoding, form.duration) == (ALAW, 0.1)


def test_chunks_that_are_not_known_are_skipped(tmp_path):
    path = riff(
        tmp_path / "a.wav",
        chunk(b"LIST", b"odd"),
        chunk(b"fmt ", FORMAT + b"\0\0"),
        chunk(b"fact", bytes(4)),
        chunk(b"data", bytes(320)),
        chunk(b"LIST", b"more"),
    )
    assert read_wave_format(path).duration == 0.02


def test_the_extensible_format_is_read(tmp_path):
    extension = struct.pack("<HHI", 22, 16, 4) + struct.pack("<H", 1) + bytes(14)
    extensible = struct.pack("<H", 0xFFFE) + FORMAT[2:] + extension
    path = riff(tmp_path / "a.wav", chunk(b"fmt ", extensible), chunk(b"data", bytes(320)))
    assert read_wave_format(path).encoding == PCM


@pytest.mark.parametrize(
    ("chunks", "why"),
    [
        ([], "has no format"),
        ([chunk(b"fmt ", FORMAT)], "has no data"),
        ([chunk(b"data", bytes(320))], "has no format"),
        ([chunk(b"fmt ", FORMAT[:10])], "cut off"),
        ([b"fmt \xff\xff\xff\xff"], "cut off"),
        ([chunk(b"fmt ", FORMAT), chunk(b"data", b"x")], "empty"),
        (
            [
                chunk(b"fmt ", struct.pack("<HHIIHH", 1, 0, 8000, 16000, 2, 16)),
                chunk(b"data", b"xx"),
            ],
            "0 channels",
        ),
        (
            [chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 0, 0, 2, 16)), chunk(b"data", b"xx")],
            "sample rate 0 Hz",
        ),
        (
            [chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 8001, 0, 2, 16)), chunk(b"data", b"xx")],
            "sample rate 8001 Hz",
        ),
        (
            [chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 0, 7, 16)), chunk(b"data", b"xx")],
            "contradict",
        ),
    ],
)
def test_a_broken_header_is_refused(tmp_path, chunks, why):
    path = riff(tmp_path / "a.wav", *chunks)
    with pytest.raises(SIPCoreError, match=why):
        read_wave_format(path)


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(SIPCoreError, match="Is a directory"):
        read_wave_format(str(tmp_path))
