"""Say what a person sees in the sandbox: their chats, a stretch of messages, the command menu there.

The order in which Telegram looks for a menu is the Bot API's "Determining list of commands".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bot.sandbox.cast import named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.ledger import Ledger

# Messages in one stretch.
STRETCH: Final = 50
_SCOPES: Final = {
    "private": ("all_private_chats", "default"),
    "member": ("all_group_chats", "default"),
    "admin": ("all_chat_administrators", "all_group_chats", "default"),
}


def people(ledger: Ledger) -> list[dict[str, Any]]:
    """Return who one can be: id, name, language, and which places they administer."""
    chats = ledger.chats()
    return [
        {
            "id": chat["id"],
            "name": chat.get("first_name", ""),
            "language": chat.get("language", "en"),
            "admin": [place["id"] for place in chats if chat["id"] in place.get("admins", [])],
        }
        for chat in reversed(chats)
        if chat["type"] == "private"
    ]


def chats_of(ledger: Ledger, user: int) -> list[dict[str, Any]]:
    """Return a person's chats, their own first, each with its topics, newest message and menu."""
    mine = [chat for chat in ledger.chats() if sees(chat, user)]
    return [_shown(ledger, chat, user=user) for chat in sorted(mine, key=lambda chat: -chat["id"])]


def sees(chat: Mapping[str, Any], user: int) -> bool:
    """Say whether a chat is shown to a person: their own, and every group and channel that has not moved."""
    return "migrated_to" not in chat and (chat["id"] == user or chat["type"] != "private")


def writes(chat: Mapping[str, Any], user: int) -> bool:
    """Say whether a person may write in a chat: in a channel only its admins may."""
    return sees(chat, user) and (chat["type"] != "channel" or user in chat.get("admins", []))


def menu(ledger: Ledger, chat: Mapping[str, Any], *, user: int) -> list[dict[str, str]]:
    """Return the command menu that Telegram would show to a person in a chat."""
    if chat["type"] == "channel":
        return []
    role = "private" if chat["type"] == "private" else "admin" if user in chat.get("admins", []) else "member"
    lang = _language(ledger, user)
    known: dict[str, list[dict[str, str]]] = ledger.fact("menus", {})
    keys = [f"{scope}:{code}" for scope in _SCOPES[role] for code in (lang, "")]
    return next((known[key] for key in keys if known.get(key)), [])


def _language(ledger: Ledger, user: int) -> str:
    return str((ledger.chat(user) or {}).get("language", "en"))


def _shown(ledger: Ledger, chat: Mapping[str, Any], *, user: int) -> dict[str, Any]:
    lang = _language(ledger, user)
    topics: list[dict[str, Any]] = [
        {"id": int(number), "name": named(topic["name"], lang), "closed": bool(topic.get("closed"))}
        for number, topic in chat.get("topics", {}).items()
    ]
    places = [0, *(topic["id"] for topic in topics)] if topics else [None]
    newest = {str(place or 0): ledger.stretch(chat["id"], topic=place, limit=1) for place in places}
    return {
        "id": chat["id"],
        "type": chat["type"],
        "title": named(chat.get("title") or "", lang),
        "topics": topics,
        "admin": user in chat.get("admins", []),
        "writes": writes(chat, user),
        "blocked": bool(chat.get("blocked")),
        "menu": menu(ledger, chat, user=user),
        "last": {place: found[0] for place, found in newest.items() if found},
    }


def stretch(
    ledger: Ledger, chat: int, *, topic: int | None = None, before: int | None = None, after: int | None = None
) -> dict[str, Any]:
    """Return messages before or after one, or the newest, and whether more lie beyond on that side."""
    found = ledger.stretch(chat, topic=topic, before=before, after=after, limit=STRETCH + 1)
    more = len(found) > STRETCH
    kept = found[:STRETCH] if after is not None else found[-STRETCH:]
    return {"messages": kept, "more": more}


def around(ledger: Ledger, chat: int, *, topic: int | None, message: int) -> dict[str, Any]:
    """Return the messages around one: half a stretch on each side."""
    half = STRETCH // 2
    before = ledger.stretch(chat, topic=topic, before=message + 1, limit=half + 1)
    after = ledger.stretch(chat, topic=topic, after=message, limit=half + 1)
    return {"messages": [*before[-half:], *after[:half]], "older": len(before) > half, "newer": len(after) > half}
