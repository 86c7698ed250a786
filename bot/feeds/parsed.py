"""Name what reading a body gives: plain, frozen, and free of the libraries that read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class ParsedEntry:
    """Hold one item as a feed gave it, in plain text; `published` is what the feed says, in UTC."""

    guid: str
    url: str
    title: str
    summary: str
    lang: str
    published: datetime | None


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Hold a document's own word on when to come again: seconds (ttl, sy:), hours of the day in UTC, days of the week."""

    hint_s: int = 0
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """Hold a feed's entries in its own order, and its own word on its rhythm.

    `shown` is how many entries the document shows in all: more than `entries` when those that are known
    were left out. `marks` are digests of all of them, by which they can be left out next time.
    """

    title: str
    lang: str
    entries: tuple[ParsedEntry, ...]
    rhythm: Rhythm | None = None
    shown: int = 0
    marks: bytes = b""


class NotAFeed(ValueError):
    """Say that a body holds no feed."""
