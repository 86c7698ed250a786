"""Cut a text into words and fold each of them; once per distinct word, never per text.

chunk between blanks --pieces (memo)--> words with offsets --fold (memo)--> forms to look up

Offsets are code points of the original text, so that what is found can be shown as it was
written. What folding assumes: case, accents, apostrophes, Arabic letter variants and
vowel marks never tell two names apart. What fools it: an elision before a name that starts
with a consonant, and Arabic words that begin with a letter that is a clitic elsewhere (all
their readings are looked up, the written one first).
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from itertools import accumulate, takewhile
from typing import TYPE_CHECKING, Final, NamedTuple

from anyascii import anyascii

if TYPE_CHECKING:
    from collections.abc import Sequence

# One distinct chunk costs about 400 bytes in the memo: 65,536 of them are some 26 MB at most.
MEMO_CHUNKS: Final = 65_536
MEMO_WORDS: Final = 65_536
# One entry's headline and summary are asked for by its signs, its traits and its facts, one after another.
MEMO_TEXTS: Final = 64
# The catalogue names some 10,000 different words, most of them many times over.
MEMO_ALIASES: Final = 16_384

APOSTROPHES: Final = "'’‘ʼʿʾ`´ʻ′＇"
# Combining marks, Arabic vowel signs and tatweel, and characters without width: inside a word.
_INSIDE: Final = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f"
    "\u0670\u06d6-\u06ed\u0900-\u0903\u093a-\u094f\u1ab0-\u1aff\u200b-\u200f"
    "\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\u00ad"
)
# Scripts that put no blanks between words: Thai, Lao, Khmer, Burmese, kana, Han.
_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
UNSPACED: Final = re.compile(f"[{_UNSPACED}]")
_LETTER: Final = rf"[^\W_{_UNSPACED}]"
_RUN: Final = rf"{_LETTER}(?:{_LETTER}|[{_INSIDE}])*"
_DOTTED: Final = rf"(?<!\w)(?:[^\W\d_{_UNSPACED}]\.){{2,}}(?:[^\W\d_{_UNSPACED}](?!\w))?"
_WORD: Final = re.compile(rf"[{_UNSPACED}]|{_DOTTED}|{_RUN}(?:[{APOSTROPHES}](?!{_DOTTED}){_RUN})*")
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")

_ELISIONS: Final = frozenset(
    (
        *("l", "d", "j", "m", "n", "s", "t", "c", "qu", "jusqu", "lorsqu", "puisqu", "quelqu", "presqu", "quoiqu"),
        *("dell", "all", "nell", "sull", "dall", "un", "quest", "gl"),
    )
)
_VOWELS: Final = frozenset("aeiouyhœæ")
_SPLIT: Final = re.compile(f"[{APOSTROPHES}]")
_UNSEEN: Final = re.compile(f"[{APOSTROPHES}.\u0640\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")

_LETTERS: Final = str.maketrans(
    {
        "ı": "i", "ø": "o", "ł": "l", "đ": "d", "œ": "oe", "æ": "ae", "ð": "d", "þ": "th", "ħ": "h",
        # Bambara, Mooré, Fulfulde, Hausa, Ewe
        "ɔ": "o", "ɛ": "e", "ŋ": "n", "ɲ": "n", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y", "ɩ": "i", "ʋ": "u",
        "ɖ": "d", "ƒ": "f", "ɣ": "g", "ʊ": "u", "ǝ": "e", "ə": "e", "ɪ": "i", "ɤ": "o", "ɑ": "a",
        "ι": "i",  # a Greek iota typed for the African one is common; Greek words keep it in both forms alike
        # Arabic, Persian, Urdu
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ؤ": "و", "ئ": "ي", "ة": "ه", "ک": "ك",
        "گ": "غ", "ڨ": "ق", "پ": "ب", "ڤ": "ف", "چ": "ج", "ۀ": "ه", "ہ": "ه", "ء": None, "ـ": None,
    }
)  # fmt: skip
_ARABIC: Final = re.compile("[\u0600-\u06ff]")
_ARTICLE: Final = "ال"
# and, so · in · by · to · as; with the article; "and" before each of them; لل is "to the"
_PREFIXES: Final = (
    *("ال", "و", "ف", "ب", "ل", "ك", "لل"),
    *("وال", "فال", "بال", "كال", "ولل", "فلل", "وب", "ول", "وبال", "وكال", "فب", "فل"),
)
_SHORTEST_STEM: Final = 3  # letters left of an Arabic word when a clitic is taken off


class Token(NamedTuple):
    """Hold one word: where it stands, as it is written, and the forms to look up (the plain one first)."""

    start: int
    end: int
    raw: str
    forms: tuple[str, ...]

    @property
    def form(self) -> str:
        """Return the folded word."""
        return self.forms[0]


def tokens(text: str) -> list[Token]:
    """Cut a text into words."""
    return list(_tokens(text))


@lru_cache(maxsize=MEMO_TEXTS)
def _tokens(text: str) -> tuple[Token, ...]:
    return tuple(placed(text, text.split()))


def placed(text: str, chunks: Sequence[str]) -> list[Token]:
    """Cut the chunks of a text into words, with their offsets in the text."""
    new = tuple.__new__  # a Token in half the time; this line is passed for every word of a text that names somebody
    return [
        new(Token, (at + start, at + end, raw, forms))
        for at, chunk in zip(_starts(text, chunks), chunks, strict=True)
        for start, end, raw, forms in pieces(chunk)
    ]


def _starts(text: str, chunks: Sequence[str]) -> list[int]:
    """List where the chunks of a text begin; mostly one blank parts them."""
    lengths = [len(chunk) + 1 for chunk in chunks]
    if sum(lengths) == len(text) + 1:
        return list(accumulate(lengths[:-1], initial=0))
    found, at = [], 0
    for chunk in chunks:
        at = text.index(chunk, at)
        found.append(at)
        at += len(chunk)
    return found


@lru_cache(maxsize=MEMO_CHUNKS)
def pieces(chunk: str) -> tuple[Token, ...]:
    """Cut one blank-free chunk into words; offsets count from its start."""
    if _is_plain(chunk):
        return (Token(0, len(chunk), chunk, forms_of(chunk)),)
    if "&" in chunk and _ENTITY.search(chunk):
        return _pieces_of_markup(chunk)
    found = []
    for match in _WORD.finditer(chunk):
        start, end = _without_affixes(match[0])
        raw = match[0][start:end]
        forms = forms_of(raw)
        if forms[0]:
            found.append(Token(match.start() + start, match.start() + end, raw, forms))
    return tuple(found)


def _pieces_of_markup(chunk: str) -> tuple[Token, ...]:
    """Read character references (`&eacute;`) as what they stand for, with the offsets of the original."""
    plain: list[str] = []
    origin: list[int] = []
    at = 0
    for match in _ENTITY.finditer(chunk):
        plain.extend(chunk[at : match.start()])
        origin.extend(range(at, match.start()))
        meant = html.unescape(match[0])
        # `&ltd;` is read as `<d;`, `&FLA;` as it stands
        kept = sum(
            1
            for _ in takewhile(lambda pair: pair[0] == pair[1], zip(reversed(meant), reversed(match[0]), strict=False))
        )
        plain.extend(meant)
        origin.extend([match.start()] * (len(meant) - kept))
        origin.extend(range(match.end() - kept, match.end()))
        at = match.end()
    plain.extend(chunk[at:])
    origin.extend(range(at, len(chunk)))
    origin.append(len(chunk))
    readable = "".join(" " if char.isspace() or char == "&" else char for char in plain)
    return tuple(
        Token(origin[token.start], origin[token.end], chunk[origin[token.start] : origin[token.end]], token.forms)
        for token in tokens(readable)
    )


def _without_affixes(word: str) -> tuple[int, int]:
    """Return the slice of a word without an elided article before it and a genitive `'s` after it."""
    parts = _SPLIT.split(word)
    if len(parts) == 1:
        return 0, len(word)
    start, end = 0, len(word)
    first, rest = parts[0].casefold(), _folded(parts[1])
    if (first in _ELISIONS and rest[:1] in _VOWELS) or (first in {"l", "d"} and _is_upper(parts[1])):
        start = len(parts[0]) + 1
    if len(parts) > 1 + bool(start) and parts[-1].casefold() == "s":
        end -= 2
    return start, end


def _is_plain(word: str) -> bool:
    """Say whether a word has nothing to fold but its case, as most have."""
    return word.isascii() and word.isalnum()


def _is_upper(word: str) -> bool:
    return len(word) > 1 and word.isupper()


def is_unspaced(text: str) -> bool:
    """Tell whether a text holds characters of a script without blanks between words."""
    return UNSPACED.search(text) is not None


def fold(word: str) -> str:
    """Return the plain form of a word: no case, no accents, no apostrophes, one letter for each variant."""
    return _folded(word)


@lru_cache(maxsize=MEMO_WORDS)
def forms_of(word: str) -> tuple[str, ...]:
    """List the forms under which a word is looked up: itself, without clitics, in Latin letters."""
    plain = _folded(word)
    if plain.isascii():
        return (plain,)
    if _ARABIC.search(plain):
        return (plain, *_without_clitics(plain))
    if UNSPACED.match(plain) or _is_latin(plain):
        return (plain,)
    latin = _folded(anyascii(plain))
    return (plain, latin) if latin and latin != plain else (plain,)


@lru_cache(maxsize=MEMO_ALIASES)
def alias_form(word: str) -> str:
    """Return the form under which a word of an alias is kept; Arabic ones lose their article."""
    plain = _folded(word)
    bare = plain[2:] if plain.startswith(_ARTICLE) else plain
    return bare if len(bare) >= _SHORTEST_STEM else plain


def _folded(word: str) -> str:
    if _is_plain(word):
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", word).casefold())
    bare = "".join([char for char in decomposed if unicodedata.category(char) != "Mn"])
    composed = unicodedata.normalize("NFKC", _UNSEEN.sub("", bare).translate(_LETTERS).casefold())
    return composed if composed == word else _settled(composed)


def _settled(word: str) -> str:
    """Fold what folding laid bare (a mark may have hidden a letter), so that folding twice changes nothing."""
    decomposed = unicodedata.normalize("NFKD", word)
    bare = "".join([char for char in decomposed if unicodedata.category(char) != "Mn"])
    return unicodedata.normalize("NFC", _UNSEEN.sub("", bare).translate(_LETTERS))


def _is_latin(word: str) -> bool:
    return all(not char.isalpha() or unicodedata.name(char, "").startswith("LATIN") for char in word)


def _without_clitics(word: str) -> tuple[str, ...]:
    found = [word[len(prefix) :] for prefix in _PREFIXES if word.startswith(prefix)]
    return tuple(dict.fromkeys(form for form in found if len(form) >= _SHORTEST_STEM))
