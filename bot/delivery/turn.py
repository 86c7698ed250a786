"""Collect what a handler wants, so that it commits in one transaction with "handled"."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.delivery.message import Message


@dataclass(slots=True)
class Turn:
    """Hold one update's replies and effects until they are committed together.

    A handler never sends: it says what it would like to say here.
    """

    update_id: int
    telegram_id: int
    topic_id: int = 0
    user_id: int = 0
    chat_kind: str = "private"
    messages: list[Message] = field(default_factory=list)
    effects: list[tuple[Callable[..., object], tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)
    toasts: list[tuple[str, str]] = field(default_factory=list)

    def reply(self, message: Message) -> None:
        """Say something, or edit a message (`message.edits`), once the effects are committed."""
        self.messages.append(message)

    def toast(self, query: str, text: str = "") -> None:
        """Answer a button press; best effort, after the commit."""
        self.toasts.append((query, text))

    def effect(self, function: Callable[..., object], *args: Any, **kwargs: Any) -> None:
        """Ask for `function(session, …)` inside the transaction."""
        self.effects.append((function, args, kwargs))
