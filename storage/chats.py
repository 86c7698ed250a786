"""Keep chats, members, invitations and silences. Of people: ids and roles, no names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sqlmodel import col, delete, or_, select, update

from storage.chat_tables import AuditRow, DeskAct
from storage.delivery_records import DeliveryKind, DeliveryState
from storage.dialect import insert_new, insert_or_update
from storage.outbox import drop_chat
from storage.records import ChatRecord, MemberRecord, MuteRecord
from storage.tables import Chat, Delivery, Inbox, Invite, Member, Mute, Parked, Table

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

_WAITING: Final = frozenset((DeliveryState.DUE.value, DeliveryState.HELD.value))


def open_chat(
    session: Session, telegram_id: int, *, kind: str, now: datetime, topic_id: int = 0, lang: str = "en"
) -> ChatRecord:
    """Return a chat, made with the defaults when it is new."""
    row = {"telegram_id": telegram_id, "topic_id": topic_id, "kind": kind, "lang": lang, "settings": {}, "created": now}
    insert_new(session, Chat, [row])
    found = find_chat(session, telegram_id, topic_id=topic_id)
    assert found is not None, "a chat that was just made is there"
    return found


def chat(session: Session, chat: int) -> ChatRecord | None:
    """Return a chat by our id."""
    row = session.get(Chat, chat)
    return to_record(row) if row else None


def find_chat(session: Session, telegram_id: int, *, topic_id: int = 0) -> ChatRecord | None:
    """Return a chat by Telegram's ids; `topic_id` 0 is the chat itself."""
    row = session.exec(select(Chat).where(Chat.telegram_id == telegram_id, Chat.topic_id == topic_id)).first()
    return to_record(row) if row else None


def chats(session: Session) -> tuple[ChatRecord, ...]:
    """Return every chat."""
    return tuple(to_record(row) for row in session.exec(select(Chat).order_by(col(Chat.id))))


def update_chat(session: Session, chat: int, **changes: Any) -> None:
    """Change settings of a chat; `settings` given as a mapping is merged into what is there."""
    row = session.get(Chat, chat)
    if row is None:
        return
    merged = changes.pop("settings", None)
    if merged is not None:
        row.settings = {name: value for name, value in (dict(row.settings) | dict(merged)).items() if value is not None}
    for name, value in changes.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()


def close_chat(session: Session, telegram_id: int, *, reason: str) -> int:
    """Close every topic of a Telegram chat that we may not write to; return the deliveries that were dropped."""
    rows = session.exec(select(Chat).where(Chat.telegram_id == telegram_id)).all()
    for row in rows:
        row.status = "closed"
        session.add(row)
    return sum(drop_chat(session, row.id or 0, reason=reason) for row in rows)


def migrate_chat(session: Session, old: int, *, new: int) -> None:
    """Follow a group that became a supergroup: every topic, delivery and silence moves along."""
    moved = session.exec(select(Chat).where(Chat.telegram_id == new)).all()
    if not moved:
        session.exec(update(Chat).where(col(Chat.telegram_id) == old).values(telegram_id=new, status="active"))
    session.exec(update(Delivery).where(col(Delivery.telegram_id) == old).values(telegram_id=new))


def wipe_chat(session: Session, telegram_id: int, *, asked: int | None = None) -> None:
    """Forget everything about a Telegram chat, and its person when it is private.

    Every table that refers to a chat is emptied of it, whichever those are; what this
    person did in other chats stays there without its author. Updates that came after the
    one that asked for it, by its id, are still to be handled.
    """
    ids = [row.id for row in session.exec(select(Chat).where(Chat.telegram_id == telegram_id))]
    for table in reversed(Table.metadata.sorted_tables):
        if "chat_id" in table.columns:
            session.connection().execute(table.delete().where(table.c.chat_id.in_(ids)))
    session.exec(delete(Chat).where(col(Chat.id).in_(ids)))
    session.exec(delete(Parked).where(col(Parked.telegram_id) == telegram_id))
    session.exec(delete(Member).where(col(Member.user_id) == telegram_id))
    session.exec(update(Invite).where(col(Invite.used_by) == telegram_id).values(used_by=None))
    session.exec(update(DeskAct).where(col(DeskAct.user_id) == telegram_id).values(user_id=0))
    session.exec(update(AuditRow).where(col(AuditRow.user_id) == telegram_id).values(user_id=0))
    session.exec(update(AuditRow).where(col(AuditRow.target) == str(telegram_id)).values(target=""))
    for number in ids:  # where its news was posted to is told as "12: desk.example.org"
        its = or_(col(AuditRow.target) == str(number), col(AuditRow.target).like(f"{number}: %"))
        session.exec(update(AuditRow).where(col(AuditRow.act).like("webhook.%"), its).values(target=""))
    _forget_what_names(session, telegram_id, asked=asked)


