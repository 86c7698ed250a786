"""Compile aliases: which words, what each weighs, which must be there, how alike is enough.

alias text --tokens--> words with weights --Name--> anchors (words that wake an entry)

The bar is always a score of 80, whatever the length: `tau` is the similarity that scores 80,
and it falls with the letters of the name, because one wrong letter says much about a short
name and little about a long one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from matchers.entities import Alias, AliasKind, Entity, EntityKind
from matchers.lexicon import TAIL
from matchers.text import APOSTROPHES, alias_form, tokens
from matchers.variants import Variant, variants
from matchers.vocabulary import COMMON_WORDS, FUNCTION_WORDS, TITLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matchers.lexicon import Lexicon
    from matchers.text import Token

FUNCTION_WEIGHT: Final = 0.08  # a missing "of" costs next to nothing
COMMON_WEIGHT: Final = 0.5  # "front" or "movement" say half of what a name says
NOT_FUZZY_BELOW: Final = 7  # letters; a single shorter word is too near to other words
LONGEST_TITLED: Final = 3  # words of a title and a surname
MANY_WORDS: Final = 4  # content words from which one may be missing, if it is a common one
SPARES: Final = 2
SHORTEST_SPARE: Final = 4  # letters
LONGEST_JOIN: Final = 4  # words that are also found written in one
# Letters of the content words, and the similarity that they need.
TAU: Final = ((4, 1.0), (7, 0.90), (10, 0.84), (16, 0.78), (24, 0.74))
# Two short words vouch for each other: one wrong letter in seven is forgiven.
SHORT_PAIR: Final = (6, 7)
TAU_PAIR: Final = 0.85
TAU_LONG: Final = 0.70
BAR: Final = 80
# Topics are ordinary words and bend little, one wrong letter in nine: "rebels" must not be "revels".
TOPIC_FLOOR: Final = 0.88


@dataclass(frozen=True, slots=True)
class Name:
    """Hold one compiled alias; words are numbers of the lexicon, in order (`forms` are they as they are folded).

    `strict` words must be written exactly (acronyms and digits inside a name), `needed`
    words must be found at all (`required` are their
    numbers, `most_absent` how many an entry may lack), `distinctive` ones are this name's own; `joins` says which words a joined one (`joined` are their numbers) stands for, the two `spares` wake an entry when an anchor is damaged. A `rigid` name
    is not guessed from damaged words; `most_extra` foreign words may stand inside. A `tight` name is a title and a
    surname or a shortened name: in this order with nothing between, or it is somebody else ("Boubacar Goïta, président du club").
    """

    entity: Entity
    alias: Alias
    forms: list[str]
    words: tuple[int, ...]
    weights: tuple[float, ...]
    content: tuple[int, ...]
    needed: tuple[int, ...]
    required: frozenset[int]
    distinctive: tuple[int, ...]
    strict: tuple[int, ...]
    joins: tuple[tuple[int, int, int], ...]
    joined: frozenset[int]
    anchors: tuple[int, ...]
    spares: tuple[int, ...]
    tau: float
    topic: bool
    rigid: bool
    tight: bool
    most_extra: int
    most_absent: int
    total: float
    letters: str
    floors: tuple[float, ...]
    order: tuple[int, ...]

    @property
    def loose(self) -> bool:
        """Tell whether these are a subscriber's words, which need not be one phrase."""
        return self.entity.kind is EntityKind.WORDS and self.alias.fuzzy

    def score(self, similarity: float) -> int:
        """Return the string score of a similarity: 100 for exact, 80 for `tau`."""
        if similarity >= 1.0:
            return 100
        if self.tau >= 1.0:
            return 0
        return max(0, round(100 - (100 - BAR) * (1 - similarity) / (1 - self.tau)))

    def least(self, score: int) -> float:
        """Return the similarity that earns a score."""
        return 1 - (100 - score) / (100 - BAR) * (1 - self.tau)


def compile_alias(entity: Entity, alias: Alias, *, lexicon: Lexicon) -> tuple[Name, ...]:
    """Compile an alias into the names that it is looked up by, its unlisted variants among them."""
    written = (Variant(alias), *variants(entity, alias))
    return tuple(
        _compile(entity, variant, parts=parts, lexicon=lexicon)
        for variant in written
        for parts in _readings(variant.alias)
        if parts
    )


def _readings(alias: Alias) -> Iterator[list[Token]]:
    """Yield the words of an alias, and again with its apostrophes read as blanks."""
    written = tokens(alias.text)
    yield written
    apart = tokens("".join(" " if char in APOSTROPHES else char for char in alias.text))
    if len(apart) > len(written) and len(written) > 1:
        yield apart


