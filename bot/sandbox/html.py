"""Read Telegram's HTML as Telegram does: text, entities in UTF-16 units, or its very error.

Source: the Bot API's "HTML style"; behaviour checked against TDLib's own parser in the tests.
Only `&lt; &gt; &amp; &quot;` and numeric references are decoded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_ENTITY: Final = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "code": "code", "pre": "pre", "a": "text_link", "blockquote": "blockquote", "span": "spoiler",
}  # fmt: skip
_REFERENCE: Final = re.compile(r"&(?:(lt|gt|amp|quot)|#(\d{1,8})|#x([0-9a-fA-F]{1,8}));?")
_NAMED: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_TAG: Final = re.compile(
    r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[a-zA-Z-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>\"']+))?)*)\s*>"
)
_ATTRIBUTE: Final = re.compile(r"([a-zA-Z-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+)))?")


class HtmlRefused(ValueError):
    """Hold the description that Telegram gives for a text that it cannot read."""


@dataclass(frozen=True, slots=True)
class Entity:
    """Hold one formatted run; offset and length in UTF-16 units."""

    type: str
    offset: int
    length: int
    url: str = ""

    def as_dict(self) -> dict[str, object]:
        """Return it as the Bot API shows it."""
        shown: dict[str, object] = {"type": self.type, "offset": self.offset, "length": self.length}
        return shown | {"url": self.url} if self.url else shown


def units(text: str) -> int:
    """Return a length in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def parse_html(source: str) -> tuple[str, tuple[Entity, ...]]:
    """Return text and entities; raise HtmlRefused with Telegram's words."""
    text: list[str] = []
    length = 0
    position = 0
    opened: list[tuple[str, str, int, str]] = []
    found: list[Entity] = []
    while position < len(source):
        if source[position] == "<":
            tag = _tag_at(source, position)
            if not tag[1]:
                opened.append(_opened(tag, source, position=position, length=length))
            else:
                _close(tag, opened, found=found, length=length, offset=_offset(source, position))
            position = tag.end()
            continue
        following = source.find("<", position)
        raw = source[position : following if following >= 0 else len(source)]
        piece = _decode(raw)
        text.append(piece)
        length += units(piece)
        position += len(raw)
    if opened:
        raise _refusal(f'Can\'t find end tag corresponding to start tag "{opened[-1][0]}"')
    return _trimmed("".join(text), found)


def _refusal(words: str, offset: int | None = None) -> HtmlRefused:
    where = "" if offset is None else f" at byte offset {offset}"
    return HtmlRefused(f"can't parse entities: {words}{where}")


def _tag_at(source: str, position: int) -> re.Match[str]:
    tag = _TAG.match(source, position)
    name = tag[2].lower() if tag else source[position + 1 : position + 12].partition(">")[0]
    if tag is None or (not tag[1] and name not in _ENTITY):
        raise _refusal(f'Unsupported start tag "{name}"', _offset(source, position))
    return tag


def _opened(tag: re.Match[str], source: str, *, position: int, length: int) -> tuple[str, str, int, str]:
    name = tag[2].lower()
    attributes = {
        each[1].lower(): _decode(each[2] or each[3] or each[4] or "") for each in _ATTRIBUTE.finditer(tag[3] or "")
    }
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise _refusal('Tag "span" must have class "tg-spoiler"', _offset(source, position))
    kind = "expandable_blockquote" if name == "blockquote" and "expandable" in attributes else _ENTITY[name]
    return name, kind, length, attributes.get("href", "")


def _close(
    tag: re.Match[str], opened: list[tuple[str, str, int, str]], *, found: list[Entity], length: int, offset: int
) -> None:
    if not opened:
        raise _refusal("Unexpected end tag", offset)
    name, kind, start, url = opened.pop()
    given = tag[2].lower()
    if given != name:
        raise _refusal(f'Unmatched end tag at byte offset {offset}, expected "</{name}>", found "</{given}>"')
    linked = kind != "text_link" or url.lower().startswith(("http://", "https://", "tg://"))
    if length > start and linked:
        found.append(Entity(kind, start, length - start, url if kind == "text_link" else ""))


def _decode(raw: str) -> str:
    def one(reference: re.Match[str]) -> str:
        if reference[1]:
            return _NAMED[reference[1]]
        code = int(reference[2]) if reference[2] else int(reference[3], 16)
        return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else reference[0]

    return _REFERENCE.sub(one, raw)


def _offset(source: str, position: int) -> int:
    return len(source[:position].encode())


def _trimmed(text: str, found: list[Entity]) -> tuple[str, tuple[Entity, ...]]:
    """Take white space off both ends, as Telegram does, and move the entities along."""
    start = units(text) - units(text.lstrip())
    kept = text.strip()
    end = units(kept)
    moved = []
    for entity in sorted(found, key=lambda each: (each.offset, -each.length)):
        first = max(0, entity.offset - start)
        last = min(end, entity.offset - start + entity.length)
        if last > first:
            moved.append(Entity(entity.type, first, last - first, entity.url))
    return kept, tuple(moved)
