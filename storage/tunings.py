"""Keep what a chat changed in the meaning of its terms, and apply it where a story is told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlmodel import col, delete, func, select

from matchers.tuning import Found, Tuning, TuningKind, counts
from matchers.types import EntryText
from storage.chat_tables import Tuning as TuningRow
from storage.dialect import insert_new
from storage.records import TuningRecord
from storage.tables import Entry, Feed, MatchRow, Mute, Outlet, PlacementRow, Story

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlmodel import Session

    from storage.records import Subscriber


def tune(session: Session, chat: int, tuning: Tuning, *, now: datetime) -> bool:
    """Add one change; a threshold replaces the one before; False when it was there."""
    if tuning.kind is TuningKind.LEAST:
        session.exec(
            delete(TuningRow).where(
                col(TuningRow.chat_id) == chat,
                col(TuningRow.entity) == tuning.entity,
                col(TuningRow.kind) == tuning.kind.value,
            )
        )
    row = {
        "chat_id": chat,
        "entity": tuning.entity,
        "kind": tuning.kind.value,
        "value": tuning.value,
        "created": now,
    }
    return insert_new(session, TuningRow, [row]) > 0


def untune(session: Session, chat: int, tuning: Tuning) -> bool:
    """Take one change back; False when it was not there."""
    return (
        session.exec(
            delete(TuningRow).where(
                col(TuningRow.chat_id) == chat,
                col(TuningRow.entity) == tuning.entity,
                col(TuningRow.kind) == tuning.kind.value,
                col(TuningRow.value) == tuning.value,
            )
        ).rowcount
        > 0
    )


def untune_all(session: Session, chat: int, *, entity: str) -> None:
    """Take back every change to a term."""
    session.exec(delete(TuningRow).where(col(TuningRow.chat_id) == chat, col(TuningRow.entity) == entity))


def tunings(session: Session, chat: int) -> tuple[TuningRecord, ...]:
    """Return what a chat changed, oldest first."""
    rows = session.exec(select(TuningRow).where(TuningRow.chat_id == chat).order_by(col(TuningRow.id)))
    return tuple(TuningRecord(row.id or 0, _tuning(row), row.created) for row in rows)


def _tuning(row: TuningRow) -> Tuning:
    return Tuning(row.entity, TuningKind(row.kind), row.value)


def tuned(session: Session, subscribers: Sequence[Subscriber], *, story: int) -> tuple[Subscriber, ...]:
    """Return the subscribers of a story with the terms that still count for them; who has none left is left out."""
    if not subscribers:
        return ()
    away = _elsewhere(session, [each.chat for each in subscribers], story=story)
    subscribers = [each for each in subscribers if each.chat not in away]
    changed = _by_chat(session, [each.chat for each in subscribers])
    if not changed:
        return tuple(subscribers)
    finds = _finds(session, [story])
    kept = (
        _narrowed(each, finds, tunings=changed[each.chat]) if each.chat in changed else each for each in subscribers
    )
    return tuple(each for each in kept if each.terms)


def _elsewhere(session: Session, chats: Sequence[int], *, story: int) -> frozenset[int]:
    """Return the chats that silenced every place of a story."""
    rows = session.exec(
        select(Mute.chat_id, Mute.target).where(Mute.kind == "place", col(Mute.chat_id).in_(chats))
    ).all()
    told = session.get(Story, story) if rows else None
    places = set(told.state.get("places", ())) if told else set()
    silent: dict[int, set[str]] = {}
    for chat, place in rows:
        silent.setdefault(chat, set()).add(place)
    return frozenset(chat for chat, muted in silent.items() if places and places <= muted)


def _narrowed(
    subscriber: Subscriber, finds: Sequence[tuple[int, str, tuple[str, ...], Found]], *, tunings: Sequence[Tuning]
) -> Subscriber:
    terms = zip(subscriber.terms, subscriber.urgencies, strict=True)
    kept = [
        (term, urgency)
        for term, urgency in terms
        if any(
            names_it(term, entity, families=families) and term_counts(found, term, entity=entity, tunings=tunings)
            for _, entity, families, found in finds
        )
    ]
    return replace(subscriber, terms=tuple(term for term, _ in kept), urgencies=tuple(urgency for _, urgency in kept))


def names_it(term: str, entity: str, *, families: Iterable[str]) -> bool:
    """Say whether a term asks for this entity, by itself or by its family."""
    return term == entity or (term.removeprefix("family:") in families and term.startswith("family:"))


def term_counts(found: Found, term: str, *, entity: str, tunings: Iterable[Tuning]) -> bool:
    """Say whether a find of an entity counts for a term, under what was changed of either."""
    return counts(found, [each for each in tunings if each.entity in {term, entity}])


def _by_chat(session: Session, chats: Sequence[int]) -> dict[int, list[Tuning]]:
    rows = session.exec(
        select(TuningRow).where(col(TuningRow.chat_id).in_(chats), col(TuningRow.kind) != TuningKind.SPELLING.value)
    )
    found: dict[int, list[Tuning]] = {}
    for row in rows:
        found.setdefault(row.chat_id, []).append(_tuning(row))
    return found


def tunings_of(session: Session, chat: int) -> tuple[Tuning, ...]:
    """Return the changes of a chat that narrow its terms."""
    return tuple(_by_chat(session, [chat]).get(chat, ()))


def _finds(session: Session, stories: Sequence[int]) -> list[tuple[int, str, tuple[str, ...], Found]]:
    """Return every (story, entity, families, find) of stories, and of those merged into them."""
    told = func.coalesce(Story.merged_into, Story.id)
    rows = session.exec(
        select(told, MatchRow, Entry, Feed.url, Outlet.key)  # type: ignore[call-overload]
        .join(PlacementRow, col(PlacementRow.entry_id) == col(MatchRow.entry_id))
        .join(Story, col(Story.id) == col(PlacementRow.story_id))
        .join(Entry, col(Entry.id) == col(MatchRow.entry_id))
        .join(Feed, col(Feed.id) == col(Entry.feed_id))
        .join(Outlet, col(Outlet.id) == col(Feed.outlet_id))
        .where(told.in_(stories))
    )
    return [
        (
            story,
            match.entity,
            tuple(match.families),
            Found(EntryText(entry.title, entry.summary, entry.lang), outlet, feed, match.score),
        )
        for story, match, entry, feed, outlet in rows
    ]


def counting(session: Session, chat: int, *, stories: Sequence[int], terms: Sequence[str]) -> frozenset[int]:
    """Return those of these stories in which one of a chat's terms counts."""
    changed = tunings_of(session, chat)
    if not changed:
        return frozenset(stories)
    return frozenset(
        story
        for story, entity, families, found in _finds(session, stories)
        for term in terms
        if names_it(term, entity, families=families) and term_counts(found, term, entity=entity, tunings=changed)
    )
