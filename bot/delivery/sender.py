"""Send what is owed: claim, render, send, settle. One pass at a time, eight in flight, one a chat.

A delivery is claimed before it is sent and settled after: nothing is marked before
Telegram has it, and what a crash leaves in between is taken back and counted.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog

from bot.delivery.message import Message
from bot.delivery.pace import Pace
from bot.delivery.policy import REJECTED, Action, Sent, Throttled, Unmodified, follow
from storage.chats import close_chat, migrate_chat
from storage.delivery_records import DeliveryKind, DeliveryOutcome, DeliveryState, DueDelivery
from storage.outbox import claim_deliveries, expire, next_delivery_at, park, recover, settle
from storage.stories import story_view

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlmodel import Session

    from bot.clock import Clock
    from bot.delivery.policy import SendResult
    from bot.delivery.telegram import Messenger
    from bot.store import Store
    from storage.records import StoryView

log = structlog.get_logger()

# In flight at once: bounds what a hard kill can repeat (DESIGN, law 4), and matches the pool.
IN_FLIGHT: Final = 8
# Seconds; longer than the longest call (30 s read time-out), so that a live sender never loses a claim.
LEASE_S: Final = 90.0
_STORY_KINDS: Final = frozenset({DeliveryKind.ALERT, DeliveryKind.EDIT, DeliveryKind.UPDATE, DeliveryKind.DEVELOPMENT})


@dataclass(frozen=True, slots=True)
class SendReport:
    """Hold what one pass did, and when the next is worth while (None: nothing is owed)."""

    sent: int
    retried: int
    dropped: int
    next_at: datetime | None


class Sender:
    """Send the outbox of one bot token."""

    def __init__(
        self,
        store: Store,
        messenger: Messenger,
        *,
        clock: Clock,
        holder: str,
        render: Callable[[DueDelivery, StoryView, datetime], Message | None],
    ) -> None:
        self._store = store
        self._messenger = messenger
        self._clock = clock
        self._holder = holder
        self._render = render
        self._pace = Pace()
        self._jitter = random.Random(holder)  # noqa: S311 - spreads retries, guards nothing

    async def take_back(self) -> int:
        """Take back what this holder, or a dead one, had claimed; each may come twice and is counted."""
        now = self._clock.now()
        taken = await self._store.write(recover, now=now, holder=self._holder)
        taken += await self._store.write(recover, now=now)
        if taken:
            log.warning("delivery.recovered", possible_repeats=taken)
        return taken

    async def send_due(self) -> SendReport:
        """Run one pass over what is due and return what it did."""
        await self._store.write(expire, now=self._clock.now())
        claimed = await self._store.write(
            claim_deliveries, now=self._clock.now(), limit=IN_FLIGHT, lease_s=LEASE_S, holder=self._holder
        )
        actions = await asyncio.gather(*(self._deliver(due) for due in claimed))
        if actions:
            await self._store.write(self._settle, actions)
        next_at = await self._store.read(next_delivery_at, now=self._clock.now())
        return SendReport(
            sent=_count(actions, DeliveryState.SENT),
            retried=_count(actions, DeliveryState.DUE),
            dropped=_count(actions, DeliveryState.DROPPED),
            next_at=next_at,
        )

    def _settle(self, session: Session, actions: list[Action]) -> None:
        now = self._clock.now()
        settle(session, [action.outcome for action in actions], now=now)
        for action in actions:
            self._tend_chat(session, action)

    def _tend_chat(self, session: Session, action: Action) -> None:
        if action.park_until:
            park(session, action.telegram_id, until=action.park_until)
        if action.close_reason:
            dropped = close_chat(session, action.telegram_id, reason=action.close_reason)
            log.info("chat.closed", reason=action.close_reason, dropped=dropped)
        if action.moved_to:
            migrate_chat(session, action.telegram_id, new=action.moved_to)

    async def _deliver(self, due: DueDelivery) -> Action:
        message = await self._message(due)
        if message is None:
            outcome = DeliveryOutcome(due.id, due.lease_token, DeliveryState.DROPPED, reason="nothing left to say")
            return Action(outcome, telegram_id=due.telegram_id)
        free_at = self._pace.free_at(due.telegram_id, self._clock.now())
        await self._clock.sleep((free_at - self._clock.now()).total_seconds())
        now = self._clock.now()
        self._pace.charge(due.telegram_id, now)
        plain = due.reason.startswith(REJECTED)
        result = await self._messenger.send(message, telegram_id=due.telegram_id, topic_id=due.topic_id, plain=plain)
        return self._judge(result, due)

    def _judge(self, result: SendResult, due: DueDelivery) -> Action:
        now = self._clock.now()
        if isinstance(result, Throttled) and self._pace.refused(due.telegram_id, now):
            log.warning("pace.slowed", rate=self._pace.rate)
        if not isinstance(result, Sent | Unmodified):
            log.info("delivery.failed", delivery=due.id, kind=due.kind.value, result=type(result).__name__)
        return follow(result, due, now=now, jitter=self._jitter.random())

    async def _message(self, due: DueDelivery) -> Message | None:
        if due.kind not in _STORY_KINDS or due.story is None:
            return Message.from_json(due.payload or {})
        revision = None if due.kind is DeliveryKind.EDIT else due.revision
        view = await self._store.read(story_view, due.story, chat=due.chat, revision=revision)
        return self._render(due, view, self._clock.now()) if view else None


def _count(actions: list[Action], state: DeliveryState) -> int:
    return sum(action.outcome.state is state for action in actions)
