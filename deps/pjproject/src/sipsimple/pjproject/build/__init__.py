"""Everything that builds: the one pjproject, and extensions that are compiled against it.

`source` obtains pjproject, `recipe` compiles it, `features` checks what came out, `cache` keeps
it; `extensions` compiles Cython modules against it and `hatch_plugin` makes that a build hook of
any project. ``python -m sipsimple.pjproject.build`` does the same by hand. Nothing here is needed
at run time.
"""

from .errors import BuildError

__all__ = ["BuildError"]
