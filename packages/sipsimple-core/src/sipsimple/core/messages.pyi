from typing_extensions import disjoint_base

from sipsimple.core.credentials import Credentials
from sipsimple.core.primitive import Primitive
from sipsimple.core.route import Route
from sipsimple.core.uri import SIPURI

@disjoint_base
class OutgoingMessage(Primitive): ...

def send_message(
    credentials: Credentials,
    to_uri: SIPURI,
    content_type: str,
    content_subtype: str,
    body: bytes | str,
    route: Route | None = None,
    extra_headers: dict[str, str] | None = None,
) -> None: ...
