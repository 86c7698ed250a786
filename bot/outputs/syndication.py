"""Write items as Atom (RFC 4287) and as JSON Feed 1.1. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from bot.delivery.render import safe_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

_ATOM: Final = "http://www.w3.org/2005/Atom"
# What XML 1.0 cannot hold, however it is written.
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Item:
    """Hold one thing told: a story or an entry."""

    id: str
    title: str
    url: str
    text: str
    published: datetime
    updated: datetime
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """Hold what stands above the items: identity, title, the feed's own address and when anything changed last."""

    id: str
    title: str
    url: str
    updated: datetime


def atom(head: Head, items: Iterable[Item]) -> bytes:
    """Return an Atom document."""
    ET.register_namespace("", _ATOM)
    root = ET.Element(f"{{{_ATOM}}}feed")
    _put(root, "id", text=head.id)
    _put(root, "title", text=head.title)
    _put(root, "updated", text=head.updated.isoformat())
    _put(_under(root, "author"), "name", text="Tocsin")
    if head.url:
        _under(root, "link", rel="self", href=head.url)
    for item in items:
        _entry(root, item)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _entry(root: ET.Element, item: Item) -> None:
    entry = _under(root, "entry")
    if item.lang:
        entry.set("{http://www.w3.org/XML/1998/namespace}lang", item.lang)
    _put(entry, "id", text=item.id)
    _put(entry, "title", text=item.title)
    _put(entry, "published", text=item.published.isoformat())
    _put(entry, "updated", text=item.updated.isoformat())
    if url := safe_url(item.url):
        _under(entry, "link", rel="alternate", href=url)
    for name in item.authors:
        _put(_under(entry, "author"), "name", text=name)
    for tag in item.tags:
        _under(entry, "category", term=tag)
    _put(entry, "summary", text=item.text)


def _under(parent: ET.Element, name: str, **attributes: str) -> ET.Element:
    clean = {key: _NOT_XML.sub("", value) for key, value in attributes.items()}
    return ET.SubElement(parent, f"{{{_ATOM}}}{name}", clean)


def _put(parent: ET.Element, name: str, *, text: str) -> None:
    _under(parent, name).text = _NOT_XML.sub("", text)


def json_feed(head: Head, items: Sequence[Item]) -> bytes:
    """Return a JSON Feed document."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": head.title,
        **({"feed_url": head.url} if head.url else {}),
        "items": [
            {
                "id": item.id,
                **({"url": url} if (url := safe_url(item.url)) else {}),
                "title": item.title,
                "content_text": item.text,
                "date_published": item.published.isoformat(),
                "date_modified": item.updated.isoformat(),
                "authors": [{"name": name} for name in item.authors],
                "tags": list(item.tags),
                **({"language": item.lang} if item.lang else {}),
            }
            for item in items
        ],
    }
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
