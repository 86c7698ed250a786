"""Keep the open entries of the window: what each is, what finds it again, how rare each word is.

traits ─candidates (rarest words first, so many at most)→ slots ─compare→ a row of numbers a pair

An entry has a slot, which grows for ever, and a row in a ring of columns. A word's postings
are its newest POSTINGS slots, and a look-up reads BUDGET of them at most: that bounds the work
however many entries are open. All that is kept is a function of what was added and removed,
counts of words included, so that a window that is rebuilt from the same entries decides the
same. What fools it: a word so common that its newest postings hide the entry that was meant;
another word of the entry must find it then.
"""

from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from matchers.features import BUCKETS, GRAMS, KINDS, WIDTH, Traits
from matchers.sharing import BODY, HEAD, Shared, assembled
from matchers.types import EventKind

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = NDArray[np.float32]
Slots = NDArray[np.int64]

POSTINGS: Final = 160
BUDGET: Final = 800
CANDIDATES: Final = 40
_FIRST: Final = 256  # rows at first
_GROWTH: Final = 1.25
_FEWEST: Final = 50  # entries that a fresh window is taken to have, so that not every word is rare at first
_LEAST: Final = 0.05  # worth of the commonest word
_FILED_END: Final = KINDS["numbers"][1]  # an entry is found by all but the words of its summary ...
_THINGS: Final = (KINDS["deeds"][0], KINDS["things"][1])  # ... and what they mean, which finds too much
_EVENTS: Final = {kind: number for number, kind in enumerate(EventKind)}


