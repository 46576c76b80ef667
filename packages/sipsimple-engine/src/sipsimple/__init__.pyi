from sipsimple.core import SIPURI as SIPURI
from sipsimple.core import Credentials as Credentials
from sipsimple.core import Invitation as Invitation
from sipsimple.core import Registration as Registration
from sipsimple.core import Route as Route
from sipsimple.engine import Engine as Engine
from sipsimple.media import AudioTransport as AudioTransport
from sipsimple.media import RecordingWaveFile as RecordingWaveFile
from sipsimple.media import RTPTransport as RTPTransport
from sipsimple.media import WaveFile as WaveFile
from sipsimple.pjproject import PJSIPError as PJSIPError
from sipsimple.pjproject import SIPCoreError as SIPCoreError
from sipsimple.sdp import SDPAttribute as SDPAttribute
from sipsimple.sdp import SDPConnection as SDPConnection
from sipsimple.sdp import SDPMedia as SDPMedia
from sipsimple.sdp import SDPSession as SDPSession

__version__: str
