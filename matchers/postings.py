"""Say which entries have a word: its newest slots, so many at most.

Most words stand in one entry, so a word's newest slot is kept in one plain array; only a word that
stands in more has a list of its own.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

POSTINGS: Final = 160
_NONE: Final = -1


class Postings:
    """Hold slots by word; words are numbers below a bound."""

    def __init__(self, words: int) -> None:
        self._alone = array("i", [_NONE]) * words
        self._several: dict[int, array[int]] = {}

    def add(self, words: Iterable[int], slot: int) -> None:
        """File a slot, newer than all before it, under words."""
        alone, several = self._alone, self._several
        for word in words:
            if alone[word] == _NONE:
                alone[word] = slot
            elif (posting := several.get(word)) is None:
                several[word] = array("i", (alone[word], slot))
            else:
                if len(posting) >= POSTINGS:
                    del posting[0]
                posting.append(slot)

    def remove(self, words: Iterable[int], slot: int) -> None:
        """Take a slot, the oldest of all, out again."""
        alone, several = self._alone, self._several
        for word in words:
            posting = several.get(word)
            if posting is None:
                if alone[word] == slot:
                    alone[word] = _NONE
            elif posting[0] == slot:
                del posting[0]
                if len(posting) == 1:
                    alone[word] = posting[0]
                    del several[word]

    def __contains__(self, word: int) -> bool:
        return self._alone[word] != _NONE

    def newest(self, word: int, most: int) -> Any:
        """Return the newest slots of a word, oldest first."""
        posting = self._several.get(word)
        if posting is None:
            return np.array([self._alone[word]], dtype=np.int32)
        return np.array(posting[-most:], dtype=np.int32)
