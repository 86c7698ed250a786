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
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from matchers.features import BUCKETS, FILED, IDS, KINDS, SHIFT, Traits
from matchers.meaning import NEAREST, Meanings
from matchers.postings import Postings
from matchers.sharing import IN_BODY, IN_HEAD, ROWS, Pairs, Shared, taken_apart
from matchers.shelf import ObjectShelf, Shelf
from matchers.types import EventKind

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = NDArray[np.float64]
Slots = NDArray[np.int64]

BUDGET: Final = 800
CANDIDATES: Final = 40
_FEWEST: Final = 50  # entries that a fresh window is taken to have, so that not every word is rare at first
_LEAST: Final = 0.05  # worth of the commonest word
_UNSEEN: Final = 0.5  # what is added to each count, so that a word that nobody has is not endlessly rare
_MASK: Final = (1 << SHIFT) - 1
_IS_FILED: Final = np.array([kind in FILED for kind in KINDS.values()])
_COLUMNS: Final = np.arange(CANDIDATES + NEAREST + 1)
_BODY_SPAN: Final = np.array([KINDS["body"] << SHIFT, (KINDS["body"] + 1) << SHIFT])
_EVENTS: Final = {kind: number for number, kind in enumerate(EventKind)}
_OTHER: Final = _EVENTS[EventKind.OTHER]
_ROW: Final = np.dtype(
    [
        ("start", "i8"), ("length", "i2"), ("hours", "f8"), ("lang", "i4"), ("outlet", "i4"),
        ("event", "i1"), ("genre", "i1"), ("again", "?"), ("tolls", "u2", 3),
    ]
)  # fmt: skip


class Window:
    """Hold the open entries."""

    def __init__(self) -> None:
        self._rows = Shelf(_ROW)
        self._values = Shelf(np.int32)
        self._texts: ObjectShelf[str] = ObjectShelf()
        self._postings = Postings(BUCKETS)
        self._meanings = Meanings()
        self._counts = np.full(IDS, _UNSEEN, dtype=np.float32)
        self._asked = np.zeros(IDS, dtype=np.uint8)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def first(self) -> int:
        """Return the slot of the oldest entry."""
        return self._rows.first

    def add(self, traits: Traits) -> int:
        """Take an entry in and return its slot."""
        return self.add_all([traits])

    def add_all(self, many: Sequence[Traits]) -> int:
        """Take entries in, one after another, and return the slot of the first."""
        values = np.concatenate([traits.values for traits in many])
        ends = np.cumsum([len(traits.values) for traits in many])
        at = self._values.extend(values)
        first = self._rows.extend(_rows_of(many, at + np.append(0, ends[:-1])))
        for traits in many:
            self._texts.append(traits.text)
        words = values & _MASK
        is_filed = _IS_FILED.take(values >> SHIFT)
        filed, filed_ends = words[is_filed].tolist(), np.append(0, is_filed.cumsum()).take(ends).tolist()
        start = 0
        for slot, (traits, end) in enumerate(zip(many, filed_ends, strict=True), first):
            self._postings.add(dict.fromkeys(filed[start:end]), slot)
            if traits.meaning:
                self._meanings.add(slot, traits.meaning)
            start = end
        self._count(np.split(words, ends[:-1]))
        return first

    def _count(self, entries: Sequence[Any]) -> None:
        """Count the words of entries, in each of them once."""
        if len(entries) == 1:
            self._counts[np.unique(entries[0])] += 1
        else:
            words = np.concatenate([np.unique(each) for each in entries])
            self._counts += np.bincount(words, minlength=IDS).astype(np.float32)

    def remove_oldest(self) -> int:
        """Let the oldest entry go and return its slot."""
        slot = self._rows.first
        row = self._rows.rows[slot - self._rows.base]
        end = int(row["start"]) + int(row["length"])
        values = self._values.rows[int(row["start"]) - self._values.base : end - self._values.base]
        self._postings.remove(_filed(values), slot)
        self._counts[np.unique(values & _MASK)] -= 1
        self._texts.drop_oldest()
        self._values.drop(end)
        self._meanings.drop_before(slot + 1)
        self._rows.drop(slot + 1)
        return slot

    @property
    def _scale(self) -> float:
        return math.log(len(self) + _FEWEST)

    def _rarity(self, words: Any) -> Any:
        return self._scale - np.log(self._counts.take(words))

    def candidates(self, traits: Traits) -> Slots:
        """Return the slots of the entries to compare: first those that share the rarest words, then the nearest in meaning."""
        by_words, by_meaning = self._sharing_words(traits), self._meanings.nearest(traits.meaning)
        more = by_meaning[~np.isin(by_meaning, by_words)]
        return np.concatenate((by_words, more)) if len(more) else by_words

    def _sharing_words(self, traits: Traits) -> Slots:
        """Return the slots of the entries that share the rarest words, best first, the newer of equals."""
        words = [word for word in _filed(traits.values) if word in self._postings]
        if not words:
            return np.zeros(0, dtype=np.int64)
        found, worths, left = [], [], BUDGET
        for rarity, word in sorted(zip(self._rarity(words).tolist(), words, strict=True), reverse=True):
            posting = self._postings.newest(word, left)
            found.append(posting)
            worths.append(max(_LEAST, rarity))
            left -= len(posting)
            if left <= 0:
                break
        slots = np.concatenate(found)
        order = slots.argsort(kind="stable")
        slots = slots[order]
        weights = np.repeat(worths, [len(posting) for posting in found])[order]
        starts = np.flatnonzero(np.diff(slots, prepend=-1))
        # From the newest back, so that the newer of equals comes first.
        totals = np.add.reduceat(weights, starts)[::-1]
        best: Slots = slots[starts][::-1][(-totals).argsort(kind="stable")[:CANDIDATES]].astype(np.int64)
        return best

    def compare(self, traits: Traits, slots: Slots) -> Pairs:
        """Return an entry beside each of the slots."""
        rows = self._rows.rows.take(slots - self._rows.base)
        shared = self._shared(rows, traits.values)
        table = np.empty((len(ROWS), len(slots)))
        shared.fill(table)
        _fill(table, traits, rows=rows)
        lang = language(traits.lang)
        across = (rows["lang"] != lang) & (rows["lang"] > 0) & (lang > 0)
        meaning = self._meanings.cosines(traits.meaning, slots)
        table[ROWS["meaning"]] = np.nan_to_num(meaning)
        return Pairs(table, across=across, meant=~np.isnan(meaning), only_names=shared.only_names())

    def _shared(self, rows: Any, mine: Any) -> Shared:
        """Lay out the values of all candidates, one after another and one's own behind them, and compare them."""
        lengths = np.append(rows["length"], len(mine)).astype(np.intp)
        starts = lengths.cumsum() - lengths
        places = np.arange(starts[-1])
        places += np.repeat(rows["start"] - self._values.base - starts[:-1], lengths[:-1])
        values = np.concatenate((self._values.rows.take(places), mine)).astype(np.intp)
        given = taken_apart(values, np.repeat(_COLUMNS[: len(lengths)], lengths), rarity=self._rarity)
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
        texts = self._texts.many(slots.tolist())
        found: Floats = process.cdist([traits.text], texts, scorer=fuzz.token_set_ratio, dtype=np.float32)[0] / 100
        return found


