"""What a WAV file holds, and where (RIFF, "Multimedia Programming Interface" 1.0)."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass

from sipsimple.pjproject.errors import SIPCoreError

__all__ = ["ALAW", "PCM", "ULAW", "WaveFormat", "read_wave_format"]

# Format tags of the `fmt ` chunk (RFC 2361).
PCM = 0x0001
ALAW = 0x0006
ULAW = 0x0007
# The real tag is the first two bytes of the sub-format that follows.
EXTENSIBLE = 0xFFFE

_NAMES = {PCM: "16-bit PCM", ALAW: "A-law", ULAW: "U-law"}
_BITS = {PCM: 16, ALAW: 8, ULAW: 8}


@dataclass(frozen=True, slots=True)
class WaveFormat:
    """The audio of a WAV file.

    Attributes:
        encoding: `PCM`, `ALAW` or `ULAW`.
        channels: How many channels, 1 or 2.
        sample_rate: In Hz.
        data_offset: Where the audio begins in the file, in bytes.
        data_length: Its length in bytes, whole samples of all channels.
    """

    encoding: int
    channels: int
    sample_rate: int
    data_offset: int
    data_length: int

    @property
    def duration(self) -> float:
        """Length of the audio in seconds."""
        sample = _BITS[self.encoding] // 8 * self.channels
        return self.data_length / sample / self.sample_rate


def read_wave_format(file_name: str) -> WaveFormat:
    """Read the headers of a WAV file.

    A length that exceeds the file is taken for what is there: recordings that were cut off
    have it.

    Raises:
        SIPCoreError: It cannot be read, is no WAV file, or holds what cannot be played.
    """

    def refuse(why: str) -> SIPCoreError:
        return SIPCoreError(f"cannot play {file_name!r}: {why}")

    encoding = None
    try:
        with open(file_name, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            header = file.read(12)
            if len(header) < 12 or header[:4] != b"RIFF" or header[8:] != b"WAVE":
                raise refuse("not a WAV file")
            while True:
                chunk = file.read(8)
                if len(chunk) < 8:
                    missing = "data" if encoding is not None else "format"
                    raise refuse(f"the WAV file has no {missing}")
                name, length = struct.unpack("<4sI", chunk)
                if name == b"data":
                    break
                if name == b"fmt ":
                    body = file.read(length) if length <= 4096 else b""
                    if len(body) < 16 or len(body) < length:
                        raise refuse("the format of the WAV file is cut off")
                    encoding, channels, rate, _, align, bits = struct.unpack("<HHIIHH", body[:16])
                    if encoding == EXTENSIBLE and length >= 26:
                        (encoding,) = struct.unpack("<H", body[24:26])
                    file.seek(length % 2, os.SEEK_CUR)
                else:
                    # Chunks are padded to an even length.
                    file.seek(length + length % 2, os.SEEK_CUR)
            offset = file.tell()
    except OSError as error:
        raise refuse(error.strerror or str(error)) from error
    if encoding is None:
        raise refuse("the WAV file has no format")
    if encoding not in _BITS or bits != _BITS[encoding]:
        raise refuse(
            f"{bits} bits of encoding {encoding:#06x}, but only 16-bit PCM, A-law and U-law "
            "are supported"
        )
    if channels not in (1, 2):
        raise refuse(f"{channels} channels, but only 1 or 2 are supported")
    if align != channels * bits // 8:
        raise refuse("the sizes in its header contradict each other")
    if not 1000 <= rate <= 192000 or rate % 25:
        # Two frames of the bridge, 40 ms, are whole samples then.
        raise refuse(f"sample rate {rate} Hz is not a multiple of 25 from 1000 to 192000")
    available = min(length, size - offset)
    available -= available % align
    if available <= 0:
        raise refuse("the WAV file is empty")
    return WaveFormat(encoding, channels, rate, offset, available)
