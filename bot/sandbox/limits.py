"""Refuse as Telegram refuses: too much, too long, too often."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from bot.sandbox.html import HtmlRefused, parse_html, units

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_MOST_BYTES: Final = 32_768
# (messages, seconds): all chats, a private chat with the short burst that is tolerated, a group
_ALL: Final = (30, 1.0)
_PRIVATE: Final = (3, 3.0)
_GROUP: Final = (20, 60.0)


class Refused(Exception):
    """Hold the answer that Telegram gives instead of a result."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def as_dict(self) -> dict[str, Any]:
        """Return it as the Bot API shows it."""
        shown: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return shown | ({"parameters": self.parameters} if self.parameters else {})


def bad(description: str) -> Refused:
    """Return a refusal of a wrong request."""
    return Refused(400, f"Bad Request: {description}")


def formatted(text: str, parse_mode: str, *, most: int) -> tuple[str, list[dict[str, object]]]:
    """Return text and entities; refuse what is empty, too long or not HTML as Telegram reads it."""
    if len(text.encode()) > _MOST_BYTES:
        raise bad("text is too long")
    try:
        plain, entities = parse_html(text) if parse_mode.upper() == "HTML" else (text.strip(), ())
    except HtmlRefused as error:
        raise bad(str(error)) from None
    if not plain:
        raise bad("message text is empty")
    if units(plain) > most:
        raise bad("message is too long" if most > 1024 else "message caption is too long")
    return plain, [entity.as_dict() for entity in entities[:100]]


def checked_markup(markup: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return a keyboard; refuse buttons that Telegram would refuse."""
    if not markup:
        return None
    rows = markup.get("inline_keyboard", [])
    if sum(len(row) for row in rows) > 100 or any(len(row) > 8 for row in rows):
        raise bad("reply markup is too long")
    for button in (button for row in rows for button in row):
        _check_button(button)
    return dict(markup)


def _check_button(button: Mapping[str, Any]) -> None:
    data = button.get("callback_data")
    if not button.get("text"):
        raise bad("can't parse inline keyboard button: text buttons are unallowed in the inline keyboard")
    if data is not None and not 1 <= len(data.encode()) <= 64:
        raise bad("BUTTON_DATA_INVALID")
    if "copy_text" in button and not 1 <= len(button["copy_text"]["text"]) <= 256:
        raise bad("BUTTON_COPY_TEXT_INVALID")
    if "url" in button and not str(button["url"]).startswith(("http://", "https://", "tg://")):
        raise bad("BUTTON_URL_INVALID")
    if not {"callback_data", "url", "copy_text"} & set(button):
        raise bad("can't parse inline keyboard button: text buttons are unallowed in the inline keyboard")


@dataclass(slots=True)
class FloodControl:
    """Count calls in sliding windows and answer 429 as Telegram does."""

    enabled: bool = True
    refusals: int = 0
    _all: deque[datetime] = field(default_factory=deque)
    _chats: dict[int, deque[datetime]] = field(default_factory=dict)

    def check(self, chat: int, now: datetime, *, messages: int = 1) -> None:
        """Count a call, which is one message or an album's many; refuse it when it is one too many."""
        if not self.enabled:
            return
        mine = self._chats.setdefault(chat, deque())
        for calls, (most, seconds) in ((self._all, _ALL), (mine, _PRIVATE if chat > 0 else _GROUP)):
            while calls and (now - calls[0]).total_seconds() >= seconds:
                calls.popleft()
            if len(calls) >= most:
                self.refusals += 1
                wait = max(1, round(seconds - (now - calls[0]).total_seconds() + 0.5))
                raise Refused(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        self._all.extend([now] * messages)
        mine.extend([now] * messages)
