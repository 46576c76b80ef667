"""SIP signaling primitives on PJSIP (RFC 3261).

`PJSIPUA` is the endpoint; the Engine of `sipsimple-engine` runs one, a stack composed
without the Engine runs it directly.
"""

from sipsimple.pjproject import PJSIPError, SIPCoreError, load

load("pjsip", "pjsip-simple", "pjsip-ua", "pjmedia")

from sipsimple.core import abi as _abi  # noqa: E402, F401  (compares the C interfaces)
from sipsimple.core.credentials import Credentials  # noqa: E402
from sipsimple.core.errors import InvalidURIError, MessagePendingError  # noqa: E402
from sipsimple.core.invitation import Invitation  # noqa: E402
from sipsimple.core.messages import send_message  # noqa: E402
from sipsimple.core.publication import Publication  # noqa: E402
from sipsimple.core.registration import Registration  # noqa: E402
from sipsimple.core.route import Route  # noqa: E402
from sipsimple.core.subscription import Subscription  # noqa: E402
from sipsimple.core.ua import PJSIPUA  # noqa: E402
from sipsimple.core.uri import SIPURI  # noqa: E402

__all__ = [
    "PJSIPUA",
    "SIPURI",
    "Credentials",
    "InvalidURIError",
    "Invitation",
    "MessagePendingError",
    "PJSIPError",
    "Publication",
    "Registration",
    "Route",
    "SIPCoreError",
    "Subscription",
    "__version__",
    "send_message",
]

__version__ = "0.1.0"
