"""Count what a running Tocsin does, for Prometheus: every label has a short, fixed list of values.

Counters are of this process and begin anew with it. Gauges of the outbox, of feeds and of
what was lost are read from the tables when somebody asks, so that they are true whatever
process did the work.
"""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from bot.delivery.pace import drain_s
from storage.delivery_records import DeliveryKind, DeliveryState
from storage.records import FeedState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from storage.figures import Figures

# Results of a poll, as they are counted; whatever else a feed may come to is "other".
POLL_RESULTS: Final = (
    "read", "unchanged", "not-a-feed", "parser-timeout", "parser-crash", "timeout", "dns", "connect", "tls", "http",
    "not-found", "throttled", "blocked", "gone", "too-big", "bad-encoding", "bad-url", "redirects", "downgrade",
    "broken-answer", "refused-address", "failed", "lost",
)  # fmt: skip
_PARSE_ERRORS: Final = ("not-a-feed", "parser-timeout", "parser-crash")
OTHER: Final = "other"
# Terms of somebody's own words, and entities without a family, are counted under these.
OWN_WORDS: Final = "own-words"
NO_FAMILY: Final = "none"
_PLACEMENTS: Final = ("new", "copy", "follow-up")
_OUTCOMES: Final = (
    "Sent", "Unmodified", "Throttled", "ChatGone", "ChatMoved", "TargetGone", "TopicGone", "Rejected", "Failed", "Broken",
)  # fmt: skip
_POLL_S: Final = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 45)
# Newsrooms publish minutes to hours before a poll sees it.
_PUBLISHED_S: Final = (60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400)
_ACCEPTED_S: Final = (0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 900, 3600)
_MINUTE: Final = timedelta(minutes=1)


