"""Answer what sets a chat up: onboarding, rhythm, quiet hours, digest, stopping."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.chat import cards, onboarding
from bot.chat.args import OFF, ON, clock, read_hours, read_zone
from bot.chat.ask import change
from bot.chat.naming import restored, term_name
from bot.chat.places import city_of, zone_at
from bot.chat.replies import text
from bot.chat.rhythm import Rhythm, read_rhythm
from bot.chat.welcoming import SETTING_UP, finished
from bot.delivery.message import Message, bold, compose
from bot.digest.choose import KIND, SINCE, kind_of
from bot.digest.editions import Desk, digest_now
from bot.digest.pulse import take_pulse
from bot.texts import LANGUAGES
from storage.chats import mute
from storage.delivery_records import Waits
from storage.rhythm import wake

if TYPE_CHECKING:
    from bot.chat.ask import Ask

_NOW: Final = frozenset({"now", "maintenant", "الآن"})
_WEEK: Final = timedelta(days=7)


async def take_location(ask: Ask) -> None:
    """Take the clock of a place that was shared; the place itself is written nowhere."""
    if ask.spot is None:
        return
    zone = zone_at(*ask.spot)
    if ask.chat.settings.get(SETTING_UP):
        ask.reply(await finished(ask, zone))
        return
    change(ask, tz=zone, settings={SINCE: ask.now.isoformat()})
    sentence = ask.say("I use the clock of {city} ({tz}). If that is not yours: /settings and your city.")
    ask.reply(Message(compose(sentence, city=bold(city_of(zone)), tz=zone)))


async def show_settings(ask: Ask) -> None:
    """Show the card of settings; with a city, set the time zone."""
    if ask.words:
        zone = read_zone(ask.words)
        if zone is None:
            ask.reply(text(ask.say("I do not know that city. Try a large one near it, for example Bamako or Paris.")))
            return
        if ask.chat.settings.get(SETTING_UP):
            ask.reply(await finished(ask, zone))
            return
        change(ask, tz=zone, settings={SINCE: ask.now.isoformat()})
    ask.reply(cards.settings_card(ask.say, ask.chat))


async def turn(ask: Ask) -> None:
    """Turn one switch of the settings card."""
    name, value = ask.arg(0), ask.arg(1)
    if name == "lang" and value in LANGUAGES:
        change(ask, lang=value)
    elif name == "mode" and value in onboarding.MODES:
        change(ask, mode=value, settings={SINCE: ask.now.isoformat()})
    elif name in cards.SWITCHES and value in {"on", "off"}:
        change(ask, settings={name: cards.SWITCHES[name].stored(on=value == "on")})
    elif name == "zone":
        ask.show(onboarding.ask_where(ask.say))
        return
    ask.show(cards.settings_card(ask.say, ask.chat))


async def quiet(ask: Ask) -> None:
    """Set the hours in which only what is critical rings."""
    words = ask.words.lower()
    hours = read_hours(words)
    if words in OFF:
        change(ask, settings={"quiet": None})
        ask.effect(wake, ask.chat.id, waits=Waits.ASLEEP, now=ask.now)
        ask.reply(text(ask.say("No quiet hours.")))
    elif hours is None:
        ask.reply(text(ask.say("Say from when to when, and not the same: /quiet 22:00-07:00, or /quiet off.")))
    else:
        change(ask, settings={"quiet": list(hours)})
        sentence = ask.say("Quiet from {start} to {end} ({tz}); what comes then waits for one message at the end.")
        start, end = (bold(clock(minute)) for minute in hours)
        ask.reply(Message(compose(sentence, start=start, end=end, tz=ask.chat.tz)))


async def digest(ask: Ask) -> None:
    """Set the digest's hour, days and kind, send it now, or end it."""
    words = ask.words.lower()
    rhythm = Rhythm() if words in ON else read_rhythm(words)
    if words in _NOW:
        desk = Desk(ask.context.vigil.name, await ask.read(take_pulse, now=ask.now))
        ask.effect(digest_now, ask.chat.id, desk=desk, update_id=ask.turn.update_id)
        return
    if words in OFF:
        change(ask, mode="instant")
    elif rhythm:
        _set_rhythm(ask, rhythm)
    elif words:
        ask.reply(
            text(ask.say("Say when: /digest 07:00, /digest 07:00 mon-fri, /digest weekly, /digest now or /digest off."))
        )
        return
    ask.reply(cards.digest_set(ask.say, ask.chat))


def _set_rhythm(ask: Ask, rhythm: Rhythm) -> None:
    chat = ask.chat
    change(
        ask,
        mode="both" if chat.mode == "instant" else chat.mode,
        digest_minute=chat.digest_minute if rhythm.minute is None else rhythm.minute,
        digest_days=chat.digest_days if rhythm.days is None else rhythm.days,
        settings={SINCE: ask.now.isoformat(), KIND: rhythm.kind or kind_of(chat)},
    )


async def mute_dismissed(ask: Ask) -> None:
    """Silence a term that an edition proposed to silence, until it is taken back."""
    term = ":".join(ask.press)
    if restored(term, ask.context.vigil) is None:
        ask.toast(ask.say("This chat no longer watches that."))
        return
    ask.effect(mute, ask.chat.id, kind="term", target=term)
    name = term_name(ask.say, term, vigil=ask.context.vigil)
    ask.toast(ask.say("{name} alone rings no more; /mute takes it back.").format(name=name))


async def stop(ask: Ask) -> None:
    """Stop everything; the terms are kept."""
    change(ask, status="stopped")
    ask.reply(text(ask.say("Stopped. Your terms are kept; /start goes on, /wipe forgets everything.")))
