"""List every command once: handlers, menus, /help and README are made from this table."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.chat.access import Who
from bot.texts import LANGUAGES, texts

if TYPE_CHECKING:
    from bot.texts import Texts


def mark(message: str) -> str:
    """Mark a text for translation where it stands; it is translated where it is shown."""
    return message


@dataclass(frozen=True, slots=True)
class Command:
    """Hold a command: what it says of itself, how its arguments look, who may use it, whether groups have it."""

    name: str
    says: str
    words: str = ""
    who: Who = Who.ANYONE
    groups: bool = True


COMMANDS: Final = (
    Command("start", mark("Set up what to watch, in four taps"), who=Who.CHANGES),
    Command("help", mark("What I can do")),
    Command("watch", mark("Watch a name, a family or words of your own"), mark("[words]"), who=Who.CHANGES),
    Command("unwatch", mark("Stop watching something"), mark("[words]"), who=Who.CHANGES),
    Command("terms", mark("What this chat watches")),
    Command("tuning", mark("What I learnt from this chat, and how to take it back")),
    Command("why", mark("Why an alert rang (reply to it)")),
    Command("latest", mark("The latest stories you watch")),
    Command(
        "search", mark("Search the archive by words, name, outlet and date"), mark("words [outlet:rfi] [since:7d]")
    ),
    Command("desk", mark("Who has a story, and what it was found to be (reply to it)")),
    Command("note", mark("Keep a note for the team on a story (reply to it)"), mark("words")),
    Command("handover", mark("What the team took, stamped and noted"), mark("[8h]")),
    Command("link", mark("A private feed of what this chat watches"), mark("[off]"), who=Who.CHANGES),
    Command("webhook", mark("Post what this chat watches to an address"), mark("[https://…|off]"), who=Who.OPERATES),
    Command("mute", mark("Silence everything, a name or an outlet for a while"), mark("[8h] [name]"), who=Who.CHANGES),
    Command("quiet", mark("Quiet hours, in your time"), mark("[22:00-07:00|off]"), who=Who.CHANGES),
    Command(
        "snooze",
        mark("Hold everything for a while, then tell it in one message"),
        mark("[2h|off]"),
        who=Who.CHANGES,
    ),
    Command("loud", mark("How often I may ring: a day, an hour"), mark("[6 2|off]"), who=Who.CHANGES),
    Command(
        "discreet",
        mark("Names only after a tap, for a screen that others may see"),
        mark("[on|off]"),
        who=Who.CHANGES,
    ),
    Command("light", mark("As little as possible, for a thin line"), mark("[on|off]"), who=Who.CHANGES),
    Command(
        "autodelete", mark("Delete my messages some hours after they were sent"), mark("[24h|off]"), who=Who.CHANGES
    ),
    Command(
        "near",
        mark("Ring for what happens around a place, for 72 hours"),
        mark("[Gao 100|off]"),
        who=Who.CHANGES,
        groups=False,
    ),
    Command(
        "route",
        mark("Ring for what happens along a road, for 72 hours"),
        mark("[Bamako Ségou 30|off]"),
        who=Who.CHANGES,
        groups=False,
    ),
    Command(
        "digest",
        mark("The digest: its hour and days, weekly, now, or off"),
        mark("[07:00 mon-fri|weekly|now|off]"),
        who=Who.CHANGES,
    ),
    Command("settings", mark("Language, time zone and rhythm on one card"), who=Who.CHANGES),
    Command("topic", mark("Give this topic a family of its own"), who=Who.CHANGES),
    Command("export", mark("The terms of this chat as a file"), who=Who.CHANGES),
    Command("import", mark("Take terms over from such a file (reply to it)"), who=Who.CHANGES),
    Command("stop", mark("Stop everything; your terms are kept"), who=Who.CHANGES),
    Command("status", mark("Is everything running?")),
    Command("privacy", mark("What is kept about this chat")),
    Command("wipe", mark("Forget everything about this chat"), who=Who.CHANGES),
    Command("invite", mark("A link that lets one person in"), mark("[admin]"), who=Who.OPERATES, groups=False),
    Command(
        "people", mark("Who may talk to me, and their roles"), mark("[number role]"), who=Who.OPERATES, groups=False
    ),
    Command("feeds", mark("How each feed is; add, pause, remove"), mark("[address]"), who=Who.OPERATES, groups=False),
    Command("health", mark("Read, matched, sent, lost, in trouble"), who=Who.OPERATES, groups=False),
    Command(
        "broadcast", mark("Tell every chat something, after a preview"), mark("words"), who=Who.OPERATES, groups=False
    ),
    Command("audit", mark("What admins did"), who=Who.OPERATES, groups=False),
)
# scope of Telegram -> who its members are
SCOPES: Final = {
    "private": (Who.ANYONE, Who.CHANGES),
    "group": (Who.ANYONE,),
    "admins": (Who.ANYONE, Who.CHANGES),
}
Menu = tuple[tuple[str, str], ...]


def command(name: str) -> Command | None:
    """Return a command by its name."""
    return next((each for each in COMMANDS if each.name == name), None)


def menu(say: Texts, scope: str) -> Menu:
    """Return the command menu of a scope: what its people may use there."""
    return tuple(
        (each.name, say(each.says))
        for each in COMMANDS
        if each.who in SCOPES[scope] and (each.groups or scope == "private")
    )


def menus() -> dict[tuple[str, str], Menu]:
    """Return every menu by (scope, language); "" is for languages that we do not speak."""
    return {(scope, lang): menu(texts(lang), scope) for scope in SCOPES for lang in ("", *LANGUAGES)}


def fingerprint(table: dict[tuple[str, str], Menu]) -> str:
    """Return a short hash of the menus, so that Telegram is told only when they changed."""
    return hashlib.sha256(repr(sorted(table.items())).encode()).hexdigest()[:16]
