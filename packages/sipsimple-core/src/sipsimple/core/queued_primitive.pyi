from typing_extensions import disjoint_base

from sipsimple.core.credentials import Credentials
from sipsimple.core.primitive import Primitive
from sipsimple.core.route import Route

@disjoint_base
class QueuedPrimitive(Primitive):
    @property
    def state(self) -> str: ...
    @property
    def credentials(self) -> Credentials: ...
    @property
    def route(self) -> Route | None: ...
    @property
    def extra_headers(self) -> dict[str, str]: ...
    @property
    def expires(self) -> int: ...
    @expires.setter
    def expires(self, value: int) -> None: ...
