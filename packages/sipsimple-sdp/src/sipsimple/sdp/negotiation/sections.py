"""What a media section says of its stream as a whole."""

from __future__ import annotations

from sipsimple.sdp.connection import SDPConnection
from sipsimple.sdp.media import SDPMedia
from sipsimple.sdp.session import SDPSession

__all__ = ["deactivated", "is_offered", "profile", "rejected"]


def is_offered(section: SDPMedia) -> bool:
    """Whether a section offers a stream: port 0 may wait for a group (RFC 9143 section 6)."""
    return section.port != 0 or section.bundle_only


def rejected(section: SDPMedia, description: SDPSession) -> SDPMedia:
    """A section that stands for a stream that is not there (RFC 3264 section 6).

    Args:
        section: The one whose place it takes.
        description: What it is going to be part of.
    """
    connection = None
    if description.connection is None:
        connection = (section.connection or SDPConnection("0.0.0.0")).copy()
    return SDPMedia(
        section.media, 0, section.transport, formats=section.formats, connection=connection
    )


def deactivated(section: SDPMedia) -> SDPMedia:
    """A section without its stream, as it is remembered here."""
    result = section.copy()
    result.port = 0
    result.attributes = []
    return result


def profile(section: SDPMedia) -> str:
    """The transport, the same with and without feedback (RFC 4585, RFC 5124)."""
    transport = section.transport.upper()
    return transport.removesuffix("F") if transport.endswith("AVPF") else transport
