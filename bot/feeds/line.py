"""Tell a publisher's silence from our own line being down: then no feed is to blame."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

_WINDOW: Final = timedelta(minutes=5)
_HOSTS: Final = 10
_SHARE: Final = 0.4


@dataclass(slots=True)
class Line:
    """Remember for each host asked in the last five minutes whether it was reached at all."""

    _hosts: dict[str, tuple[datetime, bool]] = field(default_factory=dict)

    def note(self, host: str, *, reached: bool, now: datetime) -> None:
        """Take in how the newest try of a host went: any answer at all, also a refusal, is reached."""
        self._hosts.pop(host, None)
        self._hosts[host] = (now, reached)
        while now - next(iter(self._hosts.values()))[0] > _WINDOW:
            del self._hosts[next(iter(self._hosts))]

    def is_down(self) -> bool:
        """Say whether so many hosts fail at once that the fault is on our side."""
        failed = sum(not reached for _, reached in self._hosts.values())
        return len(self._hosts) >= _HOSTS and failed >= _SHARE * len(self._hosts)
