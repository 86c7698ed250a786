"""Answer about stories: why one rang, the latest ones, one in full, and what was right or wrong with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.chat.args import Press
from bot.chat.ask import change
from bot.chat.offers import story_offers, why_offers
from bot.chat.reasons import why_page
from bot.chat.replies import text
from bot.chat.tuning import learn_bar, learn_from_votes
from bot.delivery.alert import Reader, alert
from bot.delivery.discretion import hiding
from bot.delivery.excerpt import headline_link
from bot.delivery.message import Button, Message, Span, bold, lines
from bot.delivery.rendering import is_sample
from storage.areas import areas
from storage.chats import mutes
from storage.delivery_records import DeliveryKind
from storage.outbox import story_of_message
from storage.stories import latest_stories, story_view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.chat.ask import Ask
    from storage.story_records import StoryView

_WEEK: Final = timedelta(days=7)
_PAGE: Final = 5
_MOST_VOTES: Final = 50


async def view_of(ask: Ask) -> StoryView | None:
    """Return the story of a button, or None after saying that it is no longer kept."""
    story = ask.number(0)
    view = await ask.read(story_view, story, chat=ask.chat.id) if story is not None else None
    if view is None or not view.entries:
        ask.toast(ask.say("This story is no longer kept."))
        return None
    return view


async def why(ask: Ask) -> None:
    """Explain an alert: by its button, by a reply to it, or the newest one."""
    story = ask.number(0)
    if story is None and not ask.press:
        story = await ask.read(story_of_message, ask.chat.id, message_id=ask.answers)
    view = await ask.read(story_view, story, chat=ask.chat.id) if story is not None else None
    if view is None:
        ask.reply(text(ask.say("Reply to an alert with /why, or press its button.")))
        return
    looks = await ask.read(areas, ask.chat.id, now=ask.now)
    if looks and not view.matches:
        ask.reply(text(ask.say("It happened where you look; /near shows where that is.")))
        return
    page = why_page(ask.say, view, vigil=ask.context.vigil)
    ask.reply(replace(page, keyboard=why_offers(ask.say, view, vigil=ask.context.vigil)))


async def latest(ask: Ask) -> None:
    """List the newest stories of the week; a number opens one in full."""
    views = await ask.read(latest_stories, ask.chat.id, since=ask.now - _WEEK, limit=_PAGE)
    if not views:
        ask.reply(text(ask.say("Nothing yet for what this chat watches.")))
        return
    rows = [_line(ask, number, view=view) for number, view in enumerate(views, 1)]
    opens = tuple(Button(str(number), Press("st", (str(view.story),)).pack()) for number, view in enumerate(views, 1))
    ask.reply(Message(lines((bold(ask.say("Latest stories")),), *rows), keyboard=(opens,)))


def _line(ask: Ask, number: int, *, view: StoryView) -> Sequence[Span]:
    first = view.entries[0]
    count = len({entry.outlet.key for entry in view.entries})
    told = ask.say.plural("{n} outlet", "{n} outlets", count=count)
    return (
        Span(f"{number}. {ask.say.day_time(view.opened, ask.chat.tz)} · "),
        headline_link(first.title, first.url),
        Span(f" · {told}"),
    )


def story_message(ask: Ask, view: StoryView, *, muted: bool = False) -> Message:
    """Return a story as its alert shows it, with the button that follows it again when it is silent."""
    return alert(view, kind=DeliveryKind.ALERT, reader=reader_of(ask, [view]), muted=muted)


def shown(ask: Ask, message: Message, *, story: int) -> Message:
    """Return what a tap shows of a story; in a discreet chat with the button that hides it again."""
    if not ask.chat.settings.get("discreet"):
        return message
    return hiding(message, Press("hd", (str(story),)).pack(), say=ask.say)


def reader_of(ask: Ask, views: Sequence[StoryView]) -> Reader:
    """Return for whom stories are laid out in answer to somebody."""
    say, vigil = ask.say, ask.context.vigil
    return Reader(
        say,
        ask.chat.tz,
        ask.now,
        lambda entity: vigil.name(entity, say.lang),
        is_sample(views),
        vigil.is_armed,
        ask.chat.settings,
    )


async def show_story(ask: Ask) -> None:
    """Show a story in full: in place of its menu or its veil, or anew from a list."""
    view = await view_of(ask)
    if view:
        silent = await ask.read(mutes, ask.chat.id, now=ask.now)
        muted = any(each.kind == "story" and each.target == str(view.story) for each in silent)
        ask.show(shown(ask, story_message(ask, view, muted=muted), story=view.story))


async def more(ask: Ask) -> None:
    """Show what else can be done with a story: silence a term or an outlet."""
    view = await view_of(ask)
    if view:
        ask.show(_menu(ask, view))


def _menu(ask: Ask, view: StoryView) -> Message:
    offers = story_offers(ask.say, view, vigil=ask.context.vigil, kind=ask.chat.kind)
    return shown(ask, replace(story_message(ask, view), keyboard=offers), story=view.story)


async def praise(ask: Ask) -> None:
    """Note that a story was of use."""
    view = await view_of(ask)
    if view:
        _vote(ask, view, vote=1)
        ask.toast(ask.say("Noted, thank you."))


async def blame(ask: Ask) -> None:
    """Note that a story was of no use, learn from it, and show what can be done about it."""
    view = await view_of(ask)
    if view is None:
        return
    _vote(ask, view, vote=-1)
    learnt = await learn_from_votes(ask, view)
    if learnt:
        ask.reply(await learn_bar(ask, learnt))
    ask.toast(ask.say("Noted. What shall I change?"))
    ask.show(_menu(ask, view))


def _vote(ask: Ask, view: StoryView, *, vote: int) -> None:
    votes = dict(ask.chat.settings.get("votes", {})) | {str(view.story): vote}
    change(ask, settings={"votes": dict(list(votes.items())[-_MOST_VOTES:])})
