"""The refusal of a move that the lifecycle allows and the facts do not."""

from __future__ import annotations

from enum import StrEnum

from daifa.errors import IllegalMove


def cannot(machine: str, state: StrEnum, wanted: StrEnum) -> IllegalMove:
    """The error to raise: it names the machine, the state it is in and the one that was asked for."""
    return IllegalMove("state.illegal_move", machine=machine, state=state.value, wanted=wanted.value)
