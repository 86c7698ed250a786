"""Keep an old backup from ringing: what it still owed is held until somebody decides.

After a restore nobody knows what the bot sent between the backup and the loss. Deliveries that
were due in the copy wait until `decide` (they go out, counted as possible repeats, or are dropped
with a reason). What is read anew of news published before the restore may have rung already: it
rings, since losing it would be worse, and counts as a possible repeat.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from sqlmodel import col, func, or_, select, update

from storage.leases import fact, set_fact
from storage.tables import Delivery, Entry

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlmodel import Session

_FACT: Final = "restored"
# Never, to a delivery that waits for somebody's word.
_UNTIL_DECIDED: Final = datetime(9999, 1, 1, tzinfo=UTC)
_REASON: Final = "restored from a backup"
# A publisher's date may lie before our first sight of an entry by hours.
_BEFORE: Final = timedelta(days=2)
# Feeds are read anew within hours; what comes a week later was not told before the loss.
_WATCHED_FOR: Final = timedelta(days=7)

Decision = Literal["send", "drop"]


@dataclass(frozen=True, slots=True)
class Restored:
    """Hold what is known of the last restore: until when the copy knew, when it was put back, what it still holds."""

    knew_until: datetime
    at: datetime
    held: int


def hold_back(session: Session, *, now: datetime) -> int:
    """Hold everything that a restored copy still owed; return how many deliveries."""
    newest = (
        session.exec(select(func.max(Entry.last_seen))).one(),
        session.exec(select(func.max(Delivery.created))).one(),
    )
    knew_until = max((moment for moment in newest if moment), default=now)
    held = session.exec(
        update(Delivery)
        .where(col(Delivery.state).in_(("due", "sending")))
        .values(state="due", not_before=_UNTIL_DECIDED, expires=None, lease_until=None, lease_by="", reason=_REASON)
    ).rowcount
    set_fact(session, _FACT, {"knew_until": knew_until.isoformat(), "at": now.isoformat()})
    return held


def restored(session: Session) -> Restored | None:
    """Return what is known of the last restore, None when there was none."""
    kept = fact(session, _FACT)
    if not kept:
        return None
    held = session.exec(select(func.count()).select_from(Delivery).where(_held())).one()
    return Restored(_moment(kept["knew_until"]), _moment(kept["at"]), held)


def decide(session: Session, decision: Decision, *, now: datetime) -> int:
    """Send what a restored copy owed, each counted as a possible repeat, or drop it; return how many."""
    if decision == "drop":
        waiting = or_(_held(), (col(Delivery.state) == "held") & (col(Delivery.created) < _restored_at(session, now)))
        return session.exec(update(Delivery).where(waiting).values(state="dropped", reason=_REASON)).rowcount
    again = {"not_before": now, "possible_repeat": True, "repeats": col(Delivery.repeats) + 1, "reason": ""}
    return session.exec(update(Delivery).where(_held()).values(**again)).rowcount


def count_repeats(session: Session, story: int, *, published: datetime, now: datetime) -> int:
    """Count what was just owed of a story as a possible repeat, when its news may have rung before a restore."""
    kept = fact(session, _FACT)
    if not kept:
        return 0
    at = _moment(kept["at"])
    if now - at > _WATCHED_FOR or not _moment(kept["knew_until"]) - _BEFORE <= published <= at:
        return 0
    just_owed = (col(Delivery.story_id) == story) & (col(Delivery.created) == now) & (col(Delivery.repeats) == 0)
    return session.exec(
        update(Delivery).where(just_owed, col(Delivery.kind) != "edit").values(possible_repeat=True, repeats=1)
    ).rowcount


def _held() -> ColumnElement[bool]:
    return (col(Delivery.state) == "due") & (col(Delivery.not_before) == _UNTIL_DECIDED)


def _restored_at(session: Session, now: datetime) -> datetime:
    kept = fact(session, _FACT)
    return _moment(kept["at"]) if kept else now


def _moment(text: object) -> datetime:
    return datetime.fromisoformat(str(text)).astimezone(UTC)
