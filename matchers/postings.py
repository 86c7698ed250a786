"""Say which entries have a word: its newest slots, so many at most.

Most words stand in one entry, so that a plain array of a number a word is enough: nothing, the only
slot, or where its block begins that holds several. All blocks lie in one array: how many slots have
room, how many there are, the slots. A posting that outgrows its block moves to a larger one.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

POSTINGS: Final = 160
_LARGER: Final = {0: 2, 2: 6, 6: 14, 14: 40, 40: POSTINGS}  # slots of a block, and of the next larger one
_NONE: Final = -1
_BLOCKS: Final = -2  # the mark of a block at 0, and down from there
_COUNT, _SLOTS = 1, 2  # cells of a block


class Postings:
    """Hold slots by word; words are numbers below a bound."""

    def __init__(self, words: int) -> None:
        self._heads = array("i", [_NONE]) * words
        self._pool = array("i")
        self._free: dict[int, list[int]] = {size: [] for size in _LARGER.values()}

    def add(self, words: Iterable[int], slot: int) -> None:
        """File a slot, newer than all before it, under words."""
        heads, pool = self._heads, self._pool
        for word in words:
            head = heads[word]
            if head == _NONE:
                heads[word] = slot
            elif head > _NONE:
                heads[word] = self._placed(array("i", (head, slot)), _LARGER[0])
            else:
                at = _BLOCKS - head
                count = pool[at + _COUNT]
                if count < pool[at]:
                    pool[at + _COUNT] = count + 1
                    pool[at + _SLOTS + count] = slot
                else:
                    self._append_to_full(word, slot, at=at)

    def _append_to_full(self, word: int, slot: int, *, at: int) -> None:
        size = self._pool[at]
        slots = self._pool[at + _SLOTS : at + _SLOTS + size]
        slots.append(slot)
        if size < POSTINGS:
            self._free[size].append(at)
            self._heads[word] = self._placed(slots, _LARGER[size])
        else:
            self._pool[at + _SLOTS : at + _SLOTS + size] = slots[1:]

    def _placed(self, slots: array[int], size: int) -> int:
        """Put slots into a block of a size and return its mark."""
        pool, free = self._pool, self._free[size]
        if free:
            at = free.pop()
        else:
            at = len(pool)
            pool.extend(array("i", [0]) * (_SLOTS + size))
        pool[at], pool[at + _COUNT] = size, len(slots)
        pool[at + _SLOTS : at + _SLOTS + len(slots)] = slots
        return _BLOCKS - at

    def remove(self, words: Iterable[int], slot: int) -> None:
        """Take a slot, the oldest of all, out again."""
        heads, pool = self._heads, self._pool
        for word in words:
            head = heads[word]
            if head == slot:
                heads[word] = _NONE
            elif head < _NONE and pool[_BLOCKS - head + _SLOTS] == slot:
                self._remove_oldest(word, _BLOCKS - head)

    def _remove_oldest(self, word: int, at: int) -> None:
        pool, first = self._pool, at + _SLOTS
        count = pool[at + _COUNT] - 1
        if count == 1:
            self._heads[word] = pool[first + 1]
            self._free[pool[at]].append(at)
        else:
            pool[at + _COUNT] = count
            pool[first : first + count] = pool[first + 1 : first + 1 + count]

    def __contains__(self, word: int) -> bool:
        return self._heads[word] != _NONE

    def newest(self, word: int, most: int) -> array[int]:
        """Return the newest slots of a word, oldest first."""
        head = self._heads[word]
        if head > _NONE:
            return self._heads[word : word + 1]
        first = _BLOCKS - head + _SLOTS
        end = first + self._pool[first - _SLOTS + _COUNT]
        return self._pool[max(first, end - most) : end]
