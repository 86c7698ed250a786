"""Set a chat up in four taps: language, what to watch, how, where; one message, edited in place. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.chat.args import Press
from bot.chat.commands import mark
from bot.chat.places import COUNTRIES, city_of, country_name
from bot.chat.replies import CAUTION, FAMILIES
from bot.delivery.message import Button, Message, Span, bold, italic, lines
from bot.texts import LANGUAGES, texts

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from bot.texts import Texts


@dataclass(frozen=True, slots=True)
class Preset:
    """Hold a choice of families under a label."""

    label: str
    families: tuple[str, ...]


PRESETS: Final = {
    "sahel": Preset(mark("Everything in the Sahel"), tuple(family for family in FAMILIES if family != "places")),
    "armed": Preset(mark("Armed groups and attacks"), ("jihadists", "tuareg-groups", "armed-groups", "forces")),
    "politics": Preset(mark("AES, juntas, accords"), ("alliance", "juntas", "leaders", "institutions", "accords")),
}
MODES: Final = {
    "instant": mark("At once"),
    "digest": mark("In a daily digest"),
    "both": mark("Both"),
}
# What protects a reader, by the name of its setting; the commands are /discreet, /light and /autodelete.
PROTECTIONS: Final = {
    "discreet": mark("Discreet: names behind a tap"),
    "light": mark("Light: for a thin line"),
    "auto_delete": mark("Delete my messages after 24 h"),
}
_LINK: Final = re.compile(r"^([a-z]+)-([a-z]{2})$")


def read_preset(payload: str) -> tuple[str, str] | None:
    """Return the preset and language of a deep link, `sahel-fr`."""
    found = _LINK.match(payload)
    return (found[1], found[2]) if found and found[1] in PRESETS and found[2] in LANGUAGES else None


def ask_language() -> Message:
    """Ask for the language, in every language."""
    row = tuple(Button(name, Press("s", ("l", code)).pack()) for code, name in LANGUAGES.items())
    head = [(bold("Tocsin"),), *((Span(texts(code)("Which language shall we speak?")),) for code in LANGUAGES)]
    return Message(lines(*head), keyboard=(row,))


def ask_what(say: Texts, reports: Sequence[frozenset[str]]) -> Message:
    """Ask what to watch; `reports` are the families that each report of the last 7 days named."""
    rows = tuple(
        (Button(f"{say(preset.label)}{_count(preset.families, reports)}", Press("s", ("w", key)).pack()),)
        for key, preset in PRESETS.items()
    )
    choose = (Button(f"{say('Choose myself')} ›", Press("s", ("f",)).pack()),)
    return Message(
        lines(
            (bold(say("What shall I watch?")),),
            (Span(say("I read news feeds and ring once per event, with the reason.")),),
            (Span(say(CAUTION)),),
            _explained(say, reports),
        ),
        keyboard=(*rows, choose),
    )


def ask_families(say: Texts, reports: Sequence[frozenset[str]], *, chosen: Collection[str]) -> Message:
    """Let families of the catalogue be chosen one by one; `chosen` are those that are watched."""
    rows = tuple(
        (
            Button(
                f"{'☑' if key in chosen else '☐'} {say(name)}{_count((key,), reports)}", Press("s", ("f", key)).pack()
            ),
        )
        for key, name in FAMILIES.items()
    )
    on = (Button(f"{say('Go on')} ›", Press("s", ("n",)).pack()),)
    back = (Button(f"‹ {say('Back')}", Press("s", ("l", say.lang)).pack()),)
    return Message(lines((bold(say("What shall I watch?")),), _explained(say, reports)), keyboard=(*rows, on, back))


def _explained(say: Texts, reports: Sequence[frozenset[str]]) -> tuple[Span, ...]:
    return (italic(say("The numbers are reports of the last 7 days.")),) if reports else ()


def _count(families: Sequence[str], reports: Sequence[frozenset[str]]) -> str:
    found = sum(not named.isdisjoint(families) for named in reports)
    return f" · {found}" if found else ""


def ask_how(say: Texts) -> Message:
    """Ask whether to ring at once or to wait for the digest."""
    row = tuple((Button(say(label), Press("s", ("m", key)).pack()),) for key, label in MODES.items())
    return Message((bold(say("How shall I tell you?")),), keyboard=row)


def ask_where(say: Texts) -> Message:
    """Ask for the country whose clock counts; a shared place or a city does too."""
    buttons = [Button(country_name(code, say.lang), Press("s", ("c", code)).pack()) for code in COUNTRIES]
    rows = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    other = Span(say("Another one: /settings and the city, for example /settings Nouakchott."))
    here = Span(say("Or send me your location with 📎: I look up its clock and keep nothing of it."))
    utc = (Button("UTC", Press("s", ("z", "UTC")).pack()),)
    return Message(lines((bold(say("Whose clock shall I use?")),), (other,), (here,)), keyboard=(*rows, utc))


def ask_which(say: Texts, zones: Sequence[str]) -> Message:
    """Ask which clock of a country that has several."""
    rows = tuple((Button(city_of(zone), Press("s", ("z", zone)).pack()),) for zone in zones)
    back = (Button(f"‹ {say('Back')}", Press("set", ("zone",)).pack()),)
    return Message((bold(say("Whose clock shall I use?")),), keyboard=(*rows, back))


def done(say: Texts, example: Message | None, *, chosen: Mapping[str, object]) -> Message:
    """Say that the chat is set up, show what an alert looks like by a real one, and offer what protects a reader."""
    head = (
        bold(say("All set.")),
        Span(" "),
        Span(say("The next alert comes by itself. /watch adds a name, /terms shows them, /help the rest.")),
    )
    risk = (Span(say("At risk when somebody sees this, or on a thin line? The buttons below help.")),)
    offered = _protections(say, chosen)
    if example is None:
        return Message(lines(head, risk), keyboard=offered)
    so = (Span("\n"), italic(say("The latest one, so that you see what comes:")), Span("\n"))
    return Message(lines(head, risk, so, example.spans), keyboard=(*example.keyboard, *offered))


def _protections(say: Texts, chosen: Mapping[str, object]) -> tuple[tuple[Button, ...], ...]:
    return tuple(
        (Button(f"{'☑' if chosen.get(name) else '☐'} {say(label)}", Press("sf", (name,)).pack()),)
        for name, label in PROTECTIONS.items()
    )
