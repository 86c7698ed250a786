"""Keep what chats watch, and find who hears of a story: one query, whatever the number of chats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam
from sqlmodel import col, func, or_, select, update

from storage.dialect import insert_new
from storage.records import Subscriber, TermRecord
from storage.tables import Chat, Mute, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlmodel import Session

_NAMES: Final[Any] = bindparam("names", expanding=True)
_WATCHED: Final = select(col(Term.entity)).where(col(Term.entity).in_(_NAMES)).distinct()


def add_term(
    session: Session, chat: int, *, entity: str, now: datetime, expression: str = "", urgency: str = "normal"
) -> bool:
    """Let a chat watch an entity; False when it did already."""
    row = {"chat_id": chat, "entity": entity, "expression": expression, "urgency": urgency, "created": now}
    return insert_new(session, Term, [row]) > 0


def remove_term(session: Session, chat: int, *, entity: str) -> bool:
    """Let a chat watch an entity no more; False when it did not."""
    term = session.exec(select(Term).where(Term.chat_id == chat, Term.entity == entity)).first()
    if term:
        session.delete(term)
    return term is not None


def set_urgency(session: Session, chat: int, *, entity: str, urgency: str) -> None:
    """Set how urgently a term rings: critical, normal or low."""
    session.exec(update(Term).where(col(Term.chat_id) == chat, col(Term.entity) == entity).values(urgency=urgency))


def terms(session: Session, chat: int) -> tuple[TermRecord, ...]:
    """Return what a chat watches, oldest first."""
    rows = session.exec(select(Term).where(Term.chat_id == chat).order_by(col(Term.id)))
    return tuple(_record(row) for row in rows)


def _record(row: Term) -> TermRecord:
    return TermRecord(row.id or 0, row.chat_id, row.entity, row.expression, row.urgency, created=row.created)


def expressions(session: Session, *, after: int = 0) -> tuple[tuple[str, str], ...]:
    """Return every own-words term of all chats once, as (entity, expression), to compile the watch list.

    `after` leaves out the terms up to a number that `newest_term` gave.
    """
    rows = session.exec(
        select(Term.entity, Term.expression)
        .where(Term.expression != "", col(Term.id) > after)
        .distinct()
        .order_by(Term.entity)
    )
    return tuple((entity, expression) for entity, expression in rows)


def newest_term(session: Session) -> int:
    """Return the number of the term that was added last, 0 when there is none."""
    return session.exec(select(func.max(Term.id))).one() or 0


def watched_chats(session: Session) -> int:
    """Count the chats that watch something."""
    return session.exec(select(func.count(func.distinct(Term.chat_id)))).one()


def watched_among(session: Session, names: Iterable[str]) -> frozenset[str]:
    """Return those of some entities and families that any chat watches."""
    wanted = sorted(set(names))
    rows = session.connection().execute(_WATCHED, {"names": wanted}) if wanted else ()
    return frozenset(name for (name,) in rows)


def subscribers(
    session: Session,
    *,
    entities: Sequence[str],
    families: Sequence[str],
    story: int,
    now: datetime,
    outlet: str = "",
) -> tuple[Subscriber, ...]:
    """Return every active chat that watches one of these and has not silenced it, in order of chat.

    `outlet` is the one whose report this is: a chat that silenced it waits for another's.
    """
    names = [*entities, *(f"family:{family}" for family in families)]
    rows = session.exec(
        select(Chat, Term)
        .join(Term, col(Term.chat_id) == col(Chat.id))
        .where(col(Term.entity).in_(names), Chat.status == "active")
        .where(~silenced(now=now, story=story, outlet=outlet, term=True))
        .order_by(col(Chat.id), col(Term.id))
    )
    found: dict[int, tuple[Chat, list[Term]]] = {}
    for chat, term in rows:
        found.setdefault(chat.id or 0, (chat, []))[1].append(term)
    return tuple(_subscriber(chat, its_terms) for chat, its_terms in found.values())


def silenced(*, now: datetime, story: int, outlet: str, term: bool) -> ColumnElement[bool]:
    """Return the condition that a chat has silenced all, the story or the outlet (with `term`, also the term)."""
    what = [
        col(Mute.kind) == "all",
        (col(Mute.kind) == "story") & (col(Mute.target) == str(story)),
        (col(Mute.kind) == "outlet") & (col(Mute.target) == outlet),
    ]
    what += [(col(Mute.kind) == "term") & (col(Mute.target) == Term.entity)] if term else []
    holds = or_(col(Mute.until).is_(None), col(Mute.until) > now)
    return select(Mute.id).where(Mute.chat_id == Chat.id, holds, or_(*what)).exists()


def _subscriber(chat: Chat, its_terms: list[Term]) -> Subscriber:
    return Subscriber(
        chat=chat.id or 0,
        telegram_id=chat.telegram_id,
        kind=chat.kind,
        lang=chat.lang,
        tz=chat.tz,
        mode=chat.mode,
        settings=chat.settings,
        terms=tuple(term.entity for term in its_terms),
        urgencies=tuple(term.urgency for term in its_terms),
    )
