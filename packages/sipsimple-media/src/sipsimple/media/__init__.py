"""Audio over RTP, a conference bridge and wave files; with signaling, or without.

A program without an Engine runs a `MediaEndpoint` of its own, and takes notifications from
`sipsimple.pjproject.events.queue`.
"""

from sipsimple.pjproject import PJSIPError, SIPCoreError, load

load("pjmedia-codec")

from sipsimple.media.audio_transport import AudioTransport  # noqa: E402
from sipsimple.media.bridge import Bridge, SoundDevice  # noqa: E402
from sipsimple.media.endpoint import MediaEndpoint, get_endpoint  # noqa: E402
from sipsimple.media.policy import RoutingPolicy  # noqa: E402
from sipsimple.media.recording_wave_file import RecordingWaveFile  # noqa: E402
from sipsimple.media.rtp_transport import RTPTransport  # noqa: E402
from sipsimple.media.statistics import AudioStatistics  # noqa: E402
from sipsimple.media.wave_file import WaveFile  # noqa: E402

__all__ = [
    "AudioStatistics",
    "AudioTransport",
    "Bridge",
    "MediaEndpoint",
    "PJSIPError",
    "RTPTransport",
    "RecordingWaveFile",
    "RoutingPolicy",
    "SIPCoreError",
    "SoundDevice",
    "WaveFile",
    "__version__",
    "get_endpoint",
]

__version__ = "0.1.0"
