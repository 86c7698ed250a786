"""Name what is said to a chat: plain text in styled spans, with buttons. No HTML here."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class Style(StrEnum):
    """Name how a span is shown."""

    PLAIN = "plain"
    BOLD = "bold"
    ITALIC = "italic"
    UNDERLINE = "underline"
    CODE = "code"
    SPOILER = "spoiler"
    QUOTE = "quote"
    LINK = "link"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Span:
    """Hold a run of plain text in one style; a link has a URL.

    A person is written as the number of an account: the name is asked for when it is shown, and kept nowhere.
    """

    text: str
    style: Style = Style.PLAIN
    url: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """Hold one button: it sends `data` back (64 bytes at most), opens a URL, or copies a text."""

    label: str
    data: str = ""
    url: str = ""
    copy: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """Hold a file of text that a message brings along."""

    name: str
    text: str


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """Hold one message, or what an edit makes of one.

    `edits` names the Telegram message to change, `answers` the one to reply to;
    `force_reply` is the placeholder of a prompt that waits for the reader's words;
    `picture` is what a picture shows, as plain data: it is drawn when it is sent, and
    the text is its caption; so it is of an `attachment`, a file of text.
    """

    spans: tuple[Span, ...]
    keyboard: Keyboard = ()
    silent: bool = False
    preview: bool = False
    edits: int | None = None
    answers: int | None = None
    force_reply: str = ""
    picture: Mapping[str, Any] | None = None
    attachment: Attachment | None = None

    @property
    def text(self) -> str:
        """Return the text without its styles."""
        return "".join(span.text for span in self.spans)

    def to_json(self) -> dict[str, Any]:
        """Return a value that JSON can hold."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Message:
        """Rebuild a message from `to_json`."""
        attached = stored.get("attachment")
        return cls(
            **{name: value for name, value in stored.items() if name not in {"spans", "keyboard", "attachment"}},
            attachment=Attachment(**attached) if attached else None,
            spans=tuple(Span(span["text"], Style(span["style"]), span["url"]) for span in stored["spans"]),
            keyboard=tuple(tuple(Button(**button) for button in row) for row in stored["keyboard"]),
        )


_PLACE: Final = re.compile(r"\{(\w+)\}")


def compose(template: str, **parts: str | Span | Sequence[Span]) -> tuple[Span, ...]:
    """Fill the `{name}` places of a translated sentence; what stands around them is plain."""
    spans: list[Span] = []
    position = 0
    for place in _PLACE.finditer(template):
        if place.start() > position:
            spans.append(Span(template[position : place.start()]))
        spans.extend(_spans(parts[place[1]]))
        position = place.end()
    if position < len(template):
        spans.append(Span(template[position:]))
    return tuple(spans)


def _spans(part: str | Span | Sequence[Span]) -> Iterable[Span]:
    if isinstance(part, str):
        return (Span(part),)
    return (part,) if isinstance(part, Span) else part


def bold(text: str) -> Span:
    """Return a bold span."""
    return Span(text, Style.BOLD)


def italic(text: str) -> Span:
    """Return an italic span."""
    return Span(text, Style.ITALIC)


def person(user_id: int) -> Span:
    """Return somebody by number; the name is put in when it is shown."""
    return Span(str(user_id), Style.PERSON)


def link(text: str, url: str) -> Span:
    """Return a link."""
    return Span(text, Style.LINK, url)


def lines(*each: Sequence[Span]) -> tuple[Span, ...]:
    """Join lines of spans with line ends; empty ones are left out."""
    joined: list[Span] = []
    for line in each:
        if line:
            joined += [*([Span("\n")] if joined else []), *line]
    return tuple(joined)