def _fill(table: Any, traits: Traits, *, rows: Any) -> None:
    """Write what is known beside the words into a table of pairs."""
    event = _EVENTS[traits.event]
    kinds = (rows["event"] != _OTHER) & (event != _OTHER)
    same_kind = rows["event"] == event
    counted = (rows["tolls"] > 0) & (np.array(traits.tolls) > 0)
    equal = rows["tolls"] == np.array(traits.tolls)
    hours = np.log1p(np.abs(rows["hours"] - traits.hours))
    again = table[ROWS["known"]] * (rows["again"] != traits.again)
    for name, values in (
        ("bias", 1), ("token_set", 0), ("hours", hours), ("same_kind", kinds & same_kind), ("other_kind", kinds & ~same_kind),
        ("other_genre", rows["genre"] != traits.genre), ("again", again), ("again_hours", again * hours),
        ("later", traits.later), ("later_hours", traits.later * hours),
        ("same_toll", (counted & equal).any(axis=1)), ("other_toll", (counted & ~equal).any(axis=1)),
        ("same_outlet", (rows["outlet"] == traits.outlet) & (traits.outlet > 0)),
    ):  # fmt: skip
        table[ROWS[name]] = values


def language(lang: str) -> int:
    """Return a language as a number, 0 for none."""
    return int.from_bytes(lang[:3].encode("ascii", "ignore"), "big")


def _rows_of(many: Sequence[Traits], starts: Any) -> Any:
    """Return the rows of entries whose values start at these places."""
    rows = np.empty(len(many), dtype=_ROW)
    rows["start"], rows["length"] = starts, [len(each.values) for each in many]
    rows["hours"], rows["lang"] = [each.hours for each in many], [language(each.lang) for each in many]
    rows["outlet"], rows["event"] = [each.outlet for each in many], [_EVENTS[each.event] for each in many]
    rows["genre"], rows["again"] = [each.genre for each in many], [each.again for each in many]
    rows["tolls"] = np.minimum([each.tolls for each in many], 65_535)
    return rows


def _filed(values: Any) -> list[int]:
    """Return the words that an entry is found by, each once."""
    return list(dict.fromkeys([value & _MASK for value in values.tolist() if value >> SHIFT in FILED]))
