"""Failures named by what the caller should do about them; each carries a code that has a text in every language."""

from __future__ import annotations


class DaifaError(Exception):
    """A failure with a stable `code` (a key of the texts) and the values that its text speaks of."""

    status = 500

    def __init__(self, code: str, /, **values: object) -> None:
        super().__init__(code, values)
        self.code = code
        self.values = values

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.values.items())
        return f"{self.code} ({told})" if told else self.code


class Rejected(DaifaError):
    """The input is wrong and will stay wrong: answer 4xx, never retry."""

    status = 400


class Unauthenticated(Rejected):
    """Nobody vouches for this caller: wrong or missing signature, unknown key."""

    status = 401


class Forbidden(Rejected):
    """The caller is known and may not do this."""

    status = 403


class NotFound(Rejected):
    """There is no such thing, or the caller may not know of it."""

    status = 404


class TooLarge(Rejected):
    """The body is over the cap and was not read."""

    status = 413


class Conflict(Rejected):
    """Somebody else moved the row first; the values hold the current state."""

    status = 409


class IllegalMove(Conflict):
    """A state machine has no such edge; the values name machine, from and to."""


class Retry(DaifaError):
    """Nothing happened, and the same call may work later: let the queue or the work index try again."""

    status = 503


class Busy(Retry):
    """Our own tables, queues, secrets or files do not answer: nobody else is at fault, and a write may have been done.

    Every write of ours is conditional or may be repeated, so the same step on the row as it is then finds out.
    """
