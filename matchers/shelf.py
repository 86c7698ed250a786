"""Keep rows in order of arrival, of which the oldest leave first: numbers in one block, objects in one list.

A row keeps its number for ever; where it lies is that number less `base`. What has left is squeezed
out when it is an eighth of the whole, so that both stay dense and a batch of rows is one look-up.
"""

from __future__ import annotations

from typing import Any, Final, Generic, TypeVar

import numpy as np

_FIRST: Final = 256  # rows at first
_SLACK: Final = 8  # one row in so many may be one that has left
_GROWTH: Final = 1.2

T = TypeVar("T")


class Shelf:
    """Hold rows of numbers of one type."""

    def __init__(self, dtype: Any) -> None:
        self.base = self.first = self.next = 0
        self.rows = np.empty(_FIRST, dtype=dtype)

    def __len__(self) -> int:
        return self.next - self.first

    def extend(self, more: Any) -> int:
        """Put rows at the end; return the number of the first of them."""
        at = self.next - self.base
        if at + len(more) > len(self.rows):
            self._make_room(len(more))
            at = self.next - self.base
        self.rows[at : at + len(more)] = more
        self.next += len(more)
        return self.next - len(more)

    def drop(self, first: int) -> None:
        """Let go of all rows before this one."""
        self.first = first

    def _make_room(self, more: int) -> None:
        kept = self.rows[self.first - self.base : self.next - self.base]
        needed = len(kept) + more
        if needed + needed // _SLACK > len(self.rows):
            self.rows = np.empty(int(needed * _GROWTH), dtype=self.rows.dtype)
        self.rows[: len(kept)] = kept
        self.base = self.first


class ObjectShelf(Generic[T]):
    """Hold objects, found by the same numbers."""

    def __init__(self) -> None:
        self._base = self._first = 0
        self._rows: list[T | None] = []

    def append(self, value: T) -> None:
        """Put an object at the end."""
        self._rows.append(value)

    def __getitem__(self, number: int) -> T:
        found = self._rows[number - self._base]
        assert found is not None, "only what is open is asked for"
        return found

    def many(self, numbers: list[int]) -> list[Any]:
        """Return the objects of these numbers."""
        rows, base = self._rows, self._base
        return [rows[number - base] for number in numbers]

    def drop_oldest(self) -> None:
        """Let go of the oldest."""
        self._rows[self._first - self._base] = None
        self._first += 1
        if (self._first - self._base) * _SLACK > len(self._rows):
            del self._rows[: self._first - self._base]
            self._base = self._first
