"""List every command once: handlers, menus, /help and README are made from this table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from bot.texts import Texts


def mark(message: str) -> str:
    """Mark a text for translation where it stands; it is translated where it is shown."""
    return message


@dataclass(frozen=True, slots=True)
class Command:
    """Hold a command: `changes` needs an admin in a group, `admin` the operator's role; `words` show its arguments."""

    name: str
    says: str
    words: str = ""
    changes: bool = False
    admin: bool = False


COMMANDS: Final = (
    Command("start", mark("Set up what to watch, in four taps"), changes=True),
    Command("help", mark("What I can do")),
    Command("watch", mark("Watch a name, a family or words of your own"), mark("[words]"), changes=True),
    Command("unwatch", mark("Stop watching something"), mark("[words]"), changes=True),
    Command("terms", mark("What this chat watches")),
    Command("why", mark("Why an alert rang (reply to it)")),
    Command("latest", mark("The latest stories you watch")),
    Command("mute", mark("Silence everything for a while"), mark("[1h|8h|1d|off]"), changes=True),
    Command("quiet", mark("Quiet hours, in your time"), mark("[22:00-07:00|off]"), changes=True),
    Command("digest", mark("The daily digest: its hour, now, or off"), mark("[07:00|now|off]"), changes=True),
    Command("stop", mark("Stop everything; your terms are kept"), changes=True),
    Command("status", mark("Is everything running?")),
    Command("privacy", mark("What is kept about this chat")),
    Command("wipe", mark("Forget everything about this chat"), changes=True),
    Command("invite", mark("A link that lets one person in"), admin=True),
)


def menu(say: Texts, *, group: bool = False) -> tuple[tuple[str, str], ...]:
    """Return the command menu of a scope; a group's members see what they may use."""
    return tuple(
        (command.name, say(command.says))
        for command in COMMANDS
        if not command.admin and not (group and command.changes)
    )
