"""Send what is owed: eight in flight, one a chat, and nothing marked before Telegram has it.

claim ─render→ Message ─pace→ send ─policy→ Action ─settle and claim again→ … until nothing is due

A delivery is claimed before it is sent and settled as soon as it has landed: what a
crash leaves in between is taken back and counted. A slow chat holds its own place only.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

import structlog
from structlog.contextvars import bound_contextvars

from bot.alerting import EXPIRY
from bot.delivery.message import Message
from bot.delivery.pace import MEMORY, Pace
from bot.delivery.policy import (
    Action,
    Sent,
    Throttled,
    Unmodified,
    broken,
    follow,
    is_anew,
    is_edit,
    is_for_general,
    is_plain,
    unsayable,
)
from bot.delivery.render import parts
from bot.delivery.tally import SendReport, Tally
from bot.loudness import GATHERING, MOST_IN_A_ROW
from bot.metrics import Metrics
from storage.chats import close_chat, migrate_chat
from storage.deletions import deletion, forget_messages, forget_payload
from storage.delivery_records import DeliveryKind, DeliveryState, NewDelivery
from storage.outbox import (
    claim_deliveries,
    expire,
    lately_sent,
    next_delivery_at,
    owe,
    park,
    recover,
    recover_all,
    settle,
)
from storage.rhythm import gather_late, next_catch_up_at, open_catch_ups
from storage.stories import story_view

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence
    from datetime import datetime

    from bot.clock import Clock
    from bot.delivery.policy import SendResult
    from bot.delivery.telegram import Messenger
    from bot.store import Store
    from storage.database import Session
    from storage.delivery_records import DueDelivery
    from storage.story_records import StoryView

log = structlog.get_logger()

# In flight at once: bounds what a hard kill can repeat (DESIGN, law 4), and matches the pool.
IN_FLIGHT: Final = 8
# Seconds; longer than the longest call (30 s read time-out), so that a live sender never loses a claim.
LEASE_S: Final = 90.0
_STORY_KINDS: Final = frozenset({DeliveryKind.ALERT, DeliveryKind.EDIT, DeliveryKind.UPDATE, DeliveryKind.DEVELOPMENT})
_RINGING: Final = frozenset({DeliveryKind.ALERT, DeliveryKind.UPDATE})
# What Telegram should have had so long ago was held up by an outage or a long 429.
_LATE: Final = timedelta(minutes=10)
# A pass may be long: what has become old news meanwhile goes, and catch-up messages open, after this long at most.
_TIDY_GAP: Final = timedelta(seconds=10)
# What is due but waits behind another delivery is looked at again after this long.
_LOOK_AGAIN: Final = timedelta(seconds=1)


class Render(Protocol):
    """Say what a chat is to read of a story, or of several in a catch-up message."""

    def __call__(self, due: DueDelivery, views: Sequence[StoryView], *, now: datetime) -> Message | None:
        """Return the message; None when there is nothing left to say."""
        ...


@dataclass(frozen=True, slots=True)
class _Landed:
    """Hold a delivery that was tried and what follows."""

    due: DueDelivery
    action: Action


class Sender:
    """Send the outbox of one bot token."""

    def __init__(
        self,
        store: Store,
        messenger: Messenger,
        *,
        clock: Clock,
        holder: str,
        render: Render,
    ) -> None:
        self._store = store
        self._messenger = messenger
        self._clock = clock
        self._holder = holder
        self._render = render
        self.metrics = Metrics()
        self.on_progress: Callable[[], None] = lambda: None
        self.veiled: Callable[[DueDelivery, Message], Message] = _as_it_is
        self._pace = Pace()
        self._jitter = random.Random(holder)  # noqa: S311 - spreads retries, guards nothing
        self._passing = asyncio.Lock()
        self._departing = asyncio.Lock()
        self._draining = False
        self._began = self._paced_before = False
        self._unsettled: list[_Landed] = []

    @property
    def pace_rate(self) -> float:
        """Return how many messages a second may leave now."""
        return self._pace.rate

    async def take_back(self) -> int:
        """Take back what a dead sender had claimed; each may come twice and is counted.

        The first time all that is claimed on SQLite, whose one process we are, or under
        our own name; later only what is over its lease, since the rest is in flight.
        """
        now = self._clock.now()
        taken = await self._store.write(recover, now=now)
        if not self._began:
            self._began = True
            if self._store.database.is_sqlite:
                taken += await self._store.write(recover_all)
            else:
                taken += await self._store.write(recover, now=now, holder=self._holder)
        if taken:
            log.warning("delivery.recovered", possible_repeats=taken)
            self.metrics.recovered.inc(taken)
        return taken

    async def send_due(self) -> SendReport:
        """Send until nothing more may be sent now, and return what was done."""
        async with self._passing:
            await self._take_over_pace()
            tally = await self._send_all()
            return tally.report(await self._next_at())

    async def _take_over_pace(self) -> None:
        """Go on at the pace of the process that sent before us: the limits are the token's, not ours."""
        if not self._paced_before:
            now = self._clock.now()
            self._pace.remember(await self._store.read(lately_sent, since=now - MEMORY, now=now))
            self._paced_before = True

    def _tidy(self, session: Session) -> None:
        """Drop what is news no more, and make one message of what would be a flood or has waited its time."""
        now = self._clock.now()
        expire(session, now=now)
        held = gather_late(session, now=now, late=_LATE, most=MOST_IN_A_ROW)
        opened = open_catch_ups(session, now=now, soon=GATHERING)
        if held or opened:
            log.info("catch_up.opened", chats=opened, late=held)

    async def drain(self) -> None:
        """Claim nothing more, and return when all that is in flight has landed and is settled."""
        self._draining = True
        async with self._passing:
            await self._turn_over(0)

    async def _send_all(self) -> Tally:
        """Keep the places in flight taken until nothing is due, which may be never; settle each time something lands."""
        done = Tally()
        flying: set[asyncio.Task[_Landed]] = set()
        tidied: datetime | None = None
        try:
            while True:
                now = self._clock.now()
                if tidied is None or abs(now - tidied) >= _TIDY_GAP:
                    await self._store.write(self._tidy)
                    tidied = now
                claimed = await self._turn_over(IN_FLIGHT - len(flying))
                flying |= {asyncio.create_task(self._deliver(due)) for due in claimed}
                if not flying:
                    return done
                landed, flying = await asyncio.wait(flying, return_when=asyncio.FIRST_COMPLETED)
                for each in self._note(landed):
                    done.count(each.due, each.action.outcome)
        finally:
            # Cancelled, or the database failed: what is in flight lands, and is settled by the next pass.
            if flying:
                self._note((await asyncio.wait(flying))[0])

    def _note(self, tasks: Iterable[asyncio.Task[_Landed]]) -> list[_Landed]:
        landed = [task.result() for task in tasks]
        self._unsettled += landed
        return landed

    async def _turn_over(self, places: int) -> tuple[DueDelivery, ...]:
        """Settle what has landed and claim for the free places, in one transaction."""
        landed = self._unsettled[:]
        # The pace belongs to the event loop, which goes on counting while the writer's thread works.
        resting = self._pace.resting(self._clock.now())
        free = 0 if self._draining else places
        claimed = await self._store.write(self._settle_and_claim, landed, places=free, resting=resting)
        del self._unsettled[: len(landed)]
        self.on_progress()
        return claimed

    def _settle_and_claim(
        self, session: Session, landed: list[_Landed], *, places: int, resting: tuple[int, ...]
    ) -> tuple[DueDelivery, ...]:
        now = self._clock.now()
        settle(session, [each.action.outcome for each in landed], now=now)
        for each in landed:
            self._tend_chat(session, each.action, now=now)
            _tend_messages(session, each, now=now)
        if places <= 0:
            return ()
        return claim_deliveries(session, now=now, limit=places, lease_s=LEASE_S, holder=self._holder, resting=resting)

    def _tend_chat(self, session: Session, action: Action, *, now: datetime) -> None:
        owe(session, action.rest, now=now)
        if action.park_until:
            park(session, action.telegram_id, until=action.park_until)
        if action.close_reason:
            dropped = close_chat(session, action.telegram_id, reason=action.close_reason)
            log.info("chat.closed", reason=action.close_reason, dropped=dropped)
        if action.moved_to:
            migrate_chat(session, action.telegram_id, new=action.moved_to)

    async def _deliver(self, due: DueDelivery) -> _Landed:
        """Try one delivery; what is logged meanwhile names it."""
        with bound_contextvars(delivery=due.id, kind=due.kind.value, story=due.story):
            return await self._deliver_safely(due)

    async def _deliver_safely(self, due: DueDelivery) -> _Landed:
        try:
            return _Landed(due, await self._attempt(due))
        except Exception as error:  # one delivery's outer edge: it must not stop the others
            log.exception("delivery.broken")
            self.metrics.tried(due.kind, "Broken", now=self._clock.now())
            action = broken(due, type(error).__name__, now=self._clock.now(), jitter=self._jitter.random())
            return _Landed(due, action)

    async def _attempt(self, due: DueDelivery) -> Action:
        if due.kind is DeliveryKind.DELETE:
            gone = int((due.payload or {})["deletes"])
            delete = partial(self._messenger.delete, gone, telegram_id=due.telegram_id)
            return self._judge(await self._paced(due, delete), due)
        message = await self._message(due)
        if message is None:
            return unsayable(due, "nothing left to say")
        first, *rest = parts(message)
        topic = 0 if is_for_general(due) else due.topic_id
        send = partial(self._messenger.send, first, telegram_id=due.telegram_id, topic_id=topic, plain=is_plain(due))
        result = await self._paced(due, send)
        action = self._judge(result, due)
        return replace(action, rest=_rest(due, rest)) if isinstance(result, Sent | Unmodified) else action

    async def _paced(self, due: DueDelivery, call: Callable[[], Awaitable[SendResult]]) -> SendResult:
        """Make a call when the pace allows it."""
        async with self._departing:
            await self._clock.sleep(self._pace.departs_in(self._clock.now()))
            self._pace.depart(self._clock.now())
        try:
            return await call()
        finally:
            self._pace.arrive(due.telegram_id, self._clock.now())

    def _judge(self, result: SendResult, due: DueDelivery) -> Action:
        now = self._clock.now()
        name = type(result).__name__
        self.metrics.tried(due.kind, name, now=now, waited_s=_waited_s(due, now) if name == "Sent" else None)
        if isinstance(result, Throttled) and self._pace.refused(due.telegram_id, now):
            log.warning("pace.slowed", rate=self._pace.rate)
        if not isinstance(result, Sent | Unmodified):
            log.info("delivery.failed", result=name)
        return follow(result, due, now=now, jitter=self._jitter.random())

    async def _message(self, due: DueDelivery) -> Message | None:
        if due.kind is DeliveryKind.CATCH_UP:
            return await self._catch_up(due)
        if due.kind not in _STORY_KINDS or due.story is None:
            message = self.veiled(due, Message.from_json(due.payload or {}))
            return replace(message, edits=None) if is_anew(due) else message
        revision = None if due.kind is DeliveryKind.EDIT else due.revision
        view = await self._store.read(story_view, due.story, chat=due.chat, revision=revision)
        rendered = self._render(due, [view], now=self._clock.now()) if view else None
        return _addressed(rendered, due) if rendered else None

    async def _catch_up(self, due: DueDelivery) -> Message | None:
        stories = (due.payload or {}).get("stories", [])
        read = [await self._store.read(story_view, story, chat=due.chat) for story in stories]
        rendered = self._render(due, [view for view in read if view], now=self._clock.now())
        return replace(rendered, silent=due.silent) if rendered else None

    async def _next_at(self) -> datetime | None:
        now = self._clock.now()
        due_at = await self._store.read(_next_work_at, now=now)
        if due_at is None or due_at > now:
            return due_at
        return min(now + _LOOK_AGAIN, self._pace.rested_at(now) or now + _LOOK_AGAIN)


