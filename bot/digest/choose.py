"""Choose which editions are due, and what stands in one. Pure.

An edition belongs to a chat and a local day, and is daily (on the days that the chat
chose) or weekly (on one of them). Its moment is the chat's hour on that day
in its zone: an hour that a clock change skips comes when it would have come, one that it
repeats comes the first time. What the chat asked for only after that moment begins with
the next day, so that setting the hour never sends anything at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from bot.quiet import zone
from matchers.revisions import StoryState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from storage.records import ChatRecord, MuteRecord
    from storage.story_records import StoryView


# An edition that was missed (the machine slept) is still worth reading for so long.
LATE: Final = timedelta(hours=12)
DAILY: Final = "daily"
WEEKLY: Final = "weekly"
# What a reader has the patience for; the rest is counted.
MOST_STORIES: Final = {DAILY: 12, WEEKLY: 20}
# The name of the setting that holds which of the two a chat reads; without it daily.
KIND: Final = "digest_kind"
# The name of the setting that holds since when the chat wants its digest as it does.
SINCE: Final = "digest_from"


@dataclass(frozen=True, slots=True)
class Due:
    """Hold an edition to be opened: for whom, for which local day, when it was to come, daily or weekly."""

    chat: ChatRecord
    day: str
    moment: datetime
    kind: str = DAILY


def due_editions(
    chats: Iterable[ChatRecord], had: Collection[tuple[int, str, str]], *, now: datetime
) -> tuple[Due, ...]:
    """Return the editions whose hour has come; `had` are the (chat, kind, day) that were opened before."""
    found = (due_edition(chat, now=now) for chat in chats)
    return tuple(due for due in found if due and (due.chat.id, due.kind, due.day) not in had)


def due_edition(chat: ChatRecord, *, now: datetime) -> Due | None:
    """Return the newest edition of a chat whose moment is past, but not long past."""
    here = zone(chat.tz)
    today = now.astimezone(here).date()
    for day in (today, today - timedelta(days=1)):
        local = datetime.combine(day, time(chat.digest_minute // 60, chat.digest_minute % 60), here)
        moment = local.astimezone(UTC)
        wanted = not chat.digest_days or str(day.isoweekday()) in chat.digest_days
        if wanted and moment <= now <= moment + LATE and moment >= asked_at(chat):
            return Due(chat, day.isoformat(), moment, kind_of(chat))
    return None


def kind_of(chat: ChatRecord) -> str:
    """Return whether a chat reads a daily or a weekly edition."""
    return WEEKLY if chat.settings.get(KIND) == WEEKLY else DAILY


def asked_at(chat: ChatRecord) -> datetime:
    """Return since when a chat wants its digest at this hour."""
    since = chat.settings.get(SINCE)
    return datetime.fromisoformat(since) if since else chat.created


def audible(views: Iterable[StoryView], mutes: Sequence[MuteRecord]) -> tuple[StoryView, ...]:
    """Return the stories that a chat has not silenced: itself, all its terms in them, or all their outlets."""
    silent = {(mute.kind, mute.target) for mute in mutes}
    return tuple(view for view in views if not _is_silent(view, silent))


def _is_silent(view: StoryView, silent: set[tuple[str, str]]) -> bool:
    return (
        ("story", str(view.story)) in silent
        or all(("term", match.term) in silent for match in view.matches)
        or all(("outlet", entry.outlet.key) in silent for entry in view.entries)
        or _is_elsewhere(view, silent)
    )


def _is_elsewhere(view: StoryView, silent: set[tuple[str, str]]) -> bool:
    """Say whether a story happens only in places that are silenced."""
    places = StoryState.from_json(view.state).places if view.state else ()
    return bool(places) and all(("place", place) in silent for place in places)
