"""Hold the index of open stories, brought up to what any process has placed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matchers.stories import StoryIndex
from storage.merging import merges_since
from storage.stories import placements_after

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from storage.database import Session

# Placements read at once to catch the index up; a restart reads the window in slices of this size.
_SLICE: Final = 5_000


class OpenStories:
    """Keep the index; `seq` is the newest placement that is in it."""

    def __init__(self, window: timedelta) -> None:
        self._window = window
        self._index: StoryIndex | None = None
        self.seq = 0

    def forget(self) -> None:
        """Read everything anew next time: what a failed transaction put into the index is not in the database."""
        self._index = None

    def caught_up(self, session: Session, now: datetime) -> StoryIndex:
        """Return the index with everything that any process has placed; all of it only while the placement lock is held."""
        since = now - self._window
        index = self._index
        if index is None:
            index, self.seq = StoryIndex(), 0
        more = True
        while more:
            missed = placements_after(session, self.seq, since=since, limit=_SLICE)
            index.restore([stored.filed for stored in missed])
            self.seq = missed[-1].seq if missed else self.seq
            more = len(missed) == _SLICE
        if self._index is None:
            for later, earlier in merges_since(session, since):
                index.merge(str(earlier), later=str(later))
        index.expire(now)
        self._index = index
        return index
