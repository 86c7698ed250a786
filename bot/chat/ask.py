"""Hold what a handler is asked: who, where, in which language, with which words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.texts import Texts, language_of, texts

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from telegram import Update

    from bot.chat.context import ChatContext
    from bot.delivery.message import Message
    from bot.delivery.turn import Turn
    from storage.records import ChatRecord


@dataclass(slots=True)
class Ask:
    """Hold one command or button press with everything that its answer needs.

    `words` stand behind the command; `press` are a button's arguments; `message_id`
    is the message with the button, `answers` the one that the person replied to.
    """

    context: ChatContext
    turn: Turn
    chat: ChatRecord
    words: str = ""
    press: tuple[str, ...] = ()
    message_id: int | None = None
    answers: int | None = None

    @property
    def say(self) -> Texts:
        """Return the chat's language."""
        return texts(self.chat.lang)

    def reply(self, message: Message) -> None:
        """Answer with a new message."""
        self.turn.reply(message)

    def show(self, message: Message) -> None:
        """Change the message with the button; without one, answer anew."""
        if self.message_id is None:
            self.turn.reply(message)
        else:
            self.turn.edit(self.message_id, message)


def client_language(update: Update) -> str:
    """Return the language to begin with: the client's, when we speak it."""
    person = update.effective_user
    return language_of(person.language_code or "") if person else language_of("")


if TYPE_CHECKING:
    Answer = Callable[[Ask], Awaitable[None]]
