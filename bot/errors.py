"""Say in one sentence what a person can mend, and with which exit code the command ends."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

_PACKAGES: Final = ("matchers", "storage")
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


def foreign_packages() -> dict[str, str]:
    """Return packages of strangers that stand before ours on the path, with the folders that they come from."""
    here = Path(__file__).parent.parent
    found = {name: find_spec(name) for name in _PACKAGES}
    places = {name: Path(spec.origin).parent.parent for name, spec in found.items() if spec and spec.origin}
    return {name: str(place) for name, place in places.items() if place != here}
