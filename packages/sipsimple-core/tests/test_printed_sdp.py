"""What was negotiated becomes an object when it is read, from what pjmedia has printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sipsimple.core.printed_sdp import read_printed
from sipsimple.sdp import SDPAttribute, SDPSession

if TYPE_CHECKING:
    from conftest import InChild

USUAL = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"
#: As they come out of pjmedia's parser and printer, which are content with them.
ONLY_PJMEDIA = {
    "an empty address": USUAL.replace(b"IN IP4 127.0.0.1", b"IN IP4 "),
    "a NUL": USUAL + b"a=x-note:a\0b\r\n",
}


def test_each_is_read_by_its_name() -> None:
    texts = {"local_sdp": USUAL, "remote_sdp": USUAL.replace(b"4000", b"5000")}
    assert read_printed(texts, "local_sdp") == SDPSession.parse(USUAL)
    assert read_printed(texts, "remote_sdp").media[0].port == 5000


@pytest.mark.parametrize("text", ONLY_PJMEDIA.values(), ids=ONLY_PJMEDIA.keys())
def test_what_only_pjmedia_takes_is_read_all_the_same(text: bytes) -> None:
    with pytest.raises(ValueError, match="line"):
        SDPSession.parse(text)
    (section,) = read_printed({"remote_sdp": text}, "remote_sdp").media
    assert (section.media, section.port) == ("audio", 4000)


def test_what_is_no_description_is_an_error() -> None:
    with pytest.raises(ValueError, match="SDP"):
        read_printed({"remote_sdp": b"hello"}, "remote_sdp")


def _negotiated(count: int) -> tuple[int, list[str]]:
    import core_driver  # in the child only
    import invitation_phone as tools

    with core_driver.Driver() as driver:
        phone = tools.Phone(driver)
        invitation = tools.received(phone)
        local = tools.sdp()
        section = local.media[0]
        section.attributes += [SDPAttribute("x-note", f"{n:090}") for n in range(count)]
        invitation.set_offered_local_sdp(local)
        invitation.accept_invite()
        phone.expect("200 INVITE")
        phone.ack()
        tools.reported(driver, "CONFIRMED")
        (update,) = tools.updates(driver)
        read = update["local_sdp"].media[0].attributes
        return len(str(local)), [a.value for a in read if a.name == "x-note"]


@pytest.mark.parametrize("count", [0, 15, 40])
def test_a_description_of_any_length_is_told(in_child: InChild, count: int) -> None:
    length, notes = in_child(_negotiated, count)
    assert notes == [f"{n:090}" for n in range(count)]
    assert (length > 2048) == (count > 15)