def _forget_what_names(session: Session, telegram_id: int, *, asked: int | None) -> None:
    """Forget what others' updates and answers say of a Telegram chat; an answer that is still owed is not sent any more."""
    name = re.compile(rf"(?<![\d-]){telegram_id}(?!\d)")
    before = () if asked is None else (col(Inbox.update_id) <= asked,)
    for said in session.exec(select(Inbox).where(col(Inbox.payload).is_not(None), *before)).all():
        if name.search(str(said.payload)):
            said.payload = None
    replies = select(Delivery).where(col(Delivery.payload).is_not(None), Delivery.kind == DeliveryKind.REPLY.value)
    for answer in session.exec(replies).all():
        if name.search(str(answer.payload)):
            answer.payload = None
            if answer.state in _WAITING:
                answer.state, answer.reason = DeliveryState.DROPPED.value, "names a chat that was wiped"


def sent_messages(session: Session, telegram_id: int) -> tuple[tuple[int, datetime], ...]:
    """Return what we sent to a Telegram chat and still stands there, as (message, when), oldest first."""
    rows = session.exec(
        select(Delivery.message_id, Delivery.sent)
        .where(
            Delivery.telegram_id == telegram_id,
            col(Delivery.message_id).is_not(None),
            col(Delivery.sent).is_not(None),
        )
        .order_by(col(Delivery.id))
    )
    found: dict[int, datetime] = {}
    for number, sent in rows:
        if number is not None and sent is not None:
            found.setdefault(number, sent)
    return tuple(found.items())


def member(session: Session, user_id: int) -> MemberRecord | None:
    """Return a person's role."""
    row = session.get(Member, user_id)
    return MemberRecord(row.user_id, row.role, row.since) if row else None


def members(session: Session, *, roles: tuple[str, ...] = ("owner", "admin")) -> tuple[MemberRecord, ...]:
    """Return everybody with one of these roles."""
    rows = session.exec(select(Member).where(col(Member.role).in_(roles)).order_by(col(Member.since)))
    return tuple(MemberRecord(row.user_id, row.role, row.since) for row in rows)


def set_member(session: Session, user_id: int, *, role: str, now: datetime) -> None:
    """Give a person a role."""
    row = {"user_id": user_id, "role": role, "since": now}
    insert_or_update(session, Member, row=row, key=["user_id"], change=["role"])


def remove_member(session: Session, user_id: int) -> None:
    """Take a person's role away."""
    session.exec(delete(Member).where(col(Member.user_id) == user_id))


def add_invite(session: Session, code_hash: str, *, role: str, expires: datetime) -> None:
    """Keep a one-time invitation."""
    insert_new(session, Invite, [{"code_hash": code_hash, "role": role, "expires": expires}])


def use_invite(session: Session, code_hash: str, *, user_id: int, now: datetime) -> str | None:
    """Use an invitation up; return its role, or None when it is unknown, used or over."""
    fresh = (col(Invite.code_hash) == code_hash) & col(Invite.used_by).is_(None) & (col(Invite.expires) > now)
    if not session.exec(update(Invite).where(fresh).values(used_by=user_id)).rowcount:
        return None
    invite = session.get(Invite, code_hash)
    assert invite is not None, "an invitation that was just used is there"
    session.refresh(invite)
    set_member(session, user_id, role=invite.role, now=now)
    return invite.role


def mute(session: Session, chat: int, *, kind: str, target: str = "", until: datetime | None = None) -> None:
    """Silence all, a term, a story, an outlet or a place for a chat."""
    row = {"chat_id": chat, "kind": kind, "target": target, "until": until}
    insert_or_update(session, Mute, row=row, key=["chat_id", "kind", "target"], change=["until"])


def unmute(session: Session, chat: int, *, kind: str, target: str = "") -> bool:
    """Take a silence back; say whether there was one."""
    where = (col(Mute.chat_id) == chat) & (col(Mute.kind) == kind) & (col(Mute.target) == target)
    return session.exec(delete(Mute).where(where)).rowcount > 0


def mutes(session: Session, chat: int, *, now: datetime) -> tuple[MuteRecord, ...]:
    """Return the silences of a chat that hold now."""
    rows = session.exec(select(Mute).where(Mute.chat_id == chat, or_(col(Mute.until).is_(None), col(Mute.until) > now)))
    return tuple(MuteRecord(row.id or 0, row.chat_id, row.kind, row.target, row.until) for row in rows)


def to_record(row: Chat) -> ChatRecord:
    """Return a row as a record."""
    return ChatRecord(
        id=row.id or 0,
        telegram_id=row.telegram_id,
        topic_id=row.topic_id,
        kind=row.kind,
        status=row.status,
        lang=row.lang,
        tz=row.tz,
        mode=row.mode,
        digest_minute=row.digest_minute,
        digest_days=row.digest_days,
        settings=row.settings,
        created=row.created,
    )
