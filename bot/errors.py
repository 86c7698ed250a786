"""Say in one sentence what a person can mend, and with which exit code the command ends."""

from __future__ import annotations

from typing import Final

EXIT_FAILED: Final = 1
EXIT_USAGE: Final = 2


class UserError(Exception):
    """Name the subject and the remedy of a failure that a user can cause."""

    exit_code = EXIT_FAILED

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class UsageError(UserError):
    """Name a command, option or setting that was used wrongly."""

    exit_code = EXIT_USAGE
