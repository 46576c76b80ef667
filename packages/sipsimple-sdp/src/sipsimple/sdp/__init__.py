"""Session descriptions (SDP, RFC 8866): build, parse, check and print them.

Works alone: no Engine, no thread or other preparation is needed.
"""

from sipsimple.pjproject import load

load("pjmedia")

from sipsimple.sdp import native as _native  # noqa: E402, F401  (registers pjmedia's error texts)
from sipsimple.sdp.attribute import SDPAttribute  # noqa: E402
from sipsimple.sdp.bandwidth import SDPBandwidth  # noqa: E402
from sipsimple.sdp.connection import SDPConnection  # noqa: E402
from sipsimple.sdp.errors import SDPNegotiationError, SDPParseError  # noqa: E402
from sipsimple.sdp.line import SDPLine  # noqa: E402
from sipsimple.sdp.media import SDPMedia  # noqa: E402
from sipsimple.sdp.negotiator import SDPNegotiator  # noqa: E402
from sipsimple.sdp.session import SDPSession  # noqa: E402
from sipsimple.sdp.views import (  # noqa: E402
    Crypto,
    ExtMap,
    Fingerprint,
    FormatParameters,
    Group,
    ICECandidate,
    RTCPAddress,
    RTCPFeedback,
    RTPMap,
    SSRCAttribute,
    SSRCGroup,
)

__all__ = [
    "Crypto",
    "ExtMap",
    "Fingerprint",
    "FormatParameters",
    "Group",
    "ICECandidate",
    "RTCPAddress",
    "RTCPFeedback",
    "RTPMap",
    "SDPAttribute",
    "SDPBandwidth",
    "SDPConnection",
    "SDPLine",
    "SDPMedia",
    "SDPNegotiationError",
    "SDPNegotiator",
    "SDPParseError",
    "SDPSession",
    "SSRCAttribute",
    "SSRCGroup",
    "__version__",
]

__version__ = "0.1.0"
