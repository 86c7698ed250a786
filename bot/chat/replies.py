"""Say what a chat is told in answer: pure functions from records to messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.chat.args import Press, clock
from bot.chat.commands import COMMANDS, mark
from bot.delivery.message import Button, Message, Span, bold, compose, italic, lines, link
from bot.texts import texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.chat.commands import Command
    from bot.texts import Texts
    from bot.vigil import Vigil
    from storage.delivery_records import Backlog
    from storage.records import ChatRecord, FeedRecord, StoryView, TermMention, TermRecord

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
PAGE: Final = 8
CAUTION: Final = mark("No alert does not mean no danger: this is press monitoring, not verified security information.")


def text(*spans: Span | str) -> Message:
    """Return a message of one paragraph."""
    return Message(tuple(Span(each) if isinstance(each, str) else each for each in spans))


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


def commands_for(*, admin: bool) -> tuple[Command, ...]:
    """Return the commands of a person."""
    return tuple(command for command in COMMANDS if admin or not command.admin)


def watching(say: Texts, names: Sequence[str]) -> Message:
    """Say what is watched from now on."""
    return Message(compose(say("Watching from now on: {names}"), names=bold(", ".join(names))))


def terms_page(say: Texts, terms: Sequence[TermRecord], *, vigil: Vigil, page: int) -> Message:
    """Show a page of terms, each with a button that stops it."""
    if not terms:
        return text(say("This chat watches nothing yet. Try /start, or /watch and a name."))
    pages = (len(terms) + PAGE - 1) // PAGE
    page = max(0, min(page, pages - 1))
    shown = terms[page * PAGE : (page + 1) * PAGE]
    head = (bold(say("This chat watches:")),)
    rows = [(Span(f"• {term_name(say, term.entity, vigil=vigil, expression=term.expression)}"),) for term in shown]
    keyboard = [
        (
            Button(
                f"✕ {term_name(say, term.entity, vigil=vigil, expression=term.expression)[:30]}",
                Press("un", (str(term.id), str(page))).pack(),
            ),
        )
        for term in shown
    ]
    turns = [
        Button(label, Press("tp", (str(target),)).pack())
        for label, target in (("‹", page - 1), (f"{page + 1}/{pages}", page), ("›", page + 1))
        if pages > 1 and 0 <= target < pages
    ]
    return Message(lines(head, *rows), keyboard=(*keyboard, *((tuple(turns),) if turns else ())))


def term_name(say: Texts, entity: str, *, vigil: Vigil, expression: str = "") -> str:
    """Return what a term is called here."""
    family = entity.removeprefix("family:")
    if family != entity:
        return say(FAMILIES[family]) if family in FAMILIES else family
    return vigil.name(entity, say.lang, expression=expression)


def why(say: Texts, view: StoryView, *, vigil: Vigil) -> Message:
    """Explain an alert: alias, text as written, score, what counted, which term of theirs."""
    if not view.matches:
        return text(say("None of your terms is in this story any more."))
    rows: list[Sequence[Span]] = [(bold(say("Why this rang")),)]
    for match in _best_each(view.matches)[:5]:
        rows += _why_one(say, match, vigil=vigil)
    rows.append((italic(say("Score 80 is the bar; 100 is a full name, exactly written.")),))
    mutes = tuple(
        Button(
            say("Stop watching {name}").replace("{name}", term_name(say, match.term, vigil=vigil))[:40],
            Press("ux", (match.term[:50],)).pack(),
        )
        for match in _best_each(view.matches)[:2]
    )
    return Message(lines(*rows), keyboard=tuple((button,) for button in mutes))


def _best_each(matches: Sequence[TermMention]) -> list[TermMention]:
    best: dict[str, TermMention] = {}
    for match in matches:
        best.setdefault(match.entity, match)
    return list(best.values())


def _why_one(say: Texts, match: TermMention, *, vigil: Vigil) -> list[Sequence[Span]]:
    mention = match.mentions[0]
    reasons = "; ".join(f"{reason.code} {reason.detail}".strip() for reason in match.reasons)
    head = compose(
        say("{entity}: {score} of 100, from your term “{term}”"),
        entity=bold(vigil.name(match.entity, say.lang)),
        score=str(match.score),
        term=term_name(say, match.term, vigil=vigil),
    )
    found = compose(
        say("   written “{text}”, alias “{alias}”, similarity {similarity} %"),
        text=bold(mention.text),
        alias=mention.alias,
        similarity=str(round(mention.similarity * 100)),
    )
    return [head, found, *([(Span(f"   {reasons}"),)] if reasons else [])]


def latest(say: Texts, views: Sequence[StoryView], *, tz: str) -> Message:
    """List the newest stories with one link each."""
    if not views:
        return text(say("Nothing yet for what this chat watches."))
    rows: list[Sequence[Span]] = [(bold(say("Latest stories")),)]
    for view in views:
        first = view.entries[0]
        rows.append(
            (
                Span(f"• {say.day_time(view.opened, tz)} · "),
                link(first.title, first.url),
                Span(
                    f" · {say.plural('{n} outlet', '{n} outlets', count=len({entry.outlet.key for entry in view.entries}))}"
                ),
            )
        )
    return Message(lines(*rows))


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
    if backlog is not None:
        sick = [
            f"{feed.outlet.name} ({feed.state.value})" for feed in feeds if feed.state.value not in {"active", "new"}
        ]
        rows += [
            compose(
                say("Outbox: {due} due, {sending} being sent, {parked} chats parked"),
                due=str(backlog.due),
                sending=str(backlog.sending),
                parked=str(backlog.parked),
            ),
            compose(say("Feeds in trouble: {feeds}"), feeds=", ".join(sick[:10]) or say("none")),
        ]
    return Message(lines(*rows))


def digest_set(say: Texts, chat: ChatRecord) -> Message:
    """Say when the digest comes."""
    if chat.mode == "instant":
        return text(say("No digest. /digest 07:00 brings it back."))
    return Message(compose(say("Digest every day at {hour} ({tz})."), hour=bold(clock(chat.digest_minute)), tz=chat.tz))


def apology(chat: ChatRecord) -> Message:
    """Say that a handler of ours failed."""
    say = texts(chat.lang)
    return text(say("Something went wrong here and is noted. Please try again."))
