"""Read a body with feedparser; runs in a worker process, where a hostile body can do no harm.

feedparser takes seconds to minutes on some inputs and holds the interpreter lock
(its issue 562), so it never runs in the bot's own process.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING, Any, Final

import feedparser
from selectolax.lexbor import LexborHTMLParser

if TYPE_CHECKING:
    from time import struct_time

MOST_ENTRIES: Final = 500
_MOST_TITLE: Final = 1_000
_MOST_SUMMARY: Final = 8_000
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\u200b\u2060]")
_REFERENCE: Final = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,31});")
_DECLARED: Final = re.compile(rb'^(\s*<\?xml[^>]*?)\s+encoding\s*=\s*["\'][^"\']*["\']', re.IGNORECASE)
_BLOCKS: Final = re.compile(r"<(?:br|/p|/div|/li|/h\d)[^>]*>", re.IGNORECASE)


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
class ParsedFeed:
    """Hold a feed's entries, newest first as it gave them, and its own hint in seconds."""

    title: str
    lang: str
    entries: tuple[ParsedEntry, ...]
    hint_s: int = 0


class NotAFeed(ValueError):
    """Say that a body holds no feed."""


def read_feed(body: bytes, content_type: str) -> ParsedFeed:
    """Return the feed in a body; raise NotAFeed when there is none. A broken feed with entries is a feed."""
    parsed = feedparser.parse(
        io.BytesIO(_undeclared(body)),
        response_headers={"content-type": _type(body, content_type)},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.get("version") and not parsed.entries:
        raise NotAFeed("no feed in it")
    lang = str(parsed.feed.get("language", ""))[:2].lower()
    entries = tuple(_entry(each, lang) for each in parsed.entries[:MOST_ENTRIES])
    return ParsedFeed(plain(str(parsed.feed.get("title", "")), 300), lang, entries, _hint(parsed.feed))


def _undeclared(body: bytes) -> bytes:
    """Drop a declared encoding that is wrong: bytes that are valid UTF-8 are UTF-8."""
    return _DECLARED.sub(rb"\1", body, count=1) if _is_utf8(body) else body


def _type(body: bytes, content_type: str) -> str:
    bare = content_type.partition(";")[0].strip() or "application/xml"
    return f"{bare}; charset=utf-8" if _is_utf8(body) else content_type or "application/xml"


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _entry(entry: Any, lang: str) -> ParsedEntry:
    content = entry.get("content") or [{}]
    summary = entry.get("summary") or content[0].get("value", "")
    own = str((entry.get("title_detail") or {}).get("language") or lang)[:2].lower()
    return ParsedEntry(
        guid=str(entry.get("id", "")).strip()[:2000],
        url=str(entry.get("feedburner_origlink") or entry.get("link", "")).strip()[:2000],
        title=plain(str(entry.get("title", "")), _MOST_TITLE),
        summary=plain(str(summary), _MOST_SUMMARY),
        lang=own,
        published=_moment(entry.get("published_parsed") or entry.get("updated_parsed")),
    )


def plain(markup: str, most: int) -> str:
    """Return the text of HTML: tags gone, references read, also doubly escaped ones, spaces folded."""
    text = markup[: most * 8]
    if "<" in text:
        tree = LexborHTMLParser(_BLOCKS.sub(" ", text))
        tree.strip_tags(["script", "style", "iframe"], recursive=True)
        text = tree.body.text() if tree.body else ""
    if _REFERENCE.search(text):
        text = unescape(text)
        text = unescape(text) if _REFERENCE.search(text) else text
    return " ".join(_CONTROLS.sub("", text).split())[:most]


def _moment(parsed: struct_time | None) -> datetime | None:
    if parsed is None:
        return None
    try:
        return datetime(*parsed[:6], tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _hint(feed: Any) -> int:
    """Return the feed's own words on how often it changes, in seconds: ttl, or sy:updatePeriod."""
    ttl = str(feed.get("ttl", ""))
    if ttl.isdecimal():
        return min(int(ttl) * 60, 86_400)
    period = {"hourly": 3600, "daily": 86_400, "weekly": 86_400}.get(str(feed.get("sy_updateperiod", "")).lower(), 0)
    frequency = str(feed.get("sy_updatefrequency", "1"))
    return period // max(1, int(frequency)) if frequency.isdecimal() else period
