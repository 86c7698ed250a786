"""Read a subscriber's own words as an entity, and say what is risky about them.

uranium Arlit          both words near each other, misspellings allowed
"exact phrase"         as written (case and accents aside)
a | b                  either
+must  -not            words that must, or must not, stand in the entry
re:colonel.*Sadio      an RE2 expression, blind to case
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from matchers.entities import Alias, AliasKind, CaseRule, Entity, EntityKind
from matchers.patterns import compile_pattern
from matchers.text import is_unspaced, tokens
from matchers.vocabulary import COMMON_WORDS, FUNCTION_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_LETTERS: Final = 200  # of one expression; what is longer was pasted by mistake
MOST_ALTERNATIVES: Final = 20
FAMILY: Final = "words"
PREFIX: Final = "w:"
_PATTERN: Final = "re:"
_PART: Final = re.compile(r"""\s*(?:([+-])?["“«]\s*([^"”»]+?)\s*["”»]|(\|)|([+-])?([^\s|"“«]+))""")
_HASH_LETTERS: Final = 16


class TermError(ValueError):
    """Say what is wrong with an expression, and how to write it.

    `code` is a stable word by which a reader is told in another language; `detail` is what it is about.
    """

    def __init__(self, reason: str, remedy: str, *, code: str, detail: str = "") -> None:
        super().__init__(f"{reason} {remedy}")
        self.reason = reason
        self.remedy = remedy
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Advice:
    """Hold what the lint found about a term.

    `code` is a stable word (`known`, `ambiguous`, `common`, `short`); `entity` is the catalogue's,
    `senses` are its other meanings, `context` words that would tell them apart.
    """

    code: str
    word: str
    entity: str = ""
    senses: tuple[str, ...] = ()
    context: tuple[str, ...] = ()


def parse_term(expression: str) -> Entity:
    """Return the entity that an expression stands for; raise TermError when it stands for none."""
    text = " ".join(expression.split())
    if not text:
        raise TermError("There is nothing to watch.", "Write a name or a few words.", code="empty")
    if len(text) > MOST_LETTERS:
        raise TermError(
            f"That is longer than {MOST_LETTERS} characters.",
            "Watch a name, not a sentence.",
            code="long",
            detail=str(MOST_LETTERS),
        )
    if text.lower().startswith(_PATTERN):
        return _pattern(text[len(_PATTERN) :].strip())
    groups, required, forbidden = _parts(text)
    aliases = tuple(_alias(words, exact=exact) for words, exact in groups)
    _refuse_empty(aliases)
    normal = "\x1f".join((*sorted(_normal(a) for a in aliases), "+", *sorted(required), "-", *sorted(forbidden)))
    return Entity(
        id=_id(normal),
        name=text,
        kind=EntityKind.WORDS,
        families=(FAMILY,),
        aliases=aliases,
        require=tuple(required),
        forbid=tuple(forbidden),
    )


def advise(entity: Entity, known: Iterable[Entity]) -> tuple[Advice, ...]:
    """Say what is risky about a subscriber's term: other meanings, common words, very short ones."""
    wanted = {_plain(alias.text): alias.text for alias in entity.aliases}
    found = []
    for other in known:
        for alias in other.aliases:
            word = wanted.get(_plain(alias.text))
            if word and other.kind is not EntityKind.WORDS:
                found.append(_about(word, alias, other=other))
                break
    for alias in entity.aliases:
        plain = _plain(alias.text)
        if plain in COMMON_WORDS:
            found.append(Advice("common", alias.text))
        elif len(plain) <= 3 and not is_unspaced(plain):
            found.append(Advice("short", alias.text))
    return tuple(dict.fromkeys(found))


def with_context(entity: Entity, context: Iterable[str]) -> Entity:
    """Return a term that counts only beside one of the context words."""
    return replace(entity, aliases=tuple(replace(alias, weak=True) for alias in entity.aliases), context=tuple(context))


