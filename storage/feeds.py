"""Keep feeds: who is due, who polls it now, what a poll left behind."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from sqlmodel import case, col, delete, func, or_, select, update

from storage.dialect import insert_new, insert_or_update, insert_returning, skip_locked
from storage.leases import fact, set_fact
from storage.records import Cadence, FeedRecord, FeedState, FeedToPoll, OutletSpec
from storage.tables import Feed, Host, Outlet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publicsuffixlist import PublicSuffixList
    from sqlmodel import Session

    from storage.records import FeedSpec, PollOutcome

# Two polls of one host stand at least this far apart (facts on feeds 9.2).
HOST_SPACING_S: Final = 1.5
# Every poll writes a feed's row: by the table, which costs a third of what the object does.
_FEEDS: Final = Feed.__table__  # type: ignore[attr-defined]  # SQLModel gives it at run time
# A long list of feeds is added in parts: ten thousand at once hold 70 MB that the process does not give back.
_AT_ONCE: Final = 500
_REMOVED: Final = "feeds.removed"
_HUSHED: Final = "feeds.hushed"
_LISTS: Final = ("hour_profile", "skip_hours", "skip_days")
_TIMES: Final = ("first_failed", "last_ok", "last_new", "last_try", "last_unconditional", "redirect_since")


@cache
def _suffixes() -> PublicSuffixList:
    """Return the list of public suffixes that the library brings; it is loaded when first asked, since it is large."""
    from publicsuffixlist import PublicSuffixList

    # What only a company calls a suffix ("blogspot.com") is one publisher here; an address in numbers is none.
    return PublicSuffixList(only_icann=True, accept_unknown=False)


def add_feed(session: Session, spec: FeedSpec, *, now: datetime) -> int:
    """Add a feed, or bring a known one's description up to date; return its id. `now` is when it is due."""
    outlet = _outlet(session, spec.outlet)
    feed = _by_url(session, spec.url)
    if feed is None:
        feed = _made(spec, due=now)
    feed.outlet_id = outlet
    feed.title, feed.lang, feed.scope = spec.title or feed.title, spec.lang, list(spec.scope)
    feed.klass, feed.full_text = spec.klass, spec.full_text
    session.add(feed)
    session.flush()
    return _id(feed.id)


def add_new_feeds(session: Session, specs: Sequence[FeedSpec], *, due: Sequence[datetime]) -> int:
    """Add many feeds of which none is known, in few statements; `due` is when each is first polled; return how many."""
    timed = list(zip(specs, due, strict=True))
    return sum(_add_new(session, timed[at : at + _AT_ONCE]) for at in range(0, len(timed), _AT_ONCE))


def _add_new(session: Session, timed: Sequence[tuple[FeedSpec, datetime]]) -> int:
    specs = [spec for spec, _ in timed]
    outlets = {spec.outlet.key: asdict(spec.outlet) for spec in specs}
    change = [each.name for each in fields(OutletSpec) if each.name != "key"]
    insert_or_update(session, Outlet, row=list(outlets.values()), key=["key"], change=change)
    ids = dict(session.exec(select(Outlet.key, Outlet.id).where(col(Outlet.key).in_(outlets))).all())
    rows = [
        _made(spec, due=moment).model_dump(exclude={"id"}) | {"outlet_id": ids[spec.outlet.key]}
        for spec, moment in timed
    ]
    return len(insert_returning(session, Feed, rows, columns=("id",)))


def _made(spec: FeedSpec, *, due: datetime) -> Feed:
    return Feed(
        url=spec.url,
        given_url=spec.url,
        host=host_of(spec.url),
        title=spec.title,
        lang=spec.lang,
        scope=list(spec.scope),
        klass=spec.klass,
        full_text=spec.full_text,
        next_at=due,
        state_since=due,
        cadence=_pack(Cadence()),
        enabled=spec.enabled,
    )


def _by_url(session: Session, url: str) -> Feed | None:
    """Return the feed of an address, be it the one it has now or the one it was added under."""
    rows = session.exec(select(Feed).where(or_(col(Feed.url) == url, col(Feed.given_url) == url)))
    return next(iter(sorted(rows, key=lambda feed: feed.url != url)), None)


def known_urls(session: Session, *, removed: bool) -> frozenset[str]:
    """Return every address under which a feed is polled or was added; with those `removed` on purpose, or without."""
    gone = (fact(session, _REMOVED) or {}).get("urls", ()) if removed else ()
    rows = session.exec(select(Feed.url, Feed.given_url)).all()
    return frozenset(url for row in rows for url in row) | frozenset(gone)


def remove_feed(session: Session, feed: int) -> bool:
    """Remove a feed with its entries, for good: a list that ships it brings it back no more; say whether it was there."""
    row = session.get(Feed, feed)
    if row is None:
        return False
    removed = dict(fact(session, _REMOVED) or {})
    urls = {*removed.get("urls", ()), row.url, row.given_url}
    set_fact(session, _REMOVED, {"urls": sorted(urls)})
    return session.exec(delete(Feed).where(col(Feed.id) == feed)).rowcount > 0


