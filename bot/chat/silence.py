"""Answer what silences: everything, a story, a term, an outlet; for a while or until it is taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.chat.args import OFF, Press, read_duration, read_silence
from bot.chat.ask import read_number
from bot.chat.explaining import show_story, shown, story_message
from bot.chat.naming import find_named, restored, term_name
from bot.chat.replies import text
from bot.delivery.excerpt import headline
from bot.delivery.message import Button, Message, Span, bold, compose, lines
from storage.chats import mute, mutes, unmute
from storage.entries import entry
from storage.feeds import list_feeds
from storage.stories import story_view

if TYPE_CHECKING:
    from bot.chat.ask import Ask
    from storage.records import MuteRecord

_A_DAY: Final = timedelta(days=1)
_DURATIONS: Final = ("1h", "8h", "1d", "7d")
_MOST_SHOWN: Final = 20


async def mute_words(ask: Ask) -> None:
    """Silence everything, a term or an outlet for a while; without words, show what is silent."""
    if not ask.words:
        ask.reply(await _silences(ask))
        return
    if ask.words.lower() in OFF:
        ask.effect(unmute, ask.chat.id, kind="all")
        ask.reply(text(ask.say("I ring again.")))
        return
    duration, name = read_silence(ask.words)
    if name:
        await _mute_named(ask, name, duration=duration)
    elif duration:
        _mute_everything(ask, duration)


async def _mute_named(ask: Ask, name: str, *, duration: timedelta | None) -> None:
    target = find_named(name, ask.context.vigil)
    kind, known = ("term", term_name(ask.say, target, vigil=ask.context.vigil)) if target else ("outlet", "")
    if target is None:
        found = [feed.outlet for feed in await ask.read(list_feeds) if feed.outlet.name.lower() == name.lower()]
        target, known = (found[0].key, found[0].name) if found else (None, "")
    if target is None:
        ask.reply(text(ask.say("Say how long, and what: /mute 8h, /mute jnim 1d, /mute Studio Tamani 2d, /mute off.")))
        return
    until = ask.now + (duration or _A_DAY)
    ask.effect(mute, ask.chat.id, kind=kind, target=target, until=until)
    sentence = ask.say("{name} is silent until {when}; /mute shows what is.")
    ask.reply(Message(compose(sentence, name=bold(known), when=bold(ask.say.day_time(until, ask.chat.tz)))))


def _mute_everything(ask: Ask, duration: timedelta) -> None:
    until = ask.now + duration
    ask.effect(mute, ask.chat.id, kind="all", until=until)
    sentence = compose(ask.say("Silent until {when}."), when=bold(ask.say.day_time(until, ask.chat.tz)))
    ask.show(Message(sentence, keyboard=((Button(ask.say("Ring again"), Press("um").pack()),),)))


async def mute_all(ask: Ask) -> None:
    """Silence everything by a button."""
    duration = read_duration(ask.arg(0))
    if duration:
        _mute_everything(ask, duration)


async def ring_again(ask: Ask) -> None:
    """End the silence of everything by its button."""
    ask.effect(unmute, ask.chat.id, kind="all")
    ask.show(text(ask.say("I ring again.")))


async def _silences(ask: Ask, *, without: int | None = None) -> Message:
    """Return the card of what is silent, each with a button that ends it."""
    shown = [each for each in await ask.read(mutes, ask.chat.id, now=ask.now) if each.id != without][:_MOST_SHOWN]
    rows = [(Span(f"• {await _told(ask, each)}"),) for each in shown]
    head = (bold(ask.say("Silent now:") if shown else ask.say("Nothing is silent.")),)
    ends = [(Button(f"✕ {await _named(ask, each)}"[:40], Press("mx", (str(each.id),)).pack()),) for each in shown]
    return Message(lines(head, *rows, (Span(ask.say("Silence everything for:")),)), keyboard=(*ends, _offers(ask)))


def _offers(ask: Ask) -> tuple[Button, ...]:
    return tuple(Button(_spoken(ask, each), Press("mu", (each,)).pack()) for each in _DURATIONS)


def _spoken(ask: Ask, duration: str) -> str:
    number, unit = int(duration[:-1]), duration[-1]
    if unit == "h":
        return ask.say.plural("{n} hour", "{n} hours", count=number)
    return ask.say.plural("{n} day", "{n} days", count=number)


async def _told(ask: Ask, silence: MuteRecord) -> str:
    name = await _named(ask, silence)
    if silence.until is None:
        return name
    return ask.say("{name}, until {when}").format(name=name, when=ask.say.day_time(silence.until, ask.chat.tz))


async def _named(ask: Ask, silence: MuteRecord) -> str:
    """Return what is silent in words."""
    if silence.kind == "all":
        return ask.say("Everything")
    if silence.kind == "term":
        return term_name(ask.say, silence.target, vigil=ask.context.vigil)
    if silence.kind == "place":
        return f"📍 {ask.context.vigil.name(silence.target, ask.say.lang)}"
    if silence.kind == "story":
        number = read_number(silence.target)
        view = await ask.read(story_view, number, chat=ask.chat.id) if number is not None else None
        return headline(view.entries[0].title) if view and view.entries else ask.say("A story")
    names = {feed.outlet.key: feed.outlet.name for feed in await ask.read(list_feeds)}
    return names.get(silence.target, silence.target)


async def end_one(ask: Ask) -> None:
    """End one silence by its button."""
    number = ask.number(0)
    for each in await ask.read(mutes, ask.chat.id, now=ask.now):
        if each.id == number:
            ask.effect(unmute, ask.chat.id, kind=each.kind, target=each.target)
            ask.toast(ask.say("I ring again."))
    ask.show(await _silences(ask, without=number))


async def mute_story(ask: Ask) -> None:
    """Silence one story for this chat, or follow it again; its message shows which."""
    story = ask.number(0)
    view = await ask.read(story_view, story, chat=ask.chat.id) if story is not None else None
    if view is None:
        ask.toast(ask.say("This story is no longer kept."))
        return
    follows = ask.arg(1) == "off"
    if follows:
        ask.effect(unmute, ask.chat.id, kind="story", target=str(story))
    else:
        ask.effect(mute, ask.chat.id, kind="story", target=str(story))
    ask.toast(ask.say("You will hear of this story again.") if follows else ask.say("No more of this story."))
    ask.show(shown(ask, story_message(ask, view, muted=not follows), story=view.story))


async def mute_term(ask: Ask) -> None:
    """Silence one of the chat's terms for a day, by the button under a story."""
    entity = ":".join(ask.press[1:])
    if restored(entity, ask.context.vigil) is None:
        ask.toast(ask.say("This chat no longer watches that."))
        return
    ask.effect(mute, ask.chat.id, kind="term", target=entity, until=ask.now + _A_DAY)
    name = term_name(ask.say, entity, vigil=ask.context.vigil)
    ask.toast(ask.say("{name} is silent for a day.").format(name=name))
    await show_story(ask)


async def mute_outlet(ask: Ask) -> None:
    """Silence an outlet, named by one of its entries, until it is taken back."""
    number = ask.number(1)
    found = await ask.read(entry, number) if number is not None else None
    if found is None:
        return
    ask.effect(mute, ask.chat.id, kind="outlet", target=found.outlet.key)
    ask.toast(ask.say("{name} alone rings no more; /mute takes it back.").format(name=found.outlet.name))
    await show_story(ask)


async def mute_place(ask: Ask) -> None:
    """Silence what happens in a place and nowhere else, until it is taken back."""
    place = ":".join(ask.press[1:])
    name = ask.context.vigil.name(place, ask.say.lang)
    ask.effect(mute, ask.chat.id, kind="place", target=place)
    ask.toast(ask.say("{name} alone rings no more; /mute takes it back.").format(name=name))
    await show_story(ask)
