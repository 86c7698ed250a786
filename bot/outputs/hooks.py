"""Post what is owed to webhooks: four receivers at once, one call each, nothing marked before it was taken.

claim ─body, signature→ post (guarded) ─judge→ CallOutcome ─settle→ … until nothing is due
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from bot.delivery.message import Message, Span
from bot.feeds.fetch import retry_after
from bot.http import HttpFailure, HttpLimits
from bot.outputs.calls import body_of, broken, failed, judge, signed_headers
from bot.texts import texts
from storage.delivery_records import DeliveryKind, NewDelivery
from storage.hooks import CallOutcome, claim_calls, expire_calls, recover_calls, settle_calls
from storage.outbox import owe
from storage.stories import story_view

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.clock import Clock
    from bot.http import GuardedClient
    from bot.store import Store
    from storage.database import Session
    from storage.hooks import DueCall

log = structlog.get_logger()

# What one call may take; a receiver that works longer should answer first.
_CALL_S: Final = 15.0
_ANSWER_BYTES: Final = 65_536
_LEASE_S: Final = 60.0
_AT_ONCE: Final = 4
# A round ends after so many turns, so that it is seen to turn; the next one goes on.
_MOST_TURNS: Final = 25
# What no receiver took for so long is history.
KEPT_TRYING: Final = timedelta(days=3)
_PRIORITY_NOTICE: Final = 4


def limits_of(*, private_hosts: bool) -> HttpLimits:
    """Return what a call may take, and where it may go."""
    return HttpLimits(total_s=_CALL_S, most_bytes=_ANSWER_BYTES, private_hosts=private_hosts)


class Hooks:
    """Post the outbox of webhooks; several processes may, each call is claimed."""

    def __init__(self, store: Store, client: GuardedClient, *, clock: Clock, name: Callable[[str, str], str]) -> None:
        self._store = store
        self._client = client
        self._clock = clock
        self._name = name

    async def post_due(self) -> int:
        """Post until nothing is due; return how many calls were taken."""
        now = self._clock.now()
        if taken_back := await self._store.write(recover_calls, now=now):
            log.warning("hook.recovered", calls=taken_back)
        await self._store.write(expire_calls, before=now - KEPT_TRYING)
        taken = 0
        for _ in range(_MOST_TURNS):
            calls = await self._store.write(claim_calls, now=self._clock.now(), limit=_AT_ONCE, lease_s=_LEASE_S)
            if not calls:
                break
            outcomes = await asyncio.gather(*map(self._post, calls))
            await self._store.write(self._settle, outcomes)
            taken += sum(outcome.state == "sent" for outcome in outcomes)
        return taken

    async def _post(self, call: DueCall) -> CallOutcome:
        now = self._clock.now()
        try:
            return await self._try(call)
        except HttpFailure as failure:
            # The address stays out of the log: it may hold a password of the receiver's.
            log.info("hook.failed", hook=call.hook, reason=failure.kind)
            return failed(call, failure.kind, now=now)
        except Exception as error:  # one call's outer edge: it must not stop the others
            log.exception("hook.broken", hook=call.hook)
            return broken(call, type(error).__name__, now=now)

    async def _try(self, call: DueCall) -> CallOutcome:
        view = await self._store.read(story_view, call.story, chat=call.chat, revision=call.revision)
        if view is None or not view.entries or not view.matches:
            return CallOutcome(call, "dropped", "nothing left to say")
        body = body_of(view, lang=call.lang, name=lambda entity: self._name(entity, call.lang))
        headers = signed_headers(call, body, now=self._clock.now())
        reply = await self._client.post(call.url, headers=headers, body=body)
        now = self._clock.now()
        wait = retry_after(reply.headers.get("retry-after", ""), now=now)
        outcome = judge(call, reply.status, now=now, retry_after_s=wait)
        if outcome.state != "sent":
            log.info("hook.failed", hook=call.hook, reason=outcome.trouble)
        return outcome

    def _settle(self, session: Session, outcomes: Sequence[CallOutcome]) -> None:
        now = self._clock.now()
        settle_calls(session, outcomes, now=now)
        for call in (outcome.call for outcome in outcomes if outcome.closes):
            says = texts(call.lang)("The webhook of this chat answered that it wants nothing more (410); it is closed.")
            notice = NewDelivery(
                call.chat, DeliveryKind.NOTICE, _PRIORITY_NOTICE, now, silent=True,
                notice_key=f"hook-gone:{call.hook}", payload=Message((Span(says),), silent=True).to_json(),
            )  # fmt: skip
            owe(session, [notice], now=now)
