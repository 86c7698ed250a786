"""Say what a term would have found in the archive, and which word would keep it to the subject. Pure.

The context word is computed: among the reports that the term finds, those in which the
catalogue found something are taken for on the subject, the others for strangers. The word
offered is the one that keeps most of the former and fewest of the latter. It assumes that
the catalogue knows the theatre; a term about something quite different gets no offer,
because then nothing is on the subject.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from matchers.text import tokens
from matchers.tuning import Found, counts
from matchers.types import EntryText
from matchers.vocabulary import COMMON_WORDS, FUNCTION_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from matchers.tuning import Tuning
    from matchers.watchlist import Watchlist
    from storage.records import ArchivedText

DAYS: Final = 30
EXAMPLES: Final = 3
# Fewer strangers than this are an accident, not a pattern.
_FEWEST_STRANGERS: Final = 3
_STRANGE_SHARE: Final = 0.3
# A word is offered when it keeps this share of what is on the subject and loses this share of the rest.
_KEEPS: Final = 0.6
_CUTS: Final = 0.6
_SHORTEST_WORD: Final = 4
# Entries between two looks at the clock.
_LOOK_UP: Final = 100


@dataclass(frozen=True, slots=True)
class Trial:
    """Hold what a term would have found: reports, outlets, newest examples, and a word that would narrow it.

    `since` is how far back was read when time ran out before the archive did.
    """

    read: int
    found: int = 0
    outlets: int = 0
    examples: tuple[ArchivedText, ...] = ()
    strangers: int = 0
    word: str = ""
    found_with_word: int = 0
    since: datetime | None = None


def try_term(
    watchlist: Watchlist,
    archive: Iterable[ArchivedText],
    *,
    changed: Sequence[Tuning] = (),
    is_late: Callable[[], bool] = lambda: False,
) -> Trial:
    """Run a watch list of one term over the archive, newest first; the same headline counts once.

    `changed` is what a chat changed in the term: the outlets that count, words that must stand beside it. Somebody
    waits for the answer: when it is late, what was not read yet is left out, and said to be.
    """
    hits: dict[str, ArchivedText] = {}
    read, since = 0, None
    for read, text in enumerate(archive, 1):
        if not read % _LOOK_UP and is_late():
            since = text.seen
            break
        if _counts(watchlist, text, changed=changed):
            hits.setdefault(" ".join(text.title.casefold().split()), text)
    found = list(hits.values())
    strangers = [text for text in found if not text.is_known]
    word = _narrowing(found) if _are_many(strangers, found) else ""
    return Trial(
        read=read,
        found=len(found),
        outlets=len({text.outlet for text in found}),
        examples=tuple(found[:EXAMPLES]),
        strangers=len(strangers),
        word=word,
        found_with_word=sum(word in _words(text) for text in found) if word else 0,
        since=since,
    )


def _counts(watchlist: Watchlist, archived: ArchivedText, *, changed: Sequence[Tuning]) -> bool:
    day = archived.seen.date() if archived.seen else None
    text = EntryText(archived.title, archived.summary, archived.lang, day=day)
    return any(
        counts(Found(text, archived.outlet, archived.feed, match.score), changed) for match in watchlist.match(text)
    )


def _are_many(strangers: Sequence[ArchivedText], found: Sequence[ArchivedText]) -> bool:
    return len(strangers) >= _FEWEST_STRANGERS and len(strangers) >= _STRANGE_SHARE * len(found)


def _narrowing(found: Sequence[ArchivedText]) -> str:
    """Return the word that keeps what is on the subject and cuts the rest, or ""."""
    known = [_words(text) for text in found if text.is_known]
    strange = [_words(text) for text in found if not text.is_known]
    kept, leaking = (
        Counter(word for words in known for word in words),
        Counter(word for words in strange for word in words),
    )
    good = [
        (count / len(known) - leaking[word] / len(strange), word)
        for word, count in kept.items()
        if count >= _KEEPS * len(known) and leaking[word] <= (1 - _CUTS) * len(strange)
    ]
    return max(good, key=lambda scored: (scored[0], len(scored[1]), scored[1]))[1] if good else ""


def _words(text: ArchivedText) -> frozenset[str]:
    return frozenset(
        token.form
        for field in (text.title, text.summary)
        for token in tokens(field)
        if len(token.form) >= _SHORTEST_WORD and token.form not in COMMON_WORDS | FUNCTION_WORDS
    )
