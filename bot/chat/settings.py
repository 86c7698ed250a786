"""Answer what changes a chat: onboarding, digest, quiet hours, silence, stopping, wiping."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import available_timezones

from bot.chat import onboarding
from bot.chat.args import Press, clock, read_clock, read_duration, read_hours
from bot.chat.context import code_hash
from bot.chat.replies import digest_set, text
from bot.delivery.message import Button, Message, bold, compose
from bot.digest.editions import digest_now
from bot.texts import LANGUAGES, texts
from storage.chats import add_invite, mute, unmute, update_chat, wipe_chat
from storage.terms import add_term

if TYPE_CHECKING:
    from bot.chat.ask import Ask

_INVITED_FOR: Final = timedelta(days=7)


async def start(ask: Ask) -> None:
    """Begin the set-up; a chat that had stopped goes on."""
    ask.turn.effect(update_chat, ask.chat.id, status="active")
    ask.reply(onboarding.ask_language())


async def set_up(ask: Ask) -> None:
    """Take one step of the set-up and show the next."""
    step, value = (*ask.press, "", "")[:2]
    if step == "l" and value in LANGUAGES:
        ask.turn.effect(update_chat, ask.chat.id, lang=value)
        ask.show(onboarding.ask_what(texts(value)))
    elif step == "w" and value in onboarding.PRESETS:
        for family in onboarding.PRESETS[value][1]:
            ask.turn.effect(add_term, ask.chat.id, entity=f"family:{family}", now=ask.context.clock.now())
        ask.show(onboarding.ask_how(ask.say))
    elif step == "m" and value in onboarding.MODES:
        ask.turn.effect(update_chat, ask.chat.id, mode=value)
        ask.show(onboarding.ask_where(ask.say))
    elif step == "z" and value in available_timezones():
        ask.turn.effect(update_chat, ask.chat.id, tz=value)
        ask.show(onboarding.done(ask.say))


async def silence(ask: Ask) -> None:
    """Silence everything for a while, or end the silence."""
    words = ask.words.strip().lower()
    if words == "off":
        ask.turn.effect(unmute, ask.chat.id, kind="all")
        ask.reply(text(ask.say("I ring again.")))
        return
    duration = read_duration(words or "8h")
    if duration is None:
        ask.reply(text(ask.say("Say how long: /mute 30m, /mute 8h, /mute 2d, or /mute off.")))
        return
    until = ask.context.clock.now() + duration
    ask.turn.effect(mute, ask.chat.id, kind="all", until=until)
    ask.reply(
        Message(
            compose(ask.say("Silent until {when}."), when=bold(ask.say.day_time(until, ask.chat.tz))),
            keyboard=((Button(ask.say("Ring again"), Press("um").pack()),),),
        )
    )


async def ring_again(ask: Ask) -> None:
    """End a silence by its button."""
    ask.turn.effect(unmute, ask.chat.id, kind="all")
    ask.show(text(ask.say("I ring again.")))


async def quiet(ask: Ask) -> None:
    """Set the hours in which only what is critical rings."""
    words = ask.words.strip().lower()
    hours = read_hours(words)
    if words == "off":
        ask.turn.effect(update_chat, ask.chat.id, settings={"quiet": None})
        ask.reply(text(ask.say("No quiet hours.")))
    elif hours is None:
        ask.reply(text(ask.say("Say from when to when, and not the same: /quiet 22:00-07:00, or /quiet off.")))
    else:
        ask.turn.effect(update_chat, ask.chat.id, settings={"quiet": list(hours)})
        ask.reply(
            Message(
                compose(
                    ask.say("Quiet from {start} to {end} ({tz}); what comes then waits for the morning."),
                    start=bold(clock(hours[0])),
                    end=bold(clock(hours[1])),
                    tz=ask.chat.tz,
                )
            )
        )


async def digest(ask: Ask) -> None:
    """Set the digest's hour, send it now, or end it."""
    words = ask.words.strip().lower()
    minute = read_clock(words) if words else None
    chat = ask.chat
    if words == "now":
        ask.turn.effect(digest_now, chat.id, now=ask.context.clock.now(), update_id=ask.turn.update_id)
        return
    if words == "off":
        ask.turn.effect(update_chat, chat.id, mode="instant")
        chat = replace(chat, mode="instant")
    elif minute is not None:
        mode = "both" if chat.mode == "instant" else chat.mode
        ask.turn.effect(update_chat, chat.id, mode=mode, digest_minute=minute)
        chat = replace(chat, mode=mode, digest_minute=minute)
    elif words:
        ask.reply(text(ask.say("Say the hour: /digest 07:00, /digest now, or /digest off.")))
        return
    ask.reply(digest_set(ask.say, chat))


async def stop(ask: Ask) -> None:
    """Stop everything; the terms are kept."""
    ask.turn.effect(update_chat, ask.chat.id, status="stopped")
    ask.reply(text(ask.say("Stopped. Your terms are kept; /start goes on, /wipe forgets everything.")))


async def privacy(ask: Ask) -> None:
    """Say what is kept."""
    ask.reply(
        text(
            ask.say(
                "Kept: this chat's number, its settings and terms, what it was sent in the last 120 days, and who is"
                " admitted, by number. Not kept: names, phone numbers, what you write. /wipe removes all of it;"
                " backups made before hold it until they are replaced, seven days at most."
            )
        )
    )


async def wipe(ask: Ask) -> None:
    """Ask before forgetting everything."""
    button = Button(ask.say("Yes, forget everything"), Press("wipe", ("yes",)).pack())
    ask.reply(Message((bold(ask.say("Forget this chat, its terms and its history?")),), keyboard=((button,),)))


async def wipe_now(ask: Ask) -> None:
    """Forget everything about this chat; the answer is a pop-up, which leaves no trace."""
    ask.turn.effect(wipe_chat, ask.turn.chat_telegram_id)
    ask.turn.toast(ask.say("Forgotten. Messages that I sent remain in your app: clear the chat to remove them."))


async def invite(ask: Ask) -> None:
    """Make a link that lets one person in."""
    code = secrets.token_urlsafe(16)
    ask.turn.effect(add_invite, code_hash(code), role="member", expires=ask.context.clock.now() + _INVITED_FOR)
    url = f"https://t.me/{ask.context.bot_name}?start=join-{code}"
    ask.reply(text(ask.say("This link lets one person in, within seven days:"), f"\n{url}"))
