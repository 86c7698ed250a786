"""Answer what protects a reader: names behind a tap, a thin line, messages that delete themselves."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.chat import onboarding
from bot.chat.args import OFF, ON, Press
from bot.chat.ask import change
from bot.chat.explaining import reader_of, view_of
from bot.chat.replies import text
from bot.delivery.alert import veiled_alert
from bot.delivery.catch_up import catch_up
from bot.delivery.discretion import hiding, veil
from bot.delivery.message import Message
from storage.deletions import end_deletions, owe_deletions
from storage.delivery_records import DeliveryKind
from storage.outbox import written
from storage.stories import story_view

if TYPE_CHECKING:
    from bot.chat.ask import Ask

_HOURS: Final = re.compile(r"^(\d{1,2})\s*h?$", re.IGNORECASE | re.ASCII)
# Telegram lets a bot delete for 48 hours; the last one is for retries.
_MOST_HOURS: Final = 47
_BY_DEFAULT: Final = 24


async def discreet(ask: Ask) -> None:
    """Keep names behind a tap, or show them at once again."""
    if _switch(ask, "discreet"):
        words = ask.say(
            "Discreet: what I send says how grave and by how many, and names nothing before you tap Show."
            " Hide takes it back. /discreet off ends it."
        )
        ask.reply(text(words))
    else:
        ask.reply(text(ask.say("No longer discreet: names are shown at once.")))


async def light(ask: Ask) -> None:
    """Send as little as possible over a thin line, or everything again."""
    if _switch(ask, "light"):
        words = ask.say(
            "Light: text only, one link and two buttons; a message is changed every half hour at most, and six times."
            " /light off ends it."
        )
        ask.reply(text(words))
    else:
        ask.reply(text(ask.say("No longer light: messages come in full.")))


def _switch(ask: Ask, name: str) -> bool:
    """Turn a setting off where the words say so, without words the other way, else on; return whether it is on.

    What is not understood protects: who mistypes must not be shown to others.
    """
    words = ask.words.lower()
    on = words not in OFF if words else not ask.chat.settings.get(name)
    change(ask, settings={name: True if on else None})
    return on


async def auto_delete(ask: Ask) -> None:
    """Delete each message of ours some hours after it was sent, or keep them."""
    words, found = ask.words.lower(), _HOURS.match(ask.words)
    hours = int(found[1]) if found else (_BY_DEFAULT if not words or words in ON else 0)
    if words in OFF:
        change(ask, settings={"auto_delete": None})
        ask.effect(end_deletions, ask.chat.id)
        ask.reply(text(ask.say("My messages stay from now on.")))
    elif 1 <= hours <= _MOST_HOURS:
        _delete_after(ask, hours)
        sentence = ask.say.plural(
            "I delete each of my messages {n} hour after I sent it. What you write stays until you delete it.",
            "I delete each of my messages {n} hours after I sent it. What you write stays until you delete it.",
            count=hours,
        )
        ask.reply(text(f"{sentence} {ask.say('/autodelete off ends it.')}"))
    else:
        ask.reply(text(ask.say("Say after how many hours, 1 to 47: /autodelete 24h, or /autodelete off.")))


def _delete_after(ask: Ask, hours: int) -> None:
    change(ask, settings={"auto_delete": hours})
    ask.effect(owe_deletions, ask.chat.id, after=timedelta(hours=hours), now=ask.now)


async def protect(ask: Ask) -> None:
    """Turn one of the protections on by its button under the set-up."""
    wanted = ask.arg(0)
    if wanted == "auto_delete":
        _delete_after(ask, _BY_DEFAULT)
    elif wanted in onboarding.PROTECTIONS:
        change(ask, settings={wanted: True})
    ask.toast(ask.say("Done. The command of the same name ends it."))
    ask.show(onboarding.done(ask.say, None, chosen=ask.chat.settings))


# ── what a tap shows ─────────────────────────────────────────────────────────


async def hide_story(ask: Ask) -> None:
    """Veil a story again."""
    view = await view_of(ask)
    if view:
        ask.show(veiled_alert(view, kind=DeliveryKind.ALERT, reader=reader_of(ask, [view])))


async def reveal(ask: Ask) -> None:
    """Show a message in the place of the one that stands for it."""
    number = ask.number(0)
    found = await ask.read(written, number, chat=ask.chat.id) if number is not None else None
    if found is None:
        ask.toast(ask.say("This message is no longer kept; ask again."))
        return
    kind, payload = found
    if kind is DeliveryKind.CATCH_UP:
        read = [await ask.read(story_view, story, chat=ask.chat.id) for story in payload.get("stories", [])]
        views = [view for view in read if view and view.entries]
        message = catch_up(views, reader_of(ask, views), why=str(payload.get("why", "")))
    else:
        message = Message.from_json(payload)
    ask.show(hiding(message, Press("hs", (str(number),)).pack(), say=ask.say))


async def hide(ask: Ask) -> None:
    """Veil a message again."""
    number = ask.number(0)
    if number is not None:
        ask.show(veil(number, say=ask.say))
