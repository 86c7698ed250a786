"""Decide how sure we are that a name seen means the entity: 0-100, and 80 is always the bar.

score = min(how alike the letters are, what the evidence allows), with reasons in words.

| evidence                                     | allows                                   |
| full or short name                           | 100                                      |
| acronym without other meanings, right case   | 92; 98 with context or the full name     |
| weak alias and its own full name in the item | 97                                       |
| weak alias, c context words, f other names   | min(96, 76 + 8c + 8f) - 14 a negative    |
| weak alias alone                             | 60                                       |
| surname                                      | 60; alone, capital 80; context 82 to 96  |
| surname after somebody else's given name     | 15                                       |
| topic in its armed sense                     | 90                                       |
| a neighbour that belongs to another meaning  | 10                                       |
| the text says that it stands for another name | 10                                      |

What it assumes: an ambiguous acronym beside a word of its own world is meant in that world.
What fools it: a namesake in a story about the right country, when letter case does not tell
(Arabic, all capitals); two meanings in one item. Rejected: moving the bar with length or
language, and thresholds on similarity alone (they do not separate meanings).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from matchers.entities import AliasKind, CaseRule, EntityKind
from matchers.text import fold
from matchers.types import Reason
from matchers.vocabulary import (
    CIVIL_TITLES,
    COMMON_WORDS,
    FUNCTION_WORDS,
    GIVEN_NAMES,
    NATIONALITIES,
    OPENERS,
    OTHER_ROLES,
    TITLES,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matchers.entities import Alias
    from matchers.fields import FieldText
    from matchers.index import Watched
    from matchers.sightings import Sighting
    from matchers.text import Token

BAR: Final = 80
NEAR: Final = 55  # below it nothing is kept
ALONE: Final = 60  # a weak alias without any evidence: kept for review, never rung
AGAINST: Final = 14  # a word of another meaning outweighs one and a half of ours
OTHERS: Final = GIVEN_NAMES | OTHER_ROLES
NEAR_LETTERS: Final = 40  # looked at before a word for the end of a sentence
LONGEST_INITIAL: Final = 2  # letters; shorter than a given name
SHORT_ACRONYM: Final = 4  # letters; in a headline in capitals these are words


@dataclass(frozen=True, slots=True)
class Evidence:
    """Hold what else stands in the entry: for one entity, all its sightings together."""

    watched: Watched
    fields: Sequence[FieldText]
    context: tuple[str, ...]
    against: tuple[str, ...]
    nearby: tuple[str, ...]
    own_name: bool
    namesake: str
    stands_for: str
    lang: str
    in_scope: tuple[str, ...]

    @property
    def support(self) -> int:
        """Count what speaks for the entity: context words, other names of its world, the feed."""
        return len(self.context) + len(self.nearby) + bool(self.in_scope)

    @property
    def is_backed(self) -> bool:
        """Tell whether anything at all speaks for the entity."""
        return self.own_name or self.support > 0


Verdict = tuple[int, tuple[Reason, ...]]


def judge(sighting: Sighting, evidence: Evidence) -> Verdict:
    """Return the score of one sighting and the reasons for it."""
    text = _written(sighting, evidence)
    string = _string_reason(sighting, text)
    veto = _veto(sighting, evidence)
    if veto is not None:
        return veto[0], (string, veto[1])
    allowed, reasons = _allowed(sighting, evidence)
    return min(sighting.string_score, allowed), (string, *reasons)


def is_consumed(sighting: Sighting, watched: Watched, *, field: FieldText) -> bool:
    """Tell whether a sighting lies inside a phrase that means something else, or borrows a word of one.

    "Niger Delta Movement for Justice" holds all words of "Niger Movement for Justice", but Niger is its delta's there.
    """
    words = field.words
    first = sighting.first
    while first < sighting.last and words[first].form in FUNCTION_WORDS:
        first += 1  # the article of "la CMA" stands before "CMA CGM"
    return any(
        _takes(range(start, start + len(phrase)), sighting, first=first)
        for phrase in watched.phrases
        for start in range(max(0, first - len(phrase) + 1), sighting.last + 1)
        if _is_phrase(phrase, words[start : start + len(phrase)])
    )


def _takes(phrase: range, sighting: Sighting, *, first: int) -> bool:
    """Tell whether a phrase holds all of a sighting, or a word of it together with one that is not its own."""
    if phrase[0] <= first and phrase[-1] >= sighting.last:
        return True
    return not sighting.used.isdisjoint(phrase) and not sighting.used.issuperset(phrase)


def _is_phrase(phrase: tuple[str, ...], words: Sequence[Token]) -> bool:
    return len(words) == len(phrase) and all(part in word.forms for part, word in zip(phrase, words, strict=True))


def _written(sighting: Sighting, evidence: Evidence) -> str:
    field = evidence.fields[sighting.field]
    return field.text[field.words[sighting.first].start : field.words[sighting.last].end]


def _string_reason(sighting: Sighting, text: str) -> Reason:
    if sighting.alias is None:
        return Reason("compound", text)
    if sighting.similarity >= 1.0:
        return Reason("exact", sighting.alias.text)
    return Reason("fuzzy", f"{sighting.alias.text} ({sighting.similarity:.0%})")


def _veto(sighting: Sighting, evidence: Evidence) -> tuple[int, Reason] | None:
    if sighting.alias is None:
        return None
    if sighting.alias.kind is AliasKind.ACRONYM and evidence.stands_for:
        return 10, Reason("expansion", evidence.stands_for)
    words = evidence.fields[sighting.field].words
    beside = [at for at in (sighting.first - 1, sighting.last + 1) if 0 <= at < len(words)]
    for at in beside:
        is_open = sighting.is_weak or sighting.alias.kind is AliasKind.ACRONYM
        if is_open and words[at].form in evidence.watched.neighbours:
            return 10, Reason("neighbour", words[at].raw)
    if sighting.alias.kind is AliasKind.SURNAME:
        other = other_given_name(sighting, evidence.watched, field=evidence.fields[sighting.field])
        if other:
            return 15, Reason("given-name", other)
    return None


def other_given_name(sighting: Sighting, watched: Watched, *, field: FieldText) -> str:
    """Return the given name of somebody else that stands before a surname or right after it, or ""."""
    after = field.words[sighting.last + 1] if sighting.last + 1 < len(field.words) else None
    if after is not None and not GIVEN_NAMES.isdisjoint(after.forms) and after.raw[:1].isupper():
        joined = field.text[field.words[sighting.last].end : after.start] == " "
        if joined and watched.given_names.isdisjoint(after.forms):
            return after.raw
    if sighting.first == 0:
        return ""
    before, here = field.words[sighting.first - 1], field.words[sighting.first]
    if field.text[before.end : here.start].strip(" \u00a0-"):
        return ""
    if before.form in NATIONALITIES and sighting.first > 1:
        trade = field.words[sighting.first - 2]
        if not OTHER_ROLES.isdisjoint(trade.forms):
            return trade.raw
    if before.form in TITLES or not watched.given_names.isdisjoint(before.forms):
        return ""
    if not OTHERS.isdisjoint(before.forms) or _is_given_name(sighting.first - 1, field):
        return before.raw
    return ""


def _is_given_name(at: int, field: FieldText) -> bool:
    """Tell whether a capitalised word before a surname can only be a given name."""
    word = field.words[at]
    if not word.raw[:1].isupper() or word.raw.isupper() or word.form in FUNCTION_WORDS | COMMON_WORDS:
        return False
    if field.is_in_headline_case:
        return False
    return not _begins_sentence(at, field) or (word.form not in OPENERS and len(word.form) > LONGEST_INITIAL)


def _begins_sentence(at: int, field: FieldText) -> bool:
    start = field.words[at].start
    before = field.text[max(0, start - NEAR_LETTERS) : start].rstrip(" \u00a0\"'«“‘(")
    return not before or before[-1] in ".!?:;…–—-|\n"


def _allowed(sighting: Sighting, evidence: Evidence) -> Verdict:
    alias = sighting.alias
    if alias is None or alias.kind is AliasKind.TOPIC:
        return _with_context(sighting, evidence) if sighting.is_weak else (90, (Reason("topic"),))
    if alias.kind is AliasKind.ACRONYM:
        return _acronym(sighting, evidence)
    if alias.kind is AliasKind.SURNAME and sighting.entity.kind is EntityKind.PERSON:
        return _surname(sighting, evidence)
    if alias.weak:
        return _with_context(sighting, evidence)
    return 100, tuple(reason for reason in _supporting(evidence) if reason.code != "full-name-nearby")


def _acronym(sighting: Sighting, evidence: Evidence) -> Verdict:
    alias = sighting.alias
    assert alias is not None
    raw = _written(sighting, evidence).replace(".", "")
    if not _case_fits(raw, alias.text.replace(".", ""), rule=alias.case):
        if len(raw) >= SHORT_ACRONYM and (not alias.weak or _is_tagged(sighting, evidence)):
            return _with_context(sighting, evidence)
        return 10, (Reason("case", raw),)
    if evidence.fields[sighting.field].is_in_capitals and len(raw) <= SHORT_ACRONYM:
        score, reasons = _with_context(sighting, evidence)
        return score, (Reason("all-caps"), *reasons)
    if alias.weak or len(evidence.against) > evidence.support or _is_of_another_language(alias, evidence):
        return _with_context(sighting, evidence)
    return (92 + 6 * evidence.is_backed), _supporting(evidence)


def _is_of_another_language(alias: Alias, evidence: Evidence) -> bool:
    """Tell whether an acronym with its article ("la CMA", whose gender tells the sense) stands in another language."""
    return " " in alias.text and bool(evidence.lang) and evidence.lang != alias.lang


def _is_tagged(sighting: Sighting, evidence: Evidence) -> bool:
    """Tell whether a word is a hashtag or a handle, in which people write small letters."""
    field = evidence.fields[sighting.field]
    start = field.words[sighting.first].start
    return start > 0 and field.text[start - 1] in "#@"


def _case_fits(raw: str, text: str, *, rule: CaseRule) -> bool:
    if rule is CaseRule.ANY or raw == text:
        return True
    if rule is CaseRule.EXACT:
        return False
    return raw.isupper() or (raw[:1].isupper() and raw[1:].islower())


def _surname(sighting: Sighting, evidence: Evidence) -> Verdict:
    before = _title_before(sighting, evidence)
    title = "" if fold(before) in CIVIL_TITLES else before
    reasons = ((Reason("title", title),) if title else ()) + _supporting(evidence)
    if evidence.own_name:
        return 97, reasons
    if evidence.namesake:
        return 30, (*reasons, Reason("given-name", evidence.namesake))
    if not sighting.is_weak:
        return 90, reasons
    score = ALONE + 20 * bool(title)
    if evidence.support:
        score = min(96, 74 + 8 * min(2, evidence.support) + 8 * bool(title))
    elif not before and _stands_alone(sighting, evidence):
        score, reasons = BAR, (*reasons, Reason("bare-name"))
    return score - AGAINST * len(evidence.against), reasons


def _title_before(sighting: Sighting, evidence: Evidence) -> str:
    words = evidence.fields[sighting.field].words
    before = words[sighting.first - 1] if sighting.first else None
    return before.raw if before is not None and not TITLES.isdisjoint(before.forms) else ""


def _stands_alone(sighting: Sighting, evidence: Evidence) -> bool:
    """Tell whether a capitalised surname stands without any given name: so one writes of who is known."""
    raw = _written(sighting, evidence)
    return raw[:1].isupper() and not evidence.fields[sighting.field].is_in_capitals and sighting.similarity >= 1.0


def _with_context(sighting: Sighting, evidence: Evidence) -> Verdict:
    reasons = _supporting(evidence)
    against = len(evidence.against)
    if evidence.own_name and not against:
        return 97, reasons
    support = evidence.support + evidence.own_name
    if against > support:
        return 20, reasons
    if not support:
        return ALONE, (*reasons, Reason("weak", _written(sighting, evidence)))
    return min(96, 76 + 8 * support) - AGAINST * against, reasons


def _supporting(evidence: Evidence) -> tuple[Reason, ...]:
    found = []
    if evidence.own_name:
        found.append(Reason("full-name-nearby"))
    if evidence.context:
        found.append(Reason("context", ", ".join(evidence.context[:4])))
    if evidence.nearby:
        found.append(Reason("names-nearby", ", ".join(evidence.nearby[:3])))
    if evidence.in_scope:
        found.append(Reason("feed-scope", ", ".join(evidence.in_scope)))
    if evidence.against:
        found.append(Reason("negative", ", ".join(evidence.against[:4])))
    return tuple(found)
