from typing import TypeVar

from sipsimple.sdp.session import SDPSession

_Session = TypeVar("_Session", bound=SDPSession)

def is_canonical_text(text: bytes) -> bool: ...
def parse_session(
    cls: type[_Session], text: bytes | bytearray | memoryview | str, strict: bool
) -> _Session: ...
