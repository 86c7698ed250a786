"""Keep what headlines mean: vectors of a sentence encoder, where one is installed; all works without.

headline ─an encoder (elsewhere)→ vector ─packed→ MEANING bytes of Traits ─Meanings→ cosines, the nearest

A vector is kept as 384 small integers, scaled so that its largest is 127. Their products add up to
less than 2^24, so that sums are exact in single precision, in any order and on any machine.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from matchers.headlines import cleaned
from matchers.shelf import Shelf

MEANING: Final = 384  # numbers of a vector: multilingual-e5-small
NEAREST: Final = 40  # entries that are found by what they mean alone
# The newest vectors that are looked through: 4 MB, some milliseconds.
_SEARCHED: Final = 10_000
_LARGEST: Final = 127
_LONGEST: Final = 160  # characters of a headline, as many as its words are read from
_ROW: Final = np.dtype([("slot", "i8"), ("norm", "f4"), ("vector", "i1", (MEANING,))])


def headline_of(title: str) -> str:
    """Return what of a headline an encoder is to read."""
    return cleaned(title)[:_LONGEST]


def packed(vector: Any) -> bytes:
    """Return a vector as bytes, its length left out."""
    largest = float(np.abs(vector).max())
    return np.rint(np.asarray(vector) * (_LARGEST / largest)).astype(np.int8).tobytes() if largest else b""


class Meanings:
    """Hold the vectors of open entries, in their order; not every entry has one."""

    def __init__(self) -> None:
        self._rows = Shelf(_ROW)

    def add(self, slot: int, meaning: bytes) -> None:
        """Take in the vector of an entry, newer than all before it."""
        vector = _numbers(meaning)
        row = np.zeros(1, dtype=_ROW)
        row["slot"], row["norm"], row["vector"] = slot, _norm(vector), vector
        self._rows.extend(row)

    def drop_before(self, slot: int) -> None:
        """Forget the vectors of entries before this one."""
        first, rows = self._rows.first, self._rows
        while first < rows.next and rows.rows[first - rows.base]["slot"] < slot:
            first += 1
        rows.drop(first)

    def cosines(self, meaning: bytes, slots: Any) -> tuple[Any, Any]:
        """Return the cosine of a vector with that of each slot, 0 where one of the two is not known, and where both are."""
        found, is_known = np.zeros(len(slots)), np.zeros(len(slots), dtype=np.bool_)
        rows = self._open()
        if not meaning or not len(rows):
            return found, is_known
        at = rows["slot"].searchsorted(slots)
        is_known = rows["slot"].take(at, mode="clip") == slots
        found[is_known] = _cosines(meaning, rows.take(at[is_known]))
        return found, is_known

    def nearest(self, meaning: bytes) -> Any:
        """Return the slots of the entries that mean most nearly the same, best first, the newer of equals."""
        rows = self._open()[-_SEARCHED:][::-1]
        if not meaning or not len(rows):
            return np.zeros(0, dtype=np.int64)
        return rows["slot"][(-_cosines(meaning, rows)).argsort(kind="stable")[:NEAREST]]

    def _open(self) -> Any:
        rows = self._rows
        return rows.rows[rows.first - rows.base : rows.next - rows.base]


def _numbers(meaning: bytes) -> Any:
    return np.frombuffer(meaning, dtype=np.int8)


def _norm(vector: Any) -> float:
    return float(np.linalg.norm(vector.astype(np.float32)))


def _cosines(meaning: bytes, rows: Any) -> Any:
    vector = _numbers(meaning).astype(np.float32)
    return rows["vector"].astype(np.float32) @ vector / (rows["norm"].astype(np.float64) * _norm(vector))
