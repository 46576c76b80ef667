from typing_extensions import disjoint_base

from sipsimple.core.credentials import Credentials
from sipsimple.core.primitive import Primitive
from sipsimple.core.route import Route
from sipsimple.core.uri import SIPURI

@disjoint_base
class Subscription(Primitive):
    def __init__(
        self,
        credentials: Credentials,
        to_uri: SIPURI,
        event: str,
        route: Route | None = None,
        expires: int = 300,
        extra_headers: dict[str, str] | None = None,
    ) -> None: ...
    def subscribe(self) -> None: ...
    def unsubscribe(self) -> None: ...
    @property
    def state(self) -> str: ...
    @property
    def credentials(self) -> Credentials: ...
    @property
    def to_uri(self) -> SIPURI: ...
    @property
    def event(self) -> str: ...
    @property
    def route(self) -> Route | None: ...
    @property
    def expires(self) -> int: ...
    @property
    def extra_headers(self) -> dict[str, str]: ...
