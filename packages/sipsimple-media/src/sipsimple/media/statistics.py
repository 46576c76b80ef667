"""What RTP and RTCP tell about a stream (RFC 3550 section 6.4)."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["AudioStatistics"]


@dataclass(frozen=True, slots=True)
class AudioStatistics:
    """How an audio stream is doing, or did until it was stopped.

    Attributes:
        packets_sent: RTP packets sent.
        bytes_sent: Their payloads in bytes.
        packets_received: RTP packets received.
        bytes_received: Their payloads in bytes.
        packets_lost: Packets that should have been received and were not.
        packets_discarded: Packets received too late or too early to be played.
        packets_reordered: Packets received behind later ones.
        packets_duplicated: Packets received more than once.
        jitter: Mean variation of the time between packets received, in seconds.
        remote_packets_lost: Packets sent that the remote party has reported as lost.
        remote_jitter: Mean jitter that the remote party has reported, in seconds; None
            before it has reported any.
        round_trip_time: Mean time to the remote party and back, in seconds; None before
            RTCP has told.
    """

    packets_sent: int
    bytes_sent: int
    packets_received: int
    bytes_received: int
    packets_lost: int
    packets_discarded: int
    packets_reordered: int
    packets_duplicated: int
    jitter: float
    remote_packets_lost: int
    remote_jitter: float | None
    round_trip_time: float | None
