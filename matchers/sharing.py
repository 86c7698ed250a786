"""Say what two entries share, as a row of numbers.

FEATURES names the columns. Shares are of weights by rarity, 0-1; rarities are natural logarithms.
What begins with `known_` is what its namesake says where both entries name an entity of the watch
list or a place of the gazetteer: there the same words mean more or less than in headlines alone.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from matchers.features import KINDS, WIDTH

_BLOCKS: Final = np.zeros((WIDTH, len(KINDS)), dtype=np.float32)
for _number, (_start, _end) in enumerate(KINDS.values()):
    _BLOCKS[_start:_end, _number] = 1
_KIND: Final = {kind: number for number, kind in enumerate(KINDS)}
HEAD, BODY = 1, 2  # marks of what the compared entry has: in all but its summary, in its summary

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
    "who",  # entities that both name, of the side that has fewer
    "who_differ",  # both name some, and share none
    "where",  # places, likewise
    "where_differ",
    "rarest_where",  # rarity of the rarest place that both name
    "things_head",  # meanings of what happened that both have, where the place is the same
    "body",  # words of the summary
    "bodies",  # both have a summary
    "title_in_body",  # words of the headline that stand in the other's summary
    "same_toll",
    "other_toll",
    "same_outlet",
)  # fmt: skip


_KNOWN: Final = "known_"


def assembled(headline: dict[str, Any], beside: dict[str, Any], *, pairs: int) -> Any:
    """Return the features of pairs, by FEATURES, from what headlines and what is known beside them say."""
    found = np.ones((pairs, len(FEATURES)), dtype=np.float32)
    known = beside["known"]
    for number, name in enumerate(FEATURES[1:], 1):
        if name in headline:
            found[:, number] = headline[name]
        elif name in beside:
            found[:, number] = beside[name]
        else:
            found[:, number] = known * headline[name.removeprefix(_KNOWN)]
    return found


class Shared:
    """Hold what an entry shares with each of its candidates, by kind of word."""

    def __init__(self, *, mine: Any, own: Any, theirs: Any, worth: Any, marks: Any) -> None:
        start, end = KINDS["body"]
        hit = (marks & HEAD) > 0
        hit[:, start:end] = (marks[:, start:end] & BODY) > 0
        self._mass = (hit * worth) @ _BLOCKS
        self._count = hit @ _BLOCKS
        self._theirs = worth @ _BLOCKS
        self._mine = own @ _BLOCKS
        self._numbers = (theirs > 0) @ _BLOCKS
        self._own_numbers = (mine > 0) @ _BLOCKS
        words = slice(*KINDS["words"])
        self._worth = hit * worth
        theirs_alone = np.where(hit[:, words], 0, worth[:, words]).max(axis=1)
        mine_hit = (theirs[:, words, None] == mine[None, None, words]).any(axis=1)
        mine_alone = np.where(mine_hit, 0, own[words]).max(axis=1)
        self.alone = np.minimum(theirs_alone, mine_alone)
        crossed = ((marks[:, start:end] & HEAD) > 0) * worth[:, start:end]
        self.in_body = crossed.sum(axis=1) / max(float(self._mine[_KIND["words"]]), 1e-9)

    def rarest(self, kind: str) -> Any:
        """Return the rarity of the rarest word of a kind that both have."""
        start, end = KINDS[kind]
        return self._worth[:, start:end].max(axis=1)

    def of_fewer(self, kind: str) -> Any:
        """Return what is shared, of the side that has less."""
        at = _KIND[kind]
        return self._mass[:, at] / np.maximum(np.minimum(self._theirs[:, at], self._mine[at]), 1e-9)

    def of_either(self, kind: str) -> Any:
        """Return what is shared, of what either side has."""
        at = _KIND[kind]
        return self._mass[:, at] / np.maximum(self._theirs[:, at] + self._mine[at] - self._mass[:, at], 1e-9)

    def count(self, kind: str) -> Any:
        """Return how many words of a kind are shared."""
        return self._count[:, _KIND[kind]]

    def numbers(self, kind: str) -> Any:
        """Return how many words of a kind each candidate has."""
        return self._numbers[:, _KIND[kind]]

    def own_number(self, kind: str) -> float:
        """Return how many words of a kind the entry has."""
        return float(self._own_numbers[_KIND[kind]])

    def both(self, kind: str) -> Any:
        """Say whether both have a word of a kind."""
        at = _KIND[kind]
        return (self._numbers[:, at] > 0) & (self._own_numbers[at] > 0)

    def differ(self, kind: str) -> Any:
        """Say whether both have words of a kind, and share none."""
        return self.both(kind) & (self._count[:, _KIND[kind]] == 0)
