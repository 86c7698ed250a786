"""Say how else a name is written: without its legal form, without the names in the middle, with an initial.

"Siemens AG" is Siemens and Siemens Aktiengesellschaft; "Jamal Mustafa Abdallah Sultan al-Tikriti" is also Jamal Sultan
al-Tikriti, "Ali Khamenei" also A. Khamenei. A firm's short name is looked for as any name is; a person's shortened
name and an initial with a surname must stand just so, with nothing between, because each of them alone is anybody's.

What it assumes: a person's last name is never left out, and of a chain of forefathers at most two are; an alias with
a source is written as its source writes it, and who listed it knows what else that name can mean ("Ibrahim Keita").
What fools it: two bearers of one surname who share an initial, and two firms that differ in their legal form alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING, Final

from matchers.entities import Alias, AliasKind, EntityKind
from matchers.text import alias_form, is_unspaced, tokens
from matchers.vocabulary import COMMON_WORDS, FUNCTION_WORDS, HONORIFICS, NAME_PARTICLES, TITLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matchers.entities import Entity

# Legal forms as ISO 20275 lists them, a line for each with its spellings; at the end what leads a ship's name.
_LEGAL_FORMS: Final = (
    ("Ltd", "Limited", "Pty Ltd", "Pte Ltd", "Co Ltd"),
    ("Inc", "Incorporated"),
    ("Corp", "Corporation"),
    ("Co", "Company"),
    ("LLC", "Limited Liability Company", "OOO", "ООО", "Общество с ограниченной ответственностью"),
    ("JSC", "Joint Stock Company", "AO", "АО", "Акционерное общество"),
    ("OJSC", "Open Joint Stock Company", "OAO", "ОАО", "Открытое акционерное общество"),
    ("PJSC", "Public Joint Stock Company", "PAO", "ПАО", "Публичное акционерное общество"),
    ("plc", "Public Limited Company"),
    ("AG", "Aktiengesellschaft"),
    ("GmbH", "Gesellschaft mit beschränkter Haftung"),
    ("SA", "Société anonyme", "Sociedad anónima"),
    ("SARL", "Société à responsabilité limitée"),
    ("SAS", "Société par actions simplifiée"),
    ("SRL", "Società a responsabilità limitata", "Societatea cu Răspundere Limitată"),
    ("SpA", "Società per azioni"),
    ("BV", "Besloten Vennootschap"),
    ("NV", "Naamloze Vennootschap"),
    ("AB", "Aktiebolag"),
    ("LP", "Limited Partnership"),
    ("LLP", "Limited Liability Partnership"),
    ("Sp. z o.o.", "Spółka z ograniczoną odpowiedzialnością"),
    ("MV", "Motor Vessel"),
)
# These words are also words: what a subscriber typed keeps them.
_ALSO_WORDS: Final = frozenset(("co", "company", "corp", "corporation", "limited", "as", "ab", "ag", "ao", "mv"))
_SHORTEST_ALONE: Final = 7  # letters of a firm's only word; a shorter one is somebody else's as well
_ORGANISED: Final = frozenset({EntityKind.GROUP, EntityKind.INSTITUTION, EntityKind.WORDS})
_MOST_DROPPED: Final = 2  # names of forefathers that may be left out
_MOST_NAMES: Final = 8  # a longer alias is a sentence
_BEFORE_NAMES: Final = TITLES | HONORIFICS
_SHORTEST_SURNAME: Final = 3  # letters beside an initial


@dataclass(frozen=True, slots=True)
class Variant:
    """Hold another written form of an alias; a `tight` one must stand in this order with nothing between."""

    alias: Alias
    tight: bool = False


def variants(entity: Entity, alias: Alias) -> tuple[Variant, ...]:
    """Return the other written forms by which an alias is known without anybody listing them."""
    if alias.source or alias.weak or not alias.fuzzy or alias.kind is not AliasKind.FULL or is_unspaced(alias.text):
        return ()
    if entity.kind is EntityKind.PERSON:
        return tuple(Variant(shorter, tight=True) for shorter in _persons(entity, alias))
    if entity.kind in _ORGANISED:
        texts = _firms(alias.text, typed=entity.kind is EntityKind.WORDS)
        return tuple(Variant(replace(alias, text=text)) for text in texts)
    return ()


def _firms(text: str, *, typed: bool) -> tuple[str, ...]:
    """Return a firm's name without its legal form or, where that says too little, with the form written otherwise."""
    words = tokens(text)
    forms = [alias_form(word.raw) for word in words]
    first, last = 0, len(words)
    spellings: tuple[str, ...] = ()
    while found := _legal_form(forms[first:last], typed=typed):
        length, leads, spelt = found
        first, last = (first + length, last) if leads else (first, last - length)
        spellings = spellings or spelt
    if not spellings or first >= last:
        return ()
    core = text[words[first].start : words[last - 1].end]
    if _says_enough(forms[first:last]):
        return (core,)
    return tuple(f"{core} {spelling}" for spelling in spellings)


