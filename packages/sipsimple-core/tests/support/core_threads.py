"""Threads that call without pause, and the core that closes under them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from core_driver import SIPCoreError

COUNT = 4


def hammer(driver: Any, act: Callable[[int], None], seconds: float) -> None:
    """Have threads do something again and again, for so long and while the core closes.

    Args:
        driver: Runs the core meanwhile.
        act: Is called with the number of the thread, 0 to `COUNT` - 1. May raise `SIPCoreError`.
        seconds: Until the core closes.
    """
    failures: list[BaseException] = []
    stop = threading.Event()

    def run(number: int) -> None:
        while not stop.is_set():
            try:
                act(number)
            except SIPCoreError:
                # Leaves the others some time, once the core is gone.
                if stop.wait(0.01):
                    return
            except BaseException as error:
                failures.append(error)
                return

    threads = [threading.Thread(target=run, args=(number,)) for number in range(COUNT)]
    for thread in threads:
        thread.start()
    driver.run(seconds)
    driver.ua.close()  # under full load
    stop.set()
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive(), "deadlock"
    if failures:
        raise failures[0]
    driver.drain()
