"""The state machine of `Invitation`, as a table."""

from __future__ import annotations

import itertools

import pytest

from sipsimple.core.invitation_states import STATES, TRANSITIONS, TRIGGERS, next_state

END = "BYE, CANCEL, final response, timeout or error"


def test_the_machine_goes_every_way_of_the_table_and_no_other() -> None:
    table = {(first, trigger): second for first, trigger, second in TRANSITIONS}
    assert len(table) == len(TRANSITIONS)
    for state, trigger in itertools.product(STATES, TRIGGERS):
        assert next_state(state, trigger) == table.get((state, trigger))


def test_every_state_is_reached_and_only_the_last_is_never_left() -> None:
    assert {second for _, _, second in TRANSITIONS} == set(STATES) - {"NULL"}
    assert {first for first, _, _ in TRANSITIONS} == set(STATES) - {"DISCONNECTED"}
    assert {trigger for _, trigger, _ in TRANSITIONS} == set(TRIGGERS)


def test_whatever_lives_can_end() -> None:
    living = [state for state in STATES if state not in {"NULL", "DISCONNECTED"}]
    assert [next_state(state, END) for state in living] == ["DISCONNECTED"] * len(living)
    living.remove("DISCONNECTING")
    assert {next_state(state, "disconnect()") for state in living} == {"DISCONNECTING"}


@pytest.mark.parametrize(("state", "trigger"), [("RINGING", END), ("NULL", "ring()")])
def test_unknown_states_and_triggers_are_refused(state: str, trigger: str) -> None:
    with pytest.raises(ValueError, match="not in tuple"):
        next_state(state, trigger)