def _compile(entity: Entity, variant: Variant, *, parts: list[Token], lexicon: Lexicon) -> Name:
    alias = variant.alias
    forms = [alias_form(part.raw) for part in parts]
    exact = not alias.fuzzy or alias.kind in {AliasKind.ACRONYM, AliasKind.HANDLE}
    topic = alias.kind is AliasKind.TOPIC
    tight = variant.tight or _is_titled(entity, forms)
    words = tuple(lexicon.add(form, fuzzy=not exact) for form in forms)
    content = _content(forms)
    distinctive = [i for i in content if not _is_common(forms[i])]
    needed = _needed(content, distinctive)
    strict = tuple(i for i in content if exact or _is_sign(parts[i].raw, alias))
    weights = _weights(forms, content)
    anchors = _anchors(forms, distinctive or list(content), words=words)
    joins = () if tight and min(map(len, forms)) == 1 else _joins(forms, lexicon)  # "Y. U" is no "Yu"
    return Name(
        entity=entity,
        alias=alias,
        forms=forms,
        words=words,
        weights=weights,
        content=content,
        needed=needed,
        required=frozenset(words[i] for i in needed),
        distinctive=tuple(distinctive),
        strict=strict,
        joins=joins,
        joined=frozenset([number for number, _, _ in joins]),
        anchors=anchors,
        spares=() if topic or exact or strict else _spares(forms, content, words=words, anchors=anchors),
        tau=_tau(forms, content, exact=exact),
        topic=topic,
        rigid=topic or tight or not distinctive or bool(strict),
        tight=tight,
        most_extra=0 if tight else _most_extra(alias, content, common=not distinctive),
        most_absent=0 if topic or strict or not distinctive else 1 + (len(needed) > 2) + (len(needed) > 4),
        total=sum(weights),
        letters="".join(forms),
        floors=tuple(1.0 if i in strict else TOPIC_FLOOR if topic else 0.0 for i in range(len(forms))),
        order=(*content, *(i for i in range(len(forms)) if i not in content)),
    )


def _is_titled(entity: Entity, forms: list[str]) -> bool:
    """Tell whether a name is a title and a surname."""
    return entity.kind is EntityKind.PERSON and 1 < len(forms) <= LONGEST_TITLED and not TITLES.isdisjoint(forms[:-1])


def _is_common(form: str) -> bool:
    """Tell whether a word is a common one, also with an Arabic "and" written before it."""
    return form in COMMON_WORDS or (form.startswith("و") and alias_form(form[1:]) in COMMON_WORDS)


def _content(forms: list[str]) -> tuple[int, ...]:
    """List the words that say something; all of them when none does."""
    return tuple(i for i, form in enumerate(forms) if form not in FUNCTION_WORDS) or tuple(range(len(forms)))


def _weights(forms: list[str], content: tuple[int, ...]) -> tuple[float, ...]:
    return tuple(_weight(form) if i in content else FUNCTION_WEIGHT for i, form in enumerate(forms))


def _weight(form: str) -> float:
    long = min(1.0, 0.5 + 0.1 * len(form))
    return long * (COMMON_WEIGHT if _is_common(form) else 1.0)


def _needed(content: tuple[int, ...], distinctive: list[int]) -> tuple[int, ...]:
    """Name the words without which it is another name: what is not common, and its head at either end."""
    if len(content) < MANY_WORDS or not distinctive:
        return content
    return tuple(sorted({*distinctive, content[0], content[-1]}))


def _most_extra(alias: Alias, content: tuple[int, ...], *, common: bool) -> int:
    """Return how many foreign words may stand inside; in "Confederation of X of the Sahel" X changes all."""
    if alias.kind is AliasKind.TOPIC or (common and len(content) < 3):
        return 0
    return 1 if common or len(content) < 3 else 2


def _is_sign(raw: str, alias: Alias) -> bool:
    """Tell whether a word is an acronym or a number inside a longer name."""
    letters = [char for char in raw if char.isalpha()]
    if not letters:
        return True
    return 2 <= len(raw) <= 6 and raw.isupper() and alias.text != alias.text.upper() and raw.upper() != raw.lower()


def _anchors(forms: list[str], candidates: list[int], *, words: tuple[int, ...]) -> tuple[int, ...]:
    """Choose the words that wake an entry: the rarest, and of a name of two words either."""
    ranked = sorted(candidates, key=lambda i: (_is_common(forms[i]), -len(forms[i]), i))
    both = len(ranked) == 2 and len(forms[ranked[1]]) > 3 and not _is_common(forms[ranked[0]])
    return tuple(dict.fromkeys(words[i] for i in ranked[: 1 + both]))


def _spares(
    forms: list[str], content: tuple[int, ...], *, words: tuple[int, ...], anchors: tuple[int, ...]
) -> tuple[int, ...]:
    """Choose the two words that together wake an entry when the anchor is damaged beyond recognition."""
    left = [i for i in content if words[i] not in anchors and len(forms[i]) >= SHORTEST_SPARE]
    ranked = sorted(left, key=lambda i: (_is_common(forms[i]), -len(forms[i]), i))
    spares = tuple(sorted({words[i] for i in ranked[:SPARES]}))
    return spares if len(spares) == SPARES else ()


def _joins(forms: list[str], lexicon: Lexicon) -> tuple[tuple[int, int, int], ...]:
    """File what the name looks like with a blank lost: each pair of neighbours, and all of it."""
    runs = {(i, i + 2) for i in range(len(forms) - 1)}
    if 2 < len(forms) <= LONGEST_JOIN:
        runs.add((0, len(forms)))
    return tuple(
        (lexicon.add("".join(forms[first:end]), fuzzy=False), first, end)
        for first, end in sorted(runs)
        if not all(form in FUNCTION_WORDS for form in forms[first:end])
    )


def _tau(forms: list[str], content: tuple[int, ...], *, exact: bool) -> float:
    letters = sum(len(forms[i]) for i in content)
    if exact:
        return 1.0
    if len(content) == 1 and letters < NOT_FUZZY_BELOW:
        return 1 - (1 - TAIL) * 4 / 3 if letters > 4 else 1.0
    if len(content) > 1 and SHORT_PAIR[0] <= letters <= SHORT_PAIR[1]:
        return TAU_PAIR
    return next((tau for most, tau in TAU if letters <= most), TAU_LONG)
