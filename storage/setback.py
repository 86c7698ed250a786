"""Bring forward what waits for its moment when the machine's clock was set back: else it would wait twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlmodel import col, select

from storage.leases import fact, set_fact
from storage.output_tables import Hook, HookCall
from storage.tables import Delivery, Feed, Host, Lease, Parked

if TYPE_CHECKING:
    from sqlmodel import Session

_CLOCK: Final = "clock"
# Clocks of machines that share a database may differ by less than this.
_TOLERANCE: Final = timedelta(minutes=1)
_WAITS: Final[tuple[Any, ...]] = (
    Feed.next_at,
    Feed.lease_until,
    Host.next_slot,
    Delivery.lease_until,
    Parked.until,
    Lease.until,
    Hook.not_before,
    HookCall.lease_until,
)


def follow_clock(session: Session, *, now: datetime) -> timedelta:
    """Note the time; where an earlier note lies ahead of it, bring forward what waits by as much; return that."""
    known = fact(session, _CLOCK)
    by = datetime.fromisoformat(known["at"]) - now if known else timedelta()
    if timedelta() < by <= _TOLERANCE:
        return timedelta()
    set_fact(session, _CLOCK, {"at": now.isoformat()})
    if by <= timedelta():
        return timedelta()
    for column in _WAITS:
        _bring_forward(session, column, now=now, by=by)
    for row in session.exec(select(Delivery).where(Delivery.state == "due", Delivery.not_before > now)):
        row.not_before = max(now, row.not_before - by)
    return by


def _bring_forward(session: Session, column: Any, *, now: datetime, by: timedelta) -> None:
    for row in session.exec(select(column.class_).where(col(column) > now)):
        setattr(row, column.key, max(now, getattr(row, column.key) - by))
