"""The one pjproject build, and the pjlib runtime that every sipsimple package shares."""

from sipsimple.pjproject.loader import get_include, load

load("pj", "pjlib-util")

from sipsimple.pjproject import log as _log  # noqa: E402, F401  (starts log forwarding)
from sipsimple.pjproject.errors import PJSIPError, SIPCoreError  # noqa: E402
from sipsimple.pjproject.runtime import pjproject_version  # noqa: E402

__all__ = ["PJSIPError", "SIPCoreError", "__version__", "get_include", "load", "pjproject_version"]

__version__ = "0.1.0"
