"""Find names in scripts without blanks: exactly, character by character, never inside a longer name."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from matchers.context import continues_a_name
from matchers.text import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matchers.entities import Alias, Entity
    from matchers.text import Token


class Spelt(NamedTuple):
    """Hold an alias of an unspaced script and the folded words that it consists of."""

    entity: Entity
    alias: Alias
    forms: tuple[str, ...]


class Ideographs:
    """Hold the aliases of unspaced scripts, filed under their first two words."""

    def __init__(self) -> None:
        self._filed: dict[tuple[str, str], list[Spelt]] = {}

    def add(self, entity: Entity, alias: Alias) -> None:
        """File an alias; one that is a single character is too common to be a name."""
        forms = tuple(token.form for token in tokens(alias.text))
        if len(forms) > 1:
            self._filed.setdefault((forms[0], forms[1]), []).append(Spelt(entity, alias, forms))

    def __bool__(self) -> bool:
        return bool(self._filed)

    def remove(self, entity_id: str) -> None:
        """Take out the aliases of an entity."""
        for key, filed in list(self._filed.items()):
            kept = [spelt for spelt in filed if spelt.entity.id != entity_id]
            if len(kept) < len(filed):
                self._filed[key] = kept

    def wakes(self, words: Sequence[Token]) -> bool:
        """Tell whether the beginning of an alias stands in these words."""
        return bool(self._filed) and any((a.form, b.form) in self._filed for a, b in pairwise(words))

    def find(self, words: Sequence[Token]) -> Iterable[tuple[Spelt, int, int]]:
        """Yield each alias found, with its first and last token."""
        for at in range(len(words) - 1):
            for spelt in self._filed.get((words[at].form, words[at + 1].form), ()):
                last = at + len(spelt.forms) - 1
                if _stands(spelt.forms, words, at=at) and not continues_a_name(words, at, last=last):
                    yield spelt, at, last


def _stands(forms: tuple[str, ...], words: Sequence[Token], *, at: int) -> bool:
    return at + len(forms) <= len(words) and all(words[at + i].form == form for i, form in enumerate(forms))
