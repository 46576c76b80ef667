"""The same user agent with sippy: `sippy_agent.py`.

Accepts every call with a fixed description, without media, and reads the body of every
MESSAGE. Prints `ready PORT`; ends when its standard input does.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from typing import Any

from sippy.CCEvents import CCEventConnect, CCEventTry
from sippy.Core.EventDispatcher import ED2
from sippy.MsgBody import MsgBody
from sippy.SipConf import SipConf
from sippy.SipLogger import SipLogger
from sippy.SipTransactionManager import SipTransactionManager
from sippy.UA import UA

HOST = "127.0.0.1"
SDP = (
    "v=0\r\no=bench 1 1 IN IP4 127.0.0.1\r\ns=bench\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendrecv\r\n"
)


class Agent:
    def __init__(self, port: int) -> None:
        SipConf.my_address, SipConf.my_port = HOST, port
        os.environ["SIPLOG_BEND"] = "none"
        self.octets = 0
        self.config: dict[str, Any] = {
            "_sip_address": HOST,
            "_sip_port": port,
            "_sip_logger": SipLogger("bench"),
        }
        self.config["_sip_tm"] = SipTransactionManager(self.config, self.received)

    def received(self, request: Any, transaction: Any) -> Any:
        """A request outside of any dialog has come."""
        method = request.getMethod()
        if method == "INVITE" and not request.getHFBody("to").getTag():
            return UA(self.config, self.changed).recvRequest(request, transaction)
        if method == "MESSAGE":
            self.octets += len(str(request.getBody()))
            return request.genResponse(200, "OK"), None, None
        if method in ("BYE", "CANCEL"):
            return request.genResponse(481, "Call Leg/Transaction Does Not Exist"), None, None
        return request.genResponse(501, "Not Implemented"), None, None

    def changed(self, event: Any, agent: Any) -> None:
        """A call has changed its state."""
        if isinstance(event, CCEventTry):
            agent.recvEvent(CCEventConnect((200, "OK", MsgBody(SDP))))


def main() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    Agent(port)

    def wait() -> None:
        sys.stdin.read()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()
    print(f"ready {port}", flush=True)
    ED2.loop()


if __name__ == "__main__":
    main()
