"""What an endpoint does about transfers (RFC 3515): a part of its agent."""

from __future__ import annotations

from typing import Any

from sipsimple import SIPURI

__all__ = ["TransferCommands"]


class TransferCommands:
    """Commands of the agent, which has the objects by their labels."""

    _objects: dict[str, Any]

    def do_transfer(self, call: str, target: str, replaced: str | None = None) -> None:
        """Ask the other side to call somebody, in the place of another call of ours or not."""
        other = None if replaced is None else self._objects[replaced].invitation
        self._objects[call].invitation.transfer(SIPURI.parse(target), other)

    def do_accept_transfer(self, call: str) -> None:
        """Say that whom the other side names will be called."""
        self._objects[call].invitation.accept_transfer()

    def do_reject_transfer(self, call: str, code: int = 603) -> None:
        """Refuse to call whom the other side names."""
        self._objects[call].invitation.reject_transfer(code)

    def do_report_transfer(self, call: str, code: int) -> None:
        """Tell the other side how the new call goes; a final code ends the reports."""
        self._objects[call].invitation.report_transfer(code)
