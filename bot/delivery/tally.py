"""Count what a pass of the sender did: only counts, since a pass may last as long as news comes in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bot.delivery.policy import is_edit
from storage.delivery_records import DeliveryState

if TYPE_CHECKING:
    from datetime import datetime

    from storage.delivery_records import DeliveryOutcome, DueDelivery

_COUNTED_AS: Final = {DeliveryState.SENT: "sent", DeliveryState.DUE: "retried", DeliveryState.DROPPED: "dropped"}


@dataclass(frozen=True, slots=True)
class SendReport:
    """Hold what one pass did, and when the next is worth while (None: nothing is owed)."""

    sent: int
    edited: int
    retried: int
    dropped: int
    repeats: int
    next_at: datetime | None


@dataclass(slots=True)
class Tally:
    """Hold the counts of a pass so far."""

    _counts: Counter[str] = field(default_factory=Counter)

    def count(self, due: DueDelivery, outcome: DeliveryOutcome) -> None:
        """Count a delivery that has landed."""
        sent = outcome.state is DeliveryState.SENT
        self._counts["edited" if sent and is_edit(due) else _COUNTED_AS.get(outcome.state, "")] += 1
        self._counts["repeats"] += outcome.possible_repeat

    def report(self, next_at: datetime | None) -> SendReport:
        """Return the counts, with when the next pass is worth while."""
        names = ("sent", "edited", "retried", "dropped", "repeats")
        return SendReport(**{name: self._counts[name] for name in names}, next_at=next_at)
