"""Keep the right to talk to Telegram: of several processes on one database one has it at a time.

The right is a lease row. It is renewed every 3 seconds and ends 10 seconds after the last
renewal, so that a process that was killed is followed within 13. On SQLite the one
process that holds the file has it always.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import structlog

from storage.leases import release_lease, take_lease

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.store import Store

log = structlog.get_logger()

RENEW_S: Final = 3.0
# Three renewals may fail before another process follows; one second is left for a slow one.
TTL_S: Final = 10.0
_NAME: Final = "telegram"


@dataclass(slots=True)
class Lead:
    """Hold whether this process talks to Telegram."""

    store: Store
    clock: Clock
    holder: str
    held: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.held = self.store.database.is_sqlite

    @property
    def is_shared(self) -> bool:
        """Say whether other processes may work on this database."""
        return not self.store.database.is_sqlite

    async def renew(self) -> None:
        """Keep the right, or take it over from a process that let it end; without a database nobody has it."""
        if not self.is_shared:
            return
        held, self.held = self.held, False
        now = self.clock.now()
        self.held = await self.store.write(take_lease, _NAME, holder=self.holder, now=now, ttl_s=TTL_S) is not None
        if self.held != held:
            log.info("lead.taken" if self.held else "lead.left", holder=self.holder)

    async def leave(self) -> None:
        """Give the right back, so that another process need not wait for its end."""
        if self.is_shared and self.held:
            self.held = False
            await self.store.write(release_lease, _NAME, holder=self.holder)
