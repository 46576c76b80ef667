from typing import Any

from typing_extensions import disjoint_base

@disjoint_base
class ReceivedMessage:
    def read(self, name: str) -> Any: ...
