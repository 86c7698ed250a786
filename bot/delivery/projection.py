"""Keep of an update what a handler needs, and nothing else: an allow-list, no names.

Updates are cut down before python-telegram-bot reads them, so that nothing else of a
person ever exists in this process, and one update that cannot be read stops no other.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import structlog
from telegram import Update
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

log = structlog.get_logger()

_MESSAGE: Final = (
    "message_id",
    "date",
    "text",
    "message_thread_id",
    "is_topic_message",
    "migrate_to_chat_id",
    "location",
)
# What is left of a message that a button hangs on, or that is replied to: where and which, not what.
_PLACE: Final = ("message_id", "date", "message_thread_id", "is_topic_message")
_CHAT: Final = ("id", "type", "is_forum")
_ENTITY: Final = ("type", "offset", "length")
_FILE: Final = ("file_id", "file_unique_id", "file_size", "mime_type")


class ProjectedRequest(HTTPXRequest):
    """Ask for updates and keep only the projection of each."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Return Telegram's answer with its updates cut down; never log what cannot be read."""
        try:
            answer: dict[str, Any] = json.loads(payload.decode(errors="replace"))
        except ValueError:
            raise TelegramError("Invalid server response") from None
        if isinstance(answer.get("result"), list):
            answer["result"] = [readable(update) for update in answer["result"]]
        return answer


def readable(update: Mapping[str, Any]) -> dict[str, Any]:
    """Return the projection of an update, or its bare number when it cannot be read."""
    try:
        kept = project(update)
        Update.de_json(json.loads(json.dumps(kept)), None)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        log.warning("update.unreadable", update=update["update_id"], error=type(error).__name__)
        return {"update_id": update["update_id"]}
    return kept


def project(update: Mapping[str, Any]) -> dict[str, Any]:
    """Keep ids, type, command or callback data, thread; free text and locations until they are handled."""
    kept: dict[str, Any] = {"update_id": update["update_id"]}
    for name in ("message", "channel_post"):
        if name in update:
            kept[name] = _message(update[name])
    if "callback_query" in update:
        kept["callback_query"] = _query(update["callback_query"])
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


def _query(query: Mapping[str, Any]) -> dict[str, Any]:
    kept = {
        "id": query["id"],
        "from": _person(query["from"]),
        "chat_instance": query.get("chat_instance", ""),
        "data": query.get("data", ""),
    }
    return kept | ({"message": _place(query["message"])} if query.get("message") else {})


def _message(message: Mapping[str, Any]) -> dict[str, Any]:
    kept = _place(message) | _only(message, _MESSAGE)
    if "sender_chat" in message:
        kept["sender_chat"] = _only(message["sender_chat"], _CHAT)
    if "entities" in message:
        # A mention of a person without a user name carries the person: only where it stands is kept.
        kept["entities"] = [_only(entity, _ENTITY) for entity in message["entities"] if entity["type"] in _MARKS]
    kept |= _document(message)
    if "reply_to_message" in message:
        kept["reply_to_message"] = _place(message["reply_to_message"]) | _document(message["reply_to_message"])
    if message.get("forward_origin", {}).get("type") == "channel":
        origin = message["forward_origin"]
        kept["forward_origin"] = _only(origin, ("type", "date", "message_id")) | {"chat": _only(origin["chat"], _CHAT)}
    return kept


def _document(message: Mapping[str, Any]) -> dict[str, Any]:
    return {"document": _only(message["document"], _FILE)} if "document" in message else {}


# Entities that need nothing but their place.
_MARKS: Final = frozenset({"bot_command", "mention", "hashtag", "url", "bold", "italic", "underline", "code", "pre"})


def _place(message: Mapping[str, Any]) -> dict[str, Any]:
    kept = _only(message, _PLACE) | {"chat": _only(message["chat"], _CHAT)}
    return kept | ({"from": _person(message["from"])} if "from" in message else {})


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
    """Keep the status and the rights, which the library wants in full."""
    rights = {name: value for name, value in given.items() if isinstance(value, bool) or name == "until_date"}
    return rights | {"status": given["status"], "user": _person(given["user"])}