def _legal_form(forms: Sequence[str], *, typed: bool) -> tuple[int, bool, tuple[str, ...]] | None:
    """Return how many words of a legal form end a name, or lead it, and how else the form is written."""
    for length in range(min(_longest(), len(forms) - 1), 0, -1):
        for leads in (False, True):
            here = tuple(forms[:length] if leads else forms[-length:])
            if here in _by_words() and not (typed and length == 1 and here[0] in _ALSO_WORDS):
                return length, leads, _by_words()[here]
    return None


def _says_enough(forms: Sequence[str]) -> bool:
    own = [form for form in forms if form not in FUNCTION_WORDS and form not in COMMON_WORDS]
    return len(own) > 1 or any(len(form) >= (_SHORTEST_ALONE if len(forms) == 1 else 4) for form in own)


@cache
def _by_words() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """Return each spelling of a legal form as folded words, with all spellings of that form."""
    return {
        tuple(alias_form(word.raw) for word in tokens(spelling)): spellings
        for spellings in _LEGAL_FORMS
        for spelling in spellings
    }


@cache
def _longest() -> int:
    return max(map(len, _by_words()))


def _persons(entity: Entity, alias: Alias) -> list[Alias]:
    """Return a person's name with forefathers left out, and with an initial; the latter is weak where context is known."""
    names, titled = _names(alias.text)
    if not 2 <= len(names) <= _MOST_NAMES:
        return []
    texts = [" ".join(kept) for kept in ([names] if titled and len(names) > 2 else []) + _shortened(names)]
    initials = [" ".join(kept) for kept in _with_initial(names)]
    weak = bool(entity.context)
    return [
        *(replace(alias, text=text) for text in dict.fromkeys(texts)),
        *(replace(alias, text=text, weak=weak) for text in dict.fromkeys(initials)),
    ]


def _names(text: str) -> tuple[list[str], bool]:
    """Split a person's name into names, each with the particles before it; say whether titles before them were left out.

    A phrase in which other words stand ("the minister's son X Y") is no list of names: nothing is returned.
    """
    names: list[str] = []
    attached = titled = False
    words = tokens(text)
    for at, word in enumerate(words):
        form = alias_form(word.raw)
        if not names and form in _BEFORE_NAMES:
            titled = True
            continue
        if word.raw.islower() and form not in NAME_PARTICLES:
            return [], False
        if attached:
            names[-1] += ("-" if "-" in text[words[at - 1].end : word.start] else " ") + word.raw
        else:
            names.append(word.raw)
        attached = form in NAME_PARTICLES
    return ([] if attached else names), titled


def _shortened(names: Sequence[str]) -> list[list[str]]:
    """List a name without one or two of the inner ones; without the first it is the father's."""
    inner = range(1, len(names) - 1)
    dropped = [gone for most in range(1, _MOST_DROPPED + 1) for gone in combinations(inner, most)]
    return [[name for at, name in enumerate(names) if at not in gone] for gone in dropped]


def _with_initial(names: Sequence[str]) -> list[list[str]]:
    given, *middle, last = names
    if " " in given or "-" in given or len(last) < _SHORTEST_SURNAME or given[0].upper() == given[0].lower():
        return []
    found = [[given[0], last]]
    if len(middle) == 1 and middle[0][0].isalpha():
        found += [[given[0], middle[0][0], last], [given, middle[0][0], last]]
    return found
