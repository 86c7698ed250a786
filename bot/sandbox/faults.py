"""Say what the sandbox breaks on purpose, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """Name a way to fail; `before` and `after` mean: before or after the message was taken."""

    THROTTLE = "429"
    SERVER_ERROR = "500"
    RESET_BEFORE = "reset-before"
    RESET_AFTER = "reset"
    HANG_BEFORE = "hang-before"
    HANG_AFTER = "hang"
    REFUSE = "refuse"


@dataclass(slots=True)
class Fault:
    """Hold a fault that waits for its call; it is used up after `times` calls.

    `code` and `words` are what a refusal says; `retry_after` is in seconds.
    """

    kind: FaultKind
    method: str = "sendMessage"
    chat: int | None = None
    times: int = 1
    retry_after: int = 2
    code: int = 400
    words: str = "Bad Request: refused"

    def fits(self, method: str, chat: int | None) -> bool:
        """Say whether a call is hit."""
        return self.times > 0 and method == self.method and (self.chat is None or chat == self.chat)
