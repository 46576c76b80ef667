"""The life of a negotiator: states, errors, copies."""

from __future__ import annotations

import copy
import pickle

import pytest

from sipsimple.pjproject.errors import PJSIPError, SIPCoreError
from sipsimple.sdp import SDPNegotiationError, SDPNegotiator, SDPSession
from sipsimple.sdp.negotiator import TRANSITIONS

from .offers import AUDIO, CHAT, VIDEO, answered, concluded, local, session, streams

STATES = ("NULL", "LOCAL_OFFER", "REMOTE_OFFER", "WAIT_NEGO", "DONE")
REMOTE = session(AUDIO + VIDEO)


def _in_state(state: str) -> SDPNegotiator:
    negotiator = SDPNegotiator()
    if state == "LOCAL_OFFER":
        negotiator.set_local_offer(local("audio"))
    elif state in {"REMOTE_OFFER", "WAIT_NEGO"}:
        negotiator.set_remote_offer(REMOTE)
        if state == "WAIT_NEGO":
            negotiator.set_local_answer(local("audio"))
    elif state == "DONE":
        negotiator = answered(REMOTE, local("audio"))
    assert negotiator.state == state
    return negotiator


def _call(negotiator: SDPNegotiator, method: str) -> None:
    if method in {"negotiate", "cancel_offer"}:
        getattr(negotiator, method)()
    else:
        getattr(negotiator, method)(local("audio") if "local" in method else REMOTE)


def _seen(negotiator: SDPNegotiator) -> tuple[object, ...]:
    return (
        negotiator.state,
        negotiator.offer,
        negotiator.answer,
        negotiator.active_local,
        negotiator.active_remote,
        negotiator.was_answer_remote,
    )


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("method", TRANSITIONS)
def test_a_method_leads_to_the_state_in_the_table_or_is_refused(method: str, state: str) -> None:
    negotiator = _in_state(state)
    before = _seen(negotiator)
    # An answer comes from who did not offer: the offer of WAIT_NEGO is remote here.
    if state in TRANSITIONS[method] and (method, state) != ("set_remote_answer", "WAIT_NEGO"):
        _call(negotiator, method)
        assert negotiator.state == TRANSITIONS[method][state]
    else:
        with pytest.raises(SIPCoreError, match=rf"^{method}\(\)") as caught:
            _call(negotiator, method)
        assert not isinstance(caught.value, PJSIPError)
        assert _seen(negotiator) == before


def test_the_error_of_a_wrong_state_says_what_is_allowed() -> None:
    with pytest.raises(
        SIPCoreError,
        match=r"^set_local_answer\(\) is not allowed in state DONE, but in REMOTE_OFFER or WAIT",
    ):
        _call(_in_state("DONE"), "set_local_answer")


def test_who_offered_does_not_answer() -> None:
    negotiator = _in_state("LOCAL_OFFER")
    negotiator.set_remote_answer(session(AUDIO))
    with pytest.raises(SIPCoreError, match=r"^set_local_answer\(\): the open offer is local"):
        negotiator.set_local_answer(local("audio"))
    negotiator.set_remote_answer(session(AUDIO))
    negotiator.negotiate()
    assert negotiator.was_answer_remote is True


def test_a_new_one_knows_nothing() -> None:
    assert _seen(SDPNegotiator()) == ("NULL", None, None, None, None, None)


def test_an_open_offer_and_its_answer_can_be_read() -> None:
    negotiator = SDPNegotiator.with_remote_offer(REMOTE)
    assert (negotiator.offer, negotiator.answer) == (REMOTE, None)
    negotiator.set_local_answer(local("audio"))
    assert (negotiator.offer, negotiator.answer) == (REMOTE, local("audio"))
    negotiator.negotiate()
    assert (negotiator.offer, negotiator.answer) == (None, None)
    assert negotiator.active_remote == REMOTE
    assert negotiator.was_answer_remote is False


def test_descriptions_are_copied_on_the_way_in_and_out() -> None:
    offer = local("audio")
    negotiator = SDPNegotiator.with_local_offer(offer)
    streams(offer)[0].port = 1
    streams(negotiator.offer)[0].port = 2
    assert streams(negotiator.offer)[0].port == 6004


def test_a_failed_negotiation_changes_nothing_and_may_be_tried_again() -> None:
    negotiator = answered(REMOTE, local("audio"))
    negotiator.set_remote_offer(session(CHAT))
    negotiator.set_local_answer(local("audio"))
    before = _seen(negotiator)
    with pytest.raises(SDPNegotiationError, match=r"offer: .*PJMEDIA_SDPNEG_ENOMEDIA") as caught:
        negotiator.negotiate()
    assert isinstance(caught.value, PJSIPError) and caught.value.status
    assert _seen(negotiator) == before
    negotiator.set_local_answer(local("chat"))
    negotiator.negotiate()
    assert streams(negotiator.active_local)[0].media == "message"


