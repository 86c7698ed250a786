"""Make Telegram's HTML of a message: the only place that escapes.

Limits (Bot API): 4,096 UTF-16 units after parsing, 32,768 bytes before it,
100 entities a message. A longer message becomes several parts, cut between
paragraphs where it can be, never inside a tag or a grapheme.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import regex

from bot.delivery.message import Message, Span, Style

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST_UNITS: Final = 4096
MOST_BYTES: Final = 32_768
MOST_ENTITIES: Final = 100
# A piece that is not cut further: half a message, so that two pieces always share one when they can.
_PIECE_UNITS: Final = MOST_UNITS // 2
# Longer addresses are traps or mistakes; browsers and Telegram's own clients cut about here.
_LONGEST_URL: Final = 2048
# Embeddings and overrides turn the text around them; isolates do no harm when they are closed.
_OVERRIDES: Final = frozenset("\u202a\u202b\u202c\u202d\u202e")
_ISOLATES: Final = frozenset("\u2066\u2067\u2068")
_POP_ISOLATE: Final = "\u2069"
_GRAPHEME: Final = regex.compile(r"\X")
_TAGS: Final = {
    Style.BOLD: ("<b>", "</b>"),
    Style.ITALIC: ("<i>", "</i>"),
    Style.UNDERLINE: ("<u>", "</u>"),
    Style.CODE: ("<code>", "</code>"),
    Style.SPOILER: ("<tg-spoiler>", "</tg-spoiler>"),
    Style.QUOTE: ("<blockquote expandable>", "</blockquote>"),
}


def to_html(message: Message) -> tuple[str, ...]:
    """Return the parts of a message as HTML that Telegram accepts; one empty part for nothing to say."""
    return tuple("".join(map(_tagged, part)) for part in split(message.spans)) or ("",)


def parts(message: Message) -> tuple[Message, ...]:
    """Return messages of one part each: the first edits or answers, the last has the buttons."""
    pieces = split(message.spans)
    if len(pieces) < 2:
        return (message,)
    middle = replace(message, keyboard=(), force_reply="", edits=None, answers=None, attachment=None)
    cut = [replace(middle, spans=piece) for piece in pieces]
    cut[0] = replace(cut[0], edits=message.edits, answers=message.answers)
    cut[-1] = replace(
        cut[-1], keyboard=message.keyboard, force_reply=message.force_reply, attachment=message.attachment
    )
    return tuple(cut)


def units(text: str) -> int:
    """Return the length that Telegram counts: UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def safe_url(url: str) -> str:
    """Return a web address without credentials, or "" for anything else."""
    try:
        address = urlsplit(url)
        host = address.hostname
    except ValueError:
        return ""
    plain = url.isprintable() and not any(character.isspace() or character == "\\" for character in url)
    if address.scheme not in {"http", "https"} or not host or not plain or len(url) > _LONGEST_URL:
        return ""
    return address._replace(netloc=address.netloc.rpartition("@")[2]).geturl()


def clean(text: str) -> str:
    """Take out what could hurt a screen: control characters, surrogates, what turns text around."""
    return "".join(span.text for span in _cleaned((Span(text),)))


def split(spans: Sequence[Span]) -> tuple[tuple[Span, ...], ...]:
    """Cut spans into parts within Telegram's limits; parts with nothing to read are left out."""
    found: list[list[Span]] = [[]]
    room = _ROOM
    for paragraph in _paragraphs(_cleaned(spans)):
        whole = _fits(room, _cost(paragraph))
        for number, piece in enumerate(paragraph):
            cost = _cost([piece])
            if found[-1] and (not _fits(room, cost) or (not whole and number == 0)):
                found.append([])
                room = _ROOM
            found[-1].append(piece)
            room = _less(room, cost)
    return tuple(_trimmed(part) for part in found if "".join(span.text for span in part).strip())


# Units, entities and raw bytes that a part may hold.
_Cost = tuple[int, int, int]
_ROOM: Final[_Cost] = (MOST_UNITS, MOST_ENTITIES, MOST_BYTES)


def _cost(pieces: Sequence[Span]) -> _Cost:
    return (
        sum(units(piece.text) for piece in pieces),
        sum(piece.style is not Style.PLAIN for piece in pieces),
        sum(len(_tagged(piece).encode()) for piece in pieces),
    )


