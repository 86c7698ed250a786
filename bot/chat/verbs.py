"""Say which function answers each command and each button."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.chat import (
    channels,
    desk,
    explaining,
    feeds,
    files,
    forgetting,
    hooking,
    loud,
    operating,
    outputs,
    people,
    roads,
    safety,
    searching,
    settings,
    silence,
    terms,
    tuning,
    watching,
    welcoming,
)
from bot.chat.access import OPERATORS, Who
from bot.chat.args import read_plain
from bot.chat.commands import COMMANDS
from bot.chat.replies import commands_for, help_page, text
from bot.delivery.message import Message, bold, compose
from matchers.spelling import closest

if TYPE_CHECKING:
    from bot.chat.ask import Answer, Ask


async def _help(ask: Ask) -> None:
    ask.reply(help_page(ask.say, commands_for(operator=ask.role in OPERATORS)))


ANSWERS: Final[dict[str, Answer]] = {
    "start": welcoming.start,
    "help": _help,
    "watch": watching.watch,
    "unwatch": watching.unwatch,
    "terms": terms.show_terms,
    "tuning": tuning.show_tuning,
    "why": explaining.why,
    "latest": explaining.latest,
    "search": searching.look,
    "desk": desk.show_desk,
    "note": desk.note,
    "handover": desk.hand_over,
    "link": outputs.link,
    "webhook": hooking.webhook,
    "mute": silence.mute_words,
    "quiet": settings.quiet,
    "snooze": loud.snooze,
    "loud": loud.loud,
    "discreet": safety.discreet,
    "light": safety.light,
    "autodelete": safety.auto_delete,
    "near": roads.near,
    "route": roads.route,
    "digest": settings.digest,
    "settings": settings.show_settings,
    "topic": channels.topic,
    "export": files.export,
    "import": files.import_file,
    "stop": settings.stop,
    "status": people.status,
    "privacy": forgetting.privacy,
    "wipe": forgetting.wipe,
    "invite": people.invite,
    "people": operating.people,
    "feeds": feeds.show_feeds,
    "health": operating.health,
    "broadcast": operating.broadcast,
    "audit": operating.show_audit,
}
# verb of a button -> (handler, who may press it)
PRESSES: Final[dict[str, tuple[Answer, Who]]] = {
    "s": (welcoming.set_up, Who.CHANGES),
    "set": (settings.turn, Who.CHANGES),
    "tp": (terms.show_terms, Who.ANYONE),
    "tc": (terms.show_card, Who.ANYONE),
    "tu": (terms.set_how_urgent, Who.CHANGES),
    "tm": (terms.mute_for_a_day, Who.CHANGES),
    "un": (terms.drop_term, Who.CHANGES),
    "ux": (terms.drop_named, Who.CHANGES),
    "ua": (terms.take_back, Who.CHANGES),
    "tx": (tuning.take_back, Who.CHANGES),
    "ty": (tuning.have_again, Who.CHANGES),
    "nm": (tuning.not_this_meaning, Who.CHANGES),
    "ls": (tuning.only_surer, Who.CHANGES),
    "sp": (tuning.add_spelling, Who.CHANGES),
    "wt": (watching.watch_known, Who.CHANGES),
    "wk": (watching.watch_draft, Who.CHANGES),
    "wx": (watching.cancel, Who.CHANGES),
    "why": (explaining.why, Who.ANYONE),
    "sr": (searching.turn_page, Who.ANYONE),
    "st": (explaining.show_story, Who.ANYONE),
    "more": (explaining.more, Who.ANYONE),
    "up": (explaining.praise, Who.CHANGES),
    "dn": (explaining.blame, Who.CHANGES),
    "mute": (silence.mute_story, Who.CHANGES),
    "mt": (silence.mute_term, Who.CHANGES),
    "mo": (silence.mute_outlet, Who.CHANGES),
    "dm": (settings.mute_dismissed, Who.CHANGES),
    "mp": (silence.mute_place, Who.CHANGES),
    "mu": (silence.mute_all, Who.CHANGES),
    "mx": (silence.end_one, Who.CHANGES),
    "um": (silence.ring_again, Who.CHANGES),
    "sf": (safety.protect, Who.CHANGES),
    "rv": (explaining.show_story, Who.ANYONE),
    "hd": (safety.hide_story, Who.ANYONE),
    "sh": (safety.reveal, Who.ANYONE),
    "hs": (safety.hide, Who.ANYONE),
    "ar": (roads.renew, Who.CHANGES),
    "ae": (roads.end, Who.CHANGES),
    "sz": (loud.wake_up, Who.CHANGES),
    "wipe": (forgetting.wipe_now, Who.CHANGES),
    "de": (desk.show_desk, Who.ANYONE),
    "dk": (desk.do, Who.ANYONE),
    "dj": (desk.choose_same, Who.ANYONE),
    "ds": (desk.choose_split, Who.ANYONE),
    "dl": (desk.label, Who.ANYONE),
    "tf": (channels.give_topic, Who.CHANGES),
    "cp": (channels.set_up_channel, Who.CHANGES),
    "fp": (feeds.show_feeds, Who.OPERATES),
    "fc": (feeds.show_feed, Who.OPERATES),
    "fd": (feeds.do, Who.OPERATES),
    "bs": (operating.send_broadcast, Who.OPERATES),
    "bx": (operating.cancel_broadcast, Who.OPERATES),
}


async def say_unknown(ask: Ask) -> None:
    """Say that there is no such command, and which was meant perhaps."""
    first = next(iter(ask.words.split(maxsplit=1)), "")
    name, _, other = first.removeprefix("/").partition("@")
    if other and other.lower() != ask.context.bot_name.lower():
        return
    close = closest(name.lower(), (each.name for each in COMMANDS))
    if close:
        sentence = ask.say("I do not know that command. Did you mean {command}?")
        ask.reply(Message(compose(sentence, command=bold(f"/{close}"))))
    else:
        ask.reply(text(ask.say("I do not know that command; /help lists them all.")))


async def offer_words(ask: Ask) -> None:
    """Offer to watch what was said without a command."""
    ask.words = read_plain(ask.words)
    if ask.words:
        await watching.offer(ask)
