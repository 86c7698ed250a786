"""Answer where the bot speaks: a channel that is set up from a private chat, a forum topic for one family.

A channel is known by a message that was forwarded from it; each step asks Telegram
again whether this person administers it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.chat.args import Press
from bot.chat.naming import FAMILY_TERM, term_name
from bot.chat.onboarding import PRESETS
from bot.chat.replies import FAMILIES, row, text
from bot.delivery.message import Button, Message, Span, bold, compose, lines
from storage.chats import find_chat, open_chat, update_chat
from storage.terms import add_term, remove_term, set_urgency, terms

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.chat.ask import Ask
    from storage.database import Session
    from storage.records import TermRecord

_STOP: Final = "stop"
_COPY: Final = "copy"


async def from_channel(ask: Ask) -> None:
    """Offer to set up the channel that a message was forwarded from."""
    channel = ask.origin
    if channel is None or not await _administers(ask, channel):
        return
    number = str(channel)
    rows = [(Button(ask.say(preset.label), Press("cp", (number, key)).pack()),) for key, preset in PRESETS.items()]
    copy = (Button(ask.say("The same as this chat"), Press("cp", (number, _COPY)).pack()),)
    stop = (Button(ask.say("Stop there"), Press("cp", (number, _STOP)).pack()),)
    head = (bold(ask.say("What shall I post in this channel?")),)
    ask.reply(Message(head, keyboard=(*rows, copy, stop)))


async def _administers(ask: Ask, channel: int) -> bool:
    if await ask.context.administers(ask.turn.user_id, channel):
        return True
    ask.reply(text(ask.say("You must be an admin of that channel, and so must I.")))
    return False


async def set_up_channel(ask: Ask) -> None:
    """Let a channel watch a preset or what this chat watches, or stop it."""
    channel, what = _channel(ask.arg(0)), ask.arg(1)
    if channel is None or what not in {*PRESETS, _COPY, _STOP} or not await _administers(ask, channel):
        return
    if what == _STOP:
        known = await ask.read(find_chat, channel)
        if known:
            ask.effect(update_chat, known.id, status="stopped")
        ask.show(text(ask.say("I post there no more; the terms are kept.")))
        return
    wanted = await ask.read(terms, ask.chat.id) if what == _COPY else ()
    families = PRESETS[what].families if what in PRESETS else ()
    ask.effect(_fill, channel, ask=ask, copied=wanted, families=families)
    ask.show(text(ask.say("Done. The next alert comes there by itself; /watch there adds a name.")))


def _channel(written: str) -> int | None:
    digits = written.removeprefix("-")
    return (
        -int(digits)
        if written.startswith("-") and digits.isascii() and digits.isdecimal() and len(digits) < 19
        else None
    )


def _fill(session: Session, channel: int, *, ask: Ask, copied: Sequence[TermRecord], families: Sequence[str]) -> None:
    chat = open_chat(session, channel, kind="channel", lang=ask.chat.lang, now=ask.now)
    update_chat(session, chat.id, status="active", tz=ask.chat.tz, lang=ask.chat.lang)
    kept = {term.entity for term in copied} or {f"{FAMILY_TERM}{family}" for family in families}
    for term in terms(session, chat.id):
        if term.entity not in kept:
            remove_term(session, chat.id, entity=term.entity)
    for entity in sorted(kept - {term.entity for term in copied}):
        add_term(session, chat.id, entity=entity, now=ask.now)
    for term in copied:
        _copy(session, chat.id, term=term, now=ask.now)


def _copy(session: Session, chat: int, *, term: TermRecord, now: datetime) -> None:
    add_term(session, chat, entity=term.entity, expression=term.expression, now=now)
    set_urgency(session, chat, entity=term.entity, urgency=term.urgency)


async def topic(ask: Ask) -> None:
    """Ask which family this topic is for; outside a topic say what it is good for."""
    if not ask.turn.topic_id:
        hint = ask.say(
            "In a topic of a group, /topic gives it one family of its own; the group's other topics stay free of it."
        )
        ask.reply(text(hint))
        return
    rows = [each for family, says in FAMILIES.items() for each in row(ask.say(says), Press("tf", (family,)))]
    ask.reply(Message((bold(ask.say("Which family is this topic for?")),), keyboard=tuple(rows)))


async def give_topic(ask: Ask) -> None:
    """Let this topic watch one family only, and the group's general topic no longer."""
    family = ask.arg(0)
    if family not in FAMILIES or not ask.turn.topic_id:
        return
    entity = f"{FAMILY_TERM}{family}"
    general = await ask.read(find_chat, ask.turn.chat_telegram_id)
    for term in await ask.read(terms, ask.chat.id):
        if term.entity.startswith(FAMILY_TERM) and term.entity != entity:
            ask.effect(remove_term, ask.chat.id, entity=term.entity)
    ask.effect(add_term, ask.chat.id, entity=entity, now=ask.now)
    if general:
        ask.effect(remove_term, general.id, entity=entity)
    name = bold(term_name(ask.say, entity, vigil=ask.context.vigil))
    rest = Span(ask.say("The other topics hear no more of it unless they watch it themselves."))
    ask.show(Message(lines(compose(ask.say("This topic is for: {name}"), name=name), (rest,))))
