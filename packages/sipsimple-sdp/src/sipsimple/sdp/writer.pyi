# Nothing here is for Python: see writer.pxd.
from typing_extensions import disjoint_base

@disjoint_base
class Writer: ...
