"""Answer what a chat watches: a paged list, a card for each term, edited in place."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.chat.args import Press
from bot.chat.commands import mark
from bot.chat.naming import restored, spellings, term_name
from bot.chat.replies import row, shortened, text
from bot.delivery.message import Button, Message, Span, bold, compose, italic, lines
from storage.chats import mute, mutes, unmute
from storage.terms import add_term, remove_term, set_urgency, terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.chat.ask import Ask
    from storage.records import MuteRecord, TermRecord

PAGE: Final = 8
URGENCIES: Final = {
    "critical": mark("Critical: rings at any hour"),
    "normal": mark("Normal: waits for the end of quiet hours"),
    "low": mark("Low: only in the digest, or without sound"),
}
_MARKS: Final = {"critical": "🔴 ", "low": "🔕 "}
_A_DAY: Final = timedelta(days=1)
_LABEL: Final = 40


def label(ask: Ask, term: TermRecord) -> str:
    """Return a term's name with the mark of its urgency."""
    name = term_name(ask.say, term.entity, vigil=ask.context.vigil, expression=term.expression)
    return f"{_MARKS.get(term.urgency, '')}{name}"


async def show_terms(ask: Ask) -> None:
    """Show what this chat watches, a page at a time."""
    ask.show(_page(ask, await ask.read(terms, ask.chat.id), page=ask.number(0) or 0))


def _page(ask: Ask, mine: Sequence[TermRecord], *, page: int) -> Message:
    if not mine:
        return text(ask.say("This chat watches nothing yet. Try /start, or /watch and a name."))
    pages = (len(mine) + PAGE - 1) // PAGE
    page = min(page, pages - 1)
    shown = mine[page * PAGE : (page + 1) * PAGE]
    rows = [_row(ask, term, page=page) for term in shown]
    turning = _turning(page, pages)
    return Message(
        lines((bold(ask.say("This chat watches:")),), *((Span(f"• {label(ask, term)}"),) for term in shown)),
        keyboard=(*rows, *((turning,) if turning else ())),
    )


def _row(ask: Ask, term: TermRecord, *, page: int) -> tuple[Button, ...]:
    number = str(term.id)
    return (
        Button(shortened(label(ask, term), _LABEL), Press("tc", (number, str(page))).pack()),
        Button("✕", Press("un", (number, str(page))).pack()),
    )


def _turning(page: int, pages: int) -> tuple[Button, ...]:
    """Return the row that turns pages, nothing when there is one page."""
    places = (("‹", page - 1), (f"{page + 1}/{pages}", page), ("›", page + 1))
    return tuple(
        Button(sign, Press("tp", (str(target),)).pack()) for sign, target in places if pages > 1 and 0 <= target < pages
    )


async def show_card(ask: Ask) -> None:
    """Show one term: what it is, how urgent, and what can be done with it."""
    term = await _term(ask)
    if term:
        ask.show(await _card(ask, term))


async def _term(ask: Ask) -> TermRecord | None:
    """Return the term that a button names; say so when it is gone."""
    number = ask.number(0)
    found = next((term for term in await ask.read(terms, ask.chat.id) if term.id == number), None)
    if found is None:
        ask.toast(ask.say("This chat no longer watches that."))
        await show_terms_page(ask)
    return found


async def show_terms_page(ask: Ask) -> None:
    """Show the page of terms that a card came from."""
    ask.show(_page(ask, await ask.read(terms, ask.chat.id), page=ask.number(1) or 0))