def _less(room: _Cost, cost: _Cost) -> _Cost:
    return (room[0] - cost[0], room[1] - cost[1], room[2] - cost[2])


def _fits(room: _Cost, cost: _Cost) -> bool:
    return min(_less(room, cost)) >= 0


def _cleaned(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Drop harmful characters; an isolate stays when it is closed in its line, whatever the spans between."""
    text = "".join(span.text for span in spans)
    kept = _kept_isolates(text)
    cleaned = []
    position = 0
    for span in spans:
        characters = [
            character for place, character in enumerate(span.text, position) if place in kept or _harmless(character)
        ]
        cleaned.append(replace(span, text="".join(characters)))
        position += len(span.text)
    return tuple(cleaned)


def _harmless(character: str) -> bool:
    if character in "\n\t":
        return True
    if character in _OVERRIDES or character in _ISOLATES or character == _POP_ISOLATE:
        return False
    return unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}


def _kept_isolates(text: str) -> frozenset[int]:
    """Return the places of isolates that are closed in their line; a line that will be cut keeps none."""
    kept: set[int] = set()
    begin = 0
    for line in text.split("\n"):
        opened: list[int] = []
        for place, character in enumerate(line if units(line) <= _PIECE_UNITS else "", begin):
            if character in _ISOLATES:
                opened.append(place)
            elif character == _POP_ISOLATE and opened:
                kept |= {opened.pop(), place}
        begin += len(line) + 1
    return frozenset(kept)


def _paragraphs(spans: Iterable[Span]) -> Iterator[list[Span]]:
    """Give pieces by paragraph, so that a part ends between two paragraphs where it can."""
    paragraph: list[Span] = []
    for piece in _pieces(spans):
        paragraph.append(piece)
        if "".join(each.text for each in paragraph[-2:]).endswith("\n\n"):
            yield paragraph
            paragraph = []
    yield paragraph


def _pieces(spans: Iterable[Span]) -> Iterator[Span]:
    """Give spans line by line; short quotes and links stay whole."""
    for span in spans:
        whole = span.style in {Style.QUOTE, Style.LINK} and units(span.text) <= _PIECE_UNITS
        for line in [span.text] if whole else span.text.splitlines(keepends=True):
            yield from (replace(span, text=chunk) for chunk in _chunks(line))


def _chunks(line: str) -> Iterator[str]:
    """Cut a line that is too long at spaces, else between graphemes, else (a hostile one) inside."""
    if units(line) <= _PIECE_UNITS:
        yield line
        return
    chunk, length = "", 0
    for word in _words(line):
        if length + units(word) > _PIECE_UNITS:
            yield chunk
            chunk, length = "", 0
        chunk += word
        length += units(word)
    yield chunk


def _words(line: str) -> Iterator[str]:
    """Give words with their space; one that is longer than half a piece grapheme by grapheme."""
    for word in regex.findall(r"\S*\s+|\S+", line):
        if units(word) <= _PIECE_UNITS // 2:
            yield word
            continue
        for grapheme in _GRAPHEME.findall(word):
            yield from [grapheme] if units(grapheme) <= _PIECE_UNITS else grapheme


def _trimmed(part: list[Span]) -> tuple[Span, ...]:
    """Take empty lines off both ends and join what was cut without need."""
    joined = [replace(same[0], text="".join(span.text for span in same)) for same in _alike(part)]
    joined[0] = replace(joined[0], text=joined[0].text.lstrip("\n"))
    joined[-1] = replace(joined[-1], text=joined[-1].text.rstrip("\n"))
    return tuple(joined)


def _alike(part: list[Span]) -> list[list[Span]]:
    return [list(group) for _, group in groupby(part, key=lambda span: (span.style, span.url))]


def _tagged(span: Span) -> str:
    text = escape(span.text)
    if not span.text.strip():
        return text
    if span.style is Style.LINK:
        url = safe_url(span.url)
        return f'<a href="{escape(url)}">{text}</a>' if url else text
    opening, closing = _TAGS.get(span.style, ("", ""))
    return f"{opening}{text}{closing}"
