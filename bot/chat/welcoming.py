"""Set a chat up: language, what to watch, how, and whose clock; then a real alert as the example."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.chat import onboarding
from bot.chat.args import read_zone
from bot.chat.ask import change
from bot.chat.explaining import reader_of, story_message
from bot.chat.places import COUNTRIES, zones_of
from bot.chat.replies import FAMILIES
from bot.delivery.alert import veiled_alert
from bot.digest.choose import SINCE
from bot.texts import LANGUAGES
from storage.delivery_records import DeliveryKind
from storage.entries import families_since
from storage.stories import latest_stories
from storage.terms import add_term, remove_term, terms

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.chat.ask import Ask
    from bot.delivery.message import Message

# The setting of a chat that has yet to say whose clock it uses: a place that it shares then ends the set-up.
SETTING_UP: Final = "setting_up"
_WEEK: Final = timedelta(days=7)


async def start(ask: Ask) -> None:
    """Begin the set-up; a chat that had stopped goes on; a deep link answers the first two questions."""
    change(ask, status="active")
    linked = onboarding.read_preset(ask.words)
    if linked is None:
        ask.reply(onboarding.ask_language())
        return
    preset, lang = linked
    change(ask, lang=lang)
    await _watch_preset(ask, preset)
    ask.reply(onboarding.ask_how(ask.say))


async def set_up(ask: Ask) -> None:
    """Take one step of the set-up and show the next."""
    step, value = ask.arg(0), ask.arg(1)
    if step not in _STEPS or not await _STEPS[step](ask, value):
        ask.toast(ask.say("This button is too old; the command does the same."))


async def finished(ask: Ask, zone: str) -> Message:
    """Take a clock and return what ends the set-up."""
    change(ask, tz=zone, settings={SINCE: ask.now.isoformat(), SETTING_UP: None})
    return onboarding.done(ask.say, await _example(ask), chosen=ask.chat.settings)


# ── steps; each says whether it could be taken ───────────────────────────────


async def _language(ask: Ask, lang: str) -> bool:
    if lang in LANGUAGES:
        change(ask, lang=lang)
        ask.show(onboarding.ask_what(ask.say, await ask.read(families_since, since=ask.now - _WEEK)))
    return lang in LANGUAGES


async def _preset(ask: Ask, preset: str) -> bool:
    if preset in onboarding.PRESETS:
        await _watch_preset(ask, preset)
        ask.show(onboarding.ask_how(ask.say))
    return preset in onboarding.PRESETS


async def _families(ask: Ask, family: str) -> bool:
    """Watch a family or no longer, where one is given, and show them all."""
    watched = {term.entity for term in await ask.read(terms, ask.chat.id)}
    chosen = {name for name in FAMILIES if f"family:{name}" in watched}
    if family in chosen:
        ask.effect(remove_term, ask.chat.id, entity=f"family:{family}")
    elif family in FAMILIES:
        ask.effect(add_term, ask.chat.id, entity=f"family:{family}", now=ask.now)
    reports = await ask.read(families_since, since=ask.now - _WEEK)
    ask.show(onboarding.ask_families(ask.say, reports, chosen=chosen ^ {family}))
    return True


async def _go_on(ask: Ask, _: str) -> bool:
    ask.show(onboarding.ask_how(ask.say))
    return True


async def _mode(ask: Ask, mode: str) -> bool:
    if mode in onboarding.MODES:
        change(ask, mode=mode, settings={SINCE: ask.now.isoformat(), SETTING_UP: True})
        ask.show(onboarding.ask_where(ask.say))
    return mode in onboarding.MODES


async def _country(ask: Ask, country: str) -> bool:
    """Take a country's clock, or ask which where it has several."""
    if country in COUNTRIES:
        zones = zones_of(country)
        several = len(zones) > 1
        ask.show(onboarding.ask_which(ask.say, zones) if several else await finished(ask, zones[0]))
    return country in COUNTRIES


async def _zone(ask: Ask, city: str) -> bool:
    zone = read_zone(city)
    if zone:
        ask.show(await finished(ask, zone))
    return zone is not None


_STEPS: Final[Mapping[str, Callable[[Ask, str], Awaitable[bool]]]] = {
    "l": _language,
    "w": _preset,
    "f": _families,
    "n": _go_on,
    "m": _mode,
    "c": _country,
    "z": _zone,
}


async def _watch_preset(ask: Ask, preset: str) -> None:
    """Watch the families of a preset instead of those before; names and own words stay."""
    wanted = {f"family:{family}" for family in onboarding.PRESETS[preset].families}
    for term in await ask.read(terms, ask.chat.id):
        if term.entity.startswith("family:") and term.entity not in wanted:
            ask.effect(remove_term, ask.chat.id, entity=term.entity)
    for entity in sorted(wanted):
        ask.effect(add_term, ask.chat.id, entity=entity, now=ask.now)


async def _example(ask: Ask) -> Message | None:
    views = await ask.read(latest_stories, ask.chat.id, since=ask.now - _WEEK, limit=1)
    if not views:
        return None
    if ask.chat.settings.get("discreet"):
        return veiled_alert(views[0], kind=DeliveryKind.ALERT, reader=reader_of(ask, views))
    return story_message(ask, views[0])
