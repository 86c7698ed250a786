"""Read and write OPML 2.0, the common format of feed lists; folders may be nested."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

from bot.errors import UserError
from matchers.urls import web_host
from storage.records import FeedSpec, OutletSpec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage.records import FeedRecord

MOST_FEEDS: Final = 5_000
_MOST_BYTES: Final = 8 * 1024 * 1024


def read_opml(text: str, name: str) -> tuple[FeedSpec, ...]:
    """Return the feeds of an OPML text; raise UserError with what is wrong. Folders become nothing, feeds stay."""
    if len(text) > _MOST_BYTES or "<!DOCTYPE" in text[:4096].upper() or "<!ENTITY" in text.upper():
        raise UserError(f"{name} is not read: it is too large or declares entities.", "Export a plain OPML file.")
    try:
        root = ET.fromstring(text)  # noqa: S314 - nothing is declared in it, see above
    except ET.ParseError as error:
        raise UserError(f"{name} is not valid XML: {error}.", "Export the OPML file again.") from None
    found: dict[str, FeedSpec] = {}
    for outline in root.iter("outline"):
        url = outline.get("xmlUrl", "").strip()
        if web_host(url):
            title = outline.get("title") or outline.get("text") or url
            found.setdefault(url, FeedSpec(url, OutletSpec(_key(url), title), title))
    if len(found) > MOST_FEEDS:
        raise UserError(f"{name} has {len(found)} feeds.", f"Split it: at most {MOST_FEEDS} at once.")
    return tuple(found.values())


def _key(url: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", web_host(url).removeprefix("www.").lower()).strip("-")


def write_opml(feeds: Iterable[FeedRecord]) -> str:
    """Return feeds as OPML."""
    rows = "".join(
        f'    <outline type="rss" text={quoteattr(feed.title or feed.url)} xmlUrl={quoteattr(feed.url)}/>\n'
        for feed in feeds
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n  <head><title>Tocsin</title></head>\n'
        f"  <body>\n{rows}  </body>\n</opml>\n"
    )
