"""Take updates in: stored before Telegram forgets them, handled once, committed in one piece.

python-telegram-bot by itself confirms an update when it has fetched it and loses it on
a kill. Here an allow-listed projection is stored first, then the offset moves.
"""

from __future__ import annotations

import contextvars
from typing import TYPE_CHECKING, Any, Final

import structlog
from telegram import Update

from bot.delivery.turn import Turn
from storage.chats import find_chat, open_chat
from storage.delivery_records import DeliveryKind, NewDelivery
from storage.inbox import fail_update, handled, last_update_id, next_updates, store_updates
from storage.outbox import owe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlmodel import Session
    from telegram.ext import Application

    from bot.clock import Clock
    from bot.delivery.telegram import Messenger
    from bot.store import Store
    from storage.delivery_records import InboxUpdate

log = structlog.get_logger()

# Replies overtake alerts: somebody is looking at the screen.
PRIORITY_REPLY: Final = 0
# A handler that fails this often on one update is wrong about it for good.
_MOST_ATTEMPTS: Final = 3
_MESSAGE: Final = (
    "message_id",
    "date",
    "text",
    "entities",
    "message_thread_id",
    "is_topic_message",
    "migrate_to_chat_id",
    "location",
)
_CHAT: Final = ("id", "type", "is_forum")

# The turn of the update that is being handled; a context variable, since handlers take what the library gives them.
current_turn: contextvars.ContextVar[Turn] = contextvars.ContextVar("current_turn")


class Inbox:
    """Receive, store and handle the updates of one bot."""

    def __init__(
        self,
        store: Store,
        messenger: Messenger,
        *,
        application: Application[Any, Any, Any, Any, Any, Any],
        clock: Clock,
    ) -> None:
        self._store = store
        self._messenger = messenger
        self._application = application
        self._clock = clock

    async def receive(self, *, wait_s: int) -> int:
        """Wait for updates, store them, and only then let Telegram forget the ones before; return how many came."""
        last = await self._store.read(last_update_id)
        updates = await self._messenger.updates(None if last is None else last + 1, wait_s=wait_s)
        projected = [(int(update["update_id"]), project(update)) for update in updates]
        if projected:
            await self._store.write(store_updates, projected, now=self._clock.now())
        return len(projected)

    async def handle_pending(self) -> int:
        """Handle what is stored, in order; return how many updates were handled."""
        pending = await self._store.read(next_updates)
        for stored in pending:
            await self._handle(stored)
        return len(pending)

    async def _handle(self, stored: InboxUpdate) -> None:
        turn = _turn(stored)
        token = current_turn.set(turn)
        try:
            update = Update.de_json(dict(stored.payload), self._application.bot)
            await self._application.process_update(update)
        except Exception as error:  # a handler's outer edge: one update must not stop the others
            log.exception("update.failed", update=stored.update_id)
            await self._store.write(
                fail_update,
                stored.update_id,
                reason=type(error).__name__,
                now=self._clock.now(),
                give_up=stored.attempts + 1 >= _MOST_ATTEMPTS,
            )
            return
        finally:
            current_turn.reset(token)
        await self._store.write(self._commit, turn)
        for query, text in turn.toasts:
            await self._messenger.toast(query, text)

    def _commit(self, session: Session, turn: Turn) -> None:
        """Write effects, replies and "handled" together, or none of them."""
        now = self._clock.now()
        for function, args, kwargs in turn.effects:
            function(session, *args, **kwargs)
        if turn.messages:
            chat = find_chat(session, turn.telegram_id, topic_id=turn.topic_id) or open_chat(
                session, turn.telegram_id, kind=turn.chat_kind, topic_id=turn.topic_id, now=now
            )
            owe(
                session,
                [
                    NewDelivery(
                        chat=chat.id,
                        kind=DeliveryKind.REPLY,
                        priority=PRIORITY_REPLY,
                        not_before=now,
                        update_id=turn.update_id,
                        ordinal=ordinal,
                        payload=message.to_json(),
                    )
                    for ordinal, message in enumerate(turn.messages)
                ],
                now=now,
            )
        handled(session, turn.update_id, now=now)


def project(update: Mapping[str, Any]) -> dict[str, Any]:
    """Keep of an update what a handler needs: ids, type, command or callback data, thread; no names."""
    kept: dict[str, Any] = {"update_id": update["update_id"]}
    for name in ("message", "channel_post"):
        if name in update:
            kept[name] = _message(update[name])
    if "callback_query" in update:
        query = update["callback_query"]
        kept["callback_query"] = {
            "id": query["id"],
            "from": _person(query["from"]),
            "chat_instance": query.get("chat_instance", ""),
            "data": query.get("data", ""),
        } | ({"message": _message(query["message"], bare=True)} if query.get("message") else {})
    if "my_chat_member" in update:
        change = update["my_chat_member"]
        kept["my_chat_member"] = {
            "chat": _only(change["chat"], _CHAT),
            "from": _person(change["from"]),
            "date": change["date"],
            "old_chat_member": _membership(change["old_chat_member"]),
            "new_chat_member": _membership(change["new_chat_member"]),
        }
    return kept


def _message(message: Mapping[str, Any], *, bare: bool = False) -> dict[str, Any]:
    kept = _only(message, ("message_id", "date", "message_thread_id", "is_topic_message") if bare else _MESSAGE)
    kept["chat"] = _only(message["chat"], _CHAT)
    if "from" in message:
        kept["from"] = _person(message["from"])
    if "sender_chat" in message:
        kept["sender_chat"] = _only(message["sender_chat"], _CHAT)
    if not bare and message.get("reply_to_message"):
        kept["reply_to_message"] = _message(message["reply_to_message"], bare=True)
    return kept


def _only(given: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: given[name] for name in names if name in given}


def _person(given: Mapping[str, Any]) -> dict[str, Any]:
    """Keep id and language; the library wants a first name, so it gets an empty one."""
    return {
        "id": given["id"],
        "is_bot": given.get("is_bot", False),
        "first_name": "",
        "language_code": given.get("language_code", ""),
    }


def _membership(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"status": given["status"], "user": _person(given["user"])}


def _turn(stored: InboxUpdate) -> Turn:
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
    return Turn(
        update_id=stored.update_id,
        telegram_id=chat.get("id", sender.get("id", 0)),
        topic_id=about.get("message_thread_id", 0) if about.get("is_topic_message") else 0,
        user_id=sender.get("id", 0),
        chat_kind={"supergroup": "group"}.get(chat.get("type", "private"), chat.get("type", "private")),
    )
