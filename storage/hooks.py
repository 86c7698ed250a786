"""Keep where stories are posted, and what is owed there: an outbox of its own, so that no receiver holds up a chat.

due ──claim──▶ sending ──settle──▶ sent
 ▲                │  └───────────▶ dropped (with a reason)
 └── not taken, lease over (posted again under the same id)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import aliased
from sqlmodel import and_, col, delete, func, or_, select, update

from storage.dialect import insert_new, insert_or_update, skip_locked
from storage.output_tables import Hook, HookCall
from storage.tables import Chat

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlmodel import Session


@dataclass(frozen=True, slots=True)
class HookRecord:
    """Hold a chat's webhook: where, how it fares, how much waits. The secret is not among it."""

    url: str
    created: datetime
    failures: int
    trouble: str
    last_ok: datetime | None
    waiting: int


@dataclass(frozen=True, slots=True)
class DueCall:
    """Hold a claimed call with all that posting it needs; `failures` are those of its receiver in a row."""

    id: int
    hook: int
    chat: int
    lang: str
    url: str
    secret: str
    story: int
    revision: int
    attempts: int
    failures: int
    created: datetime
    lease_token: int


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """Hold what became of a call: `sent`, `dropped`, or `due` again; the receiver rests until `not_before`.

    `closes` takes the webhook away: its receiver wants nothing more.
    """

    call: DueCall
    state: str
    trouble: str = ""
    not_before: datetime | None = None
    closes: bool = False


def set_hook(session: Session, chat: int, *, url: str, secret: str, now: datetime) -> None:
    """Post a chat's stories to an address from now on; what waited for the one before goes there too."""
    row = {"chat_id": chat, "url": url, "secret": secret, "created": now, "failures": 0, "trouble": ""}
    change = ["url", "secret", "created", "failures", "not_before", "trouble", "last_ok"]
    insert_or_update(session, Hook, row=row | {"not_before": None, "last_ok": None}, key=["chat_id"], change=change)


def remove_hook(session: Session, chat: int) -> bool:
    """Post nothing of a chat any more, and forget what waited; say whether there was a webhook."""
    return session.exec(delete(Hook).where(col(Hook.chat_id) == chat)).rowcount > 0


def hook_of(session: Session, chat: int) -> HookRecord | None:
    """Return a chat's webhook and how it fares."""
    row = session.exec(select(Hook).where(Hook.chat_id == chat)).first()
    if row is None:
        return None
    waiting = select(func.count()).where(HookCall.hook_id == row.id, col(HookCall.state).in_(("due", "sending")))
    count = session.exec(waiting).one()
    return HookRecord(row.url, row.created, row.failures, row.trouble, row.last_ok, waiting=count)


def owe_calls(session: Session, story: int, *, revision: int, chats: Sequence[int], now: datetime) -> int:
    """Owe a story's revision to the webhooks of these chats, each once; return how many were new."""
    hooks = session.exec(select(Hook.id).where(col(Hook.chat_id).in_(chats))).all()
    rows = [
        {"hook_id": hook, "story_id": story, "revision": revision, "state": "due", "attempts": 0, "lease_token": 0,
         "reason": "", "created": now}
        for hook in hooks
    ]  # fmt: skip
    return insert_new(session, HookCall, rows)


def claim_calls(session: Session, *, now: datetime, limit: int, lease_s: float) -> tuple[DueCall, ...]:
    """Take the oldest due call of each webhook that is not at rest; one at a time, so that revisions keep their order."""
    earlier = aliased(HookCall)
    behind = (
        select(earlier.id)
        .where(
            earlier.hook_id == HookCall.hook_id,
            or_(
                earlier.state == "sending",
                and_(earlier.state == "due", col(earlier.id) < col(HookCall.id)),
            ),
        )
        .exists()
    )
    query = (
        select(HookCall, Hook, Chat.lang)
        .join(Hook, col(Hook.id) == col(HookCall.hook_id))
        .join(Chat, col(Chat.id) == col(Hook.chat_id))
        .where(HookCall.state == "due", ~behind, or_(col(Hook.not_before).is_(None), col(Hook.not_before) <= now))
        .order_by(col(HookCall.id))
        .limit(limit)
    )
    claimed = []
    for call, hook, lang in session.exec(skip_locked(session, query, of=HookCall)):
        call.state, call.lease_until = "sending", now + timedelta(seconds=lease_s)
        call.lease_token += 1
        session.add(call)
        claimed.append(_due(call, hook, lang=lang))
    session.flush()
    return tuple(claimed)


def _due(call: HookCall, hook: Hook, *, lang: str) -> DueCall:
    return DueCall(
        id=call.id or 0,
        hook=call.hook_id,
        chat=hook.chat_id,
        lang=lang,
        url=hook.url,
        secret=hook.secret,
        story=call.story_id,
        revision=call.revision,
        attempts=call.attempts,
        failures=hook.failures,
        created=call.created,
        lease_token=call.lease_token,
    )


def settle_calls(session: Session, outcomes: Sequence[CallOutcome], *, now: datetime) -> None:
    """Write what became of claimed calls; one whose lease was lost, or whose webhook is gone, is left alone."""
    for outcome in outcomes:
        row, hook = session.get(HookCall, outcome.call.id), session.get(Hook, outcome.call.hook)
        if row is None or hook is None or row.lease_token != outcome.call.lease_token:
            continue
        row.state, row.reason, row.lease_until = outcome.state, outcome.trouble, None
        row.attempts += 1
        row.settled = now if outcome.state != "due" else None
        _note(hook, outcome, now=now)
        session.add_all((row, hook))
        session.flush()
        if outcome.closes:
            session.exec(delete(Hook).where(col(Hook.id) == outcome.call.hook))


def _note(hook: Hook, outcome: CallOutcome, *, now: datetime) -> None:
    """Keep how a receiver fares."""
    if outcome.state == "sent":
        hook.failures, hook.not_before, hook.trouble, hook.last_ok = 0, None, "", now
    else:
        hook.failures, hook.trouble, hook.not_before = hook.failures + 1, outcome.trouble, outcome.not_before


def recover_calls(session: Session, *, now: datetime) -> int:
    """Take back what a process that died had claimed; it is posted again under the same id."""
    over = (col(HookCall.state) == "sending") & (col(HookCall.lease_until) < now)
    again = {"state": "due", "lease_until": None, "lease_token": col(HookCall.lease_token) + 1}
    return session.exec(update(HookCall).where(over).values(**again)).rowcount


def expire_calls(session: Session, *, before: datetime) -> int:
    """Drop what no receiver took for too long, counted under its reason."""
    old = (col(HookCall.state) == "due") & (col(HookCall.created) < before)
    return session.exec(update(HookCall).where(old).values(state="dropped", reason="expired")).rowcount