def spread_overdue(session: Session, *, now: datetime, at_once: int, per_second: float) -> int:
    """Spread what is long overdue over the time to come, so that a restart is no storm; return how many waited.

    The first `at_once` stay due; the others follow at a steady rate, longest overdue first within their class.
    """
    due = col(Feed.enabled), Feed.state != FeedState.PAUSED.value, Feed.next_at <= now
    rows = session.exec(select(Feed.id).where(*due).order_by(Feed.klass, col(Feed.next_at)).offset(at_once)).all()
    moves = [
        {"id": feed, "next_at": now + timedelta(seconds=place / per_second)}
        for place, feed in enumerate(rows, 1)
        if feed is not None
    ]
    if moves:
        session.execute(update(Feed), moves)
    return len(moves)


def list_feeds(session: Session) -> tuple[FeedRecord, ...]:
    """Return every feed, by outlet and address."""
    rows = session.exec(
        select(Feed, Outlet).join(Outlet, col(Outlet.id) == col(Feed.outlet_id)).order_by(Outlet.name, Feed.url)
    )
    return tuple(_record(feed, outlet) for feed, outlet in rows)


def feed_by_url(session: Session, url: str) -> FeedRecord | None:
    """Return the feed of an address."""
    feed = _by_url(session, url)
    outlet = session.get(Outlet, feed.outlet_id) if feed else None
    return _record(feed, outlet) if feed and outlet else None


def hushed(session: Session) -> frozenset[int]:
    """Return the feeds of whose trouble admins do not want to hear."""
    return frozenset(int(number) for number in (fact(session, _HUSHED) or {}).get("feeds", ()))


def hush(session: Session, feed: int, *, quiet: bool) -> None:
    """Keep admins from hearing of a feed's trouble, or let them hear again."""
    kept = hushed(session) - {feed} | ({feed} if quiet else set())
    set_fact(session, _HUSHED, {"feeds": sorted(kept)})


def enable_feed(session: Session, feed: int, *, enabled: bool, now: datetime) -> None:
    """Take a feed into the polling, at once, or out of it."""
    session.exec(update(Feed).where(col(Feed.id) == feed).values(enabled=enabled, next_at=now))


def set_state(session: Session, feed: int, *, state: FeedState, reason: str, now: datetime) -> None:
    """Move a feed to another state."""
    session.exec(
        update(Feed).where(col(Feed.id) == feed).values(state=state.value, state_reason=reason, state_since=now)
    )


def make_due(session: Session, feeds: Sequence[int] | None, *, now: datetime) -> int:
    """Make these feeds (all enabled ones for None) due now; return how many."""
    wanted = col(Feed.enabled) if feeds is None else col(Feed.id).in_(feeds)
    return session.exec(update(Feed).where(wanted).values(next_at=now)).rowcount


def claim_feeds(session: Session, *, now: datetime, limit: int, lease_s: float, holder: str) -> tuple[FeedToPoll, ...]:
    """Take up to `limit` due feeds, one a host, under a lease; nobody else gets them while it lasts."""
    free = or_(col(Feed.lease_until).is_(None), col(Feed.lease_until) < now)
    rested = or_(col(Host.next_slot).is_(None), col(Host.next_slot) <= now)
    query = (
        select(Feed)
        .outerjoin(Host, col(Host.host) == col(Feed.host))
        .where(col(Feed.enabled), Feed.state != FeedState.PAUSED.value, Feed.next_at <= now, free, rested)
        .order_by(Feed.klass, col(Feed.next_at))
        .limit(limit * 4)
    )
    taken: dict[str, Feed] = {}
    for feed in session.exec(skip_locked(session, query, of=Feed)):
        if feed.host not in taken and len(taken) < limit:
            taken[feed.host] = feed
    if not taken:
        return ()
    ids = [feed.id for feed in taken.values()]
    lease = {"lease_by": holder, "lease_until": now + timedelta(seconds=lease_s)}
    next_token = _FEEDS.c.lease_token + 1
    session.connection().execute(update(_FEEDS).where(_FEEDS.c.id.in_(ids)).values(lease_token=next_token, **lease))
    slot = now + timedelta(seconds=HOST_SPACING_S)
    rows = [{"host": host, "next_slot": slot} for host in taken]
    insert_or_update(session, Host, row=rows, key=["host"], change=["next_slot"])
    outlets = _outlets(session, {feed.outlet_id for feed in taken.values()})
    claimed = tuple(_to_poll(feed, outlets[feed.outlet_id], token=feed.lease_token + 1) for feed in taken.values())
    session.expire_all()
    return claimed


def feeds_to_poll(session: Session, ids: Sequence[int]) -> tuple[FeedToPoll, ...]:
    """Return feeds as polling sees them, without claiming them."""
    feeds = session.exec(select(Feed).where(col(Feed.id).in_(ids))).all()
    outlets = _outlets(session, {feed.outlet_id for feed in feeds})
    return tuple(_to_poll(feed, outlets[feed.outlet_id], token=feed.lease_token) for feed in feeds)


