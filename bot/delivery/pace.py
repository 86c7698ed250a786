"""Keep below Telegram's limits: a message leaves only when no 429 can follow from it.

GCRA (generic cell rate algorithm): each bucket keeps the time at which it would be
empty again. Telegram names no exact limits; these are its published ones with room:

| bucket | published | ours |
| --- | --- | --- |
| all chats | about 30 a second | 25 a second, bursts of 3 |
| a private chat | about 1 a second | 1 a second |
| a group or channel | 20 a minute | one in 4 s, bursts of 5: at most 20 in any minute |
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

GLOBAL_PER_S: Final = 25.0
_GLOBAL_BURST: Final = 3
_PRIVATE_S: Final = 1.0
_GROUP_S: Final = 4.0
_GROUP_BURST: Final = 5
# 429s from three chats within ten seconds cannot be three chats' own limits: the whole bot is too quick.
_STORM_CHATS: Final = 3
_STORM_S: Final = 10.0
_SLOWEST_PER_S: Final = 1.0


@dataclass(slots=True)
class Bucket:
    """Hold one limit: `interval` seconds between messages, after a burst."""

    interval: float
    burst: int = 1
    empty_at: datetime | None = None

    def free_at(self, now: datetime) -> datetime:
        """Return when the next message may leave."""
        if self.empty_at is None:
            return now
        return max(now, self.empty_at - timedelta(seconds=self.interval * (self.burst - 1)))

    def charge(self, now: datetime) -> None:
        """Count one message."""
        self.empty_at = max(self.empty_at or now, now) + timedelta(seconds=self.interval)


@dataclass(slots=True)
class Pace:
    """Hold the buckets of one bot token; a restart begins with full ones, which the burst allows for."""

    rate: float = GLOBAL_PER_S
    _all: Bucket = field(default_factory=lambda: Bucket(1 / GLOBAL_PER_S, _GLOBAL_BURST))
    _chats: dict[int, Bucket] = field(default_factory=dict)
    _refused: list[tuple[datetime, int]] = field(default_factory=list)
    _changed: datetime | None = None

    def free_at(self, telegram_id: int, now: datetime) -> datetime:
        """Return when a message to this chat may leave; `now` when at once."""
        chat = self._chats.get(telegram_id)
        mine = chat.free_at(now) if chat else now
        return max(mine, self._all.free_at(now))

    def charge(self, telegram_id: int, now: datetime) -> None:
        """Count a message, an edit or a deletion that leaves now."""
        self._recover(now)
        self._all.charge(now)
        self._chats.setdefault(telegram_id, _bucket(telegram_id)).charge(now)
        if len(self._chats) > 10_000:
            self._chats = {key: each for key, each in self._chats.items() if each.empty_at and each.empty_at > now}

    def refused(self, telegram_id: int, now: datetime) -> bool:
        """Note a 429; True when it is one of a storm and the whole bot slows down to half."""
        recent = now - timedelta(seconds=_STORM_S)
        self._refused = [(at, chat) for at, chat in self._refused if at > recent] + [(now, telegram_id)]
        if len({chat for _, chat in self._refused}) < _STORM_CHATS:
            return False
        self._refused.clear()
        self._set(max(_SLOWEST_PER_S, self.rate / 2), now)
        return True

    def _recover(self, now: datetime) -> None:
        """Probe upward: one message a second more for each quiet minute."""
        if self.rate < GLOBAL_PER_S and self._changed and now - self._changed >= timedelta(minutes=1):
            self._set(min(GLOBAL_PER_S, self.rate + 1), now)

    def _set(self, rate: float, now: datetime) -> None:
        self.rate, self._changed = rate, now
        self._all.interval = 1 / rate


def _bucket(telegram_id: int) -> Bucket:
    return Bucket(_PRIVATE_S) if telegram_id > 0 else Bucket(_GROUP_S, _GROUP_BURST)