def _about(word: str, alias: Alias, *, other: Entity) -> Advice:
    if alias.weak:
        shown = tuple(dict.fromkeys(stem.rstrip("*") for stem in other.context))[:6]
        return Advice("ambiguous", word, other.id, other.senses, shown)
    return Advice("known", word, other.id)


def _pattern(pattern: str) -> Entity:
    if not pattern:
        raise TermError("There is no expression after re:.", "Write one, as in re:colonel.*Sadio.", code="no-pattern")
    try:
        compiled = compile_pattern(pattern)
    except ValueError as error:
        raise TermError(
            f"RE2 cannot read that: {error}.",
            "Look-around and back references do not exist in RE2.",
            code="bad-pattern",
            detail=str(error),
        ) from error
    if compiled.search("") is not None:
        raise TermError("That expression fits every text.", "Ask for at least one letter.", code="any-text")
    name = _PATTERN + pattern
    return Entity(id=_id(name), name=name, kind=EntityKind.WORDS, families=(FAMILY,), patterns=(pattern,))


def _parts(text: str) -> tuple[list[tuple[str, bool]], list[str], list[str]]:
    """Return the alternatives (words, is exact), the required and the forbidden words."""
    groups: list[tuple[str, bool]] = []
    signed: dict[str, list[str]] = {"+": [], "-": []}
    loose: list[str] = []
    for match in _PART.finditer(text):
        phrase_sign, phrase, bar, sign, word = match.groups()
        if bar:
            _close(loose, groups)
        elif phrase_sign or sign:
            signed[phrase_sign or sign].append(phrase or word)
        elif phrase:
            _close(loose, groups)
            groups.append((phrase, True))
        else:
            loose.append(word)
    _close(loose, groups)
    return groups, signed["+"], signed["-"]


def _close(loose: list[str], groups: list[tuple[str, bool]]) -> None:
    if loose:
        groups.append((" ".join(loose), False))
        loose.clear()


def _alias(words: str, *, exact: bool) -> Alias:
    if exact or not _is_acronym(words):
        return Alias(words, kind=AliasKind.FULL, fuzzy=not exact, source="subscriber")
    case = CaseRule.EXACT if len(words.replace(".", "")) <= 3 else CaseRule.TITLE_OK
    return Alias(words, kind=AliasKind.ACRONYM, case=case, fuzzy=False, source="subscriber")


def _is_acronym(words: str) -> bool:
    letters = words.replace(".", "")
    return len(letters) <= 6 and letters.isalpha() and letters.isupper()


def _refuse_empty(aliases: tuple[Alias, ...]) -> None:
    if not aliases:
        raise TermError(
            "Those words only narrow something down.",
            "Say first what to watch, as in uranium -bomb.",
            code="only-narrows",
        )
    if len(aliases) > MOST_ALTERNATIVES:
        raise TermError(
            f"Those are more than {MOST_ALTERNATIVES} alternatives.",
            "Watch them one by one.",
            code="many",
            detail=str(MOST_ALTERNATIVES),
        )
    for alias in aliases:
        _refuse_vague(alias)


def _refuse_vague(alias: Alias) -> None:
    forms = _plain(alias.text).split()
    if len("".join(forms)) < 2 and not is_unspaced(alias.text):
        raise TermError(
            f"“{alias.text}” is too short to watch.", "Write at least two letters.", code="short", detail=alias.text
        )
    if alias.kind is not AliasKind.ACRONYM and all(form in FUNCTION_WORDS for form in forms):
        raise TermError(
            f"“{alias.text}” stands in nearly every text.", "Add a name to it.", code="vague", detail=alias.text
        )


def _normal(alias: Alias) -> str:
    written = alias.text if alias.kind is AliasKind.ACRONYM else _plain(alias.text)
    return f"{written}/{'exact' if not alias.fuzzy else 'near'}"


def _plain(text: str) -> str:
    return " ".join(token.form for token in tokens(text))


def _id(normal: str) -> str:
    return PREFIX + hashlib.sha256(normal.encode("utf-8")).hexdigest()[:_HASH_LETTERS]