def record_poll(session: Session, outcome: PollOutcome) -> bool:
    """Write what a poll left behind; False, and nothing written, when its lease was lost."""
    values: dict[str, Any] = {
        "state": outcome.state.value,
        "state_reason": outcome.state_reason,
        "next_at": outcome.next_at,
        "last_status": outcome.status,
        "last_error": outcome.error,
        "etag": outcome.etag,
        "last_modified": outcome.last_modified,
        "body_hash": outcome.body_hash,
        "baseline": outcome.baseline,
        "cadence": _pack(outcome.cadence),
        "lease_until": None,
        "lease_by": "",
    }
    if outcome.url and _by_url(session, outcome.url) is None:  # else it has moved to where another feed of ours is
        values |= {"url": outcome.url, "host": host_of(outcome.url)}
    state, since = _FEEDS.c.state, _FEEDS.c.state_since
    values["state_since"] = case((state != outcome.state.value, outcome.at), else_=since)
    ours = (_FEEDS.c.id == outcome.feed) & (_FEEDS.c.lease_token == outcome.lease_token)
    return session.connection().execute(update(_FEEDS).where(ours).values(**values)).rowcount > 0


def cool_host(session: Session, host: str, *, until: datetime) -> None:
    """Leave a host alone until a moment; a longer rest that was asked for before holds."""
    insert_new(session, Host, [{"host": host, "next_slot": until}])
    session.exec(update(Host).where(col(Host.host) == host, col(Host.next_slot) < until).values(next_slot=until))


def next_due_at(session: Session) -> datetime | None:
    """Return when the next feed is due."""
    return session.exec(
        select(func.min(Feed.next_at)).where(col(Feed.enabled), Feed.state != FeedState.PAUSED.value)
    ).one()


def release_leases(session: Session, holder: str | None) -> int:
    """Give back what a holder had claimed, None for all holders; return how many feeds."""
    claimed = col(Feed.lease_by) == holder if holder is not None else col(Feed.lease_by) != ""
    return session.exec(update(Feed).where(claimed).values(lease_until=None, lease_by="")).rowcount


def host_of(url: str) -> str:
    """Return the host that a URL's polls are spaced by: one for all of a publisher's or a blog farm's names."""
    parts = urlsplit(url)
    farm = _suffixes().privatesuffix(parts.hostname or "")
    return farm or parts.netloc.rpartition("@")[2].lower() or url


def _outlet(session: Session, spec: OutletSpec) -> int:
    outlet = session.exec(select(Outlet).where(Outlet.key == spec.key)).first() or Outlet(key=spec.key, name=spec.name)
    for name, value in asdict(spec).items():
        setattr(outlet, name, value)
    session.add(outlet)
    session.flush()
    return _id(outlet.id)


def _outlets(session: Session, ids: set[int]) -> dict[int, Outlet]:
    return {_id(outlet.id): outlet for outlet in session.exec(select(Outlet).where(col(Outlet.id).in_(ids)))}


def outlet_spec(outlet: Outlet) -> OutletSpec:
    """Return an outlet as a record."""
    return OutletSpec(
        outlet.key,
        outlet.name,
        outlet.kind,
        outlet.owner,
        outlet.country,
        lang=outlet.lang,
        reliability=outlet.reliability,
    )


def _to_poll(feed: Feed, outlet: Outlet, *, token: int) -> FeedToPoll:
    return FeedToPoll(
        id=_id(feed.id),
        url=feed.url,
        host=feed.host,
        lease_token=token,
        state=FeedState(feed.state),
        klass=feed.klass,
        lang=feed.lang,
        scope=tuple(feed.scope),
        outlet=outlet_spec(outlet),
        etag=feed.etag,
        last_modified=feed.last_modified,
        body_hash=feed.body_hash,
        baseline=feed.baseline,
        full_text=feed.full_text,
        cadence=_unpack(feed.cadence),
    )


def _record(feed: Feed, outlet: Outlet) -> FeedRecord:
    return FeedRecord(
        id=_id(feed.id),
        url=feed.url,
        title=feed.title,
        lang=feed.lang,
        scope=tuple(feed.scope),
        klass=feed.klass,
        enabled=feed.enabled,
        full_text=feed.full_text,
        outlet=outlet_spec(outlet),
        state=FeedState(feed.state),
        state_reason=feed.state_reason,
        state_since=feed.state_since,
        next_at=feed.next_at,
        last_status=feed.last_status,
        last_error=feed.last_error,
        cadence=_unpack(feed.cadence),
    )


def _pack(cadence: Cadence) -> dict[str, Any]:
    given = {each.name: getattr(cadence, each.name) for each in fields(Cadence)}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in given.items()}


def _unpack(stored: dict[str, Any]) -> Cadence:
    times = {name: datetime.fromisoformat(stored[name]).astimezone(UTC) for name in _TIMES if stored.get(name)}
    lists = {name: tuple(stored.get(name, ())) for name in _LISTS}
    return Cadence(**stored | times | lists)


def _id(key: int | None) -> int:
    assert key is not None, "a stored row has a key"
    return key
