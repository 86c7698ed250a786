"""Decide what of a poll is new, what changed, what was seen, and what may ring. Pure.

Identity is the guid or the canonical URL, never the title and never the date: on 81,368
real URLs the headline changed 7,466 times and the date moved with 40 % of those edits.
What fools it: a guid that changes together with its URL (rings again unless the headline
is the same within 72 h in this feed), one URL for several entries of a poll (then the URL
is no identity for them). Rejected: "newer than the last date" loses what arrives out of
order; a window of the last n items forgets what a publisher's deletion brings back.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from matchers.urls import canonical_url
from storage.records import ChangedEntry, Disposition, KnownEntries, KnownEntry, NewEntry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.feeds.reading import ParsedEntry

# A first poll tells what the feed holds; only what is this fresh is news.
_BASELINE_FRESH: Final = timedelta(minutes=60)
_LATE: Final = timedelta(hours=48)
_ABSURD: Final = timedelta(days=3650)
_AHEAD: Final = timedelta(minutes=5)
_TWIN: Final = timedelta(hours=72)
# A burst of mostly old entries is a publisher's accident, not news (fires on 25 of 12,545 real polls).
_FLOOD_LEAST: Final = 5
_FLOOD_OLD: Final = timedelta(hours=24)
_FLOOD_MOST: Final = 60
_COUNTER: Final = re.compile(r"#\d+$")
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Keys:
    """Hold the hashes that an entry is known by; "" where it has no such key."""

    guid: str
    url: str
    title: str
    content: str

    @property
    def main(self) -> str:
        """Return the entry's identity in its feed."""
        return self.guid or self.url or self.content


@dataclass(frozen=True, slots=True)
class Triage:
    """Hold what a poll brought: new entries, edits of known ones, and what merely stands there still."""

    new: tuple[NewEntry, ...] = ()
    changed: tuple[ChangedEntry, ...] = ()
    seen: tuple[int, ...] = ()
    flood: bool = False


def keys_of(entries: Sequence[ParsedEntry]) -> tuple[Keys, ...]:
    """Return each entry's keys; an address that three entries share is nobody's."""
    shared = Counter(entry.url for entry in entries)
    return tuple(_keys(entry, url=entry.url if shared[entry.url] < 3 else "") for entry in entries)


def _keys(entry: ParsedEntry, *, url: str) -> Keys:
    return Keys(
        guid=_hash("guid", _normal_guid(entry.guid)) if entry.guid else "",
        url=_hash("url", canonical_url(url)) if url else "",
        title=_hash("title", " ".join(_WORD.findall(entry.title.casefold()))),
        content=_hash("content", f"{entry.title}\n{entry.summary}"),
    )


def _normal_guid(guid: str) -> str:
    """Undo what publishers do to guids: http/https flips, and the counter that the BBC adds at each edit."""
    if guid.startswith(("http://", "https://")):
        return canonical_url(_COUNTER.sub("", guid))
    return guid


def _hash(kind: str, text: str) -> str:
    return hashlib.sha256(f"{kind}:{text}".encode()).hexdigest()[:32]


def triage(entries: Sequence[ParsedEntry], known: KnownEntries, *, baseline: bool, lang: str, now: datetime) -> Triage:
    """Sort a poll's entries; the same entry twice in one poll counts once."""
    new: dict[str, NewEntry] = {}
    changed: dict[int, ChangedEntry] = {}
    seen: dict[int, None] = {}
    for entry, keys in zip(entries, keys_of(entries), strict=True):
        old = known.by_guid.get(keys.guid) or known.by_url.get(keys.url)
        if old is None:
            new.setdefault(keys.main, _new(entry, keys, lang=lang, now=now))
            continue
        seen.setdefault(old.id)
        if edit := _edit(entry, keys, old=old):
            changed.setdefault(old.id, edit)
    judged = [_judge(each, known, baseline=baseline, now=now) for each in new.values() if each.title]
    flood = not baseline and _is_flood(judged, now)
    if flood:
        judged = [_as(each, Disposition.HELD) for each in judged]
    return Triage(tuple(judged), tuple(changed.values()), tuple(seen), flood=flood)


def _new(entry: ParsedEntry, keys: Keys, *, lang: str, now: datetime) -> NewEntry:
    published = entry.published
    if published and not now - _ABSURD < published <= now + _AHEAD:
        published = None
    return NewEntry(
        key=keys.main,
        guid_key=keys.guid,
        url_key=keys.url,
        title_key=keys.title,
        url=entry.url,
        title=entry.title or entry.summary[:120],
        summary=entry.summary,
        lang=entry.lang or lang,
        published=published,
        effective=min(published, now) if published else now,
        content_hash=keys.content,
        disposition=Disposition.ALERT,
    )


def _edit(entry: ParsedEntry, keys: Keys, *, old: KnownEntry) -> ChangedEntry | None:
    alias = keys.guid if keys.guid and keys.guid != old.guid_key else ""
    if keys.content == old.content_hash and not alias:
        return None
    return ChangedEntry(old.id, entry.title, entry.summary, keys.title, content_hash=keys.content, alias=alias)


def _judge(entry: NewEntry, known: KnownEntries, *, baseline: bool, now: datetime) -> NewEntry:
    age = now - entry.effective
    if baseline and (entry.published is None or age > _BASELINE_FRESH):
        return _as(entry, Disposition.BASELINE)
    twin = known.by_title.get(entry.title_key)
    if twin and now - twin.first_seen <= _TWIN:
        return _as(entry, Disposition.TWIN)
    return _as(entry, Disposition.LATE) if age > _LATE else entry


def _is_flood(entries: Sequence[NewEntry], now: datetime) -> bool:
    old = sum(now - entry.effective > _FLOOD_OLD for entry in entries)
    return (len(entries) >= _FLOOD_LEAST and old > len(entries) / 2) or len(entries) > _FLOOD_MOST


def _as(entry: NewEntry, disposition: Disposition) -> NewEntry:
    return replace(entry, disposition=disposition)
