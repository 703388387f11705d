"""What a call that moves money, goods or words has proved."""

from __future__ import annotations

from dataclasses import dataclass, field

from daifa.models.facts import Values
from daifa.models.money import Money


@dataclass(frozen=True)
class Done:
    """Proved done: the other side's own id for it, and the total it says it did it for (None where it says none)."""

    reference: str
    total: Money | None = None
    paid: bool = False


@dataclass(frozen=True)
class Refused:
    """Proved refused: it did not happen and will not; `code` is the vendor's own, `why` a key of the texts with
    values.
    """

    code: str
    why: str
    values: Values = field(default_factory=dict)


@dataclass(frozen=True)
class NeverSent:
    """Provably nothing left this machine, or the other side said it took nothing: safe to try again.

    `locked_out`: our key was not accepted, so that nothing will go through before a person renews it.
    """

    why: str
    locked_out: bool = False


@dataclass(frozen=True)
class Unclear:
    """It may or may not have happened: nobody may do it again before the truth is known."""

    why: str


Outcome = Done | Refused | NeverSent | Unclear
