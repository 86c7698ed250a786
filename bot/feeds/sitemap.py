"""Read Google News sitemaps: what some outlets without any feed publish all the same."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from bot.feeds.json_feed import moment
from bot.feeds.parsed import NotAFeed, ParsedEntry, ParsedFeed
from bot.feeds.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT: Final = re.compile(rb"<(?:\w+:)?(urlset|sitemapindex)[\s>]")
_ENTITIES: Final = re.compile(rb"<!ENTITY", re.IGNORECASE)


def is_sitemap(body: bytes) -> bool:
    """Say whether a body is a sitemap."""
    return _ROOT.search(body[:2_000]) is not None


def read_sitemap(body: bytes, *, most_title: int) -> ParsedFeed:
    """Return a news sitemap's entries, up to where it is broken; raise NotAFeed for one without news in it."""
    if _ENTITIES.search(body[:20_000]):
        raise NotAFeed("a sitemap that declares entities")
    entries: list[ParsedEntry] = []
    name = ""
    for url in _urls(body):
        fields = {_local(each): (each.text or "").strip() for each in url.iter()}
        if "title" in fields:
            entries.append(_entry(fields, most_title))
            name = name or fields.get("name", "")
        url.clear()
    if not entries:
        raise NotAFeed("a sitemap without news in it")
    return ParsedFeed(plain(name, 300), entries[0].lang, tuple(entries))


def _urls(body: bytes) -> Iterator[ET.Element]:
    try:
        for _, element in ET.iterparse(io.BytesIO(body)):  # noqa: S314 - no entities, see above; in a process of its own
            if _local(element) == "url":
                yield element
    except ET.ParseError:
        return  # what stood before the damage counts


def _entry(fields: dict[str, str], most_title: int) -> ParsedEntry:
    return ParsedEntry(
        guid="",
        url=fields.get("loc", "")[:2000],
        title=plain(fields["title"], most_title),
        summary=plain(fields.get("keywords", ""), 500),
        lang=fields.get("language", "")[:2].lower(),
        published=moment(fields.get("publication_date", "") or fields.get("lastmod", "")),
    )


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
