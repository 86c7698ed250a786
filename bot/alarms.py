"""Decide of what an operator must hear: once when it begins, once when it is over. Pure.

What is wrong now is compared with what was told as wrong: only the difference is said.
A watch that is quiet is judged by its own rhythm: a feed's silence by its state (a learnt
gap between entries, `bot/feeds/cadence.py`), matches by their mean gap over a week. What
fools it: a theatre where nothing happens for days; the least wait of six hours is for that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.chat.commands import mark
from bot.delivery.pace import drain_s
from storage.records import FeedState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bot.health import Late
    from bot.texts import Texts
    from storage.figures import Figures
    from storage.records import FeedRecord

# Ten minutes are longer than any wait that Telegram asks of a bot which keeps its pace, and old for an alert.
LATE_DELIVERY: Final = timedelta(minutes=10)
_QUIET_LEAST: Final = timedelta(hours=6)
_QUIET_GAPS: Final = 8
_WEEK: Final = timedelta(days=7)
_LEAST_MATCHES: Final = 7  # fewer in a week are no rhythm
LEAST_FREE: Final = 500 * 1024 * 1024
_BACKUP_AGE_S: Final = 36 * 3600.0
# A message of more lines is not read; the rest is counted.
_MOST_LINES: Final = 10

_FEED_SAYS: Final = {
    FeedState.SILENT: mark("{outlet} has published nothing for longer than usual."),
    FeedState.FAILING: mark("{outlet} cannot be read: {reason}."),
    FeedState.BLOCKED: mark("{outlet} refuses to be read: {reason}."),
    FeedState.GONE: mark("{outlet} has taken its feed away: {reason}."),
    FeedState.NOT_FEED: mark("{outlet} answers with something that is no feed."),
}
_FEED_OVER: Final = mark("{outlet} is read again.")


@dataclass(frozen=True, slots=True)
class Alarm:
    """Hold one thing that is wrong: `key` names it, `says` and `over` are texts with places for `fields`."""

    key: str
    says: str
    over: str
    fields: tuple[tuple[str, str], ...] = ()

    def words(self, say: Texts, *, over: bool = False) -> str:
        """Return the sentence in a language."""
        sentence = say(self.over if over else self.says)
        for name, value in self.fields:
            sentence = sentence.replace(f"{{{name}}}", value)
        return sentence


@dataclass(frozen=True, slots=True)
class Standing:
    """Hold what alarms are decided on; `matched_week` counts entries of the last seven days with a match."""

    figures: Figures
    feeds: Sequence[FeedRecord] = ()
    matched_week: int = 0
    late: Sequence[Late] = ()
    disk_free: int | None = None
    backup_age_s: float | None = None


@dataclass(frozen=True, slots=True)
class News:
    """Hold what is to be told now, and what counts as told from now on."""

    raised: tuple[Alarm, ...]
    over: tuple[Alarm, ...]
    told: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


def alarms(standing: Standing, *, now: datetime) -> tuple[Alarm, ...]:
    """Return everything that is wrong now."""
    return (
        *_of_deliveries(standing, now),
        *_of_watch(standing, now),
        *_of_machine(standing),
        *_of_feeds(standing),
        *_of_floods(standing),
    )


def compare(current: Sequence[Alarm], told: Mapping[str, Mapping[str, object]]) -> News:
    """Return what began and what ended since the last time."""
    keys = {alarm.key for alarm in current}
    over = tuple(_from_told(key, kept) for key, kept in told.items() if key not in keys)
    return News(
        raised=tuple(alarm for alarm in current if alarm.key not in told),
        over=over,
        told={alarm.key: {"over": alarm.over, "fields": [list(pair) for pair in alarm.fields]} for alarm in current},
    )


def sentences(news: News, say: Texts) -> str:
    """Return what an admin reads: what began, then what is over; a long list is cut and counted."""
    lines = [f"⚠️ {alarm.words(say)}" for alarm in news.raised]
    lines += [f"✅ {alarm.words(say, over=True)}" for alarm in news.over]
    if len(lines) > _MOST_LINES:
        left = len(lines) - _MOST_LINES
        lines = [*lines[:_MOST_LINES], say.plural("… and {n} more.", "… and {n} more.", count=left)]
    return "\n".join(lines)


def _from_told(key: str, kept: Mapping[str, object]) -> Alarm:
    fields = kept.get("fields")
    pairs = tuple((str(name), str(value)) for name, value in fields) if isinstance(fields, list) else ()
    return Alarm(key, "", str(kept.get("over", "")), pairs)


def _of_deliveries(standing: Standing, now: datetime) -> list[Alarm]:
    figures, found = standing.figures, []
    waits, drains = now - (figures.leaving.oldest or now), timedelta(seconds=drain_s(figures.leaving))
    if max(waits, drains) > LATE_DELIVERY:
        found.append(
            Alarm(
                "outbox",
                mark(
                    "Messages wait to be sent, {count} in all; the oldest for {minutes} minutes. "
                    "At Telegram's pace it takes {drain} minutes to send them."
                ),
                mark("Messages leave in time again."),
                (
                    ("count", str(figures.deliveries.get("due", 0))),
                    ("minutes", str(waits // timedelta(minutes=1))),
                    ("drain", str(-(-drains // timedelta(minutes=1)))),
                ),
            )
        )
    if figures.lost:
        found.append(
            Alarm(
                "lost",
                mark("{count} owed alerts are in no delivery: please report this."),
                mark("No owed alert is missing any more."),
                (("count", str(figures.lost)),),
            )
        )
    return found


def _of_watch(standing: Standing, now: datetime) -> list[Alarm]:
    newest = standing.figures.newest_match
    if newest is None or standing.matched_week < _LEAST_MATCHES:
        return []
    quiet, usual = now - newest, _WEEK / standing.matched_week
    if quiet <= max(_QUIET_LEAST, _QUIET_GAPS * usual):
        return []
    says = mark("Nothing that is watched was found for {hours} hours; usual is one in {usual} minutes.")
    hours, minutes = str(quiet // timedelta(hours=1)), str(usual // timedelta(minutes=1))
    return [Alarm("match", says, mark("Watched news comes in again."), (("hours", hours), ("usual", minutes)))]


def _of_machine(standing: Standing) -> list[Alarm]:
    found = [
        Alarm(
            f"loop:{late.loop}",
            mark("The part “{loop}” has done nothing since {since} UTC ({trouble})."),
            mark("The part “{loop}” works again."),
            (("loop", late.loop), ("since", f"{late.since:%Y-%m-%d %H:%M}"), ("trouble", late.trouble or "?")),
        )
        for late in standing.late
    ]
    if standing.disk_free is not None and standing.disk_free < LEAST_FREE:
        says = mark("The disk is nearly full: {free} MiB are left.")
        free = str(standing.disk_free // 1024**2)
        found.append(Alarm("disk", says, mark("The disk has room again."), (("free", free),)))
    if standing.backup_age_s is not None and standing.backup_age_s > _BACKUP_AGE_S:
        says = mark("The last nightly copy of the database is {hours} hours old.")
        hours = str(int(standing.backup_age_s // 3600))
        found.append(Alarm("backup", says, mark("The nightly copy of the database was made."), (("hours", hours),)))
    return found


def _of_feeds(standing: Standing) -> list[Alarm]:
    """A feed that never answered was never a source: `tocsin feeds check` is for that."""
    return [
        Alarm(
            f"feed:{feed.id}",
            _FEED_SAYS[feed.state],
            _FEED_OVER,
            (("outlet", feed.outlet.name), ("reason", feed.state_reason or feed.last_error or "?")),
        )
        for feed in standing.feeds
        if feed.enabled and feed.state in _FEED_SAYS and feed.cadence.last_ok
    ]


def _of_floods(standing: Standing) -> list[Alarm]:
    """A publisher who moves or re-issues its archive floods its feed; what was held back is searchable, and said here."""
    says = mark(
        "{outlet} brought {count} entries at once that look old or issued anew: they are kept and did not ring."
        " /feeds lets them ring."
    )
    over = mark("{outlet} publishes as usual again.")
    return [
        Alarm(f"flood:{outlet}", says, over, (("outlet", outlet), ("count", str(count))))
        for outlet, count in sorted(standing.figures.held_back.items())
    ]