class Window:
    """Hold the open entries."""

    def __init__(self) -> None:
        self.first = 0
        self.next = 0
        self._capacity = _FIRST
        self._grams = np.zeros((_FIRST, GRAMS), dtype=np.uint16)
        self._keys = np.zeros((_FIRST, WIDTH), dtype=np.int32)
        self._tolls = np.zeros((_FIRST, 3), dtype=np.uint16)
        self._hours = np.zeros(_FIRST, dtype=np.float64)
        self._marks = np.zeros((_FIRST, 5), dtype=np.int32)  # language, event, outlet, genre, again
        self._texts: list[str] = [""] * _FIRST
        self._postings: dict[int, array[int]] = {}
        self._gram_counts = np.zeros(1 << 16, dtype=np.int32)
        self._counts = np.zeros(BUCKETS, dtype=np.int32)
        self._gram_logs = np.full(1 << 16, math.log(0.5), dtype=np.float32)
        self._logs = np.full(BUCKETS, math.log(0.5), dtype=np.float32)
        self._asked_grams = np.zeros(1 << 16, dtype=np.float32)
        self._asked = np.zeros(BUCKETS, dtype=np.uint8)

    def __len__(self) -> int:
        return self.next - self.first

    def add(self, traits: Traits) -> int:
        """Take an entry in and return its slot."""
        if len(self) == self._capacity:
            self._grow()
        slot, at = self.next, self.next % self._capacity
        self.next += 1
        self._grams[at] = traits.grams
        self._keys[at] = traits.keys
        self._tolls[at] = [min(toll, 65_535) for toll in traits.tolls]
        self._hours[at] = traits.hours
        self._marks[at] = (language(traits.lang), _EVENTS[traits.event], traits.outlet, traits.genre, traits.again)
        self._texts[at] = traits.text
        for key in _filed(traits.keys):
            posting = self._postings.get(key)
            if posting is None:
                posting = self._postings[key] = array("q")
            elif len(posting) >= POSTINGS:
                del posting[0]
            posting.append(slot)
        self._count(at, 1)
        return slot

    def remove_oldest(self) -> int:
        """Let the oldest entry go and return its slot."""
        slot, at = self.first, self.first % self._capacity
        for key in _filed(self._keys[at]):
            posting = self._postings.get(key)
            if posting and posting[0] == slot:
                del posting[0]
                if not posting:
                    del self._postings[key]
        self._count(at, -1)
        self._texts[at] = ""
        self.first += 1
        return slot

    def _count(self, at: int, change: int) -> None:
        """Count an entry's grams and words in, or out again."""
        grams = self._grams[at]
        grams = grams[grams > 0]
        self._gram_counts[grams] += change
        self._gram_logs[grams] = np.log(self._gram_counts[grams] + 0.5)
        keys = np.unique(self._keys[at])
        keys = keys[keys > 0]
        self._counts[keys] += change
        self._logs[keys] = np.log(self._counts[keys] + 0.5)

    def _grow(self) -> None:
        order = np.arange(self.first, self.next) % self._capacity
        self._capacity = int(self._capacity * _GROWTH)
        at = np.arange(self.first, self.next) % self._capacity
        self._grams = self._moved(self._grams, order, at=at)
        self._keys = self._moved(self._keys, order, at=at)
        self._tolls = self._moved(self._tolls, order, at=at)
        self._hours = self._moved(self._hours, order, at=at)
        self._marks = self._moved(self._marks, order, at=at)
        texts = [""] * self._capacity
        for old, new in zip(order.tolist(), at.tolist(), strict=True):
            texts[new] = self._texts[old]
        self._texts = texts

    def _moved(self, rows: Any, order: Slots, *, at: Slots) -> Any:
        moved = np.zeros((self._capacity, *rows.shape[1:]), dtype=rows.dtype)
        moved[at] = rows[order]
        return moved

    def candidates(self, traits: Traits) -> Slots:
        """Return the slots of the entries that share the rarest words, best first, the newer of equals."""
        scale = self._scale
        rarities = sorted(
            ((scale - float(self._logs[key]), key) for key in _filed(traits.keys) if key in self._postings),
            reverse=True,
        )
        weights: dict[int, float] = {}
        left = BUDGET
        for rarity, key in rarities:
            worth = max(_LEAST, rarity)
            posting = self._postings[key][-left:]
            for slot in posting:
                weights[slot] = weights.get(slot, 0.0) + worth
            left -= len(posting)
            if left <= 0:
                break
        best = sorted(weights.items(), key=_heaviest)[:CANDIDATES]
        return np.array([slot for slot, _ in best], dtype=np.int64)

    @property
    def _scale(self) -> float:
        return math.log(len(self) + _FEWEST)

    def compare(self, traits: Traits, slots: Slots) -> Floats:
        """Return the features of an entry beside each of the slots: one row a pair, FEATURES its columns."""
        at = slots % self._capacity
        shared = self._shared(traits, at)
        headline = self._headline(traits, at, shared=shared)
        found: Floats = assembled(
            headline, self._beside(traits, at, shared=shared, hours=headline["hours"]), pairs=len(at)
        )
        return found

    def _headline(self, traits: Traits, at: Slots, *, shared: Shared) -> dict[str, Any]:
        """Return what headlines alone say."""
        marks = self._marks[at]
        other, event = _EVENTS[EventKind.OTHER], _EVENTS[traits.event]
        kinds = (marks[:, 1] != other) & (event != other)
        same_kind = marks[:, 1] == event
        return {
            "grams": self._cosine(traits, at),
            "words": shared.of_either("words"),
            "rarest": shared.rarest("words"),
            "alone": shared.alone,
            "token_set": self._token_sets(traits, at),
            "names": shared.of_fewer("names"),
            "names_count": np.minimum(shared.count("names"), 4),
            "names_differ": shared.differ("names"),
            "things": shared.of_either("things"),
            "numbers": np.minimum(shared.count("numbers"), 3),
            "numbers_differ": shared.differ("numbers"),
            "hours": np.log1p(np.abs(self._hours[at] - traits.hours)),
            "same_kind": kinds & same_kind,
            "other_kind": kinds & ~same_kind,
            "deeds": shared.of_fewer("deeds"),
            "deeds_differ": shared.differ("deeds"),
            "other_genre": marks[:, 3] != traits.genre,
            "length": np.log1p(np.minimum(shared.numbers("words"), shared.own_number("words"))),
        }

    def _beside(self, traits: Traits, at: Slots, *, shared: Shared, hours: Any) -> dict[str, Any]:
        """Return what is known beside the headlines."""
        tolls, own_tolls = self._tolls[at], np.array(traits.tolls, dtype=np.uint16)
        counted = (tolls > 0) & (own_tolls > 0)
        equal = tolls == own_tolls
        known = (shared.both("who") | shared.both("where")) * 1.0
        again = known * (self._marks[at, 4] != traits.again)
        return {
            "known": known,
            "again": again,
            "again_hours": again * hours,
            "who": shared.of_fewer("who"),
            "who_differ": shared.differ("who"),
            "where": shared.of_fewer("where"),
            "where_differ": shared.differ("where"),
            "rarest_where": shared.rarest("where"),
            "things_head": (shared.count("where") > 0) * shared.of_fewer("things"),
            "body": shared.of_fewer("body"),
            "bodies": shared.both("body"),
            "title_in_body": shared.in_body,
            "same_toll": (counted & equal).any(axis=1),
            "other_toll": (counted & ~equal).any(axis=1),
            "same_outlet": (self._marks[at, 2] == traits.outlet) & (traits.outlet > 0),
        }

    def _shared(self, traits: Traits, at: Slots) -> Shared:
        mine = traits.keys
        theirs = self._keys[at]
        start, end = KINDS["body"]
        self._asked[mine[start:end]] |= BODY
        self._asked[mine[:start]] |= HEAD
        self._asked[0] = 0
        marks = self._asked[theirs]
        self._asked[mine] = 0
        scale = self._scale
        return Shared(
            mine=mine,
            own=np.where(mine > 0, np.maximum(scale - self._logs[mine], _LEAST), 0),
            theirs=theirs,
            worth=np.where(theirs > 0, np.maximum(scale - self._logs[theirs], _LEAST), 0),
            marks=marks,
        )

    def _cosine(self, traits: Traits, at: Slots) -> Floats:
        mine = traits.grams[traits.grams > 0]
        theirs = self._grams[at]
        scale = self._scale
        weights = np.maximum(scale - self._gram_logs[theirs], _LEAST) ** 2
        weights *= theirs > 0
        own = np.maximum(scale - self._gram_logs[mine], _LEAST) ** 2
        self._asked_grams[mine] = 1
        dot = np.einsum("ij,ij->i", weights, self._asked_grams[theirs])
        self._asked_grams[mine] = 0
        norm = np.sqrt(weights.sum(axis=1) * own.sum())
        cosine: Floats = dot / np.maximum(norm, 1e-9)
        return cosine

    def _token_sets(self, traits: Traits, at: Slots) -> Floats:
        texts = [self._texts[row] for row in at.tolist()]
        found: Floats = process.cdist([traits.text], texts, scorer=fuzz.token_set_ratio, dtype=np.float32)[0] / 100
        return found

    def across(self, traits: Traits, slots: Slots) -> NDArray[np.bool_]:
        """Say of each slot whether it is in another language; where one is not known, no."""
        lang = language(traits.lang)
        theirs = self._marks[slots % self._capacity, 0]
        across: NDArray[np.bool_] = (theirs != lang) & (theirs > 0) & (lang > 0)
        return across


def language(lang: str) -> int:
    """Return a language as a number, 0 for none."""
    return int.from_bytes(lang[:3].encode("ascii", "ignore"), "big")


def _filed(keys: Any) -> Sequence[int]:
    """Return the keys that an entry is found by, each once."""
    kept = [*keys[: _THINGS[0]].tolist(), *keys[_THINGS[1] : _FILED_END].tolist()]
    return [key for key in dict.fromkeys(kept) if key]


def _heaviest(weighed: tuple[int, float]) -> tuple[float, int]:
    return -weighed[1], -weighed[0]
