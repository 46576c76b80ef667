from typing_extensions import disjoint_base

from sipsimple.core.credentials import Credentials
from sipsimple.core.queued_primitive import QueuedPrimitive
from sipsimple.core.route import Route

@disjoint_base
class Registration(QueuedPrimitive):
    def __init__(
        self,
        credentials: Credentials,
        route: Route | None = None,
        expires: int = 300,
        extra_headers: dict[str, str] | None = None,
    ) -> None: ...
    def register(self) -> None: ...
    def unregister(self) -> None: ...
    @property
    def expires_received(self) -> int: ...
