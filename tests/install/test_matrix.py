"""Each distribution installed alone works alone, and brings nothing that it does not need."""

from pathlib import Path

import pytest

PARTS = ("pjproject", "sdp", "core", "media", "engine", "notification")

BROUGHT = {
    "sipsimple-sdp": {"pjproject", "sdp"},
    "sipsimple-core": {"pjproject", "sdp", "core"},
    "sipsimple-media": {"pjproject", "sdp", "media"},
    "sipsimple-engine": {"pjproject", "sdp", "core", "engine", "notification"},
    "sipsimple-engine[media]": set(PARTS),
}

PRESENT = f"""
from importlib.util import find_spec
print(*[part for part in {PARTS!r} if find_spec(f"sipsimple.{{part}}")])
"""


@pytest.mark.parametrize("requirement", BROUGHT)
def test_only_what_is_needed_is_installed(install, requirement):
    assert set(install(requirement).run(PRESENT).split()) == BROUGHT[requirement]


@pytest.mark.parametrize("requirement", BROUGHT)
def test_pip_finds_nothing_missing(install, requirement):
    install(requirement).pip("check")


STRANGERS = """
import sys
print(*sorted({name.split(".")[1] for name in sys.modules if name.startswith("sipsimple.")}))
"""


def run_program(environment, name):
    """Run a file of ``programs``; the last line says which parts it has imported."""
    program = Path(__file__).with_name("programs") / f"{name}.py"
    output = environment.run(program.read_text() + STRANGERS).splitlines()
    return output[:-1], set(output[-1].split())


def test_sdp_alone_parses_and_prints(install):
    output, imported = run_program(install("sipsimple-sdp"), "parse")
    assert output == ["4000", "PCMU"]
    assert imported == {"pjproject", "sdp"}


COOK = """
import doctest
flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
done = doctest.testfile({path!r}, module_relative=False, optionflags=flags, encoding="utf-8")
print(done.failed, done.attempted)
"""


def test_sdp_alone_is_all_that_the_cookbook_needs(install):
    cookbook = Path(__file__).resolve().parents[2] / "docs" / "sdp-cookbook.md"
    failed, attempted = install("sipsimple-sdp").run(COOK.format(path=str(cookbook))).split()[-2:]
    assert int(failed) == 0
    assert int(attempted) > 50


def test_core_alone_answers_over_the_network(install):
    output, imported = run_program(install("sipsimple-core"), "answer")
    assert output == ["SIP/2.0 200 OK"]
    assert imported <= {"pjproject", "sdp", "core"}


def test_media_alone_sends_and_receives_rtp_through_its_bridge(install):
    output, imported = run_program(install("sipsimple-media"), "talk")
    assert output == ["PCMU PCMU", "heard each other"]
    assert imported <= {"pjproject", "sdp", "media"}


def test_the_engine_starts_without_media(install):
    output, imported = run_program(install("sipsimple-engine"), "engine")
    assert output == ["SCEngineDidStart", "SCEngineDidEnd", "no audio"]
    assert "media" not in imported


def test_the_engine_starts_with_media(install):
    output, imported = run_program(install("sipsimple-engine[media]"), "engine")
    assert output == ["SCEngineDidStart", "SCEngineDidEnd", "audio"]
    assert imported == set(PARTS)