def test_the_error_names_the_stream_and_why_pjmedia_refused_it() -> None:
    offer = session("m=audio 5004 RTP/AVP 18")
    with pytest.raises(
        SDPNegotiationError, match=r"answer media\[0\] of the offer: .*PJMEDIA_SDPNEG_NOANSCODEC"
    ):
        answered(offer, local("audio"))


def test_a_cancelled_offer_leaves_what_was_agreed_on() -> None:
    negotiator = answered(REMOTE, local("audio", "video"))
    before = _seen(negotiator)
    hold = local("audio", "video")
    negotiator.set_local_offer(hold)
    negotiator.cancel_offer()
    assert _seen(negotiator) == before


def test_a_first_offer_may_be_cancelled_and_another_made() -> None:
    negotiator = SDPNegotiator.with_local_offer(local("audio"))
    negotiator.cancel_offer()
    assert (negotiator.state, negotiator.active_local) == ("DONE", None)
    negotiator.set_remote_offer(REMOTE)
    negotiator.set_local_answer(local("audio"))
    negotiator.negotiate()
    assert streams(negotiator.active_local)[0].port == 6004


@pytest.mark.parametrize("method", sorted(set(TRANSITIONS) - {"negotiate", "cancel_offer"}))
def test_only_descriptions_are_taken(method: str) -> None:
    negotiator = _in_state("LOCAL_OFFER" if "remote_answer" in method else "REMOTE_OFFER")
    if "offer" in method:
        negotiator.cancel_offer()
    with pytest.raises(TypeError, match=r"^(offer|answer): must be SDPSession, not bytes$"):
        getattr(negotiator, method)(bytes(REMOTE))


@pytest.mark.parametrize("name", ["prefer_remote_codec_order", "answer_with_multiple_codecs"])
def test_options_are_flags_and_may_be_changed(name: str) -> None:
    negotiator = SDPNegotiator(**{name: True})
    assert getattr(negotiator, name) is True
    setattr(negotiator, name, False)
    assert getattr(negotiator, name) is False
    with pytest.raises(TypeError, match=rf"^{name}: must be bool, not int$"):
        setattr(negotiator, name, 1)


def test_state_and_descriptions_are_read_only() -> None:
    negotiator = SDPNegotiator()
    for name in ("state", "offer", "answer", "active_local", "active_remote", "was_answer_remote"):
        with pytest.raises(AttributeError):
            setattr(negotiator, name, None)


def _pickled(negotiator: SDPNegotiator) -> SDPNegotiator:
    restored = pickle.loads(pickle.dumps(negotiator))
    assert isinstance(restored, SDPNegotiator)
    return restored


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, _pickled])
def test_copies_and_pickles_go_on_by_themselves(state: str, duplicate: object) -> None:
    negotiator = _in_state(state)
    other = duplicate(negotiator)  # type: ignore[operator]
    assert _seen(other) == _seen(negotiator)
    before = _seen(negotiator)
    _call(other, {"NULL": "set_local_offer", "DONE": "set_local_offer"}.get(state, "cancel_offer"))
    assert _seen(negotiator) == before
    assert _seen(other) != before


def test_repr_shows_state_and_streams() -> None:
    negotiator = answered(session(AUDIO + VIDEO), local("audio"))
    negotiator.set_local_offer(local("audio"))
    assert repr(negotiator) == "<SDPNegotiator LOCAL_OFFER: audio 6004 sendrecv, video 0 sendrecv>"
    assert repr(SDPNegotiator()) == "<SDPNegotiator NULL>"


# ---- the o= line (RFC 3264 section 8)


def _origin(description: SDPSession | None) -> tuple[str, int, int]:
    assert description is not None
    return description.address, description.id, description.version


def test_the_version_grows_by_one_when_something_changes_and_only_then() -> None:
    negotiator = answered(session(AUDIO), local("audio"))
    assert _origin(negotiator.active_local) == ("192.0.2.2", 7, 7)
    assert negotiator.active_local is not None
    negotiator.set_local_offer(negotiator.active_local)
    assert _origin(negotiator.offer) == ("192.0.2.2", 7, 7)
    negotiator.cancel_offer()
    changed = session(AUDIO, "198.51.100.7", number=99)
    negotiator.set_local_offer(changed)
    assert _origin(negotiator.offer) == ("192.0.2.2", 7, 8)
    assert negotiator.offer is not None
    assert negotiator.offer.connection == changed.connection


def test_a_version_that_was_sent_is_not_used_again_for_something_else() -> None:
    negotiator = concluded(local("audio"), session(AUDIO))
    for expected in (8, 9, 10):
        offer = local("audio")
        offer.media[0].port = 6000 + 2 * expected
        negotiator.set_local_offer(offer)
        assert _origin(negotiator.offer) == ("192.0.2.2", 7, expected)
        negotiator.cancel_offer()


def test_a_line_that_pjmedia_does_not_compare_is_a_change_too() -> None:
    negotiator = concluded(local("audio"), session("m=audio 5004 RTP/AVP 8 0"))
    offer = negotiator.active_local
    assert offer is not None
    offer.media[0].info = "Another hall"
    negotiator.set_local_offer(offer)
    assert _origin(negotiator.offer)[2] == 8
