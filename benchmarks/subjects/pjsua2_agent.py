"""The same user agent with pjsua2's Python binding: `pjsua2_agent.py`.

Accepts every call with the media that pjsua2 gives it, on its null sound device, and reads
the body of every MESSAGE. Prints `ready PORT`; ends when its standard input does.
"""

from __future__ import annotations

import sys
import threading
from typing import Any

import pjsua2 as pj

HOST = "127.0.0.1"


class Call(pj.Call):
    """Kept in the account until it is over: the binding does not keep it."""

    def __init__(self, account: Account, number: int) -> None:
        super().__init__(account, number)
        self.account = account

    def onCallState(self, prm: object) -> None:  # noqa: N802
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.account.calls.pop(info.id, None)


class Account(pj.Account):
    def __init__(self) -> None:
        super().__init__()
        self.calls: dict[int, Call] = {}
        self.octets = 0

    def onIncomingCall(self, prm: Any) -> None:  # noqa: N802
        call = self.calls[prm.callId] = Call(self, prm.callId)
        answer = pj.CallOpParam(True)
        answer.statusCode = 200
        call.answer(answer)

    def onInstantMessage(self, prm: Any) -> None:  # noqa: N802
        self.octets += len(prm.msgBody)


def main() -> None:
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    settings = pj.EpConfig()
    settings.logConfig.level = settings.logConfig.consoleLevel = 0
    # One thread, which is Python's: with its own, pjsua2 does the same work and waits for the GIL.
    settings.uaConfig.threadCnt = 0
    endpoint.libInit(settings)
    endpoint.audDevManager().setNullDev()
    transport = pj.TransportConfig()
    transport.boundAddress = HOST
    number = endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
    endpoint.libStart()
    account = Account()
    configuration = pj.AccountConfig()
    configuration.idUri = f"sip:bench@{HOST}"
    configuration.sipConfig.transportId = number
    account.create(configuration)
    ended = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    port = endpoint.transportGetInfo(number).localName.rpartition(":")[2]
    print(f"ready {port}", flush=True)
    while not ended.is_set():
        endpoint.libHandleEvents(100)
    account.calls.clear()
    endpoint.libDestroy()


if __name__ == "__main__":
    main()
