from typing import TypeVar

from typing_extensions import disjoint_base

_T = TypeVar("_T")

@disjoint_base
class NativeObject: ...

def live_objects(kind: type[_T]) -> list[_T]: ...
