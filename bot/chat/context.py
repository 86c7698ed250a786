"""Hold what every handler needs, and say who may do what."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from storage.chats import find_chat, member, open_chat

if TYPE_CHECKING:
    from datetime import datetime

    from bot.clock import Clock
    from bot.delivery.telegram import Messenger
    from bot.delivery.turn import Turn
    from bot.store import Store
    from bot.vigil import Vigil
    from storage.records import ChatRecord

# Telegram is asked who administers a group at most this often.
_ADMINS_KEPT: Final = timedelta(minutes=5)
# Telegram's own account for admins who post as the group.
ANONYMOUS_ADMIN: Final = 1_087_968_824
ADMIN_ROLES: Final = frozenset({"owner", "admin"})


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
    _group_admins: dict[int, tuple[datetime, frozenset[int]]] = field(default_factory=dict)

    async def chat(self, turn: Turn) -> ChatRecord | None:
        """Return the chat of a turn, None when it is new."""
        return await self.store.read(find_chat, turn.chat_telegram_id, topic_id=turn.topic_id)

    async def ensure_chat(self, turn: Turn, *, lang: str) -> ChatRecord:
        """Return the chat of a turn, made when it is new."""
        return await self.store.write(
            open_chat,
            turn.chat_telegram_id,
            kind=turn.chat_kind,
            topic_id=turn.topic_id,
            lang=lang,
            now=self.clock.now(),
        )

    async def role(self, user_id: int) -> str | None:
        """Return a person's role, None for a stranger."""
        if user_id in self.admins:
            return "admin"
        found = await self.store.read(member, user_id)
        return found.role if found else None

    async def admits(self, turn: Turn) -> bool:
        """Say whether the bot answers here: an open bot everybody, a closed one those who were let in."""
        role = await self.role(turn.user_id)
        if role == "banned":
            return False
        return self.open or role is not None or (turn.chat_kind != "private" and await self.chat(turn) is not None)

    async def may_change(self, turn: Turn) -> bool:
        """Say whether the person may change this chat's settings: in a group, its admins only."""
        if turn.chat_kind == "private":
            return True
        if turn.chat_kind == "channel" or turn.user_id == ANONYMOUS_ADMIN:
            return True
        return turn.user_id in await self._admins_of(turn.chat_telegram_id)

    async def _admins_of(self, telegram_id: int) -> frozenset[int]:
        now = self.clock.now()
        kept = self._group_admins.get(telegram_id)
        if kept is None or now - kept[0] > _ADMINS_KEPT:
            kept = (now, await self.messenger.administrators(telegram_id))
            self._group_admins[telegram_id] = kept
        return kept[1]


def code_hash(code: str) -> str:
    """Return under which name a one-time code is kept; the code itself never is."""
    return hashlib.sha256(f"tocsin-invite:{code}".encode()).hexdigest()