def _as_it_is(_due: DueDelivery, message: Message) -> Message:
    return message


def _tend_messages(session: Session, landed: _Landed, *, now: datetime) -> None:
    """Owe the deletion of what was sent to a chat that wants none to stay; forget what was deleted or said."""
    due, outcome = landed.due, landed.action.outcome
    if outcome.state is not DeliveryState.SENT:
        return
    hours = due.settings.get("auto_delete")
    if due.kind is DeliveryKind.DELETE:
        forget_messages(session, due.chat, messages=[int((due.payload or {})["deletes"])])
    elif isinstance(hours, int) and outcome.message_id and not is_edit(due):
        owe(session, [deletion(due.chat, outcome.message_id, sent=now, after=timedelta(hours=hours))], now=now)
    if due.kind is DeliveryKind.REPLY and not due.settings.get("discreet"):
        forget_payload(session, due.id)


def _waited_s(due: DueDelivery, now: datetime) -> float | None:
    """Return seconds since the poll's commit for what rings; None where a quiet hour kept it back."""
    if due.kind not in _RINGING or due.expires is None or due.expires - due.created > EXPIRY:
        return None
    return (now - due.created).total_seconds()


def _next_work_at(session: Session, *, now: datetime) -> datetime | None:
    """Return when something may be sent, or a catch-up made."""
    moments = [at for at in (next_delivery_at(session, now=now), next_catch_up_at(session)) if at]
    return min(moments, default=None)


def _addressed(message: Message, due: DueDelivery) -> Message | None:
    """Aim a story's message: an edit at the living message, a later ring as a reply to it."""
    if due.kind is not DeliveryKind.EDIT:
        return replace(message, silent=due.silent, answers=due.reply_to)
    if is_anew(due):
        return replace(message, silent=True)
    return replace(message, edits=due.message_id) if due.message_id else None


def _rest(due: DueDelivery, messages: list[Message]) -> tuple[NewDelivery, ...]:
    """Return what did not fit into the first part as messages of their own, owed once."""
    return tuple(
        NewDelivery(
            chat=due.chat,
            kind=DeliveryKind.NOTICE,
            priority=due.priority,
            not_before=due.created,
            silent=True,
            notice_key=f"rest:{due.id}:{number}",
            payload=message.to_json(),
            expires=due.expires,
        )
        for number, message in enumerate(messages, 2)
    )
