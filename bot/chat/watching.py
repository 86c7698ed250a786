"""Answer what a chat watches and hears: terms, reasons, the latest, the state of things."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.chat import replies
from bot.chat.args import Press
from bot.chat.context import ADMIN_ROLES
from bot.delivery.message import Button, Message, bold, compose
from matchers.terms import TermError, parse_term
from storage.chats import mute, unmute
from storage.feeds import list_feeds
from storage.outbox import backlog, queue_of, story_of_message
from storage.stories import latest_stories, story_view
from storage.terms import add_term, remove_term, terms

if TYPE_CHECKING:
    from bot.chat.ask import Ask

_LATEST: Final = timedelta(days=7)
_MOST_TERMS: Final = 200


async def watch(ask: Ask) -> None:
    """Watch a catalogue entity by any of its spellings, a family, or own words."""
    words = ask.words.strip()
    if not words:
        ask.reply(replies.text(ask.say('Say what: /watch jnim, /watch "fuel convoy", /watch Gao +mine -football.')))
        return
    if len(await ask.context.store.read(terms, ask.chat.id)) >= _MOST_TERMS:
        ask.reply(replies.text(ask.say("This chat watches 200 terms already; /terms lets you drop some.")))
        return
    found = _family(words) or next((each.id for each in ask.context.vigil.watchlist.find(words)), None)
    if found:
        ask.turn.effect(add_term, ask.chat.id, entity=found, now=ask.context.clock.now())
        ask.reply(replies.watching(ask.say, [replies.term_name(ask.say, found, vigil=ask.context.vigil)]))
        return
    _watch_words(ask, words)


def _watch_words(ask: Ask, words: str) -> None:
    try:
        entity = parse_term(words)
    except TermError as error:
        ask.reply(replies.text(str(error)))
        return
    ask.context.vigil.learn([(entity.id, words)])
    ask.turn.effect(add_term, ask.chat.id, entity=entity.id, expression=words, now=ask.context.clock.now())
    ask.reply(replies.watching(ask.say, [words]))


def _family(words: str) -> str | None:
    wanted = words.removeprefix("family:").lower()
    return f"family:{wanted}" if wanted in replies.FAMILIES else None


async def unwatch(ask: Ask) -> None:
    """Stop watching what the words name; without words, show the list."""
    words = ask.words.strip()
    mine = await ask.context.store.read(terms, ask.chat.id)
    wanted = {_family(words), *(each.id for each in ask.context.vigil.watchlist.find(words))} if words else set()
    hits = [term for term in mine if term.entity in wanted or (words and term.expression.lower() == words.lower())]
    if not hits:
        ask.reply(replies.terms_page(ask.say, mine, vigil=ask.context.vigil, page=0))
        return
    for term in hits:
        ask.turn.effect(remove_term, ask.chat.id, entity=term.entity)
    names = ", ".join(
        replies.term_name(ask.say, t.entity, vigil=ask.context.vigil, expression=t.expression) for t in hits
    )
    ask.reply(Message(compose(ask.say("No longer watched: {names}"), names=bold(names))))


async def show_terms(ask: Ask) -> None:
    """Show what this chat watches, a page at a time."""
    page = int(ask.press[0]) if ask.press and ask.press[0].isdecimal() else 0
    mine = await ask.context.store.read(terms, ask.chat.id)
    ask.show(replies.terms_page(ask.say, mine, vigil=ask.context.vigil, page=page))


async def drop_term(ask: Ask) -> None:
    """Stop a term by its button in the list."""
    number, page = (*ask.press, "", "0")[:2]
    mine = await ask.context.store.read(terms, ask.chat.id)
    kept = [term for term in mine if str(term.id) != number]
    for term in mine:
        if str(term.id) == number:
            ask.turn.effect(remove_term, ask.chat.id, entity=term.entity)
    ask.turn.toast(ask.say("Done."))
    ask.show(replies.terms_page(ask.say, kept, vigil=ask.context.vigil, page=int(page) if page.isdecimal() else 0))


async def drop_named(ask: Ask) -> None:
    """Stop a term by the button under an explanation."""
    entity = ":".join(ask.press)
    ask.turn.effect(remove_term, ask.chat.id, entity=entity)
    name = replies.term_name(ask.say, entity, vigil=ask.context.vigil)
    back = Button(ask.say("Undo"), Press("ua", (entity,)).pack())
    ask.show(Message(compose(ask.say("No longer watched: {names}"), names=bold(name)), keyboard=((back,),)))


async def take_back(ask: Ask) -> None:
    """Watch a dropped term again."""
    entity = ":".join(ask.press)
    ask.turn.effect(add_term, ask.chat.id, entity=entity, now=ask.context.clock.now())
    ask.show(replies.watching(ask.say, [replies.term_name(ask.say, entity, vigil=ask.context.vigil)]))


async def why(ask: Ask) -> None:
    """Explain an alert: by its button, by a reply to it, or the newest one."""
    story = int(ask.press[0]) if ask.press and ask.press[0].isdecimal() else None
    if story is None:
        story = await ask.context.store.read(story_of_message, ask.chat.id, message_id=ask.answers)
    view = await ask.context.store.read(story_view, story, chat=ask.chat.id) if story is not None else None
    if view is None:
        ask.reply(replies.text(ask.say("Reply to an alert with /why, or press its button.")))
        return
    ask.reply(replies.why(ask.say, view, vigil=ask.context.vigil))


async def latest(ask: Ask) -> None:
    """List the newest stories of the week."""
    since = ask.context.clock.now() - _LATEST
    views = await ask.context.store.read(latest_stories, ask.chat.id, since=since)
    ask.reply(replies.latest(ask.say, views, tz=ask.chat.tz))


async def mute_story(ask: Ask) -> None:
    """Silence one story for this chat, or follow it again."""
    story, action = (*ask.press, "", "")[:2]
    if action == "off":
        ask.turn.effect(unmute, ask.chat.id, kind="story", target=story)
        ask.turn.toast(ask.say("You will hear of this story again."))
    else:
        ask.turn.effect(mute, ask.chat.id, kind="story", target=story)
        ask.turn.toast(ask.say("No more of this story."))


async def status(ask: Ask) -> None:
    """Say whether everything runs."""
    store = ask.context.store
    feeds = await store.read(list_feeds)
    queue = await store.read(queue_of, ask.chat.id)
    is_admin = await ask.context.role(ask.turn.user_id) in ADMIN_ROLES
    whole = await store.read(backlog, now=ask.context.clock.now()) if is_admin else None
    polled = [feed for feed in feeds if feed.enabled]
    ask.reply(replies.status(ask.say, polled, queue=queue, backlog=whole, tz=ask.chat.tz))