class Metrics:
    """Hold every instrument of one process under one registry."""

    def __init__(self, families: Iterable[str] = ()) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._families = frozenset(families)
        self._departures: deque[datetime] = deque()
        self._count_polling()
        self._count_sending()
        self._watch_tables()
        self._watch_process()

    def _count_polling(self) -> None:
        at = self.registry
        self.polls = Counter("tocsin_polls", "Polls of feeds, by what they came to.", ["result"], registry=at)
        self.poll_seconds = Histogram(
            "tocsin_poll_seconds", "Seconds from claiming a feed to its commit.", buckets=_POLL_S, registry=at
        )
        self.entries = Counter("tocsin_entries", "New entries that were stored.", registry=at)
        self.matched = Counter("tocsin_entries_matched", "New entries in which something was found.", registry=at)
        self.parse_errors = Counter(
            "tocsin_parse_errors", "Bodies that gave no feed, by the reason.", ["kind"], registry=at
        )
        self.matches = Counter(
            "tocsin_matches", "Entities found in new entries, by family of the catalogue.", ["family"], registry=at
        )
        self.placements = Counter(
            "tocsin_placements", "Entries placed: new story, copy or follow-up.", ["kind"], registry=at
        )
        self.merges = Counter("tocsin_story_merges", "Stories that turned out to be an earlier one.", registry=at)
        self.published_to_fetched = Histogram(
            "tocsin_published_to_fetched_seconds",
            "Seconds from an entry's own date to our first sight of it; entries without a date are left out.",
            buckets=_PUBLISHED_S,
            registry=at,
        )

    def _count_sending(self) -> None:
        at = self.registry
        self.sends = Counter(
            "tocsin_sends", "Tries to send or edit, by kind of delivery and outcome.", ["kind", "outcome"], registry=at
        )
        self.fetched_to_accepted = Histogram(
            "tocsin_fetched_to_accepted_seconds",
            "Seconds from the poll's commit to Telegram's yes, for what rings and no quiet hour kept back.",
            buckets=_ACCEPTED_S,
            registry=at,
        )
        self.pace_limit = Gauge(
            "tocsin_pace_limit_per_second", "Messages a second that the pace allows now.", registry=at
        )
        self.pace_used = Gauge(
            "tocsin_pace_utilisation_ratio", "Share of the last minute's allowance that was used.", registry=at
        )
        self.recovered = Counter(
            "tocsin_deliveries_recovered", "Deliveries taken back from a sender that died.", registry=at
        )

    def _watch_tables(self) -> None:
        at = self.registry
        self.outbox = Gauge("tocsin_outbox_deliveries", "Deliveries by state.", ["state"], registry=at)
        self.oldest_due = Gauge(
            "tocsin_outbox_oldest_due_seconds", "Age of the oldest delivery that could have left.", registry=at
        )
        self.drain = Gauge(
            "tocsin_outbox_drain_seconds", "Time until all that could leave now has left, at full pace.", registry=at
        )
        self.parked = Gauge("tocsin_chats_parked", "Chats that Telegram asked us to leave alone.", registry=at)
        self.repeats = Gauge(
            "tocsin_possible_repeats", "Messages that may have come twice, over all time.", registry=at
        )
        self.lost = Gauge(
            "tocsin_lost", "Chat and story owed, and in no delivery: recomputed from the tables.", registry=at
        )
        self.feeds = Gauge("tocsin_feeds", "Enabled feeds by state.", ["state"], registry=at)
        self.inbox = Gauge("tocsin_inbox_pending", "Updates that wait for their handler.", registry=at)
        self.chats = Gauge("tocsin_chats_active", "Chats that are written to.", registry=at)
        self.last_entry = Gauge("tocsin_newest_entry_age_seconds", "Age of the newest entry.", registry=at)
        self.last_match = Gauge("tocsin_newest_match_age_seconds", "Age of the newest match.", registry=at)
        self.last_backup = Gauge(
            "tocsin_backup_age_seconds", "Age of the newest nightly copy of a SQLite database; -1: none.", registry=at
        )

    def _watch_process(self) -> None:
        at = self.registry
        self.memory = Gauge(
            "tocsin_memory_bytes", "Resident memory of this process and of its parsers.", ["process"], registry=at
        )
        self.disk_free = Gauge("tocsin_disk_free_bytes", "Room left where a SQLite database lies.", registry=at)
        self.loop_age = Gauge(
            "tocsin_loop_age_seconds", "Seconds since a loop last did its work.", ["loop"], registry=at
        )
        self.loop_late = Gauge(
            "tocsin_loop_late", "1 when a loop has not done its work for too long.", ["loop"], registry=at
        )
        self.failures = Counter("tocsin_loop_failures", "Rounds of a loop that failed.", ["loop"], registry=at)
        self.build = Gauge("tocsin_build_info", "1, with the version of this program.", ["version"], registry=at)

    def polled(self, result: str, *, seconds: float) -> None:
        """Count one poll of one feed."""
        known = result if result in POLL_RESULTS else OTHER
        self.polls.labels(known).inc()
        self.poll_seconds.observe(max(0.0, seconds))
        if result in _PARSE_ERRORS:
            self.parse_errors.labels(result).inc()

    def took_in(self, *, new: int, matched: int, families: Mapping[str, int], ages: Iterable[float]) -> None:
        """Count what one poll stored: entries, matches by family, and seconds since each was published."""
        self.entries.inc(new)
        self.matched.inc(matched)
        for family, count in families.items():
            self.matches.labels(self._bounded(family)).inc(count)
        for age in ages:
            self.published_to_fetched.observe(max(0.0, age))

    def placed(self, kinds: Mapping[str, int], *, merges: int) -> None:
        """Count where entries went."""
        for kind, count in kinds.items():
            self.placements.labels(kind if kind in _PLACEMENTS else OTHER).inc(count)
        self.merges.inc(merges)

    def tried(self, kind: DeliveryKind, outcome: str, *, now: datetime, waited_s: float | None = None) -> None:
        """Count one try to send; `waited_s` is given for what rings and was accepted."""
        self.sends.labels(kind.value, outcome if outcome in _OUTCOMES else OTHER).inc()
        self._departures.append(now)
        if waited_s is not None:
            self.fetched_to_accepted.observe(max(0.0, waited_s))

    def pace(self, rate: float, *, now: datetime) -> None:
        """Show the pace in force and how much of the last minute's allowance was used."""
        while self._departures and self._departures[0] <= now - _MINUTE:
            self._departures.popleft()
        self.pace_limit.set(rate)
        self.pace_used.set(len(self._departures) / (rate * _MINUTE.total_seconds()))

    def show(self, figures: Figures, *, now: datetime) -> None:
        """Show what the tables say."""
        for state in DeliveryState:
            self.outbox.labels(state.value).set(figures.deliveries.get(state.value, 0))
        for feed_state in FeedState:
            self.feeds.labels(feed_state.value).set(figures.feeds.get(feed_state.value, 0))
        self.oldest_due.set(_age(figures.leaving.oldest, now))
        self.drain.set(drain_s(figures.leaving))
        self.parked.set(figures.parked)
        self.repeats.set(figures.possible_repeats)
        self.lost.set(figures.lost)
        self.inbox.set(figures.inbox)
        self.chats.set(figures.chats)
        self.last_entry.set(_age(figures.newest_entry, now))
        self.last_match.set(_age(figures.newest_match, now))

    def text(self) -> bytes:
        """Return everything in Prometheus's text format."""
        return generate_latest(self.registry)

    def _bounded(self, family: str) -> str:
        return family if family in self._families or family in {OWN_WORDS, NO_FAMILY} else OTHER


def _age(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0


def names_and_meanings() -> list[tuple[str, str, str, str]]:
    """List every metric of ours: name as it is scraped, kind, labels, meaning."""
    rows = []
    for metric in vars(Metrics()).values():
        if isinstance(metric, Counter | Gauge | Histogram):
            (described,) = metric.describe()
            name = f"{described.name}_total" if described.type == "counter" else described.name
            labels = ", ".join(getattr(metric, "_labelnames", ()))
            rows.append((name, described.type, labels, described.documentation))
    return rows
