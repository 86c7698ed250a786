"""Answer /feeds for those who run the bot: how each feed is, one more by address, page or OPML file, pause, remove."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.chat.args import Press
from bot.chat.replies import shortened, text
from bot.delivery.message import Button, Message, Span, bold, compose, italic, lines
from bot.errors import UserError
from bot.feeds.defaults import refuse_blocked
from bot.feeds.opml import read_opml
from bot.polling import PER_SECOND
from matchers.urls import web_host
from storage.desk import audit
from storage.feeds import (
    add_feed,
    add_new_feeds,
    enable_feed,
    feed_by_url,
    hush,
    hushed,
    known_urls,
    list_feeds,
    remove_feed,
    set_state,
)
from storage.holding import held_back, release
from storage.records import FeedSpec, FeedState, OutletSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.chat.ask import Ask
    from bot.feeds.discovery import FoundFeed
    from storage.records import FeedRecord

PAGE: Final = 8
_GOOD: Final = frozenset({FeedState.ACTIVE, FeedState.NEW})
_MOST_OPML: Final = 2 * 1024 * 1024
# Seconds that a page and the usual places of its feed may take; others wait meanwhile.
_DISCOVERY_S: Final = 25.0
_LABEL: Final = 40
# How long what the flood rule held back can still be let ring.
_HELD_FOR: Final = timedelta(days=7)


async def show_feeds(ask: Ask) -> None:
    """List the feeds, those in trouble first; with an address add one, in answer to an OPML file all of its feeds."""
    if ask.file:
        await _take_opml(ask)
    elif ask.words:
        await _add(ask, ask.words.removeprefix("add ").strip())
    else:
        ask.show(_page(ask, await ask.read(list_feeds), page=ask.number(0) or 0))


def _page(ask: Ask, feeds: Sequence[FeedRecord], *, page: int) -> Message:
    say = ask.say
    ranked = sorted(feeds, key=lambda each: (not each.enabled, each.state in _GOOD, each.outlet.name, each.id))
    pages = max(1, (len(ranked) + PAGE - 1) // PAGE)
    page = min(page, pages - 1)
    shown = ranked[page * PAGE : (page + 1) * PAGE]
    on = [each for each in feeds if each.enabled]
    well = sum(each.state in _GOOD for each in on)
    head = compose(
        say("{well} of {on} feeds are well; {off} are off."),
        well=str(well),
        on=str(len(on)),
        off=str(len(feeds) - len(on)),
    )
    rows = tuple((Button(_label(each), Press("fc", (str(each.id), str(page))).pack()),) for each in shown)
    signs = (("‹", page - 1), (f"{page + 1}/{pages}", page), ("›", page + 1))
    turning = tuple(Button(sign, Press("fp", (str(to),)).pack()) for sign, to in signs if pages > 1 and 0 <= to < pages)
    hint = (
        italic(say("Another one: /feeds and the address of a feed or of a page; or answer an OPML file with /feeds.")),
    )
    return Message(lines((bold(say("Feeds")),), head, hint), keyboard=(*rows, *((turning,) if turning else ())))


def _label(feed: FeedRecord) -> str:
    sign = "⏸" if not feed.enabled else "✓" if feed.state in _GOOD else "⚠"
    return shortened(f"{sign} {feed.title or feed.outlet.name}", _LABEL)


async def _one(ask: Ask) -> FeedRecord | None:
    number = ask.number(0)
    found = next((each for each in await ask.read(list_feeds) if each.id == number), None)
    if found is None:
        ask.toast(ask.say("This feed is no longer read."))
    return found


async def show_feed(ask: Ask) -> None:
    """Show one feed: where, how it is, when it is read next, and what can be done."""
    feed = await _one(ask)
    if feed:
        await _show_card(ask, feed, quiet=feed.id in await ask.read(hushed))


async def _show_card(ask: Ask, feed: FeedRecord, *, quiet: bool) -> None:
    ask.show(_card(ask, feed, quiet=quiet, held=await ask.read(held_back, feed.id, since=ask.now - _HELD_FOR)))


def _card(ask: Ask, feed: FeedRecord, *, quiet: bool, held: int) -> Message:
    say, number, page = ask.say, str(feed.id), ask.arg(1) or "0"
    last = say.day_time(feed.cadence.last_ok, ask.chat.tz) if feed.cadence.last_ok else say("never yet")
    trouble = feed.state_reason or feed.last_error
    rows = [
        (bold(feed.title or feed.outlet.name),),
        (Span(feed.url),),
        compose(say("State: {state}"), state=bold(feed.state.value if feed.enabled else "off")),
        compose(say("Trouble: {trouble}"), trouble=trouble) if trouble else (),
        compose(say("Last read well: {when}"), when=last),
        compose(say("Next: {when}"), when=say.day_time(feed.next_at, ask.chat.tz)) if feed.enabled else (),
    ]
    turn = Button(say("Pause"), Press("fd", (number, page, "off")).pack())
    if not feed.enabled or feed.state is FeedState.PAUSED:
        turn = Button(say("Read it"), Press("fd", (number, page, "on")).pack())
    word = "loud" if quiet else "hush"
    alarms = Button(say("Tell me of trouble") if quiet else say("No alarms"), Press("fd", (number, page, word)).pack())
    label = say.plural("Let {n} entry ring that was held back", "Let {n} entries ring that were held back", count=held)
    keyboard = (
        *(((Button(label, Press("fd", (number, page, "ring")).pack()),),) if held else ()),
        (turn, alarms),
        (Button(f"✕ {say('Remove')}", Press("fd", (number, page, "ask")).pack()),),
        (Button(f"‹ {say('Back')}", Press("fp", (page,)).pack()),),
    )
    return Message(lines(*rows), keyboard=keyboard)


async def do(ask: Ask) -> None:
    """Pause a feed, read it again, silence its alarms, or remove it after a question."""
    feed, what = await _one(ask), ask.arg(2)
    if feed is None:
        return
    if what in {"on", "off"}:
        _turn(ask, feed, on=what == "on")
    elif what in {"hush", "loud"}:
        ask.effect(hush, feed.id, quiet=what == "hush")
        ask.effect(audit, ask.turn.user_id, act=f"feed.{what}", target=feed.url, now=ask.now)
        await _show_card(ask, feed, quiet=what == "hush")
    elif what == "ring":
        ask.effect(release, feed.id, since=ask.now - _HELD_FOR)
        ask.effect(audit, ask.turn.user_id, act="feed.released", target=feed.url, now=ask.now)
        ask.toast(ask.say("They ring within seconds."))
        ask.show(_card(ask, feed, quiet=feed.id in await ask.read(hushed), held=0))
    elif what == "ask":
        yes = Button(
            ask.say("Yes, remove it and its entries"), Press("fd", (str(feed.id), ask.arg(1), "remove")).pack()
        )
        back = Button(f"‹ {ask.say('Back')}", Press("fc", (str(feed.id), ask.arg(1))).pack())
        ask.show(Message((bold(feed.title or feed.outlet.name),), keyboard=((yes,), (back,))))
    elif what == "remove":
        ask.effect(remove_feed, feed.id)
        ask.effect(audit, ask.turn.user_id, act="feed.removed", target=feed.url, now=ask.now)
        ask.toast(ask.say("Done."))
        ask.show(
            _page(ask, [each for each in await ask.read(list_feeds) if each.id != feed.id], page=ask.number(1) or 0)
        )


def _turn(ask: Ask, feed: FeedRecord, *, on: bool) -> None:
    ask.effect(enable_feed, feed.id, enabled=on, now=ask.now)
    if on and feed.state is FeedState.PAUSED:
        ask.effect(set_state, feed.id, state=FeedState.NEW, reason="", now=ask.now)
    ask.effect(audit, ask.turn.user_id, act="feed.resumed" if on else "feed.paused", target=feed.url, now=ask.now)
    ask.toast(ask.say("It is read again.") if on else ask.say("It is read no more until you say so."))
    ask.show(
        text(
            f"{feed.title or feed.outlet.name}: ",
            ask.say("It is read again.") if on else ask.say("It is read no more until you say so."),
        )
    )


# ── more feeds ───────────────────────────────────────────────────────────────


async def _add(ask: Ask, url: str) -> None:
    if not web_host(url):
        url = f"https://{url}"
    try:
        refuse_blocked(url, "")
        async with asyncio.timeout(_DISCOVERY_S):
            found = await ask.context.discover(url) if ask.context.discover else None
    except TimeoutError:
        found = None
    except (UserError, ValueError) as error:
        ask.reply(text(str(error)))
        return
    if found is None:
        ask.reply(Message(compose(ask.say("I found no feed at {url}. Look for its RSS or Atom address."), url=url)))
    elif await ask.read(feed_by_url, found.url):
        ask.reply(Message(compose(ask.say("{url} is read already."), url=found.url)))
    else:
        ask.effect(add_feed, _spec(found), now=ask.now)
        ask.effect(audit, ask.turn.user_id, act="feed.added", target=found.url, now=ask.now)
        sentence = ask.say("{title} is read from now on: {url}. What stands in it already does not ring.")
        ask.reply(Message(compose(sentence, title=bold(found.title or found.url), url=found.url)))


def _spec(found: FoundFeed) -> FeedSpec:
    host = web_host(found.url).removeprefix("www.")
    outlet = OutletSpec(host, found.title or host, "independent", lang=found.lang)
    return FeedSpec(found.url, outlet, found.title, found.lang)


async def _take_opml(ask: Ask) -> None:
    content = await ask.context.messenger.file(ask.file, most=_MOST_OPML)
    try:
        specs = read_opml((content or b"").decode(), "OPML")
        for spec in specs:
            refuse_blocked(spec.url, spec.title)
    except (UserError, UnicodeDecodeError) as error:
        ask.reply(text(str(error) if isinstance(error, UserError) else ask.say("That is no OPML file in UTF-8.")))
        return
    known = await ask.read(known_urls, removed=False)
    fresh = [spec for spec in specs if spec.url not in known]
    due = [ask.now + timedelta(seconds=place / PER_SECOND) for place in range(len(fresh))]
    ask.effect(add_new_feeds, fresh, due=due)
    ask.effect(audit, ask.turn.user_id, act="feeds.imported", target=str(len(fresh)), now=ask.now)
    sentence = ask.say("{new} of {all} feeds are new and read from now on.")
    ask.reply(Message(compose(sentence, new=str(len(fresh)), all=str(len(specs)))))
