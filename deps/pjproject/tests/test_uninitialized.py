"""Objects whose `__init__()` has not been called: they raise, and never crash."""

import subprocess
import sys
import textwrap

WALK = """
    import contextlib
    import importlib
    import pkgutil
    import sipsimple.pjproject

    def attempt(function, *arguments):
        with contextlib.suppress(Exception):
            function(*arguments)

    def use_every_member(kind):
        names = [name for name in dir(kind) if not name.startswith("_")]
        for method in (repr, str, hash, dir, bool):
            attempt(method, kind.__new__(kind))
        for name in names:
            for value in (None, True, 0, "x", kind.__new__(kind)):
                attempt(setattr, kind.__new__(kind), name, value)
            for arguments in ((), (None,), (0,), ("x",), (kind.__new__(kind),), ("x", None, {})):
                with contextlib.suppress(Exception):
                    member = getattr(kind.__new__(kind), name)
                    if callable(member):
                        attempt(member, *arguments)

    seen = set()
    for module in pkgutil.iter_modules(sipsimple.pjproject.__path__, "sipsimple.pjproject."):
        if module.name == "sipsimple.pjproject.build":
            continue
        for name, kind in vars(importlib.import_module(module.name)).items():
            if (
                isinstance(kind, type)
                and not name.startswith("_")
                and kind.__module__.startswith("sipsimple.pjproject")
            ):
                print(name, flush=True)
                use_every_member(kind)
                seen.add(name)
    assert {"EventQueue", "NativeObject", "PJSIPError", "SIPCoreError"} <= seen, seen
"""


def test_no_member_of_an_object_without_init_crashes() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", textwrap.dedent(WALK)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
