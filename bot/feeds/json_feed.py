"""Read JSON Feed (versions 1 and 1.1), which feedparser does not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from bot.feeds.parsed import NotAFeed, ParsedEntry, ParsedFeed
from bot.feeds.plain import plain


def is_json(body: bytes) -> bool:
    """Say whether a body begins as JSON does."""
    return body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"


def read_json_feed(body: bytes, *, most_title: int, most_summary: int) -> ParsedFeed:
    """Return the feed in JSON; raise NotAFeed. What is missing or of a wrong type in an item is left out."""
    try:
        given = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        raise NotAFeed("broken JSON") from None
    items = given.get("items") if isinstance(given, dict) else None
    if not isinstance(items, list) or not ("version" in given or "feed_url" in given or items):
        raise NotAFeed("JSON, but no JSON Feed")
    lang = _text(given, "language")[:2].lower()
    entries = tuple(
        _entry(item, lang, most_title=most_title, most_summary=most_summary) for item in items if isinstance(item, dict)
    )
    return ParsedFeed(plain(_text(given, "title"), 300), lang, entries)


def _entry(item: dict[str, Any], lang: str, *, most_title: int, most_summary: int) -> ParsedEntry:
    summary = next((text for name in ("summary", "content_text", "content_html") if (text := _text(item, name))), "")
    return ParsedEntry(
        guid=_text(item, "id").strip()[:2000],
        url=(_text(item, "url") or _text(item, "external_url")).strip()[:2000],
        title=plain(_text(item, "title"), most_title),
        summary=plain(summary, most_summary),
        lang=(_text(item, "language") or lang)[:2].lower(),
        published=moment(_text(item, "date_published") or _text(item, "date_modified")),
    )


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    if isinstance(value, bool) or value is None:
        return ""
    return str(value) if isinstance(value, str | int | float) else ""


def moment(text: str) -> datetime | None:
    """Return an RFC 3339 time, or a bare day, in UTC."""
    try:
        found = datetime.fromisoformat(text.strip())
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
