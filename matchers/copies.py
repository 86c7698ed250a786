"""Find the entry that has the same text: by the signs of its fingerprint, the newest first.

Signs lie in chains, each pointing at the one before it with the same last digits. The oldest
entries leave first, so that a chain is over where it reaches what has left: nothing is ever
taken out of one.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final

import numpy as np

from matchers.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_CHAINS: Final = 1 << 15
_NONE: Final = -1
_ROW: Final = np.dtype([("sign", "i8"), ("slot", "i4"), ("before", "i4")])


class Copies:
    """Hold the signs of the open entries."""

    def __init__(self) -> None:
        self._newest = array("i", [_NONE]) * _CHAINS
        self._rows = Shelf(_ROW)

    def add(self, signs: Sequence[int], slot: int) -> None:
        """Take in the signs of an entry, newer than all before it."""
        self.add_all([signs], slot)

    def add_all(self, many: Iterable[Sequence[int]], first: int) -> None:
        """Take in the signs of entries, one after another, the first of which has this slot."""
        newest, at, rows = self._newest, self._rows.next, []
        for slot, signs in enumerate(many, first):
            for sign in signs:
                chain = sign % _CHAINS
                rows.append((sign, slot, newest[chain]))
                newest[chain] = at
                at += 1
        self._rows.extend(rows)

    def drop_before(self, slot: int) -> None:
        """Forget the signs of entries before this one."""
        first, rows = self._rows.first, self._rows
        while first < rows.next and rows.rows[first - rows.base]["slot"] < slot:
            first += 1
        rows.drop(first)

    def find(self, sign: int) -> int | None:
        """Return the slot of the newest entry with a sign."""
        at = self._newest[sign % _CHAINS]
        while at >= self._rows.first:
            found, slot, before = self._rows.rows[at - self._rows.base].item()
            if found == sign:
                return int(slot)
            at = before
        return None
