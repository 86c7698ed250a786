"""Say what two entries share, as a row of numbers, and weigh it.

FEATURES names the columns. Shares are of weights by rarity, 0-1; rarities are natural logarithms.
What begins with `known_` is what its namesake says where both entries name an entity of the watch
list or a place of the gazetteer: there the same words mean more or less than in headlines alone.

An entry is compared with all its candidates at once, and all kinds of word at once: a table has a
row a kind and a column a candidate. That costs some forty steps over arrays, however many
candidates there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from matchers.features import KINDS, SHIFT
from matchers.pair_weights import ACROSS, MEANT_ACROSS, MEANT_SAME, SAME

if TYPE_CHECKING:
    from collections.abc import Callable

FEATURES: Final = (
    "bias",
    "grams",  # cosine of runs of four letters
    "words",  # words of the headline that both have, of those that either has
    "rarest",  # rarity of the rarest word that both have
    "alone",  # rarity of the rarest word that one has and the other lacks, the commoner of the two sides
    "token_set",  # words in any order, letter by letter
    "names",  # names that both have, of the side that has fewer
    "names_count",
    "names_differ",  # both have names, and share none
    "things",  # meanings that both have, of those that either has
    "things_differ",  # both mean something, and share nothing of it
    "numbers",
    "numbers_differ",
    "hours",  # between them, logarithm
    "same_kind",  # of event
    "other_kind",
    "deeds",  # what happened that both have, of the side that has fewer
    "deeds_differ",
    "other_genre",  # one is a report, the other an opinion, a round-up, an anniversary
    "length",  # words of the shorter headline, logarithm
    # What is known beside the headline: nothing of this counts for headlines alone.
    "known",  # both name an entity of the watch list or a place of the gazetteer
    "known_hours",
    "known_token_set",
    "known_grams",
    "known_things",
    "known_things_differ",
    "known_names_differ",
    "known_numbers",
    "known_numbers_differ",
    "known_same_kind",
    "known_other_kind",
    "known_rarest",
    "known_deeds",
    "known_deeds_differ",
    "known_other_genre",
    "again",  # one sets its event off against an earlier one, the other does not
    "again_hours",
    "later",  # the newer one tells of what came after
    "later_hours",
    "known_later",
    "known_later_hours",
    "who",  # entities that both name, of the side that has fewer
    "who_differ",  # both name some, and share none
    "rarest_who",  # rarity of the rarest entity that both name
    "where",  # places, likewise
    "where_differ",
    "rarest_where",  # rarity of the rarest place that both name
    "area",  # capitals, regions and countries, likewise
    "area_differ",
    "things_head",  # meanings of what happened that both have, where the place is the same
    "body",  # words of the summary
    "bodies",  # both have a summary
    "title_in_body",  # words of the headline that stand in the other's summary
    "same_toll",
    "other_toll",
    "same_outlet",
)  # fmt: skip
# Where the encoder has read both.
MEANT_FEATURES: Final = (*FEATURES, "meaning")  # cosine of what the headlines mean


_KNOWN: Final = "known_"
LEAST: Final = 0.05  # worth of the commonest word
_MASK: Final = (1 << SHIFT) - 1
_BODY, _WORDS, _WHO, _WHERE, _AREA = (KINDS[kind] for kind in ("body", "words", "who", "where", "area"))
# Rows of a table of pairs: three for every kind of word, then those that are their own.
_PARTS: Final = ("either", "fewer", "differ")
_SINGLE: Final = (
    "bias", "grams", "rarest", "alone", "token_set", "names_count", "numbers", "hours", "same_kind", "other_kind",
    "other_genre", "length", "known", "again", "again_hours", "later", "later_hours", "rarest_where", "rarest_who", "things_head", "bodies",
    "title_in_body", "same_toll", "other_toll", "same_outlet", "meaning",
)  # fmt: skip
ROWS: Final = {
    name: number for number, name in enumerate((*(f"{part}:{kind}" for part in _PARTS for kind in KINDS), *_SINGLE))
}
# Features that are told by kind of word.
_TOLD: Final = {
    "words": "either:words", "names": "fewer:names", "names_differ": "differ:names", "things": "either:things",
    "things_differ": "differ:things", "area": "fewer:area", "area_differ": "differ:area",
    "numbers_differ": "differ:numbers", "deeds": "fewer:deeds", "deeds_differ": "differ:deeds", "who": "fewer:who",
    "who_differ": "differ:who", "where": "fewer:where", "where_differ": "differ:where", "body": "fewer:body",
}  # fmt: skip
IN_HEAD, IN_BODY = 1, 2  # marks of what the compared entry has: in all but its summary, in its summary
# What is taken from the log-odds of two entries in one language that share nothing but names, where these are known:
# an attack near a town and the market of that town are two events. Across languages little else is ever shared.
_NAMES_ALONE: Final = 6.0
_ASKED: Final = np.full(len(KINDS), IN_HEAD, dtype=np.uint8)
_ASKED[_BODY] = IN_BODY


_RULES: Final = 4  # in one language, across, and both where the encoder has read both


def _row(feature: str) -> int:
    return ROWS[_TOLD.get(feature, feature)]


def _weights(*, known: bool) -> Any:
    """Return the weights of the rows of a table: in one language, across, then both where the encoder has read both."""
    found = np.zeros((_RULES, len(ROWS)))
    for number, weights in enumerate((SAME, ACROSS, MEANT_SAME, MEANT_ACROSS)):
        for feature, weight in weights.items():
            if feature.startswith(_KNOWN) == known:
                found[number, _row(feature.removeprefix(_KNOWN))] = weight
    return found


_WEIGHTS: Final = np.concatenate((_weights(known=False), _weights(known=True)))


class Words(NamedTuple):
    """Hold values taken apart: kind, word and worth of each, and to which column it belongs."""

    kinds: Any
    words: Any
    worth: Any
    owner: Any

    def only(self, at: Any) -> Words:
        """Return those that stand at some places."""
        return Words(self.kinds.take(at), self.words.take(at), self.worth.take(at), self.owner.take(at))

    def of_kind(self, kind: int) -> Words:
        """Return those of one kind."""
        return self.only((self.kinds == kind).nonzero()[0])


def taken_apart(values: Any, owner: Any, *, rarity: Callable[[Any], Any]) -> Words:
    """Return values with their worth, by how rare each word is."""
    kinds, words = values >> SHIFT, values & _MASK
    return Words(kinds, words, np.maximum(rarity(words), LEAST), owner)


def gram_cosines(worth: Any, starts: Any, *, is_mine: Any) -> Any:
    """Return the cosine of each candidate's runs of letters with the entry's own, which stand behind them all."""
    squares = np.square(worth, dtype=np.float64)
    sizes = np.add.reduceat(squares, starts)
    shared = np.add.reduceat(squares * is_mine, starts)
    return shared[:-1] / np.sqrt(sizes[:-1] * sizes[-1])


class Shared:
    """Hold what an entry shares with each of its candidates: tables of a row a kind and a column a candidate.

    The last column of all that is given is the entry's own; each column has a first value at `starts`.
    `marks` say of each word where the entry has it.
    """

    def __init__(self, given: Words, *, marks: Any, starts: Any) -> None:
        self._pairs = pairs = len(starts) - 1
        cells = given.kinds * (pairs + 1) + given.owner
        every, numbers = self._table(cells, given.worth), self._table(cells)
        self.theirs, self.mine = every[:, :pairs], every[:, pairs:]
        self.numbers, self.own_numbers = numbers[:, :pairs], numbers[:, pairs:]
        marked = marks.nonzero()[0]
        its_marks, its_kinds = marks.take(marked), given.kinds.take(marked)
        hits = marked[(its_marks & _ASKED.take(its_kinds)) > 0]
        both = given.only(hits)
        cells = both.kinds * (pairs + 1) + both.owner
        self.mass, self.count = self._table(cells, both.worth)[:, :pairs], self._table(cells)[:, :pairs]
        crossed = given.only(marked[(its_kinds == _BODY) & ((its_marks & IN_HEAD) > 0)])
        in_body = np.bincount(crossed.owner, weights=crossed.worth, minlength=pairs + 1)
        self.in_body = in_body[:pairs] / max(float(self.mine[_WORDS, 0]), 1e-9)
        self._starts, self._kinds = starts, given.kinds
        self._shared = np.zeros(len(given.worth))
        self._shared[hits] = both.worth
        theirs_alone = self._highest(given.worth - self._shared, _WORDS)
        self.alone = np.minimum(theirs_alone, self._mine_alone(both.of_kind(_WORDS)))

    def _table(self, cells: Any, weights: Any = None) -> Any:
        columns = self._pairs + 1
        return np.bincount(cells, weights=weights, minlength=len(KINDS) * columns).reshape(-1, columns)

    def _highest(self, worth: Any, kind: int) -> Any:
        """Return, for each candidate, the worth of its rarest word of a kind."""
        return np.maximum.reduceat(np.where(self._kinds == kind, worth, 0.0), self._starts)[: self._pairs]

    def rarest(self, kind: int) -> Any:
        """Return, for each candidate, the worth of the rarest word of a kind that both have."""
        return self._highest(self._shared, kind) if self.count[kind].any() else 0.0

    def _mine_alone(self, both: Words) -> Any:
        """Return, for each candidate, the worth of the rarest word of the headline that it lacks."""
        # One's own stand behind all others.
        first = int(both.owner.searchsorted(self._pairs))
        words, worth = both.words[first:], both.worth[first:]
        if not len(words):
            return np.zeros(self._pairs)
        lacks = np.ones((len(words), self._pairs + 1), dtype=np.bool_)
        at, of = (words[:, None] == both.words).nonzero()
        lacks[at, both.owner[of]] = False
        return (lacks[:, : self._pairs] * worth[:, None]).max(axis=0)

    def only_names(self) -> Any:
        """Say of each candidate whether it shares nothing but names with the entry: no other word, no meaning."""
        others = self.count[_WORDS] - self.count[KINDS["names"]]
        return (others <= 0) & (self.count[KINDS["things"]] == 0) & (self.in_body == 0) & (self.count[_BODY] == 0)

    def fill(self, table: Any) -> None:
        """Write what the words say into a table of pairs."""
        kinds = len(KINDS)
        least = np.minimum(self.theirs, self.mine)
        table[:kinds] = self.mass / np.maximum(self.theirs + self.mine - self.mass, 1e-9)
        table[kinds : 2 * kinds] = self.mass / np.maximum(least, 1e-9)
        both = (self.numbers > 0) & (self.own_numbers > 0)
        table[2 * kinds : 3 * kinds] = both & (self.count == 0)
        table[ROWS["rarest"]] = self.rarest(_WORDS)
        table[ROWS["alone"]] = self.alone
        table[ROWS["names_count"]] = np.minimum(self.count[KINDS["names"]], 4)
        table[ROWS["numbers"]] = np.minimum(self.count[KINDS["numbers"]], 3)
        table[ROWS["length"]] = np.log1p(np.minimum(self.numbers[_WORDS], self.own_numbers[_WORDS]))
        table[ROWS["known"]] = both[_WHO] | both[_WHERE] | both[_AREA]
        table[ROWS["rarest_where"]] = self.rarest(_WHERE)
        table[ROWS["rarest_who"]] = self.rarest(_WHO)
        table[ROWS["things_head"]] = (self.count[_WHERE] > 0) * table[ROWS["fewer:things"]]
        table[ROWS["bodies"]] = both[_BODY]
        table[ROWS["title_in_body"]] = self.in_body


class Pairs:
    """Hold an entry beside each of its candidates: `table` has a row for each of ROWS and a column a candidate.

    `token_set`, which costs most, comes last: only the pairs for which it can matter need it.
    """

    def __init__(self, table: Any, *, across: Any, meant: Any, only_names: Any) -> None:
        self.table = table
        self.across = across
        rule = across + 2 * meant
        each = np.arange(len(across))
        known = table[ROWS["known"]]
        said = _WEIGHTS @ table
        self._without = said[rule, each] + known * said[rule + _RULES, each]
        self._without -= _NAMES_ALONE * (only_names & ~across) * known
        by_tokens = _WEIGHTS[:, ROWS["token_set"]]
        self._by_tokens = by_tokens[rule] + known * by_tokens[rule + _RULES]

    def most(self) -> Any:
        """Return log-odds that no pair can pass, whatever its `token_set` is."""
        return self._without + np.maximum(self._by_tokens, 0)

    def logits(self, token_set: Any, at: Any) -> Any:
        """Return the log-odds of some of the pairs, given their `token_set`."""
        return self._without[at] + self._by_tokens[at] * token_set

    def features(self, token_set: Any) -> Any:
        """Return a row for each pair, with a column for each of MEANT_FEATURES, to fit weights on."""
        self.table[ROWS["token_set"]] = token_set
        known = self.table[ROWS["known"]]
        columns = [
            self.table[_row(feature.removeprefix(_KNOWN))] * (known if feature.startswith(_KNOWN) else 1)
            for feature in MEANT_FEATURES
        ]
        return np.column_stack(columns)
