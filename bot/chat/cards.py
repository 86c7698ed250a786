"""Draw the cards with switches: settings and digest. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.chat.args import Press, clock
from bot.chat.commands import mark
from bot.chat.onboarding import MODES
from bot.chat.replies import text
from bot.delivery.message import Button, Message, bold, compose, lines
from bot.digest.choose import WEEKLY, kind_of
from bot.loudness import budget, quiet_hours
from bot.texts import LANGUAGES

if TYPE_CHECKING:
    from bot.texts import Texts
    from storage.records import ChatRecord


@dataclass(frozen=True, slots=True)
class Switch:
    """Hold a setting that is on or off: its label, whether a chat begins with it on, what is kept when it differs."""

    label: str
    begins_on: bool = False
    other: bool | str | int = True

    def stored(self, *, on: bool) -> bool | str | int | None:
        """Return what is kept of it: nothing when it is as in the beginning."""
        return None if on is self.begins_on else self.other


# name in a chat's settings -> switch
SWITCHES: Final = {
    "rings": Switch(mark("Ring for what is grave only"), begins_on=True, other="all"),
    "outlets": Switch(mark("Ring only with 2 independent outlets"), other=2),
    "developments": Switch(mark("Possible developments"), begins_on=True, other=False),
    "empty_digest": Switch(mark("A digest when nothing happened"), begins_on=True, other=False),
    "picture": Switch(mark("A picture with the digest"), begins_on=True, other=False),
    "preview": Switch(mark("Previews of links")),
}


def is_on(chat: ChatRecord, name: str) -> bool:
    """Say whether a switch of a chat is on."""
    return SWITCHES[name].begins_on is (name not in chat.settings)


def settings_card(say: Texts, chat: ChatRecord) -> Message:
    """Show language, zone, rhythm and switches, each with its button."""
    hours = quiet_hours(chat.settings)
    quiet = f"{clock(hours.start)}–{clock(hours.end)}" if hours else say("none")
    languages = tuple(_choice(name, "lang", value=code, chosen=code == say.lang) for code, name in LANGUAGES.items())
    modes = tuple((_choice(say(label), "mode", value=key, chosen=key == chat.mode),) for key, label in MODES.items())
    switches = tuple(
        (_switch(f"{'☑' if is_on(chat, name) else '☐'} {say(switch.label)}", name, on=not is_on(chat, name)),)
        for name, switch in SWITCHES.items()
    )
    zone = (Button(say("Time zone: {tz}").replace("{tz}", chat.tz), Press("set", ("zone",)).pack()),)
    return Message(
        lines(
            (bold(say("Settings")),),
            compose(say("Quiet hours: {hours} · /quiet 22:00-07:00"), hours=quiet),
            compose(
                say("Rings: at most {day} a day and {hour} an hour · /loud 6 2"),
                day=str(budget(chat.settings)[0]),
                hour=str(budget(chat.settings)[1]),
            ),
            compose(say("Digest: {when} · /digest 07:00"), when=_digest(say, chat)),
        ),
        keyboard=(languages, zone, *modes, *switches),
    )


def _choice(label: str, name: str, *, value: str, chosen: bool) -> Button:
    return Button(f"{'● ' if chosen else ''}{label}", Press("set", (name, value)).pack())


def _switch(label: str, name: str, *, on: bool) -> Button:
    return Button(label, Press("set", (name, "on" if on else "off")).pack())


def _digest(say: Texts, chat: ChatRecord) -> str:
    if chat.mode == "instant":
        return say("none")
    days = say.weekdays(chat.digest_days)
    return f"{clock(chat.digest_minute)}, {days}" if days else clock(chat.digest_minute)


def digest_set(say: Texts, chat: ChatRecord) -> Message:
    """Say when the digest comes."""
    if chat.mode == "instant":
        return text(say("No digest. /digest 07:00 brings it back."))
    hour, days = bold(clock(chat.digest_minute)), say.weekdays(chat.digest_days)
    if kind_of(chat) == WEEKLY:
        sentence = say("Digest of the week: {days} at {hour} ({tz}).")
    elif days:
        sentence = say("Digest at {hour} ({tz}) on {days}.")
    else:
        sentence = say("Digest every day at {hour} ({tz}).")
    return Message(compose(sentence, hour=hour, tz=chat.tz, days=days))
