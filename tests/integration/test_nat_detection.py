"""`Engine.detect_nat_type()` through routers of every type, with a STUN server that is not ours."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from testbed.network import CLIENT, RULES, SERVERS, RoutedNetwork
from testbed.stun_server import STUNServer

PROGRAM = Path(__file__).with_name("programs") / "nat_type.py"
SECONDS = 90


def detected(local_ip: str, server: STUNServer, prefix: Sequence[str] = ()) -> dict[str, object]:
    """What the notification said."""
    done = subprocess.run(
        [*prefix, sys.executable, str(PROGRAM), local_ip, server.ip, str(server.port)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    result: dict[str, object] = json.loads(done.stdout)
    return result


def through_router(folder: Path, nat_type: str) -> list[dict[str, object]]:
    """What is told behind a router of a type, with a local address that is said, and without."""
    folder.mkdir()
    with (
        RoutedNetwork(nat_type) as network,
        STUNServer(folder, *SERVERS, prefix=network.command("server")) as server,
        ThreadPoolExecutor() as pool,
    ):
        inside = network.command("client")
        addresses = (CLIENT, "0.0.0.0")
        return list(pool.map(lambda address: detected(address, server, inside), addresses))


def test_every_type_is_told_by_its_name(tmp_path: Path) -> None:
    # All at the same time: most of it is waiting for what does not come.
    with ThreadPoolExecutor(len(RULES)) as pool:
        running = {
            nat_type: pool.submit(through_router, tmp_path / nat_type, nat_type)
            for nat_type in RULES
        }
    found = {nat_type: future.result() for nat_type, future in running.items()}
    expected = {nat_type: [{"succeeded": True, "nat_type": nat_type}] * 2 for nat_type in RULES}
    assert found == expected


def test_on_loopback_there_is_no_nat(tmp_path: Path) -> None:
    with STUNServer(tmp_path, "127.0.0.2", "127.0.0.3") as server:
        assert detected("127.0.0.1", server) == {"succeeded": True, "nat_type": "Open"}
