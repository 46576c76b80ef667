"""Answers calls until standard input closes; says its port first, its problems at the end.

Is gone without a word when it reads a line.
"""

from __future__ import annotations

import json
import os
import sys

from party import Party

party = Party()
print(party.engine.local_udp_port, flush=True)
if sys.stdin.readline():
    os._exit(0)
party.engine.stop()
print(json.dumps({"completed": party.completed, "problems": party.problems}))
