from typing_extensions import disjoint_base

from sipsimple.core.primitive import Primitive

@disjoint_base
class InviteSession(Primitive):
    @property
    def state(self) -> str: ...
    @property
    def is_outgoing(self) -> bool: ...
    def send_info(
        self,
        content_type: str,
        content_subtype: str,
        body: bytes | str,
        extra_headers: dict[str, str] | None = None,
    ) -> None: ...
    def send_message(
        self,
        content_type: str,
        content_subtype: str,
        body: bytes | str,
        extra_headers: dict[str, str] | None = None,
    ) -> None: ...
