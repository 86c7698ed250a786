"""Keep the open entries of the window: what each is, what finds it again, how rare each word is.

traits ─candidates (rarest words first, so many at most)→ slots ─compare→ Pairs

An entry has a slot, which grows for ever, and a row on the shelves. A word's postings are its
newest slots, and a look-up reads BUDGET of them at most: that bounds the work however many
entries are open. All that is kept is a function of what was added and removed, counts of words
included, so that a window that is rebuilt from the same entries decides the same. What fools
it: a word so common that its newest postings hide the entry that was meant; another word of the
entry must find it then.
"""

from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from matchers.features import BUCKETS, FILED, GRAMS, KINDS, SHIFT, TOLLS, Traits
from matchers.meaning import NEAREST, Meanings
from matchers.postings import Postings
from matchers.sharing import IN_BODY, IN_HEAD, LEAST, ROWS, Pairs, Shared, gram_cosines, taken_apart
from matchers.shelf import RaggedShelf, Shelf
from matchers.types import EventKind

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = NDArray[np.float64]
Slots = NDArray[np.int64]

BUDGET: Final = 800
CANDIDATES: Final = 40
_FEWEST: Final = 50  # entries that a fresh window is taken to have, so that not every word is rare at first
_UNSEEN: Final = 0.5  # what is added to each count, so that a word that nobody has is not endlessly rare
_MASK: Final = (1 << SHIFT) - 1
_COLUMNS: Final = np.arange(CANDIDATES + NEAREST + 1)
_BODY_SPAN: Final = np.array([KINDS["body"] << SHIFT, (KINDS["body"] + 1) << SHIFT])
_EVENTS: Final = {kind: number for number, kind in enumerate(EventKind, 1)} | {EventKind.OTHER: 0}
# Columns of what is known beside the words.
_LANG, _OUTLET, _EVENT, _GENRE, _AGAIN = range(5)
_TOLLS: Final = slice(5, 5 + len(TOLLS))
_FACTS: Final = np.dtype((np.int32, _TOLLS.stop))


