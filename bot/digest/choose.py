"""Choose what stands in an edition: the chat's stories of the day, the most told first. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from bot.quiet import zone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.records import ChatRecord, StoryView

# An edition that was missed (the machine slept) is still worth reading for so long.
_LATE: Final = timedelta(hours=12)
MOST_STORIES: Final = 20


def due_day(chat: ChatRecord, now: datetime) -> str | None:
    """Return the local day whose edition is due for a chat, as 2026-03-01; None while its hour has not come.

    The hour is the chat's own; on a day when the clocks skip it, it comes with the first minute after.
    """
    local = now.astimezone(zone(chat.tz))
    hour = local.replace(hour=chat.digest_minute // 60, minute=chat.digest_minute % 60, second=0, microsecond=0)
    if not hour <= local <= hour + _LATE:
        return None
    if chat.digest_days and str(local.isoweekday()) not in chat.digest_days:
        return None
    return local.date().isoformat()


def ordered(views: Sequence[StoryView]) -> list[StoryView]:
    """Return stories in the order of an edition: most outlets, then newest."""
    return sorted(views, key=lambda view: (-len({entry.outlet.key for entry in view.entries}), -view.last.timestamp()))[
        :MOST_STORIES
    ]
