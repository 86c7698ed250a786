"""Hold what was seen in an entry before anything is decided about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from matchers.entities import Alias, Entity


@dataclass(frozen=True, slots=True)
class Sighting:
    """Hold a name seen in a field: tokens `first` to `last`, those used, how alike.

    `alias` is None for a compound, which is `strong` when it counts without context.
    """

    entity: Entity
    alias: Alias | None
    field: int
    first: int
    last: int
    used: frozenset[int]
    similarity: float
    string_score: int
    strong: bool = True

    def was_in_use(self, day: date | None) -> bool:
        """Tell whether the form could mean the entity on a day: "AES" is no alliance before there was one."""
        alias = self.alias
        if day is None or alias is None or not alias.weak:
            return True
        is_early = alias.valid_from is not None and day < alias.valid_from
        return not is_early and (alias.valid_to is None or day <= alias.valid_to)

    @property
    def is_weak(self) -> bool:
        """Tell whether it counts only together with context."""
        return self.alias.weak if self.alias else not self.strong
