"""Answer the Bot API methods that the bot uses, with Telegram's checks and words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from bot.sandbox.limits import FloodControl, Refused, bad, checked_markup, formatted
from bot.sandbox.media import document, file_path, photo

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.clock import Clock
    from bot.sandbox.ledger import Ledger

BOT_ID: Final = 4_200_000_042
BOT: Final = {
    "id": BOT_ID,
    "is_bot": True,
    "first_name": "Tocsin",
    "username": "tocsin_sandbox_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
}
_TEXT: Final = 4096
_CAPTION: Final = 1024
_DELETE_S: Final = 48 * 3600
_ALBUM: Final = 10
_MOST_DELETED: Final = 100


@dataclass(slots=True)
class Methods:
    """Hold the state of the world behind the Bot API: chats, messages, menus, webhook."""

    ledger: Ledger
    clock: Clock
    publish: Callable[[str, dict[str, Any]], None]
    flood: FloodControl = field(default_factory=FloodControl)
    webhook: str = ""

    def call(self, method: str, params: Mapping[str, Any]) -> Any:
        """Run a method by its name; raise Refused as Telegram would answer."""
        handler = getattr(self, f"_{method.lower()}", None)
        if handler is None:
            raise Refused(404, "Not Found: method not found")
        return handler(params)

    # ── sending ──────────────────────────────────────────────────────────────

    def _sendmessage(self, params: Mapping[str, Any]) -> dict[str, Any]:
        chat = self._writable(params)
        text, entities = formatted(str(params.get("text", "")), str(params.get("parse_mode", "")), most=_TEXT)
        message = self._new(chat, params)
        message |= {"text": text, "entities": entities}
        return self._keep("sendMessage", message)

    def _sendphoto(self, params: Mapping[str, Any]) -> dict[str, Any]:
        chat = self._writable(params)
        sent = {"photo": photo(self.ledger, params.get("photo"))} | self._caption(params)
        return self._keep("sendPhoto", self._new(chat, params) | sent)

    def _senddocument(self, params: Mapping[str, Any]) -> dict[str, Any]:
        chat = self._writable(params)
        sent = {"document": document(self.ledger, params.get("document"))} | self._caption(params)
        return self._keep("sendDocument", self._new(chat, params) | sent)

    def _sendmediagroup(self, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        items = params.get("media") or []
        if not 2 <= len(items) <= _ALBUM:
            raise bad("group of media must contain 2-10 items")
        chat = self._writable(params, messages=len(items))
        sent = [self._item(item, params) for item in items]
        album = {"media_group_id": str(self.ledger.count("album_id"))}
        return [self._keep("sendMediaGroup", self._new(chat, params) | album | each) for each in sent]

    def _item(self, item: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
        take = {"photo": photo, "document": document}.get(str(item.get("type")))
        if take is None:
            raise bad("can't parse InputMedia: type must be photo or document")
        given = str(item.get("media", ""))
        attached = params.get(given.removeprefix("attach://")) if given.startswith("attach://") else given
        return {str(item["type"]): take(self.ledger, attached)} | self._caption(item)

    def _sendchataction(self, params: Mapping[str, Any]) -> bool:
        self._chat(params)
        return True

    def _caption(self, params: Mapping[str, Any]) -> dict[str, Any]:
        if not params.get("caption"):
            return {}
        text, entities = formatted(str(params["caption"]), str(params.get("parse_mode", "")), most=_CAPTION)
        return {"caption": text, "caption_entities": entities}

    def _new(self, chat: dict[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
        message: dict[str, Any] = {
            "message_id": self.ledger.count("message_id"),
            "date": int(self.clock.now().timestamp()),
            "from": {key: BOT[key] for key in ("id", "is_bot", "first_name", "username")},
            "chat": _shown(chat),
        }
        message |= self._thread(chat, params)
        message |= self._answer(chat, params)
        message |= _markup(params)
        if params.get("disable_notification"):
            message["silent"] = True
        return message

    def _thread(self, chat: dict[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
        topic = int(params.get("message_thread_id") or 0)
        if not topic:
            return {}
        known = chat.get("topics", {}).get(str(topic))
        if known is None:
            raise bad("message thread not found")
        if known.get("closed"):
            raise bad("TOPIC_CLOSED")
        return {"message_thread_id": topic, "is_topic_message": True}

    def _answer(self, chat: dict[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
        wanted = params.get("reply_parameters") or {}
        if not wanted.get("message_id"):
            return {}
        found = self.ledger.message(chat["id"], int(wanted["message_id"]))
        if found:
            return {"reply_to_message": {key: value for key, value in found.items() if key != "reply_to_message"}}
        if wanted.get("allow_sending_without_reply"):
            return {}
        raise bad("message to be replied not found")

    def _keep(self, method: str, message: dict[str, Any]) -> dict[str, Any]:
        self.ledger.keep_message(message)
        self.ledger.accept(method, message, at=self.clock.now().isoformat())
        self.publish("message", message)
        return message

    # ── editing, deleting ────────────────────────────────────────────────────

    def _editmessagetext(self, params: Mapping[str, Any]) -> dict[str, Any]:
        before = self._target(params)
        if "text" not in before:
            raise bad("there is no text in the message to edit")
        text, entities = formatted(str(params.get("text", "")), str(params.get("parse_mode", "")), most=_TEXT)
        after = {key: value for key, value in before.items() if key != "reply_markup"} | {
            "text": text,
            "entities": entities,
        }
        return self._changed("editMessageText", before=before, after=after | _markup(params))

    def _editmessagecaption(self, params: Mapping[str, Any]) -> dict[str, Any]:
        before = self._target(params)
        if "text" in before:
            raise bad("there is no caption in the message to edit")
        dropped = {"reply_markup", "caption", "caption_entities"}
        after = {key: value for key, value in before.items() if key not in dropped} | self._caption(params)
        return self._changed("editMessageCaption", before=before, after=after | _markup(params))

    def _editmessagereplymarkup(self, params: Mapping[str, Any]) -> dict[str, Any]:
        before = self._target(params)
        after = {key: value for key, value in before.items() if key != "reply_markup"}
        return self._changed("editMessageReplyMarkup", before=before, after=after | _markup(params))

    def _target(self, params: Mapping[str, Any]) -> dict[str, Any]:
        chat = self._writable(params)
        before = self.ledger.message(chat["id"], int(params.get("message_id") or 0))
        if before is None:
            raise bad("message to edit not found")
        return before

    def _changed(self, method: str, *, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
        compared = ("text", "entities", "caption", "caption_entities", "reply_markup")
        if [before.get(name) for name in compared] == [after.get(name) for name in compared]:
            raise bad(
                "message is not modified: specified new message content and reply markup are exactly the same"
                " as a current content and reply markup of the message"
            )
        after["edit_date"] = int(self.clock.now().timestamp())
        self.ledger.keep_message(after)
        self.ledger.accept(method, after, at=self.clock.now().isoformat())
        self.publish("edit", after)
        return after

    def _deletemessage(self, params: Mapping[str, Any]) -> bool:
        chat = self._chat(params)
        found = self.ledger.message(chat["id"], int(params.get("message_id") or 0))
        if found is None:
            raise bad("message to delete not found")
        if self.clock.now().timestamp() - found["date"] > _DELETE_S:
            raise bad("message can't be deleted")
        self._remove(found)
        return True

    def _deletemessages(self, params: Mapping[str, Any]) -> bool:
        """Delete many; the ones that cannot be found or are too old are passed over, as Telegram does."""
        chat, wanted = self._chat(params), params.get("message_ids") or []
        if not 1 <= len(wanted) <= _MOST_DELETED:
            raise bad("too many message identifiers specified" if wanted else "message identifiers are not specified")
        found = [self.ledger.message(chat["id"], int(each)) for each in wanted]
        now = self.clock.now().timestamp()
        for message in found:
            if message and now - message["date"] <= _DELETE_S:
                self._remove(message)
        return True

    def _remove(self, message: Mapping[str, Any]) -> None:
        self.ledger.remove_message(message["chat"]["id"], message["message_id"])
        self.publish("delete", {"chat": message["chat"], "message_id": message["message_id"]})

    # ── asking ───────────────────────────────────────────────────────────────

    def _getme(self, _params: Mapping[str, Any]) -> dict[str, Any]:
        return BOT | dict(self.ledger.fact("abilities", {}))

    def _getchat(self, params: Mapping[str, Any]) -> dict[str, Any]:
        chat = self._chat(params)
        return _shown(chat) | {"accent_color_id": 0, "max_reaction_count": 0, "accepted_gift_types": _GIFTS}

    def _getfile(self, params: Mapping[str, Any]) -> dict[str, Any]:
        return file_path(self.ledger, str(params.get("file_id", "")))

    def _getchatmember(self, params: Mapping[str, Any]) -> dict[str, Any]:
        chat, user = self._chat(params), int(params.get("user_id") or 0)
        status = "administrator" if user in chat.get("admins", []) else "member"
        return _member(self.ledger, user, status=status)

    def _getchatadministrators(self, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        return [_member(self.ledger, user, status="administrator") for user in self._chat(params).get("admins", [])]

    def _answercallbackquery(self, params: Mapping[str, Any]) -> bool:
        query = str(params.get("callback_query_id", ""))
        if not self.ledger.fact(f"query:{query}"):
            raise bad("query is too old and response timeout expired or query ID is invalid")
        self.publish("toast", {"query": query, "text": str(params.get("text") or "")})
        return True

    def _setmycommands(self, params: Mapping[str, Any]) -> bool:
        scope = (params.get("scope") or {}).get("type", "default")
        menus = self.ledger.fact("menus", {})
        menus[f"{scope}:{params.get('language_code') or ''}"] = params.get("commands", [])
        self.ledger.set_fact("menus", menus)
        self.publish("menu", {})
        return True

    def _getmycommands(self, params: Mapping[str, Any]) -> list[dict[str, str]]:
        scope = (params.get("scope") or {}).get("type", "default")
        menus = self.ledger.fact("menus", {})
        found: list[dict[str, str]] = menus.get(f"{scope}:{params.get('language_code') or ''}", [])
        return found

    def _setwebhook(self, params: Mapping[str, Any]) -> bool:
        self.webhook = str(params.get("url", ""))
        return True

    def _deletewebhook(self, _params: Mapping[str, Any]) -> bool:
        self.webhook = ""
        return True

    def _getwebhookinfo(self, _params: Mapping[str, Any]) -> dict[str, Any]:
        return {"url": self.webhook, "has_custom_certificate": False, "pending_update_count": 0}

    # ── who may be written to ────────────────────────────────────────────────

    def _chat(self, params: Mapping[str, Any]) -> dict[str, Any]:
        chat = self.ledger.chat(int(params.get("chat_id") or 0))
        if chat is None:
            raise bad("chat not found")
        if "migrated_to" in chat:
            raise Refused(
                400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat["migrated_to"]
            )
        return chat

    def _writable(self, params: Mapping[str, Any], *, messages: int = 1) -> dict[str, Any]:
        chat = self._chat(params)
        if chat.get("blocked"):
            kind = "user" if chat["type"] == "private" else f"{chat['type']} chat"
            words = "bot was blocked by the user" if kind == "user" else f"bot was kicked from the {kind}"
            raise Refused(403, f"Forbidden: {words}")
        self.flood.check(chat["id"], self.clock.now(), messages=messages)
        return chat


_GIFTS: Final = {
    "unlimited_gifts": False,
    "limited_gifts": False,
    "unique_gifts": False,
    "premium_subscription": False,
    "gifts_from_channels": False,
}


def _markup(params: Mapping[str, Any]) -> dict[str, Any]:
    markup = checked_markup(params.get("reply_markup"))
    if markup and "force_reply" in markup:
        return {"prompt": markup.get("input_field_placeholder", "")}  # Telegram gives back only inline keyboards
    return {"reply_markup": markup} if markup else {}


def _shown(chat: Mapping[str, Any]) -> dict[str, Any]:
    return {key: chat[key] for key in ("id", "type", "title", "first_name", "username", "is_forum") if key in chat}


def _member(ledger: Ledger, user: int, *, status: str) -> dict[str, Any]:
    name = (ledger.chat(user) or {}).get("first_name") or "Reader"
    person = {"id": user, "is_bot": False, "first_name": name}
    rights = dict.fromkeys(
        (
            "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
            "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
            "can_edit_stories", "can_delete_stories",
        ),
        False,
    )  # fmt: skip
    return {"user": person, "status": status} | (rights if status == "administrator" else {})
