"""What there is to run. `./nox -l` lists it; the work is done by the modules in ``tools/``.

Sessions make no environments of their own kind: `tools.environment` keeps those in ``.nox`` and
makes one anew only when the wheels or the requirements have changed.
"""

import sys

import nox

nox.needs_version = ">=2024.3.2"
nox.options.sessions = ["tests"]
nox.options.default_venv_backend = "none"


def step(session: nox.Session, module: str, *arguments: str) -> None:
    """Run a module of ``tools/`` with what follows ``--`` on nox's command line."""
    command = [sys.executable, "-m", f"tools.{module}", *arguments, *session.posargs]
    session.run(*command, external=True)


@nox.session
def demo(session: nox.Session) -> None:
    """Hold a call between two processes; `-- --json FILE` writes its figures."""
    step(session, "demo")


@nox.session
def tests(session: nox.Session) -> None:
    """All tests, from wheels, on every Python found; arguments go to pytest."""
    step(session, "tests")


@nox.session
def wheels(session: nox.Session) -> None:
    """All wheels, into dist/; `-- --force` builds even what is up to date."""
    step(session, "wheels")


@nox.session
def lint(session: nox.Session) -> None:
    """Style, types, stubs, spelling, import directions, versions."""
    step(session, "lint")


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation, into docs/_build/html."""
    step(session, "docs")


@nox.session
def bench(session: nox.Session) -> None:
    """The benchmarks, into build/bench.json."""
    step(session, "bench")


@nox.session(default=False)
def fuzz(session: nox.Session) -> None:
    """Mutated descriptions, sanitizers and coverage; `-- --seconds 600` says for how long."""
    step(session, "fuzz")


@nox.session(default=False)
def fuzz_sip(session: nox.Session) -> None:
    """Malformed messages against a running Engine; `-- --sanitize --seconds 600`, for example."""
    step(session, "fuzz_sip")


@nox.session(default=False)
def soak(session: nox.Session) -> None:
    """Threads at random, and 20,000 of everything for leaks; `-- threads --seed 7`, for example."""
    step(session, "soak")


@nox.session(default=False)
def dev(session: nox.Session) -> None:
    """Editable installs of everything, and the tools, into .venv."""
    step(session, "dev")
