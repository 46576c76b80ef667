"""The build hook of this distribution itself: the one it gives to others, plus the pjproject build.

The hook's code is part of the package that is being built. Importing it by its own name would run
``sipsimple/pjproject/__init__.py``, which needs libraries that do not exist yet, so the ``build``
sub-package is loaded under a name of its own.
"""

import importlib.util
import sys
from pathlib import Path

FOLDER = Path(__file__).parent / "src" / "sipsimple" / "pjproject" / "build"
ALIAS = "sipsimple_pjproject_build"

if ALIAS not in sys.modules:
    spec = importlib.util.spec_from_file_location(
        ALIAS, FOLDER / "__init__.py", submodule_search_locations=[str(FOLDER)]
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[ALIAS] = module
    spec.loader.exec_module(module)

RuntimeBuildHook = importlib.import_module(f"{ALIAS}.runtime_hook").RuntimeBuildHook
