"""`SDPNegotiator`: offer and answer through the life of a session (RFC 3264)."""

from __future__ import annotations

import threading
from typing import Any, Self

from sipsimple.pjproject.errors import SIPCoreError
from sipsimple.sdp.negotiation.checks import check, check_local
from sipsimple.sdp.negotiation.offer_answer import answer, conclude
from sipsimple.sdp.negotiation.payload_types import codecs, is_dynamic, is_rtp
from sipsimple.sdp.negotiation.sections import is_offered, rejected
from sipsimple.sdp.session import SDPSession

__all__ = ["TRANSITIONS", "SDPNegotiator"]

#: For each method the states that it may be called in, and the state that follows. The names
#: are those of `pjmedia_sdp_neg_state`.
TRANSITIONS: dict[str, dict[str, str]] = {
    "set_local_offer": {"NULL": "LOCAL_OFFER", "DONE": "LOCAL_OFFER"},
    "set_remote_offer": {"NULL": "REMOTE_OFFER", "DONE": "REMOTE_OFFER"},
    "set_local_answer": {"REMOTE_OFFER": "WAIT_NEGO", "WAIT_NEGO": "WAIT_NEGO"},
    "set_remote_answer": {"LOCAL_OFFER": "WAIT_NEGO", "WAIT_NEGO": "WAIT_NEGO"},
    "negotiate": {"WAIT_NEGO": "DONE"},
    "cancel_offer": {"LOCAL_OFFER": "DONE", "REMOTE_OFFER": "DONE", "WAIT_NEGO": "DONE"},
}


def _copied(description: object, what: str) -> SDPSession:
    if not isinstance(description, SDPSession):
        raise TypeError(f"{what}: must be SDPSession, not {type(description).__name__}")
    return description.copy()


