from typing_extensions import disjoint_base

from sipsimple.pjproject.native import NativeObject

@disjoint_base
class BridgeObject(NativeObject):
    @property
    def is_source(self) -> bool: ...
    @property
    def is_sink(self) -> bool: ...
