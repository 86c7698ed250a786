"""Answer those who run the bot: health, broadcasts, who may talk to it, and a trace of what was done."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from bot.chat.args import Press
from bot.chat.ask import change, read_number
from bot.chat.replies import outbox, text
from bot.delivery.message import Button, Message, Span, bold, compose, italic, lines
from storage.chats import chats, member, members, remove_member, set_member
from storage.delivery_records import DeliveryKind, NewDelivery
from storage.desk import audit, audited
from storage.feeds import list_feeds
from storage.figures import backlog
from storage.outbox import balance, owe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.chat.ask import Ask
    from storage.database import Session
    from storage.records import ChatRecord

_ROLES: Final = ("owner", "admin", "member", "banned")
_PRIORITY: Final = 4
_MOST_PEOPLE: Final = 60
_MOST_AUDITED: Final = 25
_LONGEST: Final = 3000
_WELL: Final = frozenset({"active", "new"})


async def health(ask: Ask) -> None:
    """Say how the whole is: read, matched, delivered, lost, what waits, which feeds are in trouble."""
    say, totals = ask.say, await ask.read(balance)
    queue, feeds = await ask.read(backlog, now=ask.now), [f for f in await ask.read(list_feeds) if f.enabled]
    sick = [f"{feed.outlet.name} ({feed.state.value})" for feed in feeds if feed.state.value not in _WELL]
    rows = [
        (bold(say("Health")),),
        compose(
            say("Read {read}, matched {matched}, stories {stories}, sent {sent}, lost {lost}, perhaps twice {twice}"),
            read=str(totals.entries), matched=str(totals.matched), stories=str(totals.stories),
            sent=str(sum(totals.sent.values())), lost=bold(str(totals.lost)), twice=str(totals.possible_repeats),
        ),
        outbox(say, queue),
        compose(say("Feeds in trouble: {feeds}"), feeds=", ".join(sick[:10]) or say("none")),
    ]  # fmt: skip
    if totals.dropped:
        told = ", ".join(f"{reason} {count}" for reason, count in sorted(totals.dropped.items()))
        rows.append(compose(say("Dropped: {reasons}"), reasons=told))
    ask.reply(Message(lines(*rows)))


# ── broadcasts ───────────────────────────────────────────────────────────────


async def broadcast(ask: Ask) -> None:
    """Show what all chats would read, and how many they are, before anything is sent."""
    if not ask.words:
        ask.reply(text(ask.say("Say what: /broadcast and the words. You see them first.")))
        return
    words = ask.words[:_LONGEST]
    change(ask, settings={"broadcast": words})
    count = ask.say.plural("{n} chat", "{n} chats", count=len(_reached(await ask.read(chats))))
    mark = _mark(words)
    buttons = (
        Button(ask.say("Send to {count}").replace("{count}", count), Press("bs", (mark,)).pack()),
        Button(ask.say("Cancel"), Press("bx").pack()),
    )
    ask.reply(Message(lines((italic(ask.say("This is what they will read:")),), (Span(words),)), keyboard=(buttons,)))


def _mark(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:8]


def _reached(every: Sequence[ChatRecord]) -> list[ChatRecord]:
    """Return one chat for each Telegram chat that wants to hear: a forum hears it once, where it began."""
    first: dict[int, ChatRecord] = {}
    for chat in sorted(every, key=lambda each: (each.topic_id, each.id)):
        if chat.status == "active":
            first.setdefault(chat.telegram_id, chat)
    return list(first.values())


async def send_broadcast(ask: Ask) -> None:
    """Send what was shown, once to each chat."""
    words = ask.chat.settings.get("broadcast")
    if not words or _mark(words) != ask.arg(0):
        ask.toast(ask.say("This button is too old; the command does the same."))
        return
    reached = _reached(await ask.read(chats))
    ask.effect(_owe_all, [chat.id for chat in reached], ask=ask, words=words)
    ask.effect(audit, ask.turn.user_id, act="broadcast", target=f"{len(reached)}: {_mark(words)}", now=ask.now)
    change(ask, settings={"broadcast": None})
    count = ask.say.plural("{n} chat", "{n} chats", count=len(reached))
    ask.show(Message(compose(ask.say("On its way to {count}."), count=bold(count))))


def _owe_all(session: Session, wanted: Sequence[int], *, ask: Ask, words: str) -> None:
    payload = Message((Span(words),), silent=True).to_json()
    key = f"broadcast:{ask.turn.update_id}"
    deliveries = [
        NewDelivery(chat, DeliveryKind.NOTICE, _PRIORITY, ask.now, silent=True, notice_key=key, payload=payload)
        for chat in wanted
    ]
    owe(session, deliveries, now=ask.now)


async def cancel_broadcast(ask: Ask) -> None:
    """Forget what was to be sent."""
    change(ask, settings={"broadcast": None})
    ask.show(text(ask.say("Not sent.")))


# ── people ───────────────────────────────────────────────────────────────────


async def people(ask: Ask) -> None:
    """List who may talk to the bot, by number; give or take a role: `/people 123 ban`."""
    if ask.words:
        await _change_role(ask)
        return
    found = await ask.read(members, roles=_ROLES)
    rows = [compose("{who} · {role}", who=str(each.user_id), role=bold(each.role)) for each in found[:_MOST_PEOPLE]]
    hint = ask.say("/people 123 member admits, admin promotes, ban shuts out, remove forgets; /invite makes a link.")
    ask.reply(Message(lines((bold(ask.say("People, by number")),), *rows, (italic(hint),))))


async def _change_role(ask: Ask) -> None:
    number, _, word = ask.words.partition(" ")
    user, word = read_number(number), {"ban": "banned"}.get(word.strip().lower(), word.strip().lower())
    if user is None or word not in {*_ROLES, "remove"}:
        ask.reply(text(ask.say("Say who and what: /people 123 member, admin, ban or remove.")))
        return
    before = await ask.read(member, user)
    grave = word in {"owner", "admin"} or (before and before.role in {"owner", "admin"})
    owner = ask.role == "owner" or ask.turn.user_id in ask.context.admins
    if (grave and not owner) or user == ask.turn.user_id:
        ask.reply(text(ask.say("Only an owner may do that, and nobody to themselves.")))
        return
    if word == "remove":
        ask.effect(remove_member, user)
    else:
        ask.effect(set_member, user, role=word, now=ask.now)
    ask.effect(audit, ask.turn.user_id, act=f"people.{word}", target=str(user), now=ask.now)
    ask.reply(Message(compose("{who} · {role}", who=str(user), role=bold(word))))


async def show_audit(ask: Ask) -> None:
    """List what those who run the bot did, newest first."""
    rows = [
        compose(
            "{when} · {who} · {act} {target}",
            when=ask.say.day_time(each.at, ask.chat.tz),
            who=str(each.user or "—"),
            act=bold(each.act),
            target=each.target,
        )
        for each in await ask.read(audited, limit=_MOST_AUDITED)
    ]
    nothing = (Span(ask.say("Nothing yet.")),)
    ask.reply(Message(lines((bold(ask.say("What admins did")),), *(rows or [nothing]))))