async def _card(ask: Ask, term: TermRecord, *, urgency: str = "", silent: bool | None = None) -> Message:
    number, page = str(term.id), ask.arg(1) or "0"
    urgency = urgency or term.urgency
    if silent is None:
        silent = any(each.kind == "term" and each.target == term.entity for each in await _mutes(ask))
    known = ask.context.vigil.watchlist.entity(term.entity)
    name = term_name(ask.say, term.entity, vigil=ask.context.vigil, expression=term.expression)
    since = compose(ask.say("Watched since {when}"), when=ask.say.day_time(term.created, ask.chat.tz))
    forms = ", ".join(spellings(known)) if known and not term.expression else ""
    rows = [
        (Button(f"{'● ' if key == urgency else ''}{ask.say(says)}", Press("tu", (number, page, key)).pack()),)
        for key, says in URGENCIES.items()
    ]
    rest = ask.say("Ring again") if silent else ask.say("Silent for a day")
    acts = (
        Button(rest, Press("tm", (number, page, "off" if silent else "on")).pack()),
        Button(f"✕ {ask.say('Stop watching')}", Press("un", (number, page)).pack()),
    )
    back = (Button(f"‹ {ask.say('Back')}", Press("tp", (page,)).pack()),)
    return Message(lines((bold(name),), since, (italic(forms),) if forms else ()), keyboard=(*rows, acts, back))


async def _mutes(ask: Ask) -> Sequence[MuteRecord]:
    return await ask.read(mutes, ask.chat.id, now=ask.now)


async def set_how_urgent(ask: Ask) -> None:
    """Set how urgently a term rings."""
    term, urgency = await _term(ask), ask.arg(2)
    if term and urgency in URGENCIES:
        ask.effect(set_urgency, ask.chat.id, entity=term.entity, urgency=urgency)
        ask.show(await _card(ask, term, urgency=urgency))


async def mute_for_a_day(ask: Ask) -> None:
    """Silence a term for a day, or let it ring again."""
    term, silent = await _term(ask), ask.arg(2) != "off"
    if term is None:
        return
    if silent:
        ask.effect(mute, ask.chat.id, kind="term", target=term.entity, until=ask.now + _A_DAY)
    else:
        ask.effect(unmute, ask.chat.id, kind="term", target=term.entity)
    ask.show(await _card(ask, term, silent=silent))


async def drop_term(ask: Ask) -> None:
    """Stop a term by its button in the list or on its card, with a way back."""
    number, mine = ask.number(0), await ask.read(terms, ask.chat.id)
    kept = [term for term in mine if term.id != number]
    for term in mine:
        if term.id == number:
            ask.effect(remove_term, ask.chat.id, entity=term.entity)
    ask.toast(ask.say("Done."))
    dropped = next((term for term in mine if term.id == number), None)
    page = _page(ask, kept, page=ask.number(1) or 0)
    ask.show(Message(page.spans, keyboard=(*page.keyboard, *_undo(ask, dropped))))


def _undo(ask: Ask, dropped: TermRecord | None) -> tuple[tuple[Button, ...], ...]:
    if dropped is None:
        return ()
    return row(f"↩ {ask.say('Undo')} · {label(ask, dropped)}", Press("ua", (dropped.entity,)))


async def drop_named(ask: Ask) -> None:
    """Stop a term by the button under an explanation."""
    entity = ":".join(ask.press)
    if entity not in {term.entity for term in await ask.read(terms, ask.chat.id)}:
        ask.toast(ask.say("This chat no longer watches that."))
        return
    name = term_name(ask.say, entity, vigil=ask.context.vigil)
    ask.effect(remove_term, ask.chat.id, entity=entity)
    back = row(ask.say("Undo"), Press("ua", (entity,)))
    ask.show(Message(compose(ask.say("No longer watched: {names}"), names=bold(name)), keyboard=back))


async def take_back(ask: Ask) -> None:
    """Watch a dropped term again."""
    entity = ":".join(ask.press)
    expression = restored(entity, ask.context.vigil)
    if expression is None:
        ask.toast(ask.say("This button is too old; the command does the same."))
        return
    ask.effect(add_term, ask.chat.id, entity=entity, expression=expression, now=ask.now)
    name = term_name(ask.say, entity, vigil=ask.context.vigil, expression=expression)
    ask.show(Message(compose(ask.say("Watching from now on: {names}"), names=bold(name))))
