"""Read of an entry what is compared: words, names, meanings, numbers, whom and where it names.

entry, entities ─traits_of→ Traits: two short rows of numbers, and a few beside them

A headline is at most so many words; what is longer is cut. Words are kept as hashes (two words
in 262,000 are one): a number of `values` is such a hash with its kind above it, in the order of
KINDS. `grams` are hashes of runs of four letters (two in 65,000 are one), the lowest first.
Names are written words that mean nothing in the table of meanings, by their consonants, so
that Traoré, Traore and تراوري are one. What fools it: a headline all in capitals.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from anyascii import anyascii
from numpy.typing import NDArray

from matchers.concepts import DEEDS, concepts_of, kind_of
from matchers.facts import NUMBERS, Genre, count_tolls, genre_of, tells_of_another, tells_of_before
from matchers.fingerprint import fingerprint
from matchers.headlines import cleaned
from matchers.text import Token, tokens
from matchers.types import EventKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matchers.types import StoryEntry

Values = NDArray[np.int32]
Grams = NDArray[np.uint16]

# How much of an entry is compared, by kind. Nine headlines in ten are shorter.
MOST: Final = {
    "words": 18, "names": 12, "deeds": 6, "things": 12, "who": 6, "where": 5, "area": 5, "numbers": 4, "body": 18,
}  # fmt: skip
KINDS: Final = {kind: number for number, kind in enumerate(MOST)}
# An entry is found by all but the words of its summary and what they mean, which find too much.
FILED: Final = frozenset(KINDS[kind] for kind in ("words", "names", "who", "where", "area", "numbers"))
# Words are counted by hash: of 50,000 words that are open at once, one in five shares its count with another.
BUCKETS: Final = 1 << 18
GRAMS: Final = 1 << 16  # runs of letters, by hash
_MOST_GRAMS: Final = 80
SHIFT: Final = 20  # bits of a hash, below its kind
# What stands before the id of a place among entities: where something happens, and a capital, region or country.
PLACE, AREA = "@", "~"
PLACE_MARKS: Final = frozenset((PLACE, AREA))
TOLLS: Final = ("killed", "wounded", "abducted")
_GENRES: Final = {genre: number for number, genre in enumerate(Genre)}
_MOST_TOLD: Final = 65_535  # so that two bytes hold it; more are not told apart
_GRAM: Final = 4
_MIX: Final = np.array((0x9E3779B1, 0x85EBCA77, 0x2C1B3C6D), dtype=np.uint32)  # odd, as those of hashes are
_LONGEST_TITLE: Final = 160
# Words that are remembered with all that is read from them: more than a day's matched headlines hold, in 7 MB.
_WORDS: Final = 16_384
_BEHIND: Final = 4_096  # what only stands behind that memo

_GROUPED: Final = re.compile(r"(?<=\d)[\s.,\u00a0\u202f](?=\d{3}(?!\d))")
_STOP: Final = frozenset(
    (
        "the", "a", "an", "of", "in", "on", "at", "to", "for", "and", "or", "with", "from", "by",
        "as", "is", "are", "was", "were", "be", "been", "has", "have", "had", "it", "its", "this", "that",
        "after", "over",
        "into", "not", "no", "will", "would", "could", "can", "may", "more", "what", "how", "who", "why", "when",
        "where", "their", "his", "her", "they", "he", "she", "you", "we", "i", "but", "than",
        "about", "up", "out", "off", "all", "just", "also", "before", "during", "amid", "against", "between", "now", "still",
        "le", "la", "les", "l", "de", "des", "du", "d", "un", "une", "et", "en", "au", "aux",
        "a", "pour", "par", "sur", "dans", "avec", "est", "sont", "ont", "qui", "que", "se", "s", "sa",
        "son", "ses", "ce", "cette", "ces",
        "apres", "leur", "leurs", "ne", "pas", "plus", "il", "elle", "ils", "on", "nous", "vous", "ou", "mais",
        "comme", "sans", "sous", "entre", "c", "n", "qu", "y",
        "في", "من", "علي", "الي", "عن", "مع", "و", "او", "ان", "التي", "الذي", "هذا", "هذه", "بين",
        "بعد", "قبل", "لا", "ما", "كما", "هو", "هي",
    )
)  # fmt: skip
_DIGRAPHS: Final = (
    ("dj", "j"), ("tch", "s"), ("ch", "s"), ("sh", "s"), ("kh", "h"), ("gh", "g"), ("ph", "f"), ("th", "t"), ("dh", "d"),
    ("qu", "k"), ("ck", "k"), ("x", "ks"), ("c", "k"), ("q", "k"), ("v", "f"), ("p", "b"), ("z", "s"),
)  # fmt: skip
_VOWELS: Final = re.compile(r"[^bdfgjklmnrst]")
_TWICE: Final = re.compile(r"(.)\1+")
_LEAST_SKELETON: Final = 3


@dataclass(frozen=True, slots=True)
class Traits:
    """Hold what is compared of an entry: `values` are hashes under their kinds; tolls by TOLLS; `signs` tell its text.

    `meaning` is the vector of its headline, b"" where no encoder has read it.
    """

    lang: str
    hours: float
    text: str
    values: Values
    grams: Grams
    event: EventKind
    tolls: tuple[int, ...]
    outlet: int
    genre: int
    again: bool
    later: bool
    signs: tuple[int, ...] = ()
    meaning: bytes = b""


@dataclass(frozen=True, slots=True)
class _Read:
    """Hold what one word is to us: its form, its hash, that of its consonants when it is a name, what it means."""

    form: str
    word: int
    name: int
    things: tuple[int, ...]
    deeds: tuple[int, ...]
    meanings: tuple[str, ...]


def traits_of(entry: StoryEntry, entities: Iterable[str]) -> Traits:
    """Return what is compared of an entry; entities are those found in it, places behind a mark."""
    head = tokens(_GROUPED.sub("", cleaned(entry.title))[:_LONGEST_TITLE])
    body = tokens(_GROUPED.sub("", entry.summary)[: 4 * _LONGEST_TITLE])
    read, more = _kept(head, entry.lang), _kept(body, entry.lang)
    text = " ".join([each.form for each in read])
    named = tuple(entities)
    tolls = count_tolls(body) | count_tolls(head)
    event, _ = kind_of([name for each in read for name in each.meanings])
    if event is EventKind.OTHER:
        event, _ = kind_of([name for each in more for name in each.meanings])
    return Traits(
        lang=entry.lang,
        hours=entry.published.timestamp() / 3600,
        text=text,
        values=_values(
            words=[each.word for each in read],
            names=[each.name for each in (*read, *more) if each.name],
            deeds=[thing for each in read for thing in each.deeds] or [thing for each in more for thing in each.deeds],
            things=[thing for each in (*read, *more) for thing in each.things],
            who=[_hash("=", name) for name in named if name[0] not in PLACE_MARKS],
            where=[_hash("=", name) for name in named if name[0] == PLACE],
            area=[_hash("=", name) for name in named if name[0] == AREA],
            numbers=[_hash("0", str(number)) for number in _numbers(head) or _numbers(body)],
            body=[each.word for each in more if not each.things],
        ),
        grams=grams_of(text),
        event=event,
        tolls=tuple(min(tolls.get(kind, 0), _MOST_TOLD) for kind in TOLLS),
        outlet=_hash("o", entry.owner or entry.outlet) if entry.outlet else 0,
        genre=_genre(entry.title, event),
        again=tells_of_another(f"{entry.title}. {entry.summary}"),
        later=tells_of_before(entry.title),
        signs=fingerprint(entry).signs,
    )


def _genre(title: str, event: EventKind) -> int:
    """Return a number for what an entry is: a report, or one of those that report no event of their own."""
    genre = genre_of(title)
    if genre is Genre.REPORT and event is EventKind.OPINION:
        return len(Genre)
    return _GENRES[genre]


def _kept(words: Iterable[Token], lang: str) -> list[_Read]:
    read = [_read((token.raw, token.forms), lang) for token in words]
    return [each for each in read if each.form not in _STOP]


def _values(**hashes: list[int]) -> Values:
    """Return the hashes of each kind, each once, under their kinds."""
    values: list[int] = []
    for kind, number in KINDS.items():
        above = number << SHIFT
        values += [above | value for value in list(dict.fromkeys(hashes[kind]))[: MOST[kind]]]
    return np.array(values, dtype=np.int32)


@lru_cache(maxsize=_WORDS)
def _read(word: tuple[str, tuple[str, ...]], lang: str) -> _Read:
    raw, forms = word
    things = concepts_of(forms, lang)
    form = forms[0]
    written = raw[:1] > "\u0600" or raw[:1].isupper()
    is_name = written and not things and form not in _STOP and not form.isdigit()
    return _Read(
        form=form,
        word=_hash("w", form),
        name=skeleton(form) if is_name else 0,
        things=tuple(_hash("#", name) for name in things),
        deeds=tuple(_hash("!", name) for name in things if name in DEEDS),
        meanings=things,
    )


@lru_cache(maxsize=_BEHIND)
def skeleton(form: str) -> int:
    """Return the hash of a name's consonants, alike in both scripts; of the whole name when it has few; 0 for neither."""
    arabic = form > "\u0600"
    if arabic:
        form = form.removeprefix("وال").removeprefix("بال").removeprefix("ال")
    letters = (form if form.isascii() else anyascii(form)).lower()
    for digraph, letter in _DIGRAPHS:
        letters = letters.replace(digraph, letter)
    bare = _TWICE.sub(r"\1", _VOWELS.sub("", letters))
    if len(bare) >= _LEAST_SKELETON:
        return _hash("~", bare)
    return 0 if arabic or len(form) < 3 else _hash("~", form)


