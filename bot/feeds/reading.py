"""Read a body; runs in a worker process, where a hostile body can do no harm.

feedparser takes seconds to minutes on some inputs and holds the interpreter lock
(its issue 562), so it never runs in the bot's own process.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import feedparser

from bot.feeds.json_feed import is_json, read_json_feed
from bot.feeds.parsed import NotAFeed, ParsedEntry, ParsedFeed, Rhythm
from bot.feeds.plain import in_known_encoding, plain
from bot.feeds.sitemap import is_sitemap, read_sitemap
from bot.feeds.trimming import trim
from matchers.urls import joined

if TYPE_CHECKING:
    from time import struct_time

MOST_ENTRIES: Final = 500
_MOST_TITLE: Final = 1_000
_MOST_SUMMARY: Final = 8_000
_DAY: Final = 86_400
_PERIODS: Final = {"hourly": 3600, "daily": _DAY, "weekly": _DAY, "monthly": _DAY, "yearly": _DAY}
_DAYS: Final = frozenset({"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"})
_SKIP_HOURS: Final = re.compile(r"<skipHours>(.{0,2000}?)</skipHours>", re.DOTALL | re.IGNORECASE)
_SKIP_DAYS: Final = re.compile(r"<skipDays>(.{0,2000}?)</skipDays>", re.DOTALL | re.IGNORECASE)
_HOUR: Final = re.compile(r"<hour>\s*(\d{1,2})\s*</hour>", re.IGNORECASE)
_DAY_NAME: Final = re.compile(r"<day>\s*([A-Za-z]{6,9})\s*</day>", re.IGNORECASE)
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


def read_feed(body: bytes, content_type: str, *, lang: str = "", url: str = "", known: bytes = b"") -> ParsedFeed:
    """Return the feed in a body; raise NotAFeed when there is none. A broken feed with entries is a feed.

    `lang` is what is known of the feed's language: it decides on an encoding that nobody declared.
    `url` is where the feed stands: relative addresses begin there when the feed names no site.
    `known` are the marks of entries that need not be read again.
    """
    if is_json(body):
        feed = read_json_feed(body, most_title=_MOST_TITLE, most_summary=_MOST_SUMMARY)
    elif is_sitemap(body):
        feed = read_sitemap(body, most_title=_MOST_TITLE)
    else:
        feed = _read_document(*in_known_encoding(body, content_type, lang=lang), url=url, known=known)
    return replace(feed, entries=_newest(feed.entries), shown=max(feed.shown, len(feed.entries)))


def _newest(entries: tuple[ParsedEntry, ...]) -> tuple[ParsedEntry, ...]:
    """Return at most 500 entries, in their own order; some feeds begin with their oldest."""
    if len(entries) <= MOST_ENTRIES:
        return entries
    by_age = sorted(range(len(entries)), key=lambda n: entries[n].published or _LONG_AGO, reverse=True)
    return tuple(entries[n] for n in sorted(by_age[:MOST_ENTRIES]))


def _read_document(body: bytes, content_type: str, *, url: str, known: bytes) -> ParsedFeed:
    trimmed = trim(body, known)
    if trimmed is None:
        return _read_xml(body, content_type, url=url)
    if not trimmed.kept:
        return ParsedFeed("", "", (), shown=trimmed.shown, marks=trimmed.marks)
    feed = _read_xml(trimmed.body, content_type, url=url)
    if len(feed.entries) < trimmed.kept:  # it was not cut as it should have been
        return _read_xml(body, content_type, url=url)
    return replace(feed, shown=trimmed.shown, marks=trimmed.marks)


def _read_xml(body: bytes, content_type: str, *, url: str) -> ParsedFeed:
    parsed = feedparser.parse(
        io.BytesIO(body),
        response_headers={"content-type": content_type},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.get("version") and not parsed.entries:
        raise NotAFeed("no feed in it")
    own = str(parsed.feed.get("language", ""))[:2].lower()
    site = joined(url, str(parsed.feed.get("link", ""))) or url
    entries = tuple(_entry(each, own, site=site) for each in parsed.entries)
    return ParsedFeed(plain(str(parsed.feed.get("title", "")), 300), own, entries, _rhythm(parsed.feed, body))


def _entry(entry: Any, lang: str, *, site: str) -> ParsedEntry:
    content = entry.get("content") or [{}]
    summary = entry.get("summary") or content[0].get("value", "")
    own = str((entry.get("title_detail") or {}).get("language") or lang)[:2].lower()
    return ParsedEntry(
        guid=str(entry.get("id", "")).strip()[:2000],
        url=joined(site, str(entry.get("feedburner_origlink") or entry.get("link", "")).strip())[:2000],
        title=plain(str(entry.get("title", "")), _MOST_TITLE),
        summary=plain(str(summary), _MOST_SUMMARY),
        lang=own,
        # asked as of a plain dict: feedparser's own lookup warns where a date could not be read
        published=_moment(dict.get(entry, "published_parsed") or dict.get(entry, "updated_parsed")),
    )


def _moment(parsed: struct_time | None) -> datetime | None:
    if parsed is None:
        return None
    try:
        return datetime(*parsed[:6], tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _rhythm(feed: Any, body: bytes) -> Rhythm:
    """Return the feed's own words on how often it changes and when it sleeps."""
    head = body[:20_000].decode("latin-1")
    hours = [int(hour) for hour in _HOUR.findall(_block(_SKIP_HOURS, head)) if hour.isdecimal()]
    days = [day.lower() for day in _DAY_NAME.findall(_block(_SKIP_DAYS, head))]
    return Rhythm(
        _hint(feed),
        tuple(sorted({hour % 24 for hour in hours if hour <= 24})),
        tuple(sorted({day for day in days if day in _DAYS})),
    )


def _block(pattern: re.Pattern[str], head: str) -> str:
    found = pattern.search(head)
    return found[1] if found else ""


def _hint(feed: Any) -> int:
    """Return seconds: ttl, or sy:updatePeriod divided by its frequency; never more than a day."""
    ttl = str(feed.get("ttl", "")).strip()
    if ttl.isdecimal():
        return min(int(ttl[:9]) * 60, _DAY)
    period = _PERIODS.get(str(feed.get("sy_updateperiod", "")).strip().lower(), 0)
    frequency = str(feed.get("sy_updatefrequency", "1")).strip()
    return period // max(1, int(frequency[:9])) if frequency.isdecimal() else period
