"""Typed views of the attributes of a session description.

Each attribute that people need every day has a class named after its RFC, with `parse()` for
the value and `str()` back, and a property on `SDPMedia` or `SDPSession` that reads and writes
the list `attributes` by it. That list is the one truth: nothing is kept beside it.
"""

from sipsimple.sdp.views.crypto import Crypto
from sipsimple.sdp.views.dtls import Fingerprint
from sipsimple.sdp.views.effective import EffectiveMedia
from sipsimple.sdp.views.extmap import ExtMap
from sipsimple.sdp.views.feedback import RTCPFeedback
from sipsimple.sdp.views.fmtp import FormatParameters
from sipsimple.sdp.views.grouping import Group
from sipsimple.sdp.views.ice import ICECandidate
from sipsimple.sdp.views.mapping import AttributeMapping
from sipsimple.sdp.views.rtcp import RTCPAddress
from sipsimple.sdp.views.rtpmap import STATIC_PAYLOAD_TYPES, RTPMap
from sipsimple.sdp.views.sequence import AttributeList
from sipsimple.sdp.views.source import SSRCAttribute, SSRCGroup

__all__ = [
    "STATIC_PAYLOAD_TYPES",
    "AttributeList",
    "AttributeMapping",
    "Crypto",
    "EffectiveMedia",
    "ExtMap",
    "Fingerprint",
    "FormatParameters",
    "Group",
    "ICECandidate",
    "RTCPAddress",
    "RTCPFeedback",
    "RTPMap",
    "SSRCAttribute",
    "SSRCGroup",
]
