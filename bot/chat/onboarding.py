"""Set a chat up in four taps: language, what to watch, how, where; one message, edited in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.chat.args import Press
from bot.chat.commands import mark
from bot.chat.replies import CAUTION, FAMILIES, text
from bot.delivery.message import Button, Message, Span, bold, lines
from bot.texts import LANGUAGES, texts

if TYPE_CHECKING:
    from bot.texts import Texts

# preset -> (label, families)
PRESETS: Final = {
    "all": (mark("Everything in the Sahel"), tuple(family for family in FAMILIES if family != "places")),
    "arm": (mark("Armed groups and attacks"), ("jihadists", "tuareg-groups", "armed-groups", "forces")),
    "pol": (mark("AES, juntas, accords"), ("alliance", "juntas", "leaders", "institutions", "accords")),
}
MODES: Final = {
    "instant": mark("At once"),
    "digest": mark("In a daily digest"),
    "both": mark("Both"),
}
ZONES: Final = (
    ("Bamako, Ouagadougou, Dakar", "Africa/Bamako"),
    ("Niamey, Lagos, N'Djamena", "Africa/Niamey"),
    ("Paris, Bruxelles", "Europe/Paris"),
    ("London", "Europe/London"),
    ("New York", "America/New_York"),
    ("UTC", "UTC"),
)


def ask_language() -> Message:
    """Ask for the language, in every language."""
    row = tuple(Button(name, Press("s", ("l", code)).pack()) for code, name in LANGUAGES.items())
    head = [(bold("Tocsin"),), *((Span(texts(code)("Which language shall we speak?")),) for code in LANGUAGES)]
    return Message(lines(*head), keyboard=(row,))


def ask_what(say: Texts) -> Message:
    """Ask what to watch."""
    rows = tuple((Button(say(label), Press("s", ("w", key)).pack()),) for key, (label, _) in PRESETS.items())
    return Message(
        lines(
            (bold(say("What shall I watch?")),),
            (Span(say("I read news feeds and ring once per event, with the reason.")),),
            (Span(say(CAUTION)),),
        ),
        keyboard=rows,
    )


def ask_how(say: Texts) -> Message:
    """Ask whether to ring at once or to wait for the digest."""
    row = tuple((Button(say(label), Press("s", ("m", key)).pack()),) for key, label in MODES.items())
    return Message((bold(say("How shall I tell you?")),), keyboard=row)


def ask_where(say: Texts) -> Message:
    """Ask for the time zone."""
    rows = tuple((Button(label, Press("s", ("z", name)).pack()),) for label, name in ZONES)
    return Message((bold(say("Whose clock shall I use?")),), keyboard=rows)


def done(say: Texts) -> Message:
    """Say that the chat is set up."""
    return text(
        bold(say("All set.")),
        " ",
        say("The next alert comes by itself. /watch adds a name, /terms shows them, /help the rest."),
    )
