"""Answer where somebody looks for a few days: around a place, along a road. In private chats only.

What is said is what was reported, until when, by how many outlets; never that a road or a place is safe.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.areas import MOST_KM, MOST_STOPS, NEAR_KM, ROUTE_KM, covered, read_area
from bot.catalogue import load_gazetteer
from bot.chat.args import OFF, Press
from bot.chat.replies import text
from bot.delivery.excerpt import headline_link
from bot.delivery.message import Button, Message, Span, bold, compose, lines
from storage.areas import AREA_TERM, KEPT, areas, drop_reminders, end_areas, renew_areas, reported, set_area
from storage.delivery_records import DeliveryKind, NewDelivery
from storage.outbox import owe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.areas import Asked
    from bot.chat.ask import Ask
    from matchers.places import Place
    from storage.areas import AreaRecord, Reported

_WEEK: Final = timedelta(days=7)
_MOST_AREAS: Final = 3
_MOST_NAMES: Final = 12
# A reminder comes this long before the end.
_BEFORE: Final = timedelta(hours=2)
_PRIORITY: Final = 4


async def near(ask: Ask) -> None:
    """Ring for what happens around a place."""
    await _look(ask, km=NEAR_KM, stops=1)


async def route(ask: Ask) -> None:
    """Ring for what happens along a road."""
    await _look(ask, km=ROUTE_KM, stops=2)


async def _look(ask: Ask, *, km: int, stops: int) -> None:
    if ask.chat.kind != "private":
        ask.reply(text(ask.say("Only in a private chat with me: where you go is nobody else’s business.")))
    elif ask.words.lower() in OFF:
        await end(ask)
    elif not ask.words:
        ask.reply(_card(ask, await ask.read(areas, ask.chat.id, now=ask.now)))
    else:
        await _begin(ask, read_area(ask.words, load_gazetteer(), km=km), stops=stops)


async def _begin(ask: Ask, asked: Asked, *, stops: int) -> None:
    refusal = _refusal(ask, asked, stops=stops)
    if refusal is None and len(await ask.read(areas, ask.chat.id, now=ask.now)) >= _MOST_AREAS:
        refusal = text(ask.say("You look at three areas already; /near off ends them."))
    if refusal:
        ask.reply(refusal)
        return
    places = covered(asked.stops, load_gazetteer(), km=asked.km)
    ids = [place.id for place in places]
    ask.effect(set_area, ask.chat.id, stops=[stop.id for stop in asked.stops], km=asked.km, places=ids, now=ask.now)
    _remind(ask)
    said = await ask.read(reported, ids, since=ask.now - _WEEK)
    rows = [_heading(ask, asked.stops, km=asked.km), _names(ask, places), *_report(ask, said)]
    ask.reply(Message(lines(*rows), keyboard=_buttons(ask)))


def _refusal(ask: Ask, asked: Asked, *, stops: int) -> Message | None:
    if asked.unknown:
        sentence = ask.say("I know no place called {word}. Try a larger one near it.")
        return Message(compose(sentence, word=bold(asked.unknown)))
    wrong_number = len(asked.stops) < stops or len(asked.stops) > (1 if stops == 1 else MOST_STOPS)
    if wrong_number or not 1 <= asked.km <= MOST_KM:
        how = (
            ask.say("Say a place and how far around it, 300 km at most: /near Gao 100, or /near off.")
            if stops == 1
            else ask.say("Say two to eight places in their order, and how far beside the road: /route Bamako Ségou 30.")
        )
        return text(how)
    return None


def _heading(ask: Ask, stops: Sequence[Place], *, km: int) -> Sequence[Span]:
    names = " – ".join(stop.name_in(ask.say.lang) for stop in stops)
    until = ask.say.day_time(ask.now + KEPT, ask.chat.tz)
    if len(stops) == 1:
        sentence = ask.say("📍 Until {when} I ring for what is reported within {km} km of {places}.")
    else:
        sentence = ask.say(
            "📍 Until {when} I ring for what is reported within {km} km of the straight line {places}; name more stops"
            " where the road bends."
        )
    return compose(sentence, when=bold(until), km=str(km), places=bold(names))


def _names(ask: Ask, places: Sequence[Place]) -> Sequence[Span]:
    shown = ask.say.listed(place.name_in(ask.say.lang) for place in places[:_MOST_NAMES])
    more = f" +{len(places) - _MOST_NAMES}" if len(places) > _MOST_NAMES else ""
    return compose(ask.say("Places that I know there: {names}"), names=f"{shown}{more}")


def _report(ask: Ask, said: Reported) -> list[Sequence[Span]]:
    """Say what was reported, until when, by how many; and what that does not mean."""
    say, until = ask.say, ask.say.day_time(ask.now, ask.chat.tz)
    caution = (Span(say("No report does not mean no danger: I only know what outlets wrote.")),)
    if not said.entries:
        nothing = say("In the seven days until {when} no outlet that I read reported anything there.")
        return [compose(nothing, when=until), caution]
    reports = say.plural("{n} report", "{n} reports", count=said.entries)
    outlets = say.plural("{n} outlet", "{n} outlets", count=said.outlets)
    sentence = say("In the seven days until {when}: {reports} by {outlets}. The latest:")
    rows = [
        (
            Span(f"• {say.day_time(each.published or each.first_seen, ask.chat.tz)} · "),
            headline_link(each.title, each.url),
        )
        for each in said.newest
    ]
    return [compose(sentence, when=until, reports=bold(reports), outlets=outlets), *rows, caution]


def _card(ask: Ask, mine: Sequence[AreaRecord]) -> Message:
    """Show where a chat looks."""
    if not mine:
        return text(ask.say("You look nowhere in particular. /near Gao 100 or /route Bamako Ségou 30 changes that."))
    rows = [(Span(f"• {_named(ask, each)}"),) for each in mine]
    return Message(lines((bold(ask.say("Where you look:")),), *rows), keyboard=_buttons(ask))


def _named(ask: Ask, area: AreaRecord) -> str:
    places = [load_gazetteer().place(stop) for stop in area.stops]
    names = " – ".join(place.name_in(ask.say.lang) for place in places if place)
    until = ask.say.day_time(area.until, ask.chat.tz)
    return ask.say("{places}, {km} km, until {when}").format(places=names, km=area.km, when=until)


def _buttons(ask: Ask) -> tuple[tuple[Button, ...], ...]:
    renewed = Button(ask.say("72 more hours"), Press("ar").pack())
    return ((renewed, Button(ask.say("Stop looking"), Press("ae").pack())),)


async def renew(ask: Ask) -> None:
    """Look for another 72 hours."""
    mine = await ask.read(areas, ask.chat.id, now=ask.now)
    if not mine:
        ask.toast(ask.say("That time was over already; say the place again."))
        return
    ask.effect(renew_areas, ask.chat.id, now=ask.now)
    _remind(ask)
    until = ask.say.day_time(ask.now + KEPT, ask.chat.tz)
    ask.reply(Message(compose(ask.say("I look on until {when}."), when=bold(until)), keyboard=_buttons(ask)))


async def end(ask: Ask) -> None:
    """Look nowhere any more."""
    ask.effect(end_areas, ask.chat.id)
    ask.show(text(ask.say("Forgotten: I no longer look anywhere for you.")))


def _remind(ask: Ask) -> None:
    """Owe the word that the time is nearly over; it names no place."""
    until = ask.now + KEPT
    sentence = ask.say("At {when} I forget where you look.")
    words = compose(sentence, when=bold(ask.say.day_time(until, ask.chat.tz)))
    reminder = NewDelivery(
        chat=ask.chat.id,
        kind=DeliveryKind.NOTICE,
        priority=_PRIORITY,
        not_before=until - _BEFORE,
        silent=True,
        notice_key=f"{AREA_TERM}:{ask.turn.update_id}",
        payload=Message(words, keyboard=_buttons(ask), silent=True).to_json(),
        expires=until,
    )
    ask.effect(drop_reminders, ask.chat.id)
    ask.effect(owe, [reminder], now=ask.now)
