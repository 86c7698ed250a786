"""Decide what of a poll is new, what changed, what was seen, and what may ring. Pure.

Identity is the guid or the canonical URL, never the title and never the date: on 81,368
real URLs the headline changed 7,466 times and the date moved with 40 % of those edits.
What fools it: a guid that changes together with its URL (rings again unless the headline
is the same within 72 h in this feed), one URL for several entries of a poll (then the URL
is no identity for them), one guid for several addresses (then the guid is none). Rejected: "newer than the last date" loses what arrives out of
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

    from bot.feeds.parsed import ParsedEntry

# A first poll tells what the feed holds; only what is this fresh is news.
_BASELINE_FRESH: Final = timedelta(minutes=60)
# What is older than this when it comes, or when an edit makes it matter, is no news any more.
LATE: Final = timedelta(hours=48)
_ABSURD: Final = timedelta(days=3650)
_AHEAD: Final = timedelta(minutes=5)
_TWIN: Final = timedelta(hours=72)
# A headline that returns a day later over another text is a rubric ("Le point du jour"), not a copy.
_RUBRIC: Final = timedelta(hours=20)
# A burst of mostly old entries is a publisher's accident, not news (fires on 25 of 12,545 real polls).
_FLOOD_LEAST: Final = 5
_FLOOD_OLD: Final = timedelta(hours=24)
FLOOD_MOST: Final = 60
# Of what a feed was expected to bring since its last poll, this many times over is no busy day any more.
_FLOOD_TIMES: Final = 3
_FLOOD_SHARE: Final = 0.8
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
    """Return each entry's keys; an address that three entries share is nobody's, nor is a guid of two addresses."""
    urls = [canonical_url(entry.url) for entry in entries]
    guids = [_normal_guid(entry.guid) for entry in entries]
    shared = Counter(urls)
    addresses: dict[str, set[str]] = {}
    for guid, url in zip(guids, urls, strict=True):
        addresses.setdefault(guid, set()).add(url)
    return tuple(
        _keys(entry, guid=guid if len(addresses[guid]) < 2 else "", url=url if shared[url] < 3 else "")
        for entry, guid, url in zip(entries, guids, urls, strict=True)
    )


def _keys(entry: ParsedEntry, *, guid: str, url: str) -> Keys:
    return Keys(
        guid=_hash("guid", guid) if guid else "",
        url=_hash("url", url) if url else "",
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


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold how a feed was read: its language, how many entries it shows in all, how many new ones were expected.

    `expected` is what its rate has promised since it was last read; None when it never was: then this
    poll is the baseline.
    """

    lang: str = ""
    shown: int = 0
    expected: float | None = 0.0


def keys_in_doubt(keys: Sequence[Keys], known: KnownEntries) -> bool:
    """Say whether one of an entry's keys is known and the other is not the same entry's.

    In a document that was read in part it cannot be told whether that key is one at all; see `keys_of`.
    """
    return any(_is_in_doubt(each, known) for each in keys)


def _is_in_doubt(keys: Keys, known: KnownEntries) -> bool:
    by_guid, by_url = known.by_guid.get(keys.guid), known.by_url.get(keys.url)
    return keys.url != by_guid.url_key if by_guid else by_url is not None and keys.guid != ""


def triage(
    entries: Sequence[ParsedEntry], keys: Sequence[Keys], *, known: KnownEntries, reading: Reading, now: datetime
) -> Triage:
    """Sort a poll's entries by their keys; the same entry twice in one poll counts once."""
    new: dict[str, NewEntry] = {}
    changed: dict[int, ChangedEntry] = {}
    seen: dict[int, None] = {}
    told: set[tuple[str, str]] = set()
    for entry, own in zip(entries, keys, strict=True):
        old = known.by_guid.get(own.guid) or known.by_url.get(own.url)
        if old is None:
            same = (own.url or own.main, own.title)
            if same not in told:
                new.setdefault(own.main, _new(entry, own, lang=reading.lang, now=now))
            told.add(same)
            continue
        seen.setdefault(old.id)
        if edit := _edit(entry, own, old=old):
            changed.setdefault(old.id, edit)
    baseline = reading.expected is None
    judged = [_judge(each, known, baseline=baseline, now=now) for each in new.values() if each.title]
    ringing = [each for each in judged if each.disposition is Disposition.ALERT]
    held = frozenset() if baseline else _flood(ringing, reading=reading, now=now)
    judged = [_as(each, Disposition.HELD) if each.key in held else each for each in judged]
    return Triage(tuple(judged), tuple(changed.values()), tuple(seen), flood=bool(held))


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
    if _is_twin(entry, known.by_title.get(entry.title_key), now=now):
        return _as(entry, Disposition.TWIN)
    return _as(entry, Disposition.LATE) if age > LATE else entry


def _is_twin(entry: NewEntry, twin: KnownEntry | None, *, now: datetime) -> bool:
    """Say whether an entry is one that we have, under other keys: its headline again, soon or over the same text."""
    if twin is None or now - twin.first_seen > _TWIN:
        return False
    return entry.content_hash == twin.content_hash or now - twin.first_seen < _RUBRIC


def _flood(entries: Sequence[NewEntry], *, reading: Reading, now: datetime) -> frozenset[str]:
    """Return the keys of what would ring and is held back: a publisher's accident, not news.

    Mostly old entries: the old ones are held, a fresh one among them still rings. Far more than
    the feed was expected to bring, or nearly everything that it shows and without a date (a move
    to another system): all are held. Legitimate after an outage, hence the rate; see `expected`.
    """
    shown, expected = reading.shown or len(entries), reading.expected or 0.0
    old = [entry.key for entry in entries if now - entry.effective > _FLOOD_OLD]
    undated = sum(entry.published is None for entry in entries)
    most = max(FLOOD_MOST, _FLOOD_TIMES * expected)
    moved = (
        len(entries) >= max(_FLOOD_SHARE * shown, _FLOOD_LEAST + _FLOOD_TIMES * expected) and undated > len(entries) / 2
    )
    if len(entries) > most or moved:
        return frozenset(entry.key for entry in entries)
    return frozenset(old) if len(entries) >= _FLOOD_LEAST and len(old) > len(entries) / 2 else frozenset()


def _as(entry: NewEntry, disposition: Disposition) -> NewEntry:
    return replace(entry, disposition=disposition)
