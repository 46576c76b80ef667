from typing_extensions import disjoint_base

from sipsimple.core.credentials import Credentials
from sipsimple.core.queued_primitive import QueuedPrimitive
from sipsimple.core.route import Route

@disjoint_base
class Publication(QueuedPrimitive):
    def __init__(
        self,
        credentials: Credentials,
        event: str,
        route: Route | None = None,
        expires: int = 300,
        extra_headers: dict[str, str] | None = None,
    ) -> None: ...
    def publish(self, content_type: str, content_subtype: str, body: bytes | str) -> None: ...
    def unpublish(self) -> None: ...
    @property
    def event(self) -> str: ...
