"""Keep rows in order of arrival, of which the oldest leave first: numbers in one block, objects in one list.

A `Shelf` holds rows of one type, a `RaggedShelf` rows of several numbers, each as long as it is.

A row keeps its number for ever; where it lies is that number less `base`. What has left is squeezed
out when it is a sixteenth of the whole, so that both stay dense and a batch of rows is one look-up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

_FIRST: Final = 256  # rows at first
_SLACK: Final = 16  # one row in so many may be one that has left
_GROWTH: Final = 1.125
_SPAN: Final = np.dtype([("start", "i8"), ("length", "u2")])

T = TypeVar("T")


class Shelf:
    """Hold rows of numbers of one type."""

    def __init__(self, dtype: Any) -> None:
        self.base = self.first = self.next = 0
        self._dtype = dtype
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
            self.rows = np.empty(int(needed * _GROWTH), dtype=self._dtype)
        self.rows[: len(kept)] = kept
        self.base = self.first


class RaggedShelf:
    """Hold rows of numbers, each of its own length, found by their numbers."""

    def __init__(self, dtype: Any) -> None:
        self._numbers = Shelf(dtype)
        self._rows = Shelf(_SPAN)

    def extend(self, rows: Sequence[Any]) -> None:
        """Put rows at the end."""
        start, spans = self._numbers.extend(np.concatenate(rows)), []
        for row in rows:
            spans.append((start, len(row)))
            start += len(row)
        self._rows.extend(np.array(spans, dtype=_SPAN))

    def __getitem__(self, row: int) -> Any:
        start, length = self._rows.rows[row - self._rows.base].item()
        start -= self._numbers.base
        return self._numbers.rows[start : start + length]

    def beside(self, rows: Any, one: Any) -> tuple[Any, Any, Any]:
        """Return the numbers of some rows, one row after another and one more behind them, with the length and the start of each."""
        spans = self._rows.rows.take(rows - self._rows.base)
        lengths = np.empty(len(spans) + 1, dtype=np.intp)
        lengths[:-1], lengths[-1] = spans["length"], len(one)
        starts = lengths.cumsum()
        starts -= lengths
        places = (spans["start"] - self._numbers.base - starts[:-1]).repeat(lengths[:-1])
        places += np.arange(len(places))
        return np.concatenate((self._numbers.rows.take(places), one)), lengths, starts

    def drop(self, first: int) -> None:
        """Let go of all rows before this one."""
        rows = self._rows
        rows.drop(first)
        self._numbers.drop(int(rows.rows[first - rows.base]["start"]) if first < rows.next else self._numbers.next)


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
