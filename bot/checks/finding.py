"""Say what a check found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """Hold what one check found; `bad` needs mending, `warn` may be meant so, `code` names the fault for tests and docs."""

    subject: str
    grade: Literal["ok", "warn", "bad"]
    says: str
    remedy: str = ""
    code: str = ""


def ok(subject: str, says: str) -> Finding:
    """Return a finding that all is well."""
    return Finding(subject, "ok", says)


def warn(code: str, says: str, *, remedy: str) -> Finding:
    """Return a finding that may be meant so; the code begins with its subject: `token.missing`."""
    return Finding(code.partition(".")[0], "warn", says, remedy, code)


def bad(code: str, says: str, *, remedy: str) -> Finding:
    """Return a finding that needs mending; the code begins with its subject."""
    return Finding(code.partition(".")[0], "bad", says, remedy, code)
