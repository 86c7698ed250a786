"""Say which alias words share a remainder: what is left of a word when letters are taken out.

A misspelt word and the word that is meant share at least one (the idea of SymSpell). A long list has millions of
remainders: the newest are kept in a dictionary, all others packed in two sorted arrays, 8 bytes each instead of 70.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any, Final
from zlib import crc32

import numpy as np

PREFIX: Final = 7  # letters that are filed; later ones are compared, not filed
# Remainders in the dictionary from which they are packed: 8 MB, and the catalogue's stay where looking is quickest.
_RECENT: Final = 60_000


class Neighbourhood:
    """File numbers of words under their remainders."""

    def __init__(self) -> None:
        self._recent: dict[int, int | tuple[int, ...]] = {}
        self._keys = np.empty(0, np.uint32)
        self._numbers = np.empty(0, np.int32)

    def add(self, word: str, number: int, *, taken: int) -> None:
        """File a number under what is left of a word when up to so many letters are taken out."""
        for key in _remainders(word, taken):
            known = self._recent.get(key)
            if known is None:
                self._recent[key] = number
            elif isinstance(known, int):
                self._recent[key] = (known, number)
            else:
                self._recent[key] = (*known, number)
        if len(self._recent) > _RECENT:
            self._pack()

    def find(self, word: str, *, taken: int) -> set[int]:
        """Return the numbers of all words that share a remainder with a word; by chance also one that shares none."""
        keys = _remainders(word, taken)
        near = self._packed(keys) if len(self._keys) else set()
        for key in keys:
            known = self._recent.get(key)
            if isinstance(known, int):
                near.add(known)
            elif known is not None:
                near.update(known)
        return near

    def _packed(self, keys: set[int]) -> set[int]:
        wanted = np.fromiter(keys, np.uint32)
        firsts = self._keys.searchsorted(wanted)
        ends = self._keys.searchsorted(wanted, "right")
        near: set[int] = set()
        for at in np.flatnonzero(ends > firsts):
            near.update(self._numbers[firsts[at] : ends[at]].tolist())
        return near

    def _pack(self) -> None:
        pairs = sorted((key, number) for key, known in self._recent.items() for number in _listed(known))
        keys = np.array([key for key, _ in pairs], np.uint32)
        numbers = np.array([number for _, number in pairs], np.int32)
        at: Any = self._keys.searchsorted(keys, "right")
        self._keys = np.insert(self._keys, at, keys)
        self._numbers = np.insert(self._numbers, at, numbers)
        self._recent = {}


def _listed(known: int | tuple[int, ...]) -> tuple[int, ...]:
    return (known,) if isinstance(known, int) else known


def _remainders(word: str, most: int) -> set[int]:
    """Return a number for each remainder; words that share one by chance are told apart when they are compared."""
    head = word[:PREFIX]
    kept = (
        "".join(left) for taken in range(min(most, len(head)) + 1) for left in combinations(head, len(head) - taken)
    )
    return {crc32(remainder.encode()) for remainder in kept}