def _numbers(words: Iterable[Token]) -> list[int]:
    """Return the numbers of a text, in words or digits; not one, which is an article."""
    found = []
    for token in words:
        if token.raw.isdecimal():
            found.append(int(token.raw[:9]))
        elif (number := NUMBERS.get(token.forms[0], 1)) != 1:
            found.append(number)
    return found


def _hash(salt: str, text: str) -> int:
    return zlib.crc32(f"{salt}{text}".encode()) % (BUCKETS - 1) + 1


def grams_of(text: str) -> Grams:
    """Return the hashes of a text's runs of four letters, each once, the lowest first; at least one."""
    codes = np.frombuffer(f" {text} ".ljust(_GRAM).encode("utf-32-le"), dtype=np.uint32)
    twos = codes[:-1] * _MIX[0] + codes[1:]
    fours: Any = twos[:-2] * _MIX[1] + twos[2:]
    fours ^= fours >> np.uint32(15)
    hashed = ((fours * _MIX[2]) >> np.uint32(16)).astype(np.uint16)
    hashed.sort()
    is_first = np.ones(len(hashed), dtype=np.bool_)
    np.not_equal(hashed[1:], hashed[:-1], out=is_first[1:])
    found: Grams = hashed[is_first][:_MOST_GRAMS]
    return found
