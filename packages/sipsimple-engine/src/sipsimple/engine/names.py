"""The public names of `sipsimple`: the Engine's own, and those of the installed layers."""

from __future__ import annotations

import importlib
import importlib.util

from sipsimple.engine.components import installed

__all__ = ["find", "public_names"]

#: The names that are always there, and where.
_OWN = {
    "Engine": "sipsimple.engine",
    "PJSIPError": "sipsimple.pjproject",
    "SIPCoreError": "sipsimple.pjproject",
}

#: The names of a package that is no component.
_SDP = dict.fromkeys(
    (
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
    ),
    "sipsimple.sdp",
)

#: What the names of layers that are not installed need.
_DISTRIBUTIONS = {
    **dict.fromkeys(_SDP, "sipsimple-sdp"),
    "Credentials": "sipsimple-core",
    "InvalidURIError": "sipsimple-core",
    "Invitation": "sipsimple-core",
    "MessagePendingError": "sipsimple-core",
    "Publication": "sipsimple-core",
    "Registration": "sipsimple-core",
    "Route": "sipsimple-core",
    "SIPURI": "sipsimple-core",
    "Subscription": "sipsimple-core",
    "send_message": "sipsimple-core",
    "AudioTransport": "sipsimple-media",
    "RTPTransport": "sipsimple-media",
    "RecordingWaveFile": "sipsimple-media",
    "WaveFile": "sipsimple-media",
}


def public_names() -> dict[str, str]:
    """Each public name of what is installed, with the module to take it from."""
    names = {**_OWN}
    if _is_module("sipsimple.sdp"):
        names.update(_SDP)
    for component in installed().components.values():
        for name, module in component.public_names.items():
            names.setdefault(name, module)
    return names


def find(name: str) -> object:
    """An attribute of the module `sipsimple`.

    Args:
        name: A public name, or `"__all__"` for the list of them.

    Raises:
        AttributeError: There is none, or it belongs to a layer that is not installed.
    """
    if name == "__all__":
        return sorted(public_names())
    # Sub-packages are left to the import system: to look for them among the names would
    # import every component, and perhaps in the middle of importing one of them.
    if not name.startswith("_") and (name in _OWN or not _is_module(f"sipsimple.{name}")):
        module = _OWN.get(name) or public_names().get(name)
        if module is not None:
            return getattr(importlib.import_module(module), name)
        if name in _DISTRIBUTIONS:
            problems = "".join(f" ({problem})" for problem in installed().problems)
            raise AttributeError(f"{name}: needs {_DISTRIBUTIONS[name]}{problems}")
    raise AttributeError(f"module 'sipsimple' has no attribute {name!r}")


def _is_module(name: str) -> bool:
    return importlib.util.find_spec(name) is not None
