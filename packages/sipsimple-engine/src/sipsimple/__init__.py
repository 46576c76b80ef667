"""A SIP stack in Python, on PJSIP: signaling, media, and the Engine that runs them.

`from sipsimple import *` gives the `Engine` and the public names of the layers that are
installed. Each layer is a package of its own below this one, in a distribution of its own.
"""

import pkgutil

__path__ = pkgutil.extend_path(__path__, __name__)

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    from sipsimple.engine.names import find

    value = find(name)
    if name != "__all__":
        globals()[name] = value
    return value


def __dir__() -> list[str]:
    from sipsimple.engine.names import public_names

    return sorted({*globals(), *public_names()})