class Window:
    """Hold the open entries."""

    def __init__(self) -> None:
        self._hours = Shelf(np.float64)
        self._facts = Shelf(_FACTS)
        self._values = RaggedShelf(np.int32)
        self._grams = RaggedShelf(np.uint16)
        self._texts = RaggedShelf(np.uint8)
        self._postings = Postings(BUCKETS)
        self._meanings = Meanings()
        self._counts = np.full(BUCKETS, _UNSEEN, dtype=np.float32)
        self._gram_counts = np.full(GRAMS, _UNSEEN, dtype=np.float32)
        self._asked = np.zeros(BUCKETS, dtype=np.uint8)
        self._is_mine = np.zeros(GRAMS, dtype=np.bool_)

    def __len__(self) -> int:
        return len(self._hours)

    @property
    def first(self) -> int:
        """Return the slot of the oldest entry."""
        return self._hours.first

    def add(self, traits: Traits) -> int:
        """Take an entry in and return its slot."""
        return self.add_all([traits])

    def add_all(self, many: Sequence[Traits]) -> int:
        """Take entries in, one after another, and return the slot of the first."""
        first = self._hours.extend([traits.hours for traits in many])
        self._facts.extend([_facts_of(traits) for traits in many])
        self._values.extend([traits.values for traits in many])
        self._grams.extend([traits.grams for traits in many])
        self._texts.extend([np.frombuffer(traits.text.encode(), dtype=np.uint8) for traits in many])
        for slot, traits in enumerate(many, first):
            self._postings.add(_filed(traits.values), slot)
            self._counts[traits.values & _MASK] += 1  # what stands there twice is counted once
            self._gram_counts[traits.grams] += 1
            if traits.meaning:
                self._meanings.add(slot, traits.meaning)
        return first

    def remove_oldest(self) -> int:
        """Let the oldest entry go and return its slot."""
        slot = self._hours.first
        values = self._values[slot]
        self._postings.remove(_filed(values), slot)
        self._counts[values & _MASK] -= 1  # what stands there twice was counted once
        self._gram_counts[self._grams[slot]] -= 1
        for shelf in (self._hours, self._facts, self._values, self._grams, self._texts):
            shelf.drop(slot + 1)
        self._meanings.drop_before(slot + 1)
        return slot

    @property
    def _scale(self) -> float:
        return math.log(len(self) + _FEWEST)

    def _rarity(self, words: Any) -> Any:
        return self._scale - np.log(self._counts.take(words))

    def candidates(self, traits: Traits) -> Slots:
        """Return the slots of the entries to compare: first those that share the rarest words, then the nearest in meaning."""
        by_words = self._sharing_words(traits)
        if not traits.meaning:
            return by_words
        by_meaning = self._meanings.nearest(traits.meaning)
        return np.concatenate((by_words, by_meaning[~np.isin(by_meaning, by_words)]))

    def _sharing_words(self, traits: Traits) -> Slots:
        """Return the slots of the entries that share the rarest words, best first, the newer of equals."""
        words = [word for word in _filed(traits.values) if word in self._postings]
        if not words:
            return np.zeros(0, dtype=np.int64)
        found, lengths, worths, left = array("i"), [], [], BUDGET
        for rarity, word in sorted(zip(self._rarity(words).tolist(), words, strict=True), reverse=True):
            posting = self._postings.newest(word, left)
            found.extend(posting)
            lengths.append(len(posting))
            worths.append(max(LEAST, rarity))
            left -= len(posting)
            if left <= 0:
                break
        slots = np.frombuffer(found, dtype=np.int32)
        order = slots.argsort(kind="stable")
        slots = slots[order]
        weights = np.array(worths).repeat(lengths)[order]
        is_first = np.ones(len(slots), dtype=np.bool_)
        np.not_equal(slots[1:], slots[:-1], out=is_first[1:])
        starts = is_first.nonzero()[0]
        # From the newest back, so that the newer of equals comes first.
        totals = np.add.reduceat(weights, starts)[::-1]
        best: Slots = slots[starts][::-1][(-totals).argsort(kind="stable")[:CANDIDATES]].astype(np.int64)
        return best

    def compare(self, traits: Traits, slots: Slots) -> Pairs:
        """Return an entry beside each of the slots."""
        shared = self._shared(traits.values, slots)
        table = np.empty((len(ROWS), len(slots)))
        shared.fill(table)
        table[ROWS["grams"]] = self._gram_cosines(traits.grams, slots)
        table[ROWS["hours"]] = np.log1p(np.abs(self._hours.rows.take(slots - self._hours.base) - traits.hours))
        across = _compare_facts(table, traits, theirs=self._facts.rows.take(slots - self._facts.base, axis=0))
        table[ROWS["meaning"]], meant = self._meanings.cosines(traits.meaning, slots)
        return Pairs(table, across=across, meant=meant, only_names=shared.only_names())

    def _gram_cosines(self, mine: Any, slots: Slots) -> Any:
        grams, _, starts = self._grams.beside(slots, mine)
        self._is_mine[mine] = True
        is_mine = self._is_mine.take(grams)
        self._is_mine[mine] = False
        worth = np.maximum(self._scale - np.log(self._gram_counts.take(grams)), LEAST)
        return gram_cosines(worth, starts, is_mine=is_mine)

    def _shared(self, mine: Any, slots: Slots) -> Shared:
        """Lay out the values of all candidates, one after another and one's own behind them, and compare them."""
        values, lengths, starts = self._values.beside(slots, mine)
        values = values.astype(np.intp)
        given = taken_apart(values, _COLUMNS[: len(lengths)].repeat(lengths), rarity=self._rarity)
        return Shared(given, marks=self._marks(values[starts[-1] :], given.words), starts=starts)

    def _marks(self, mine: Any, words: Any) -> Any:
        """Return, for each of some words, where the entry has it."""
        own = mine & _MASK
        first, end = mine.searchsorted(_BODY_SPAN)
        self._asked[own[first:end]] = IN_BODY
        self._asked[own[:first]] |= IN_HEAD
        self._asked[own[end:]] = IN_HEAD
        marks = self._asked.take(words)
        self._asked[own] = 0
        return marks

    def token_sets(self, traits: Traits, slots: Slots) -> Floats:
        """Return how alike headlines are in any order of words, letter by letter, 0-1."""
        texts = [self._texts[slot].tobytes().decode() for slot in slots.tolist()]
        found: Floats = process.cdist([traits.text], texts, scorer=fuzz.token_set_ratio, dtype=np.float32)[0] / 100
        return found


def _compare_facts(table: Any, traits: Traits, *, theirs: Any) -> Any:
    """Write what is known beside the words into a table of pairs; return which pairs are in two languages."""
    mine = np.array(_facts_of(traits))
    told = (theirs > 0) & (mine > 0)
    same = theirs == mine
    both, differ = (told & same).T, (told & ~same).T
    hours, known = table[ROWS["hours"]], table[ROWS["known"]]
    again = known * ~same[:, _AGAIN]
    for name, values in (
        ("bias", 1), ("token_set", 0), ("same_kind", both[_EVENT]), ("other_kind", differ[_EVENT]),
        ("other_genre", ~same[:, _GENRE]), ("again", again), ("again_hours", again * hours),
        ("later", traits.later), ("later_hours", traits.later * hours), ("same_outlet", both[_OUTLET]),
        ("same_toll", both[_TOLLS].any(axis=0)), ("other_toll", differ[_TOLLS].any(axis=0)),
    ):  # fmt: skip
        table[ROWS[name]] = values
    return differ[_LANG]


def _facts_of(traits: Traits) -> tuple[int, ...]:
    """Return what is known beside the words, 0 for what is not told."""
    return (
        language(traits.lang), traits.outlet, _EVENTS[traits.event], traits.genre, int(traits.again),
        *traits.tolls,
    )  # fmt: skip


def language(lang: str) -> int:
    """Return a language as a number, 0 for none."""
    return int.from_bytes(lang[:3].encode("ascii", "ignore"), "big")


def _filed(values: Any) -> list[int]:
    """Return the words that an entry is found by, each once."""
    return list(dict.fromkeys([value & _MASK for value in values.tolist() if value >> SHIFT in FILED]))
