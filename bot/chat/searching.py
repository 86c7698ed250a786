"""Answer /search: the archive, page by page; what is looked for travels in the buttons, nothing of it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.chat.args import Press
from bot.chat.ask import read_number
from bot.chat.replies import text
from bot.delivery.excerpt import headline_link
from bot.delivery.message import Button, Message, Span, bold, compose, lines
from bot.searching import Reading, Unknown, read_search
from storage.search import Page, outlet_names, search

if TYPE_CHECKING:
    from bot.chat.ask import Ask
    from storage.records import EntryRecord
    from storage.search import Search

_PAGE: Final = 8


async def look(ask: Ask) -> None:
    """Show the newest entries with these words."""
    if not ask.words:
        hint = ask.say("Say what to look for: /search goita, /search convoy outlet:rfi since:7d, /search place:Gao.")
        ask.reply(text(hint))
        return
    await _show_page(ask, ask.words)


async def turn_page(ask: Ask) -> None:
    """Show the page before or after: a button says from which entry on, and what was looked for."""
    side, number = ask.arg(0)[:1], read_number(ask.arg(0)[1:])
    if side in {"b", "a"} and number is not None:
        await _show_page(ask, ":".join(ask.press[1:]), **{"before" if side == "b" else "after": number})


async def _show_page(ask: Ask, words: str, *, before: int | None = None, after: int | None = None) -> None:
    outlets = await ask.read(outlet_names)
    wanted = read_search(words, Reading(ask.context.vigil, outlets, ask.now, ask.chat.tz))
    if isinstance(wanted, Unknown):
        ask.reply(_unknown(ask, wanted))
        return
    page = await ask.read(search, wanted, limit=_PAGE, before=before, after=after)
    ask.show(_page(ask, words, page=page, wanted=wanted))


def _unknown(ask: Ask, unknown: Unknown) -> Message:
    words = {
        "outlet": ask.say("I know no outlet called {value}; /status names some."),
        "since": ask.say("I cannot read {value}: write a day as 2026-03-01, or a while as 7d."),
        "until": ask.say("I cannot read {value}: write a day as 2026-03-01, or a while as 7d."),
    }
    sentence = words.get(unknown.kind, ask.say("I know nothing called {value}; search for it as words."))
    return Message(compose(sentence, value=bold(unknown.value)))


def _page(ask: Ask, words: str, *, page: Page, wanted: Search) -> Message:
    head = compose(ask.say("Archive: {words}"), words=bold(words))
    if not page.entries:
        return Message(lines(head, (Span(ask.say("Nothing found.")),)))
    name = ask.context.vigil.name(wanted.meant, ask.say.lang) if wanted.meant else ""
    also = compose(ask.say("Also what names {name} otherwise."), name=name) if name else ()
    rows = [_row(ask, entry) for entry in page.entries]
    return Message(lines(head, also, *rows), keyboard=_turning(ask, words, page=page))


def _row(ask: Ask, entry: EntryRecord) -> tuple[Span, ...]:
    when = ask.say.date_time(entry.published or entry.first_seen, ask.chat.tz)
    return (Span(f"\n{when} · {entry.outlet.name}\n"), headline_link(entry.title, entry.url))


def _turning(ask: Ask, words: str, *, page: Page) -> tuple[tuple[Button, ...], ...]:
    """Return the row that turns pages; words that are too long for a button have none."""
    newest, oldest = page.entries[0].id, page.entries[-1].id
    sides = ((page.newer, ask.say("‹ Newer"), f"a{newest}"), (page.older, ask.say("Older ›"), f"b{oldest}"))
    presses = [(label, Press("sr", (where, words))) for there, label, where in sides if there]
    buttons = tuple(Button(label, press.pack()) for label, press in presses if press.fits)
    return (buttons,) if buttons else ()
