from typing import TypeVar

_T = TypeVar("_T")

class NativeObject: ...

def live_objects(kind: type[_T]) -> list[_T]: ...
