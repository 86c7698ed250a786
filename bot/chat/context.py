"""Hold what every handler needs, and find out what is known of who asks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.chat.access import ANONYMOUS_ADMIN, Asker, Who
from storage.chats import find_chat, member, open_chat
from storage.upkeep import Keep

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from bot.clock import Clock
    from bot.delivery.telegram import Messenger
    from bot.delivery.turn import Turn
    from bot.feeds.discovery import FoundFeed
    from bot.store import Store
    from bot.vigil import Vigil
    from storage.records import ChatRecord

    Discover = Callable[[str], Awaitable[FoundFeed | None]]


@dataclass(frozen=True, slots=True)
class Limits:
    """Hold how much one chat may ask: terms that it watches, commands and buttons a minute."""

    terms: int = 200
    commands: int = 60


# Telegram is asked who administers a group at most this often.
_ADMINS_KEPT: Final = timedelta(minutes=5)


_MINUTE: Final = timedelta(minutes=1)
# Chats whose haste is remembered at once.
_MOST_CHATS: Final = 10_000


@dataclass(slots=True)
class ChatContext:
    """Hold the store, the clock, the watch list and who may talk to the bot."""

    store: Store
    clock: Clock
    vigil: Vigil
    messenger: Messenger
    open: bool
    admins: frozenset[int]
    bot_name: str = ""
    limits: Limits = Limits()
    language: str = "en"
    discover: Discover | None = None
    keep: Keep = field(default_factory=Keep)
    web_address: str = "http://127.0.0.1:8642"
    _asked: dict[int, list[datetime]] = field(default_factory=dict)
    _group_admins: dict[int, tuple[datetime, frozenset[int]]] = field(default_factory=dict)

    async def chat(self, turn: Turn) -> ChatRecord | None:
        """Return the chat of a turn, None when it is new."""
        return await self.store.read(find_chat, turn.chat_telegram_id, topic_id=turn.topic_id)

    async def ensure_chat(self, turn: Turn, *, lang: str) -> ChatRecord:
        """Return the chat of a turn, made when it is new; a topic begins with its group's language."""
        known = await self.chat(turn)
        if known:
            return known
        whole = await self.store.read(find_chat, turn.chat_telegram_id) if turn.topic_id else None
        return await self.store.write(
            open_chat,
            turn.chat_telegram_id,
            kind=turn.chat_kind,
            topic_id=turn.topic_id,
            lang=whole.lang if whole else lang,
            now=self.clock.now(),
        )

    async def asker(self, turn: Turn, who: Who) -> Asker:
        """Return what is known of the person; Telegram is asked for a chat's admins only where it matters."""
        matters = turn.chat_kind == "channel" or (turn.chat_kind != "private" and who is Who.CHANGES)
        known = turn.chat_kind == "private" or await self.store.read(find_chat, turn.chat_telegram_id) is not None
        return Asker(
            role=await self.role(turn.user_id),
            kind=turn.chat_kind,
            knows_chat=known,
            chat_admin=matters and await self._administers(turn),
        )

    async def role(self, user_id: int) -> str:
        """Return a person's role, "" for a stranger."""
        if user_id in self.admins:
            return "admin"
        found = await self.store.read(member, user_id)
        return found.role if found else ""

    def is_hasty(self, chat: int) -> bool:
        """Say whether a chat asks more in a minute than it may; this asking is counted."""
        now = self.clock.now()
        fresh = [moment for moment in self._asked.get(chat, ()) if now - moment < _MINUTE]
        self._asked[chat] = [*fresh[-self.limits.commands :], now]
        if len(self._asked) > _MOST_CHATS:
            self._asked.pop(next(iter(self._asked)))
        return len(fresh) >= self.limits.commands

    def forget(self, chat: int) -> None:
        """Forget what is remembered of a chat in memory."""
        self._asked.pop(chat, None)
        self._group_admins.pop(chat, None)

    async def _administers(self, turn: Turn) -> bool:
        posted = turn.chat_kind == "channel" and not turn.query_id  # only admins post in a channel
        if posted or turn.user_id == ANONYMOUS_ADMIN:
            return True
        return await self.administers(turn.user_id, turn.chat_telegram_id)

    async def administers(self, user_id: int, chat: int) -> bool:
        """Say whether somebody administers a group or channel, as Telegram said within the last minutes."""
        now = self.clock.now()
        kept = self._group_admins.get(chat)
        if kept is None or now - kept[0] > _ADMINS_KEPT:
            kept = (now, await self.messenger.administrators(chat))
            # Nobody means that Telegram would not say: that is asked again, not remembered.
            if kept[1]:
                self._group_admins[chat] = kept
        return user_id in kept[1]


def code_hash(code: str) -> str:
    """Return under which name a one-time code is kept; the code itself never is."""
    return hashlib.sha256(f"tocsin-invite:{code}".encode()).hexdigest()
