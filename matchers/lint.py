"""Find what is wrong in catalogue files before it rings, or fails to.

files --locate--> entities with lines --rules--> Finding(file, line, reason, severity)
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import chain, combinations
from typing import TYPE_CHECKING, Final

from rapidfuzz import fuzz

from matchers.catalogue import CatalogueError, LocatedEntity, contexts_of, is_catalogue, locate
from matchers.entities import AliasKind, CaseRule
from matchers.text import tokens
from matchers.vocabulary import COMMON_WORDS, FUNCTION_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from matchers.entities import Alias

ERROR: Final = "error"
WARNING: Final = "warning"
NEAR_DUPLICATE: Final = 93  # ratio of folded aliases of two entities from which one is taken for the other
SHORT_ACRONYM: Final = 3


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Hold one thing to mend, or to think about."""

    file: str
    line: int
    severity: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Written:
    """Hold an alias with where it stands and its folded words."""

    located: LocatedEntity
    alias: Alias
    line: int
    folded: str

    @property
    def where(self) -> str:
        return f"{self.located.file}:{self.line} ({self.located.entity.id})"

    def finding(self, severity: str, reason: str) -> Finding:
        return Finding(self.located.file, self.line, severity, reason)


def lint(files: Mapping[str, str]) -> tuple[Finding, ...]:
    """Check catalogue files by name and text; an empty answer means that nothing is wrong."""
    findings: list[Finding] = []
    located: list[LocatedEntity] = []
    try:
        contexts = contexts_of(files)
    except CatalogueError as error:
        contexts = {}
        findings.append(Finding(error.file, error.line, ERROR, error.reason))
    for name, text in sorted(files.items()):
        if is_catalogue(name):
            try:
                located.extend(locate(text, name, contexts=contexts))
            except CatalogueError as error:
                findings.append(Finding(error.file, error.line, ERROR, error.reason))
    written = [
        _Written(one, alias, line, " ".join(token.form for token in tokens(alias.text)))
        for one in located
        for alias, line in zip(one.entity.aliases, one.alias_lines, strict=True)
    ]
    for rule in (_same_ids(located), *map(_of_alias, written), _shared(written), _near(written)):
        findings.extend(rule)
    return tuple(sorted(set(findings)))


def _same_ids(located: list[LocatedEntity]) -> Iterator[Finding]:
    first: dict[str, LocatedEntity] = {}
    for one in located:
        other = first.setdefault(one.entity.id, one)
        if other is not one:
            yield Finding(one.file, one.line, ERROR, f"the id {one.entity.id} stands in {other.file}:{other.line} too")
        if not one.entity.aliases and not one.entity.compounds:
            yield Finding(one.file, one.line, ERROR, f"{one.entity.id} has no alias")


def _of_alias(written: _Written) -> Iterator[Finding]:
    alias, entity = written.alias, written.located.entity
    if not written.folded:
        yield written.finding(ERROR, f"{alias.text!r} has no letter or digit")
    if alias.weak and not entity.context:
        yield written.finding(ERROR, f"{alias.text!r} is weak and {entity.id} has no context words")
    if alias.kind is AliasKind.ACRONYM:
        yield from _of_acronym(written)
    elif not alias.weak and _is_common(written.folded):
        yield written.finding(ERROR, f"{alias.text!r} is a common word: make it weak, with context")


def _of_acronym(written: _Written) -> Iterator[Finding]:
    alias, letters = written.alias, len(written.folded)
    if alias.case is CaseRule.ANY and letters > 1:
        yield written.finding(WARNING, f"{alias.text!r} is an acronym in any case: small letters will match too")
    if not alias.weak and letters <= SHORT_ACRONYM:
        yield written.finding(ERROR, f"{alias.text!r} has {letters} letters: make it weak, with context")


def _is_common(folded: str) -> bool:
    words = folded.split()
    return len(words) == 1 and (words[0] in COMMON_WORDS or words[0] in FUNCTION_WORDS)


def _shared(written: list[_Written]) -> Iterator[Finding]:
    by_form: dict[str, list[_Written]] = defaultdict(list)
    for one in written:
        by_form[one.folded].append(one)
    for first, *others in by_form.values():
        yield from filter(None, (_of_twins(first, other) for other in others))


def _of_twins(first: _Written, other: _Written) -> Finding | None:
    """Judge two aliases that fold to the same words."""
    if first.located.entity.id != other.located.entity.id:
        severity = WARNING if first.alias.weak and other.alias.weak else ERROR
        return other.finding(severity, f"{other.alias.text!r} is an alias in {first.where} too")
    if first.alias.case == other.alias.case and first.alias.weak == other.alias.weak:
        return other.finding(WARNING, f"{other.alias.text!r} says the same as line {first.line}")
    return None


def _near(written: list[_Written]) -> Iterator[Finding]:
    """Compare long aliases that share their longest word's beginning."""
    blocks: dict[str, list[_Written]] = defaultdict(list)
    for one in written:
        if len(one.folded) >= 8 and one.alias.fuzzy:
            blocks[max(one.folded.split(), key=len)[:4]].append(one)
    for one, other in chain.from_iterable(combinations(block, 2) for block in blocks.values()):
        if one.located.entity.id == other.located.entity.id or one.folded == other.folded:
            continue
        if fuzz.ratio(one.folded, other.folded, score_cutoff=NEAR_DUPLICATE):
            yield other.finding(WARNING, f"{other.alias.text!r} is nearly {one.alias.text!r} of {one.where}")
