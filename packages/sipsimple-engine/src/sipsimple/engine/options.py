"""The options of `Engine.start()`: which there are, and to whom each goes."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Mapping, Sequence
from typing import TypedDict, get_type_hints

from sipsimple.engine.component import Component

__all__ = ["ENGINE_OPTIONS", "StartOptions", "defaults", "distribute", "signature"]

#: The Engine's own options, with their defaults.
ENGINE_OPTIONS: dict[str, object] = {"log_level": 5}

#: What the documented options need, for those who did not install it.
_DISTRIBUTIONS = {
    "auto_sound": "sipsimple-media",
    "ec_tail_length": "sipsimple-media",
    "sample_rate": "sipsimple-media",
    "playback_dtmf": "sipsimple-media",
    "rtp_port_range": "sipsimple-media",
    "codecs": "sipsimple-media",
    "local_ip": "sipsimple-core",
    "local_udp_port": "sipsimple-core",
    "local_tcp_port": "sipsimple-core",
    "local_tls_port": "sipsimple-core",
    "tls_verify_server": "sipsimple-core",
    "tls_ca_file": "sipsimple-core",
    "tls_cert_file": "sipsimple-core",
    "tls_privkey_file": "sipsimple-core",
    "tls_min_version": "sipsimple-core",
    "user_agent": "sipsimple-core",
    "trace_sip": "sipsimple-core",
    "events": "sipsimple-core",
    "session_expires": "sipsimple-core",
    "min_session_expires": "sipsimple-core",
    "nameservers": "sipsimple-core",
}


class StartOptions(TypedDict, total=False):
    """The documented options of `Engine.start()`, which describes them."""

    local_ip: str | None
    local_udp_port: int | None
    local_tcp_port: int | None
    local_tls_port: int | None
    tls_verify_server: bool
    tls_ca_file: str | None
    tls_cert_file: str | None
    tls_privkey_file: str | None
    tls_min_version: str
    user_agent: str
    log_level: int
    trace_sip: bool
    events: dict[str, list[str]]
    session_expires: int | None
    min_session_expires: int
    nameservers: Sequence[str] | None
    auto_sound: bool
    ec_tail_length: int
    sample_rate: int
    playback_dtmf: bool
    rtp_port_range: tuple[int, int]
    codecs: list[str]


def defaults(components: Mapping[str, Component]) -> dict[str, object]:
    """Every option there is, with its default; the caller may change them."""
    options = dict(ENGINE_OPTIONS)
    for component in components.values():
        options.update(component.default_start_options)
    return copy.deepcopy(options)


def distribute(
    components: Mapping[str, Component], given: Mapping[str, object]
) -> tuple[dict[str, object], dict[str, dict[str, object]]]:
    """Give each option to whom it belongs.

    Args:
        components: The components that will be started, by name.
        given: The options that the application gave.

    Returns:
        The Engine's own options, and those of each component by its name; all of them, with
        defaults for what was not given.

    Raises:
        TypeError: An option is unknown, or of a layer that is not installed.
    """
    options = defaults(components)
    _refuse_unknown([name for name in given if name not in options], components)
    options.update(given)
    return (
        {name: options[name] for name in ENGINE_OPTIONS},
        {
            component.name: {name: options[name] for name in component.default_start_options}
            for component in components.values()
        },
    )


def _refuse_unknown(names: list[str], components: Mapping[str, Component]) -> None:
    if not names:
        return
    installed = {component.distribution for component in components.values()}
    unknown = []
    for name in names:
        distribution = _DISTRIBUTIONS.get(name)
        if distribution is not None and distribution not in installed:
            raise TypeError(f"{name}: needs {distribution}")
        unknown.append(repr(name))
    plural = "s" if len(unknown) > 1 else ""
    raise TypeError(f"start() got unknown option{plural} {', '.join(unknown)}")


def signature(components: Mapping[str, Component]) -> inspect.Signature:
    """The signature of `Engine.start()` with the options that are there, and their defaults."""
    types = get_type_hints(StartOptions)
    keyword_only = inspect.Parameter.KEYWORD_ONLY
    return inspect.Signature(
        [inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)]
        + [
            inspect.Parameter(
                name,
                keyword_only,
                default=default,
                annotation=types.get(name, inspect.Parameter.empty),
            )
            for name, default in defaults(components).items()
        ],
        return_annotation=None,
    )
