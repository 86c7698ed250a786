"""Say what a chat is told in answer: pure functions from records to messages."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from bot.chat.access import Who
from bot.chat.commands import COMMANDS, mark
from bot.delivery.message import Button, Message, Span, bold, compose, lines
from bot.delivery.pace import drain_s
from bot.texts import texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.chat.args import Press
    from bot.chat.commands import Command
    from bot.texts import Texts
    from storage.delivery_records import Backlog
    from storage.records import ChatRecord, FeedRecord

FAMILIES: Final = {
    "alliance": mark("Alliance of Sahel States and its charter"),
    "jihadists": mark("GSIM/JNIM, Islamic State, AQIM"),
    "tuareg-groups": mark("Tuareg and Azawad armed groups"),
    "leaders": mark("Leaders"),
    "juntas": mark("The juntas and their bodies"),
    "forces": mark("Armies and foreign forces"),
    "institutions": mark("ECOWAS, UN, ICC and others"),
    "accords": mark("Peace accords"),
    "armed-groups": mark("Other armed groups"),
    "places": mark("Places"),
}
CAUTION: Final = mark("No alert does not mean no danger: this is press monitoring, not verified security information.")
_MOST_SICK: Final = 10
# Characters of a button's label that a phone shows.
_LABEL: Final = 48


def text(*spans: Span | str) -> Message:
    """Return a message of one paragraph."""
    return Message(tuple(Span(each) if isinstance(each, str) else each for each in spans))


def row(label: str, press: Press) -> tuple[tuple[Button, ...], ...]:
    """Return a row with one button; none for one that Telegram would not take."""
    return ((Button(shortened(label), press.pack()),),) if press.fits else ()


def shortened(label: str, most: int = _LABEL) -> str:
    """Return a button's label as a phone shows it; where it is cut, it says so."""
    return label if len(label) <= most else f"{label[: most - 1].rstrip()}…"


def help_page(say: Texts, commands: Sequence[Command]) -> Message:
    """List the commands that this person may use."""
    rows = [
        (
            bold(f"/{command.name}"),
            Span(f" {say(command.words)}" if command.words else ""),
            Span(f" — {say(command.says)}"),
        )
        for command in commands
    ]
    return Message(lines(*rows, (Span("\n" + say(CAUTION)),)))


def commands_for(*, operator: bool) -> tuple[Command, ...]:
    """Return the commands of a person."""
    return tuple(command for command in COMMANDS if operator or command.who is not Who.OPERATES)


def status(say: Texts, feeds: Sequence[FeedRecord], *, queue: int, backlog: Backlog | None, tz: str) -> Message:
    """Say whether everything runs: anyone sees the polls and their own queue, admins the whole."""
    heard = {feed.outlet.key for feed in feeds if feed.cadence.last_ok}
    tries = [feed.cadence.last_try for feed in feeds if feed.cadence.last_try]
    rows: list[Sequence[Span]] = [
        compose(say("Last poll: {when}"), when=say.day_time(max(tries), tz) if tries else say("none yet")),
        compose(
            say("Outlets heard: {heard} of {all}"),
            heard=str(len(heard)),
            all=str(len({feed.outlet.key for feed in feeds})),
        ),
        compose(say("Waiting for this chat: {queue}"), queue=str(queue)),
    ]
    return Message(lines(*rows, *(_operations(say, feeds, backlog=backlog) if backlog else ())))


def _operations(say: Texts, feeds: Sequence[FeedRecord], *, backlog: Backlog) -> list[Sequence[Span]]:
    sick = [f"{feed.outlet.name} ({feed.state.value})" for feed in feeds if feed.state.value not in {"active", "new"}]
    return [
        outbox(say, backlog),
        compose(say("Feeds in trouble: {feeds}"), feeds=", ".join(sick[:_MOST_SICK]) or say("none")),
    ]


def outbox(say: Texts, backlog: Backlog) -> Sequence[Span]:
    """Say how much waits to be sent, and how long that takes."""
    return compose(
        say(
            "Outbox: {due} due, {sending} being sent, {parked} chats parked; {seconds} s until what may leave has left"
        ),
        due=str(backlog.due),
        sending=str(backlog.sending),
        parked=str(backlog.parked),
        seconds=str(ceil(drain_s(backlog.leaving))),
    )


def apology(chat: ChatRecord) -> Message:
    """Say that a handler of ours failed."""
    say = texts(chat.lang)
    return text(say("Something went wrong here and is noted. Please try again."))
