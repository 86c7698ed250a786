"""Recognise the same text again: the same address, the same headline, the same opening words."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from matchers.headlines import cleaned
from matchers.text import tokens
from matchers.urls import canonical_url

if TYPE_CHECKING:
    from matchers.types import StoryEntry

# Shorter headlines ("Mali: the essentials") recur without being one text.
_LEAST_TITLE: Final = 5
_LEAST_SUMMARY: Final = 20
_SHINGLE: Final = 18
_AGENCIES: Final = {
    "afp": r"AFP|أ\s?ف\s?ب|فرانس برس", "reuters": r"Reuters|رويترز", "ap": r"AP", "apa": r"APA", "xinhua": r"Xinhua|Chine nouvelle|شينخوا",
    "anadolu": r"Anadolu|الأناضول", "efe": r"EFE", "dpa": r"dpa", "belga": r"Belga", "pana": r"PANA", "tass": r"TASS", "aps": r"APS",
}  # fmt: skip
_LONGEST_CREDIT: Final = 60  # characters at the end of a text in which one is looked for
_NAMED: Final = "|".join(f"(?P<{key}>{names})" for key, names in _AGENCIES.items())
# A credit stands at the end: "(AFP)", "avec Reuters", "- Xinhua".
_CREDIT: Final = re.compile(
    rf"[\s(\[–—-]*(?<!\w)(?:avec\s+|with\s+|source\s*:\s*)?(?:{_NAMED})(?!\w)[\s)\].–—-]*$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Hold the signs by which a text is recognised, surest first."""

    signs: tuple[int, ...]


def fingerprint(entry: StoryEntry) -> Fingerprint:
    """Return the signs of an entry's text."""
    title = _words(_uncredited(cleaned(entry.title)))
    summary = _words(_uncredited(entry.summary))
    signs = [_sign("url", canonical_url(entry.url))] if entry.url else []
    if len(title) >= _LEAST_TITLE:
        signs.append(_sign("title", " ".join(title)))
    if len(summary) >= _LEAST_SUMMARY:
        signs.append(_sign("summary", " ".join(summary[:_SHINGLE])))
    return Fingerprint(tuple(signs))


def agency_of(entry: StoryEntry) -> str:
    """Return the agency whose text an entry says it prints, or ""."""
    found = _CREDIT.search(entry.summary[-_LONGEST_CREDIT:]) or _CREDIT.search(entry.title[-_LONGEST_CREDIT:])
    return found.lastgroup or "" if found else ""


def _uncredited(text: str) -> str:
    return text[:-_LONGEST_CREDIT] + _CREDIT.sub("", text[-_LONGEST_CREDIT:])


def _words(text: str) -> list[str]:
    return [token.form for token in tokens(text)]


def _sign(kind: str, text: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"{kind}:{text}".encode(), digest_size=7).digest())
