"""What holds for every test, wherever it is."""

import signal

import pytest

#: Tests of sound in real time, and those that keep both cores busy: none of them runs beside
#: another of them. Every other file is free to run beside them.
ON_THE_CLOCK = (
    "packages/sipsimple-media/tests",
    "tests/integration",
    "tests/soak",
)

# A test run that was started in the background of a shell script ignores SIGINT, and so would
# every process that a test starts. With a handler here they begin with the default (exec(2)).
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give each test the group that one worker of pytest-xdist runs by itself."""
    if not config.pluginmanager.hasplugin("xdist"):
        return
    for item in items:
        file = item.path.relative_to(config.rootpath).as_posix()
        clocked = file.startswith(ON_THE_CLOCK)
        item.add_marker(pytest.mark.xdist_group("clock" if clocked else file))
