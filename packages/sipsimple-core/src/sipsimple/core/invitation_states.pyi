from typing import Final

STATES: Final[tuple[str, ...]]
TRIGGERS: Final[tuple[str, ...]]
TRANSITIONS: Final[tuple[tuple[str, str, str], ...]]

def next_state(state: str, trigger: str) -> str | None: ...
