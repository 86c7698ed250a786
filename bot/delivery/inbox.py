"""Take updates in: stored before Telegram forgets them, handled once, committed in one piece.

python-telegram-bot by itself confirms an update when it has fetched it and loses it on
a kill. Here an allow-listed projection is stored first, then the offset moves.

getUpdates ─project→ inbox ─process_update→ Turn ─one transaction→ effects, replies owed, "handled"
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import structlog
from telegram import Update

from bot.delivery.render import parts
from bot.delivery.telegram import TelegramAway
from bot.delivery.turn import Turn, current_turn
from storage.chats import find_chat, open_chat
from storage.delivery_records import DeliveryKind, NewDelivery
from storage.errors import StorageError
from storage.inbox import fail_update, handled, last_update_id, next_updates, store_updates
from storage.outbox import owe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from telegram.ext import Application

    from bot.clock import Clock
    from bot.delivery.message import Message
    from bot.delivery.telegram import Messenger
    from bot.store import Store
    from storage.database import Session
    from storage.delivery_records import InboxUpdate
    from storage.records import ChatRecord

log = structlog.get_logger()

# Replies overtake alerts: somebody is looking at the screen.
PRIORITY_REPLY: Final = 0
# An answer that comes later than this answers nobody.
REPLY_EXPIRY: Final = timedelta(hours=1)
# A database that is busy deserves another try; an update that fails so often is at fault itself.
_MOST_ATTEMPTS: Final = 3
# Seconds between two polls while Telegram cannot be reached.
_LONGEST_WAIT_S: Final = 30.0


def no_apology(_chat: ChatRecord) -> Message | None:
    """Say nothing when a handler fails."""
    return None


class Inbox:
    """Receive, store and handle the updates of one bot."""

    def __init__(
        self,
        store: Store,
        messenger: Messenger,
        *,
        application: Application[Any, Any, Any, Any, Any, Any],
        clock: Clock,
        apology: Callable[[ChatRecord], Message | None] = no_apology,
    ) -> None:
        self._store = store
        self._messenger = messenger
        self._application = application
        self._clock = clock
        self._apology = apology
        self._failures = 0
        application.add_error_handler(_note_failure)

    async def receive(self, *, wait_s: int) -> int:
        """Wait for updates, store them, and only then let Telegram forget the ones before; return how many came."""
        last = await self._store.read(last_update_id)
        updates = await self._ask(None if last is None else last + 1, wait_s=wait_s)
        if updates:
            numbered = [(int(update["update_id"]), update) for update in updates]
            await self._store.write(store_updates, numbered, now=self._clock.now())
        return len(updates)

    async def _ask(self, offset: int | None, *, wait_s: int) -> list[Mapping[str, Any]]:
        """Ask Telegram; when it cannot be reached, wait 1, 2, 4 … 30 s and return nothing."""
        try:
            updates = await self._messenger.updates(offset, wait_s=wait_s)
        except TelegramAway as error:
            wait = max(error.wait_s, min(_LONGEST_WAIT_S, 2.0 ** min(self._failures, 5)))
            self._failures += 1
            log.warning("updates.unreachable", reason=error.reason, wait_s=wait)
            await self._clock.sleep(wait)
            return []
        self._failures = 0
        return updates

    async def handle_pending(self) -> int:
        """Handle what is stored, in order; return how many updates were tried."""
        pending = await self._store.read(next_updates)
        for stored in pending:
            await self._handle(stored)
        return len(pending)

    async def _handle(self, stored: InboxUpdate) -> None:
        turn = turn_of(stored)
        try:
            await self._process(stored, turn)
            await self._store.write(self._commit, turn)
        except Exception as error:  # a handler's outer edge: one update must not stop the others
            log.exception("update.failed", update=stored.update_id)
            await self._fail(stored, turn, error=error)
        if turn.query_id:
            await self._messenger.toast(turn.query_id, turn.toast_text)

    async def _process(self, stored: InboxUpdate, turn: Turn) -> None:
        token = current_turn.set(turn)
        try:
            update = Update.de_json(dict(stored.payload), self._application.bot)
            await self._application.process_update(update)
        finally:
            current_turn.reset(token)
        if turn.failure:
            raise turn.failure

    async def _fail(self, stored: InboxUpdate, turn: Turn, *, error: Exception) -> None:
        """Give up on an update, unless the database was at fault and may be well again."""
        give_up = not isinstance(error, StorageError) or stored.attempts + 1 >= _MOST_ATTEMPTS
        await self._store.write(self._give_up if give_up else self._try_again, turn, reason=type(error).__name__)

    def _try_again(self, session: Session, turn: Turn, *, reason: str) -> None:
        fail_update(session, turn.update_id, reason=reason, now=self._clock.now(), give_up=False)

    def _give_up(self, session: Session, turn: Turn, *, reason: str) -> None:
        """Forget an update and say sorry once to a chat that we know."""
        now = self._clock.now()
        fail_update(session, turn.update_id, reason=reason, now=now, give_up=True)
        chat = find_chat(session, turn.chat_telegram_id, topic_id=turn.topic_id)
        sorry = self._apology(chat) if chat and chat.status == "active" else None
        if chat and sorry:
            owe(session, _replies(turn, [sorry], chat=chat.id, now=now), now=now)

    def _commit(self, session: Session, turn: Turn) -> None:
        """Write effects, replies and "handled" together, or none of them."""
        now = self._clock.now()
        for function, args, kwargs in turn.effects:
            function(session, *args, **kwargs)
        if turn.messages:
            chat = _chat_of(session, turn, now=now)
            owe(session, _replies(turn, turn.messages, chat=chat.id, now=now), now=now)
        handled(session, turn.update_id, now=now)


async def _note_failure(_update: object, context: Any) -> None:
    """Keep what a handler raised: python-telegram-bot swallows it otherwise."""
    turn = current_turn.get(None)
    if turn is not None:
        turn.failure = context.error


def _chat_of(session: Session, turn: Turn, *, now: datetime) -> ChatRecord:
    found = find_chat(session, turn.chat_telegram_id, topic_id=turn.topic_id)
    if found:
        return found
    whole = find_chat(session, turn.chat_telegram_id)
    return open_chat(
        session,
        turn.chat_telegram_id,
        kind=turn.chat_kind,
        topic_id=turn.topic_id,
        now=now,
        lang=whole.lang if whole else "en",
    )


def _replies(turn: Turn, messages: list[Message], *, chat: int, now: datetime) -> list[NewDelivery]:
    """Return one delivery for each part of each reply, numbered in order."""
    pieces = [piece for message in messages for piece in parts(message)]
    return [
        NewDelivery(
            chat=chat,
            kind=DeliveryKind.REPLY,
            priority=PRIORITY_REPLY,
            not_before=now,
            update_id=turn.update_id,
            ordinal=ordinal,
            payload=piece.to_json(),
            expires=now + REPLY_EXPIRY,
        )
        for ordinal, piece in enumerate(pieces)
    ]


def turn_of(stored: InboxUpdate) -> Turn:
    """Return the empty turn of a stored update: where it came from and who began it."""
    payload = stored.payload
    query = payload.get("callback_query", {})
    about = (
        payload.get("message")
        or payload.get("channel_post")
        or query.get("message")
        or payload.get("my_chat_member")
        or {}
    )
    chat = about.get("chat", {})
    sender = query.get("from") or about.get("from") or {}
    kind = chat.get("type", "private")
    return Turn(
        update_id=stored.update_id,
        chat_telegram_id=chat.get("id", sender.get("id", 0)),
        topic_id=about.get("message_thread_id", 0) if about.get("is_topic_message") else 0,
        user_id=sender.get("id", 0),
        chat_kind="group" if kind == "supergroup" else kind,
        query_id=query.get("id", ""),
    )
