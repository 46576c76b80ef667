"""One negotiator in several threads, its memory and its end."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sipsimple.pjproject.errors import SIPCoreError
from sipsimple.pjproject.runtime import live_pools
from sipsimple.sdp import SDPNegotiator

from .offers import AUDIO, VIDEO, answered, local, session, streams
from .test_memory import _resident_kib


def test_one_offer_of_many_threads_wins() -> None:
    for _ in range(20):
        negotiator = SDPNegotiator()
        start = threading.Barrier(8)

        def offer(
            port: int, negotiator: SDPNegotiator = negotiator, start: threading.Barrier = start
        ) -> int:
            description = local("audio")
            description.media[0].port = port
            start.wait(10)
            try:
                negotiator.set_local_offer(description)
            except SIPCoreError:
                return 0
            return port

        with ThreadPoolExecutor(8) as pool:
            ports = [port for port in pool.map(offer, range(1000, 1008)) if port]
        assert [streams(negotiator.offer)[0].port] == ports


def _read_streams(negotiator: SDPNegotiator, stop: threading.Event) -> int:
    count = 0
    while not stop.is_set() or not count:
        description = negotiator.active_local
        assert description is not None
        # Odd versions have one stream, even ones two.
        assert len(description.media) == 2 - description.version % 2
        count += 1
    return count


def test_what_is_active_is_read_whole_while_it_changes() -> None:
    negotiator = answered(session(AUDIO), local("audio"))
    stop = threading.Event()
    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(_read_streams, negotiator, stop) for _ in range(3)]
        for number in range(1, 31):
            names = ("audio", "video") if number % 2 else ("audio",)
            negotiator.set_remote_offer(session(AUDIO + VIDEO if number % 2 else AUDIO))
            negotiator.set_local_answer(local(*names))
            negotiator.negotiate()
        stop.set()
        assert all(reader.result(10) for reader in readers)


def _renegotiate(negotiator: SDPNegotiator, times: int) -> None:
    for number in range(times):
        if number % 3:
            negotiator.set_remote_offer(session(AUDIO + VIDEO))
            negotiator.set_local_answer(local("audio", "video"))
            negotiator.negotiate()
        else:
            negotiator.set_local_offer(local("video" if number % 2 else "audio"))
            negotiator.cancel_offer()


def test_a_session_may_be_renegotiated_for_ever() -> None:
    negotiator = answered(session(AUDIO), local("audio"))
    _renegotiate(negotiator, 1000)
    gc.collect()
    pools, size, before = live_pools(), len(repr(vars(negotiator))), _resident_kib()
    _renegotiate(negotiator, 4000)
    gc.collect()
    growth = _resident_kib() - before
    print(f"resident memory after 4,000 more exchanges: {growth:+d} KiB of {before} KiB")
    assert live_pools() == pools
    assert abs(len(repr(vars(negotiator))) - size) < 64
    assert growth < 512


def test_nothing_native_is_left_of_a_negotiator_between_its_calls() -> None:
    pools = live_pools()
    negotiators = [answered(session(AUDIO), local("audio")) for _ in range(10)]
    assert live_pools() == pools
    assert all(negotiator.state == "DONE" for negotiator in negotiators)


def test_a_process_may_end_with_open_offers_and_threads_at_work(tmp_path: Path) -> None:
    script = tmp_path / "end.py"
    script.write_text(
        "import threading\n"
        "from sipsimple.sdp import SDPNegotiator, SDPSession\n"
        "text = 'v=0\\no=- 1 1 IN IP4 192.0.2.1\\nc=IN IP4 192.0.2.1\\nm=audio 9 RTP/AVP 0\\n'\n"
        "offer = SDPSession.parse(text)\n"
        "kept = SDPNegotiator.with_local_offer(offer)\n"
        "kept.self = kept\n"
        "ready = threading.Event()\n"
        "def work():\n"
        "    while True:\n"
        "        SDPNegotiator.with_remote_offer(offer, offer).negotiate()\n"
        "        ready.set()\n"
        "for _ in range(3):\n"
        "    threading.Thread(target=work, daemon=True).start()\n"
        "ready.wait(20)\n"
    )
    ended = subprocess.run(
        [sys.executable, str(script)], capture_output=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")
