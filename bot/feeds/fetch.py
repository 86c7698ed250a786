"""Fetch one feed: conditionally, byte-exact validators, hints read, failures as values."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from bot.http import HttpFailure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.http import GuardedClient, HttpReply
    from storage.records import FeedToPoll

ACCEPT: Final = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, */*;q=0.1"
)
# A server that asks for more than a day is asked again after a day.
_LONGEST_WAIT_S: Final = 86_400
_CHALLENGE: Final = re.compile(rb"Just a moment|sg-captcha|cf-chl-|Attention Required", re.IGNORECASE)
# What may stand before a document's first element: blanks, a mark of byte order, declarations, comments.
_BEFORE: Final = re.compile(
    rb"(?:\xef\xbb\xbf|\s+|<\?.*?\?>|<!--.*?-->|<!doctype (?!html)[^>\[]*>)*", re.DOTALL | re.IGNORECASE
)
_HTML: Final = re.compile(rb"<(?:!doctype\s+html|html|head|body|script|meta|div)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fetched:
    """Hold a body that differs from the last one, with its validators and the publisher's hint in seconds."""

    body: bytes
    body_hash: str
    content_type: str
    etag: str
    last_modified: str
    hint_s: int
    status: int
    moved_to: str = ""


@dataclass(frozen=True, slots=True)
class NotModified:
    """Say that nothing changed (304, or the same bytes); validators may be newer all the same."""

    etag: str
    last_modified: str
    hint_s: int
    status: int
    moved_to: str = ""


@dataclass(frozen=True, slots=True)
class FetchFailed:
    """Hold why there is no feed: `kind` is a stable word, `retry_after_s` what the server asked for."""

    kind: str
    status: int
    detail: str
    retry_after_s: int = 0


FetchResult = Fetched | NotModified | FetchFailed


async def fetch(feed: FeedToPoll, client: GuardedClient, *, now: datetime, unconditional: bool = False) -> FetchResult:
    """Ask for a feed; every failure that a server can cause is a value."""
    headers = {"Accept": ACCEPT}
    if not unconditional:
        headers |= {"If-None-Match": feed.etag} if feed.etag else {}
        headers |= {"If-Modified-Since": feed.last_modified} if feed.last_modified else {}
    try:
        reply = await client.get(feed.url, headers=headers)
    except HttpFailure as failure:
        return FetchFailed(failure.kind, 0, failure.detail)
    return read(reply, feed, now=now)


def read(reply: HttpReply, feed: FeedToPoll, *, now: datetime) -> FetchResult:
    """Make of an answer what it means for the feed."""
    etag, modified = reply.headers.get("etag", ""), reply.headers.get("last-modified", "")
    hint = freshness(reply.headers, now=now)
    if reply.status == 304:
        return NotModified(etag or feed.etag, modified or feed.last_modified, hint, 304, moved_to=reply.moved_to)
    if reply.status != 200:
        return _refused(reply, now=now)
    if is_page(reply.body):
        kind = "blocked" if _CHALLENGE.search(reply.body[:20_000]) else "not-a-feed"
        return FetchFailed(kind, 200, "a web page, not a feed")
    body_hash = hashlib.sha256(reply.body).hexdigest()
    if body_hash == feed.body_hash:
        return NotModified(etag, modified, hint, 200, moved_to=reply.moved_to)
    content_type = reply.headers.get("content-type", "")
    return Fetched(
        reply.body, body_hash, content_type, etag, modified, hint_s=hint, status=200, moved_to=reply.moved_to
    )


def is_page(body: bytes) -> bool:
    """Say whether a body is a web page: its first element says so, whatever its type was declared to be."""
    start = body[:4_000]
    before = _BEFORE.match(start)
    return _HTML.match(start, before.end() if before else 0) is not None


def _refused(reply: HttpReply, *, now: datetime) -> FetchFailed:
    wait = retry_after(reply.headers.get("retry-after", ""), now=now)
    challenge = "cf-mitigated" in reply.headers
    kinds = {
        401: "blocked",
        403: "blocked",
        451: "blocked",
        404: "not-found",
        410: "gone",
        429: "throttled",
        503: "throttled",
    }
    kind = "blocked" if challenge else kinds.get(reply.status, "http")
    if reply.status == 503 and not wait and not challenge:
        kind = "http"
    return FetchFailed(kind, reply.status, f"answered {reply.status}", wait)


def retry_after(value: str, *, now: datetime) -> int:
    """Return seconds of a Retry-After header, given as seconds or as a date; 0 for none."""
    value = value.strip()
    if value.isdecimal():
        return min(int(value), _LONGEST_WAIT_S)
    moment = _http_date(value)
    return max(0, min(int((moment - now).total_seconds()), _LONGEST_WAIT_S)) if moment else 0


def freshness(headers: Mapping[str, str], *, now: datetime) -> int:
    """Return for how many seconds the publisher calls the answer fresh (RFC 9111, 4.2.1); 0 when unsaid."""
    control = headers.get("cache-control", "").lower()
    age = headers.get("age", "0")
    if found := re.search(r"max-age\s*=\s*\"?(\d{1,9})", control):
        return max(0, min(int(found[1]) - (int(age) if age.isdecimal() else 0), _LONGEST_WAIT_S))
    expires = _http_date(headers.get("expires", ""))
    date = _http_date(headers.get("date", "")) or now
    return max(0, min(int((expires - date).total_seconds()), _LONGEST_WAIT_S)) if expires else 0


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
