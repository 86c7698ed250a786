"""Collect what a handler wants, so that it commits in one transaction with "handled"."""

from __future__ import annotations

import contextvars
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.delivery.message import Message


@dataclass(slots=True)
class Turn:
    """Hold one update's replies and effects until they are committed together.

    A handler never sends: it says what it would like to say here. `chat_kind` is
    private, group or channel; `query_id` names the button press that is to be
    answered; `failure` is what a handler raised, and then nothing else counts.
    """

    update_id: int
    chat_telegram_id: int
    topic_id: int = 0
    user_id: int = 0
    chat_kind: str = "private"
    query_id: str = ""
    messages: list[Message] = field(default_factory=list)
    effects: list[tuple[Callable[..., object], tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)
    toast_text: str = ""
    failure: BaseException | None = None

    def reply(self, message: Message) -> None:
        """Say something once the effects are committed."""
        self.messages.append(message)

    def edit(self, message_id: int, message: Message) -> None:
        """Change a message of ours in place; one that was deleted is sent anew."""
        self.messages.append(replace(message, edits=message_id))

    def toast(self, text: str) -> None:
        """Answer the button press with a word; best effort, after the commit."""
        self.toast_text = text

    def effect(self, function: Callable[..., object], *args: Any, **kwargs: Any) -> None:
        """Ask for `function(session, …)` inside the transaction."""
        self.effects.append((function, args, kwargs))


# The turn of the update that is being handled; a context variable, since handlers take what the library gives them.
current_turn: Final[contextvars.ContextVar[Turn]] = contextvars.ContextVar("current_turn")
