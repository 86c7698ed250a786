"""Remember what each feed showed last, so that a poll reads only what is new in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from bot.feeds.parsed import ParsedFeed

# Now and then the whole document is read again, so that what it still shows is noted as shown.
_WHOLE: Final = timedelta(hours=6)


@dataclass(slots=True)
class Shown:
    """Hold, for each feed, the marks of what was taken in and when its whole document was read last.

    In memory only: after a restart each document is read whole once, which costs time and never an entry.
    Two hundred bytes a feed.
    """

    _feeds: dict[int, tuple[datetime, bytes]] = field(default_factory=dict)

    def known(self, feed: int, now: datetime) -> bytes:
        """Return the marks of entries that need not be read; none when the whole document is wanted."""
        read, marks = self._feeds.get(feed, (now, b""))
        return marks if now - read < _WHOLE else b""

    def note(self, feed: int, parsed: ParsedFeed, *, now: datetime) -> None:
        """Take note of a document whose new entries are stored."""
        whole = len(parsed.entries) == parsed.shown
        read = now if whole else self._feeds.get(feed, (now, b""))[0]
        self._feeds[feed] = (read, parsed.marks)

    def forget(self, feed: int) -> None:
        """Have the whole document read next time."""
        self._feeds.pop(feed, None)
