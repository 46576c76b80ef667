from typing import TypeVar

from sipsimple.sdp.session import SDPSession

_Session = TypeVar("_Session", bound=SDPSession)

def parse_session(cls: type[_Session], data: bytes | bytearray | memoryview | str) -> _Session: ...
