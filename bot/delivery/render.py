"""Make Telegram's HTML of a message: the only place that escapes.

Limits (Bot API): 4,096 UTF-16 units after parsing, 32,768 bytes before it,
100 entities a message. A longer message becomes several parts, cut between
paragraphs where it can be, never inside a tag or a character.
"""

from __future__ import annotations

import re
import unicodedata
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from bot.delivery.message import Message, Span, Style

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_UNITS: Final = 4096
MOST_BYTES: Final = 32_768
MOST_ENTITIES: Final = 100
# Overrides and isolates from a feed could turn the line around them; marks of direction are harmless.
_TURNERS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_TAGS: Final = {
    Style.BOLD: ("<b>", "</b>"),
    Style.ITALIC: ("<i>", "</i>"),
    Style.UNDERLINE: ("<u>", "</u>"),
    Style.CODE: ("<code>", "</code>"),
    Style.SPOILER: ("<tg-spoiler>", "</tg-spoiler>"),
    Style.QUOTE: ("<blockquote expandable>", "</blockquote>"),
}


def to_html(message: Message) -> tuple[str, ...]:
    """Return the parts of a message as HTML that Telegram accepts."""
    return tuple("".join(_tagged(span) for span in part) for part in split(message.spans)) or ("",)


def units(text: str) -> int:
    """Return the length that Telegram counts: UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def clean(text: str) -> str:
    """Take out what could hurt a screen: control characters, surrogates, direction overrides."""
    kept = "".join(
        character
        for character in text
        if character in "\n\t" or unicodedata.category(character) not in {"Cc", "Cs", "Cn"}
    )
    return _TURNERS.sub("", kept)


def safe_url(url: str) -> str:
    """Return a web address without credentials, or "" for anything else."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname or any(character.isspace() for character in url):
        return ""
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def split(spans: tuple[Span, ...]) -> tuple[tuple[Span, ...], ...]:
    """Cut spans into parts within Telegram's limits."""
    parts: list[list[Span]] = [[]]
    for piece in _pieces(spans):
        if parts[-1] and not _fits([*parts[-1], piece]):
            parts.append([])
        parts[-1].append(piece)
    return tuple(tuple(_trimmed(part)) for part in parts if "".join(span.text for span in part).strip())


def _pieces(spans: tuple[Span, ...]) -> Iterator[Span]:
    """Give spans line by line, so that a part may end after any line."""
    for span in spans:
        text = clean(span.text)
        if span.style in {Style.QUOTE, Style.LINK} and units(text) <= MOST_UNITS // 2:
            yield Span(text, span.style, span.url)
            continue
        for line in text.splitlines(keepends=True):
            for piece in _chunks(line):
                yield Span(piece, span.style, span.url)


def _chunks(line: str) -> Iterator[str]:
    """Cut a line that no message can hold, at a space where there is one, never inside a cluster."""
    most = MOST_UNITS // 2
    while units(line) > most:
        cut = most // 2
        space = line.rfind(" ", cut // 2, cut)
        cut = space + 1 if space > 0 else cut
        while cut > 1 and (
            unicodedata.combining(line[cut]) or line[cut] in "\u200d\ufe0f" or line[cut - 1] == "\u200d"
        ):
            cut -= 1
        yield line[:cut]
        line = line[cut:]
    if line:
        yield line


def _fits(part: list[Span]) -> bool:
    return (
        sum(units(span.text) for span in part) <= MOST_UNITS
        and sum(len(_tagged(span).encode()) for span in part) <= MOST_BYTES
        and sum(span.style is not Style.PLAIN for span in part) <= MOST_ENTITIES
    )


def _trimmed(part: list[Span]) -> list[Span]:
    first = Span(part[0].text.lstrip("\n"), part[0].style, part[0].url)
    trimmed = [first, *part[1:]]
    last = trimmed[-1]
    trimmed[-1] = Span(last.text.rstrip("\n"), last.style, last.url)
    return trimmed


def _tagged(span: Span) -> str:
    text = escape(span.text)
    if not span.text.strip():
        return text
    if span.style is Style.LINK:
        url = safe_url(span.url)
        return f'<a href="{escape(url)}">{text}</a>' if url else text
    opening, closing = _TAGS.get(span.style, ("", ""))
    return f"{opening}{text}{closing}"
