"""Hold one field of an entry, cut into words once for all tiers, and no sooner than somebody asks."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from matchers.text import placed

if TYPE_CHECKING:
    from matchers.text import Token

CAPITALS: Final = 0.6  # share of words in capitals from which case says nothing
HEADLINE: Final = 0.8  # share of long words that begin with one, from which a capital says nothing


class FieldText:
    """Hold the text of a field, its blank-free chunks, and the words that it consists of."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.chunks = text.split()

    @cached_property
    def words(self) -> list[Token]:
        """Return the words with their offsets in the text."""
        return placed(self.text, self.chunks)

    @cached_property
    def is_in_capitals(self) -> bool:
        """Tell whether the field is written in capitals, so that case says nothing."""
        cased = [word.raw for word in self.words if len(word.raw) > 1 and word.raw.lower() != word.raw.upper()]
        return len(cased) >= 3 and sum(raw.isupper() for raw in cased) > CAPITALS * len(cased)

    @cached_property
    def is_in_headline_case(self) -> bool:
        """Tell whether nearly all long words begin with a capital, as in English headlines."""
        long = [t.raw for t in self.words if len(t.raw) > 3 and t.raw[:1].lower() != t.raw[:1].upper()]
        return len(long) >= 4 and sum(raw[0].isupper() for raw in long) > HEADLINE * len(long)