class SDPNegotiator:
    """Offer and answer: what is sent, what is received, and what both agree on.

    Args:
        prefer_remote_codec_order: Whether an answer lists codecs in the order of the offer,
            a bool; else in that of the local description.
        answer_with_multiple_codecs: Whether an answer lists all codecs in common, a bool; else
            the best one alone. Either way `telephone-event` is added to them.

    Both are attributes too, and count when `negotiate()` answers.

    It starts in the state `NULL`; `with_local_offer()` and `with_remote_offer()` make one with
    its first offer. Descriptions are copied when they are given and when they are read. Methods
    may be called in any thread, also at once; one that raises changes nothing.

    Source: RFC 3264; `pjmedia_sdp_neg`.
    """

    def __init__(
        self, *, prefer_remote_codec_order: bool = True, answer_with_multiple_codecs: bool = False
    ) -> None:
        self._lock = threading.RLock()
        self._state = "NULL"
        self._offer_is_local = False
        # Nothing changes these descriptions once they are here.
        self._offer: SDPSession | None = None
        self._answer: SDPSession | None = None
        self._active: tuple[SDPSession, SDPSession] | None = None
        self._last_sent: SDPSession | None = None
        self._was_answer_remote: bool | None = None
        # For each stream the codecs of its dynamic payload types so far.
        self._history: list[dict[str, str]] = []
        self.prefer_remote_codec_order = prefer_remote_codec_order
        self.answer_with_multiple_codecs = answer_with_multiple_codecs

    @classmethod
    def with_local_offer(cls, offer: SDPSession, **options: bool) -> Self:
        """A negotiator that makes an offer; see `set_local_offer()`.

        Args:
            offer: The description to send.
            options: Those of the class.
        """
        result = cls(**options)
        result.set_local_offer(offer)
        return result

    @classmethod
    def with_remote_offer(
        cls, offer: SDPSession, answer: SDPSession | None = None, **options: bool
    ) -> Self:
        """A negotiator that received an offer; see `set_remote_offer()`.

        Args:
            offer: The received description.
            answer: What can be done here, see `set_local_answer()`; `None` to say it later.
            options: Those of the class.
        """
        result = cls(**options)
        result.set_remote_offer(offer)
        if answer is not None:
            result.set_local_answer(answer)
        return result

    # ---- what it knows

    @property
    def prefer_remote_codec_order(self) -> bool:
        """Whether an answer lists codecs in the order of the offer, a bool."""
        return self._prefer_remote_codec_order

    @prefer_remote_codec_order.setter
    def prefer_remote_codec_order(self, value: bool) -> None:
        self._prefer_remote_codec_order = _flag(value, "prefer_remote_codec_order")

    @property
    def answer_with_multiple_codecs(self) -> bool:
        """Whether an answer lists all codecs in common, a bool."""
        return self._answer_with_multiple_codecs

    @answer_with_multiple_codecs.setter
    def answer_with_multiple_codecs(self, value: bool) -> None:
        self._answer_with_multiple_codecs = _flag(value, "answer_with_multiple_codecs")

    @property
    def state(self) -> str:
        """What is due.

        Returns:
            "NULL" (nothing was offered yet), "LOCAL_OFFER" (waits for the remote answer),
            "REMOTE_OFFER" (waits for the local answer), "WAIT_NEGO" (offer and answer are there,
            `negotiate()` is due) or "DONE" (no offer is open), a str.

        Source: `pjmedia_sdp_neg_state`.
        """
        return self._state

    @property
    def offer(self) -> SDPSession | None:
        """The open offer, a new `SDPSession`: a local one as it is to be sent; or `None`."""
        return _copy(self._offer)

    @property
    def answer(self) -> SDPSession | None:
        """The answer before it is negotiated, a new `SDPSession`; `None` if there is none.

        A local one is what was given; what is to be sent is `active_local`, after `negotiate()`.
        """
        return _copy(self._answer)

    @property
    def active_local(self) -> SDPSession | None:
        """The local description that was agreed on last, a new `SDPSession`; or `None`.

        It has a section for each stream of the offer, and so has `active_remote`.
        """
        active = self._active
        return _copy(active[0]) if active else None

    @property
    def active_remote(self) -> SDPSession | None:
        """The remote description that was agreed on last, a new `SDPSession`; or `None`.

        A remote answer is reduced to the formats that were offered.
        """
        active = self._active
        return _copy(active[1]) if active else None

    @property
    def was_answer_remote(self) -> bool | None:
        """Whether the answer agreed on last was the remote one; `None` before there was one."""
        return self._was_answer_remote

    # ---- what happens

    def set_local_offer(self, offer: SDPSession) -> None:
        """Offer a session, or a change of it.

        In a change each section stands for the stream in the same place of `active_local`: copy
        that one and change the copy. Port 0 ends a stream, and its place may be taken by a new
        one (RFC 3264 section 8); places that are missing at the end are filled up with port 0.
        The `o=` line stays that of what was sent before, and its version grows by one if
        anything else differs. Send what `offer` is afterwards.

        Args:
            offer: The description.

        Raises:
            SIPCoreError: Another offer is open.
            TypeError: It is not an `SDPSession`.
            ValueError: It cannot be offered; or it gives a payload type of a stream to another
                codec, against RFC 3264 section 8.3.2.
        """
        with self._lock:
            state = self._next("set_local_offer")
            description = _copied(offer, "offer")
            check_local(description, "offer")
            if self._active:
                places = self._active[0].media[len(description.media) :]
                description.media += [rejected(section, description) for section in places]
            self._check_payload_types(description)
            self._number(description)
            self._offer, self._offer_is_local = description, True
            self._last_sent = description
            self._state = state

    def set_remote_offer(self, offer: SDPSession) -> None:
        """Take an offer that was received.

        Args:
            offer: The description.

        Raises:
            SIPCoreError: Another offer is open.
            TypeError: It is not an `SDPSession`.
            ValueError: It cannot be negotiated.
        """
        with self._lock:
            state = self._next("set_remote_offer")
            description = _copied(offer, "offer")
            check(description, "offer")
            self._offer, self._offer_is_local = description, False
            self._state = state

    def set_local_answer(self, answer: SDPSession) -> None:
        """Say what can be done here, for `negotiate()` to make the answer of.

        Each offered stream gets the first section of the same media type and transport that has
        a codec in common, and is rejected without one. A section takes the payload types of the
        offer and the reverse of its direction, as far as its own direction allows: give what can
        be done at best, not the answer of last time. Port 0 rejects a stream. Where the offer
        names streams and groups them (RFC 5888), the answer does by the same names, with the
        groups that are given here too; a `BUNDLE` gets one transport, that of its first stream.
        Feedback, header extensions, roles, keys and the like are answered as far as they were
        offered.

        Args:
            answer: The description.

        Raises:
            SIPCoreError: No remote offer is open.
            TypeError: It is not an `SDPSession`.
            ValueError: It cannot be negotiated.
        """
        self._set_answer("set_local_answer", answer, local=True)

    def set_remote_answer(self, answer: SDPSession) -> None:
        """Take the answer that was received.

        Args:
            answer: The description.

        Raises:
            SIPCoreError: No local offer is open.
            TypeError: It is not an `SDPSession`.
            ValueError: It cannot be negotiated.
        """
        self._set_answer("set_remote_answer", answer, local=False)

    def _set_answer(self, method: str, answer: SDPSession, *, local: bool) -> None:
        with self._lock:
            state = self._next(method)
            if self._offer_is_local is local:
                who = "local" if local else "remote"
                raise SIPCoreError(f"{method}(): the open offer is {who} itself")
            description = _copied(answer, "answer")
            (check_local if local else check)(description, "answer")
            self._answer = description
            self._state = state

    def negotiate(self) -> None:
        """Agree: make the answer or take the remote one; `active_local` and `active_remote` change.

        Raises:
            SIPCoreError: There is no offer with an answer.
            SDPNegotiationError: No stream is left. Nothing has changed: set another answer, or
                reject the offer and call `cancel_offer()`.
        """
        with self._lock:
            state = self._next("negotiate")
            if self._offer is None or self._answer is None:
                raise SIPCoreError("negotiate(): there is no offer with an answer")
            if self._offer_is_local:
                local, remote = conclude(self._offer, self._answer)
            else:
                remote = self._offer
                local = answer(
                    remote,
                    self._answer,
                    prefer_remote_codec_order=self._prefer_remote_codec_order,
                    answer_with_multiple_codecs=self._answer_with_multiple_codecs,
                )
                self._number(local)
                self._last_sent = local
            self._record(local)
            self._active = local, remote
            self._was_answer_remote = self._offer_is_local
            self._offer = self._answer = None
            self._state = state

    def cancel_offer(self) -> None:
        """Forget the open offer, which was rejected or withdrawn; what was agreed on stays.

        Raises:
            SIPCoreError: No offer is open.
        """
        with self._lock:
            self._state = self._next("cancel_offer")
            self._offer = self._answer = None

    # ---- how

    def _next(self, method: str) -> str:
        allowed = TRANSITIONS[method]
        if self._state not in allowed:
            states = " or ".join(allowed)
            raise SIPCoreError(f"{method}() is not allowed in state {self._state}, but in {states}")
        return allowed[self._state]

    def _number(self, description: SDPSession) -> None:
        """Continue the `o=` line of what was sent last (RFC 3264 section 8)."""
        last = self._last_sent
        if last is None:
            return
        description.user, description.id, description.version = last.user, last.id, last.version
        description.net_type, description.address_type = last.net_type, last.address_type
        description.address = last.address
        if description != last:
            # A number of 64 bits.
            description.version = (description.version + 1) % 2**64

    def _check_payload_types(self, description: SDPSession) -> None:
        for index, (section, known) in enumerate(
            zip(description.media, self._history, strict=False)
        ):
            for payload_type, codec in codecs(section).items():
                before = known.get(payload_type, codec)
                if is_offered(section) and before != codec:
                    raise ValueError(
                        f"offer: media[{index}]: payload type {payload_type} is {before} in this "
                        f"session and cannot become {codec} (RFC 3264 section 8.3.2)"
                    )

    def _record(self, local: SDPSession) -> None:
        sent = self._offer if self._offer_is_local else local
        history = []
        for index, section in enumerate(local.media):
            known: dict[str, str] = {}
            if is_offered(section) and is_rtp(section):
                known.update(self._history[index] if index < len(self._history) else {})
                for part in (sent.media[index] if sent else section, section):
                    found = codecs(part)
                    known.update({name: found[name] for name in found if is_dynamic(name)})
            history.append(known)
        self._history = history

    def __getstate__(self) -> dict[str, Any]:
        with self._lock:
            state = dict(vars(self))
        del state["_lock"]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._lock = threading.RLock()

    def __repr__(self) -> str:
        active = self._active
        streams = [] if active is None else active[0].media
        shown = ", ".join(f"{item.media} {item.port} {item.get_direction()}" for item in streams)
        return f"<{type(self).__name__} {self._state}{': ' if shown else ''}{shown}>"


def _copy(description: SDPSession | None) -> SDPSession | None:
    return None if description is None else description.copy()


def _flag(value: object, what: str) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{what}: must be bool, not {type(value).__name__}")
    return value
