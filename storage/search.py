"""Search the archive: by words as the matcher folds them, by entity, place, outlet and date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlmodel import and_, col, exists, select

from storage.entries import records_of
from storage.fulltext import few, forms, has_words, place, put_words
from storage.tables import Entry, Feed, MatchRow, Outlet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlmodel import Session

    from storage.records import EntryRecord


@dataclass(frozen=True, slots=True)
class Search:
    """Hold what is looked for; everything that is given must hold.

    `words` are looked up in titles and summaries; `meant` is the entity that the words
    name, whose entries are found whatever they call it. One of the written forms of each
    of `names` must stand there too: the names of a place.
    """

    words: str = ""
    names: tuple[tuple[str, ...], ...] = ()
    meant: str = ""
    entities: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Hold one page of what was found, newest first, and whether there are older and newer ones."""

    entries: tuple[EntryRecord, ...]
    older: bool
    newer: bool


def search(
    session: Session, wanted: Search, *, limit: int, before: int | None = None, after: int | None = None
) -> Page:
    """Return a page: the newest, those older than the entry `before`, or those newer than `after`."""
    bound = _Bound(before, after)
    found = _ids(session, wanted, bound=bound, limit=limit + 1)
    more = len(found) > limit
    kept = sorted(found[:limit], reverse=True)
    by_id = {each.id: each for each in records_of(session, kept)}
    entries = tuple(by_id[each] for each in kept if each in by_id)
    if after is not None:
        return Page(entries, older=True, newer=more)
    return Page(entries, older=more, newer=before is not None)


@dataclass(frozen=True, slots=True)
class _Bound:
    """Hold where a page begins: older than `before`, newer than `after`, or at the newest."""

    before: int | None
    after: int | None

    def applied(self, query: Any, key: Any) -> Any:
        """Return a query on one side of the bound, nearest to it first."""
        if self.after is not None:
            return query.where(key > self.after).order_by(key)
        if self.before is not None:
            query = query.where(key < self.before)
        return query.order_by(key.desc())


def _ids(session: Session, wanted: Search, *, bound: _Bound, limit: int) -> list[int]:
    """Return the ids of a page: of entries with the words, and of those that name what the words mean."""
    words = forms(wanted.words)
    found: set[int] = set()
    if wanted.words.strip() and not words:
        return []
    names = [tuple(form for name in each for word in forms(name) for form in word) for each in wanted.names]
    if words or names:
        source, key = place(session)
        query = select(key).select_from(source).where(has_words(session, [*names, *words], begins=wanted.begins))
        rare = few(session, query)
        query = query if rare is None else select(key).select_from(source).where(key.in_(rare))
        found |= _taken(session, query, key, wanted=wanted, bound=bound, limit=limit)
    if names:
        return sorted(found, reverse=bound.after is None)[:limit]
    if wanted.meant or (wanted.entities and not words):
        named = wanted.meant or wanted.entities[0]
        query = select(MatchRow.entry_id).where(MatchRow.entity == named)
        found |= _taken(session, query, col(MatchRow.entry_id), wanted=wanted, bound=bound, limit=limit)
    elif not words:
        found |= _taken(session, select(Entry.id), col(Entry.id), wanted=wanted, bound=bound, limit=limit)
    return sorted(found, reverse=bound.after is None)[:limit]


def _taken(session: Session, query: Any, key: Any, *, wanted: Search, bound: _Bound, limit: int) -> set[int]:
    for entity in wanted.entities:
        query = query.where(exists().where(and_(col(MatchRow.entity) == entity, col(MatchRow.entry_id) == key)))
    about = _about_entry(session, key, wanted=wanted)
    if about is not None:
        query = query.where(about)
    return set(session.exec(bound.applied(query, key).limit(limit)))


def _about_entry(session: Session, key: Any, *, wanted: Search) -> Any:
    """Return what must hold of the entry itself; bounds on its id, which grows with time, end a scan early."""
    where: list[Any] = []
    if wanted.outlets:
        feeds = select(Feed.id).join(Outlet, col(Outlet.id) == col(Feed.outlet_id))
        where.append(col(Entry.feed_id).in_(feeds.where(col(Outlet.key).in_(wanted.outlets))))
    if wanted.since:
        where.append(col(Entry.first_seen) >= wanted.since)
    if wanted.until:
        where.append(col(Entry.first_seen) < wanted.until)
    if not where:
        return None
    its_own = getattr(key, "table", None) is Entry.__table__  # type: ignore[attr-defined]  # SQLModel adds it unseen
    condition = and_(*where) if its_own else exists().where(and_(col(Entry.id) == key, *where)).correlate_except(Entry)
    begin, end = _reach(session, wanted)
    return and_(condition, key >= begin, key <= end)


# Entries of several processes may be numbered a little out of their order in time.
_SLACK: Final = 1000
_LAST: Final = 2**62


def _reach(session: Session, wanted: Search) -> tuple[int, int]:
    seen = col(Entry.first_seen)
    first = select(Entry.id).where(seen >= wanted.since).order_by(seen).limit(1) if wanted.since else None
    last = select(Entry.id).where(seen < wanted.until).order_by(seen.desc()).limit(1) if wanted.until else None
    begin = session.exec(first).first() or _LAST if first is not None else 0
    end = session.exec(last).first() or 0 if last is not None else _LAST
    return begin - _SLACK, end + _SLACK


def index_missing(session: Session, *, after: int, limit: int = 500) -> int | None:
    """Index a slice of entries that an older version stored, from an id on; None when there are no more."""
    source, key = place(session)
    there = exists(select(key).select_from(source).where(key == col(Entry.id)))
    query = select(Entry.id, Entry.title, Entry.summary).where(col(Entry.id) > after, ~there)
    rows = session.exec(query.order_by(col(Entry.id)).limit(limit)).all()
    put_words(session, [(entry or 0, f"{title}\n{summary}") for entry, title, summary in rows])
    return rows[-1][0] if rows else None


def outlet_names(session: Session) -> Sequence[tuple[str, str]]:
    """Return the key and the name of every outlet."""
    return session.exec(select(Outlet.key, Outlet.name).order_by(Outlet.key)).all()
