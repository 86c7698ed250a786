"""Match subscribers' regular expressions with RE2, which answers in time linear in the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import re2

from matchers.types import EntryText, Field, Match, Mention, Reason

if TYPE_CHECKING:
    from matchers.entities import Entity

MAX_MEMORY: Final = 8 << 20  # bytes one expression may compile to


class PatternSet:
    """Hold the entities that are written as regular expressions."""

    def __init__(self) -> None:
        self._compiled: dict[str, tuple[Entity, tuple[Any, ...]]] = {}

    def __bool__(self) -> bool:
        return bool(self._compiled)

    def add(self, entity: Entity) -> None:
        """Compile an entity's expressions; one without any is left out."""
        self.remove(entity.id)
        if entity.patterns:
            self._compiled[entity.id] = (entity, tuple(compile_pattern(pattern) for pattern in entity.patterns))

    def remove(self, entity_id: str) -> None:
        """Forget an entity."""
        self._compiled.pop(entity_id, None)

    def matches(self, entry: EntryText) -> list[Match]:
        """Return the entities any of whose expressions stand in the entry."""
        found = []
        for entity, compiled in self._compiled.values():
            mentions = tuple(
                Mention(pattern, field, hit.start(), hit.end(), hit.group(), 1.0)
                for pattern, expression in zip(entity.patterns, compiled, strict=True)
                for field, text in ((Field.TITLE, entry.title), (Field.SUMMARY, entry.summary))
                for hit in [expression.search(text)]
                if hit is not None and hit.group()
            )
            if mentions:
                reason = Reason("pattern", entity.patterns[0])
                found.append(Match(entity.id, entity.families, 100, mentions, (reason,)))
        return found


def compile_pattern(pattern: str) -> Any:
    """Compile an expression, blind to case; raise ValueError with RE2's reason."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = MAX_MEMORY
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error.args[0])
        raise ValueError(reason) from error
