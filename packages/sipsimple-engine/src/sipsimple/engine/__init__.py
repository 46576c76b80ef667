"""The Engine: starts, stops and configures the layers of the SIP stack that are installed."""

from sipsimple.engine.component import (
    Component,
    ComponentContext,
    EndingComponent,
    NotifyingComponent,
    PollingComponent,
)
from sipsimple.engine.components import known_notifications
from sipsimple.engine.engine import Engine
from sipsimple.engine.options import StartOptions

__all__ = [
    "Component",
    "ComponentContext",
    "EndingComponent",
    "Engine",
    "NotifyingComponent",
    "PollingComponent",
    "StartOptions",
    "known_notifications",
]
