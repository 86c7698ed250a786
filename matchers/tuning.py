"""Say whether a match counts for a chat that narrowed what it watches. Pure.

Match + EntryText + outlet ──Tunings of the chat──▶ counts, or not

The watch list matches each entry once for everybody; what one chat adds is looked at only
where that chat's term was found, so it costs nothing to the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from matchers.text import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matchers.types import EntryText


class TuningKind(StrEnum):
    """Name how a chat may change what a term means to it.

    `with` words of which each must stand in the entry, `without` words of which none may;
    `outlet` and `feed` the only ones that count; `least` the lowest score that counts;
    `spelling` one more written form, which is a term of its own.
    """

    WITH = "with"
    WITHOUT = "without"
    OUTLET = "outlet"
    FEED = "feed"
    LEAST = "least"
    SPELLING = "spelling"


@dataclass(frozen=True, slots=True)
class Tuning:
    """Hold one change that a chat made to an entity or a family that it watches."""

    entity: str
    kind: TuningKind
    value: str


@dataclass(frozen=True, slots=True)
class Found:
    """Hold where an entity was found: the entry's text, its outlet and feed, and the score."""

    text: EntryText
    outlet: str
    feed: str
    score: int


def counts(found: Found, tunings: Iterable[Tuning]) -> bool:
    """Say whether a find counts under these tunings; without any it does."""
    wanted: dict[TuningKind, list[str]] = {}
    for tuning in tunings:
        wanted.setdefault(tuning.kind, []).append(tuning.value)
    if not wanted:
        return True
    least = max((int(value) for value in wanted.get(TuningKind.LEAST, ())), default=0)
    sources = wanted.get(TuningKind.OUTLET, []) + wanted.get(TuningKind.FEED, [])
    return (
        found.score >= least
        and (not sources or found.outlet in sources or found.feed in sources)
        and all(stands(words, found.text) for words in wanted.get(TuningKind.WITH, ()))
        and not any(stands(words, found.text) for words in wanted.get(TuningKind.WITHOUT, ()))
    )


def stands(words: str, text: EntryText) -> bool:
    """Say whether words stand in a text, one after another, in any case and accents; `*` ends a stem."""
    parts = words.split()
    stems = [part.endswith("*") for part in parts for _ in tokens(part.rstrip("*"))]
    forms = [token.form for part in parts for token in tokens(part.rstrip("*"))]
    return bool(forms) and any(_follow(forms, stems, text=field) for field in (text.title, text.summary) if field)


def _follow(forms: list[str], stems: list[bool], *, text: str) -> bool:
    written = [token.forms for token in tokens(text)]
    wanted = list(zip(forms, stems, strict=True))
    return any(
        all(_is(word, here) for word, here in zip(wanted, written[at:], strict=False))
        for at in range(len(written) - len(forms) + 1)
    )


def _is(wanted: tuple[str, bool], written: tuple[str, ...]) -> bool:
    form, is_stem = wanted
    return any(each.startswith(form) if is_stem else each == form for each in written)
