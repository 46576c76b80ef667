from typing_extensions import disjoint_base

from sipsimple.pjproject.native import NativeObject

@disjoint_base
class Primitive(NativeObject): ...
