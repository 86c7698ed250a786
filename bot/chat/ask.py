"""Hold what a handler is asked: who, where, in which language, with which words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, TypeVar

from bot.texts import Texts, language_of, texts
from storage.chats import update_chat

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from telegram import Update

    from bot.chat.context import ChatContext
    from bot.delivery.message import Message
    from bot.delivery.turn import Turn
    from storage.database import Session
    from storage.records import ChatRecord

P = ParamSpec("P")
R = TypeVar("R")

# Both databases keep 64 bits; what is larger was forged.
_LARGEST: Final = 2**63 - 1


@dataclass(slots=True)
class Ask:
    """Hold one command or button press with everything that its answer needs.

    `words` stand behind the command; `press` are a button's arguments; `message_id`
    is the message with the button, `answers` the one that the person replied to; `file`
    is a document that was sent or replied to, `origin` the channel that a message was forwarded
    from, `spot` a shared place in degrees.
    """

    context: ChatContext
    turn: Turn
    chat: ChatRecord
    role: str = ""
    words: str = ""
    press: tuple[str, ...] = ()
    message_id: int | None = None
    answers: int | None = None
    file: str = ""
    origin: int | None = None
    spot: tuple[float, float] | None = None

    @property
    def say(self) -> Texts:
        """Return the chat's language."""
        return texts(self.chat.lang)

    @property
    def now(self) -> datetime:
        """Return the moment of the answer."""
        return self.context.clock.now()

    def arg(self, place: int) -> str:
        """Return a button's argument, "" when there is none."""
        return self.press[place] if place < len(self.press) else ""

    def number(self, place: int) -> int | None:
        """Return a button's argument as a number, None for anything else."""
        return read_number(self.arg(place))

    async def read(self, function: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Read from storage."""
        return await self.context.store.read(function, *args, **kwargs)

    def effect(self, function: Callable[..., object], *args: Any, **kwargs: Any) -> None:
        """Change storage, in the one transaction of this answer."""
        self.turn.effect(function, *args, **kwargs)

    def reply(self, message: Message) -> None:
        """Answer with a new message."""
        self.turn.reply(message)

    def show(self, message: Message) -> None:
        """Change the message with the button; without one, answer anew."""
        if self.message_id is None:
            self.turn.reply(message)
        else:
            self.turn.edit(self.message_id, message)

    def toast(self, words: str) -> None:
        """Answer a button press with a word."""
        self.turn.toast(words)


def change(ask: Ask, **changes: Any) -> None:
    """Change the chat: in storage with this answer, and in what this answer shows."""
    ask.effect(update_chat, ask.chat.id, **changes)
    settings = changes.pop("settings", None)
    if settings is not None:
        merged = {**ask.chat.settings, **settings}
        changes["settings"] = {name: value for name, value in merged.items() if value is not None}
    ask.chat = replace(ask.chat, **changes)


def read_number(text: str) -> int | None:
    """Return a whole number that a database can hold, None for anything else."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 19):
        return None
    return int(text) if int(text) <= _LARGEST else None


def client_language(update: Update, usual: str) -> str:
    """Return the language to begin with: the client's when we speak it, else the bot's usual one."""
    person = update.effective_user
    return language_of((person.language_code or "") if person else "", usual)


if TYPE_CHECKING:
    Answer = Callable[[Ask], Awaitable[None]]
