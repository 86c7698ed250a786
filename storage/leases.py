"""Keep who may do what only one process may do: talk to getUpdates, send."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlmodel import col, or_, update

from storage.dialect import insert_new, insert_or_update
from storage.tables import Fact, Lease

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlmodel import Session


def take_lease(session: Session, name: str, *, holder: str, now: datetime, ttl_s: float) -> int | None:
    """Take or renew a lease; return its epoch, which grows with each new holder, or None when another has it."""
    insert_new(session, Lease, [{"name": name, "holder": "", "until": now, "epoch": 0}])
    until = now + timedelta(seconds=ttl_s)
    mine = col(Lease.name) == name
    renewed = session.exec(
        update(Lease).where(mine, col(Lease.holder) == holder, col(Lease.until) > now).values(until=until)
    )
    if not renewed.rowcount:
        free = or_(col(Lease.until) <= now, col(Lease.holder) == "", col(Lease.holder) == holder)
        new = {"holder": holder, "until": until, "epoch": col(Lease.epoch) + 1}
        if not session.exec(update(Lease).where(mine, free).values(**new)).rowcount:
            return None
    lease = session.get(Lease, name)
    assert lease is not None, "a lease that was just taken is there"
    session.refresh(lease)
    return lease.epoch


def release_lease(session: Session, name: str, *, holder: str) -> None:
    """Give a lease back, so that another need not wait for its end."""
    session.exec(update(Lease).where(col(Lease.name) == name, col(Lease.holder) == holder).values(holder=""))


def fact(session: Session, name: str) -> Mapping[str, Any] | None:
    """Return a small fact of the whole."""
    row = session.get(Fact, name)
    return row.value if row else None


def set_fact(session: Session, name: str, value: Mapping[str, Any]) -> None:
    """Keep a small fact of the whole."""
    insert_or_update(session, Fact, row={"name": name, "value": dict(value)}, key=["name"], change=["value"])
