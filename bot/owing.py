"""Write down who is owed what for a story's news: whoever watches what it names, or looks where it happened."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.alerting import decide
from storage.areas import area_subscribers
from storage.hooks import owe_calls
from storage.outbox import owe, owe_stories
from storage.rhythm import heard, told
from storage.terms import subscribers, watched_among
from storage.tunings import tuned

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from bot.alerting import StoryNews
    from storage.database import Session
    from storage.delivery_records import NewDelivery
    from storage.records import Subscriber


@dataclass(frozen=True, slots=True)
class Audience:
    """Hold what anybody watches of the entities and families that some news names, and whether anybody looks anywhere."""

    watched: frozenset[str]
    looks: bool


def audience_of(session: Session, news: Iterable[StoryNews], *, looks: bool) -> Audience:
    """Ask once for the news of a whole poll whom it may concern at all; `looks` says whether anybody looks anywhere."""
    return Audience(watched_among(session, {name for each in news for name in _names(each)}), looks)


def owe_news(session: Session, news: StoryNews, *, audience: Audience, now: datetime) -> int:
    """Owe each chat what it is to hear of a story's news; return how many deliveries were new."""
    chats = _concerned(session, news, audience=audience, now=now)
    if not chats:
        return 0
    ids = [each.chat for each in chats]
    known, rung = told(session, news.story, chats=ids), heard(session, ids, now=now)
    owed: list[NewDelivery] = []
    for each in chats:
        owed += decide(each, known.get(each.chat), news=news, now=now, heard=rung[each.chat])
    owe_calls(session, news.story, revision=news.number, chats=ids, now=now)
    owe_stories(session, news.story, chats=[each.chat for each in chats if each.chat not in known], now=now)
    return owe(session, owed, now=now)


def _concerned(session: Session, news: StoryNews, *, audience: Audience, now: datetime) -> tuple[Subscriber, ...]:
    """Return the chats that watch what a story names, or look where it happened."""
    chats: tuple[Subscriber, ...] = ()
    if not audience.watched.isdisjoint(_names(news)):
        watching = subscribers(
            session,
            entities=news.weight.entities,
            families=news.families,
            story=news.story,
            now=now,
            outlet=news.outlet,
        )
        chats = tuned(session, watching, story=news.story)
    if audience.looks:
        chats = _joined(chats, area_subscribers(session, news.story, now=now, outlet=news.outlet))
    return chats


def _names(news: StoryNews) -> tuple[str, ...]:
    """Return what a chat may watch of a story."""
    return (*news.weight.entities, *(f"family:{family}" for family in news.families))


def _joined(watching: Sequence[Subscriber], looking: Sequence[Subscriber]) -> tuple[Subscriber, ...]:
    """Return each chat once that hears of a story for its terms, for where it looks, or for both."""
    by_chat = {each.chat: each for each in watching}
    for each in looking:
        known = by_chat.get(each.chat, each)
        terms = known.terms if known is each else (*known.terms, *each.terms)
        urgencies = known.urgencies if known is each else (*known.urgencies, *each.urgencies)
        by_chat[each.chat] = replace(known, mode=each.mode, terms=terms, urgencies=urgencies)
    return tuple(by_chat[chat] for chat in sorted(by_chat))
