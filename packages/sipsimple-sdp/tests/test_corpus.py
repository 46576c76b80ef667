"""All of corpus/, and descriptions made at random."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from sipsimple.sdp import SDPParseError, SDPSession
from sipsimple.sdp.grammar import check

from .generator import Generator

FOLDER = Path(__file__).parent / "corpus"
FILES = sorted(FOLDER.glob("*.sdp"))
REFUSED = [path for path in FILES if path.with_suffix(".refused").exists()]
READ = [path for path in FILES if path not in REFUSED]


def name(path: Path) -> str:
    return path.stem


def test_every_file_has_a_description_and_nothing_else_has() -> None:
    listed = {
        line.split("|")[1].strip()
        for line in (FOLDER / "README.md").read_text("utf-8").splitlines()
        if line.startswith("| ") and not line.startswith(("| file", "| ---"))
    }
    assert listed == {path.stem for path in FILES}
    errors = [*FOLDER.glob("*.strict"), *FOLDER.glob("*.refused")]
    assert {path.stem for path in errors} <= listed
    assert len(READ) >= 70


@pytest.mark.parametrize("path", READ, ids=name)
def test_a_description_is_the_same_after_printing_and_parsing(path: Path) -> None:
    session = SDPSession.parse(path.read_bytes())
    printed = bytes(session)
    again = SDPSession.parse(printed)
    assert again == session
    assert bytes(again) == printed == str(session).encode("utf-8", "surrogateescape")
    assert repr(again) == repr(session)


DEVICES = [
    *("asterisk-offer", "baresip-offer", "chrome-audio-video-offer", "cisco-phone-offer"),
    *("firefox-audio-video-offer", "freeswitch-srtp-offer", "linphone-offer", "polycom-room-offer"),
    *("teams-sbc-offer", "yealink-phone-offer", "ims-volte-offer"),
]


@pytest.mark.parametrize("device", DEVICES)
def test_an_offer_cut_at_any_byte_is_refused_or_comes_back_the_same(device: str) -> None:
    data = (FOLDER / f"{device}.sdp").read_bytes()
    read = 0
    for end in range(len(data) + 1):
        try:
            session = SDPSession.parse(data[:end])
        except SDPParseError:
            continue
        read += 1
        printed = bytes(session)
        assert SDPSession.parse(printed) == session
        assert str(session).encode() == printed
    assert len(data) // 2 < read < len(data)


@pytest.mark.parametrize("path", READ, ids=name)
def test_copies_and_pickles_agree_with_the_original(path: Path) -> None:
    data = path.read_bytes()
    session = SDPSession.parse(data)
    copied, pickled = session.copy(), pickle.loads(pickle.dumps(session))
    assert copied == session == pickled
    assert bytes(copied) == bytes(session) == bytes(pickled)
    # Nothing is shared, and nothing had to be read first.
    fresh = SDPSession.parse(data).copy()
    fresh.attributes.clear()
    for media in fresh.media:
        media.formats.append("x")
    assert session == pickled
    assert session.media == [] or fresh != session


@pytest.mark.parametrize("path", READ, ids=name)
def test_strict_reading_refuses_what_it_should_and_tells_why(path: Path) -> None:
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    expected = path.with_suffix(".strict")
    if not expected.exists():
        check(text)
        return
    with pytest.raises(SDPParseError) as caught:
        check(text)
    assert str(caught.value) == expected.read_text("utf-8").rstrip("\n")


@pytest.mark.parametrize("path", REFUSED, ids=name)
def test_what_is_no_description_is_refused_with_the_reason(path: Path) -> None:
    data = path.read_bytes()
    with pytest.raises(SDPParseError) as caught:
        SDPSession.parse(data)
    assert str(caught.value) == path.with_suffix(".refused").read_text("utf-8").rstrip("\n")


def test_generated_descriptions_come_back_byte_for_byte() -> None:
    generator = Generator(8866)
    for _ in range(2000):
        text = generator.description()
        check(text)
        session = SDPSession.parse(text)
        assert str(session) == text
        assert SDPSession.parse(bytes(session)) == session
        assert session.copy() == session == pickle.loads(pickle.dumps(session))


def test_generated_descriptions_with_rarer_lines_are_stable() -> None:
    generator = Generator(4566, others=True)
    for _ in range(2000):
        text = generator.description()
        check(text)
        session = SDPSession.parse(text)
        printed = str(session)
        check(printed)
        again = SDPSession.parse(printed)
        assert again == session
        assert str(again) == printed
        assert session.copy() == session == pickle.loads(pickle.dumps(session))


def test_the_same_seed_makes_the_same_descriptions() -> None:
    assert Generator(1).description() == Generator(1).description()
    assert Generator(1).description() != Generator(2).description()
