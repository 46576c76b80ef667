from typing import Any

from typing_extensions import disjoint_base

from sipsimple.sdp import SDPSession

@disjoint_base
class NegotiatedSDP:
    def read(self, name: str) -> Any: ...

def parse_printed(text: bytes) -> SDPSession: ...
