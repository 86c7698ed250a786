"""Show that what is late is named, and that the metrics count what really happened."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from bot.app import ROLES, web_routes
from bot.clock import SimulatedClock
from bot.config import WebSettings
from bot.delivery.pace import GLOBAL_PER_S
from bot.health import LATE_AFTER_S, Health, Heartbeats
from bot.metrics import OTHER, Metrics, names_and_meanings
from bot.sandbox.faults import Fault, FaultKind
from bot.store import Store
from bot.web import web_side
from storage.delivery_records import DeliveryKind

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
FREE = WebSettings(listen="127.0.0.1:0")


def later(seconds):
    return NOW + timedelta(seconds=seconds)


def samples(text):
    """Return every sample as {(name, labels…): value}."""
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def ask(talk, *paths):
    async with web_side(FREE, web_routes(talk.here.tocsin)) as address, httpx.AsyncClient(base_url=address) as client:
        return [await client.get(path) for path in paths]


def test_a_loop_that_failed_for_too_long_is_late_and_says_why():
    beats = Heartbeats()
    beats.end("poll", NOW)
    beats.begin("poll", later(50))
    beats.end("poll", later(55), trouble="DatabaseBusy")

    assert [(), ("poll", NOW, "DatabaseBusy")] == [
        beats.late(later(60)),
        *((each.loop, each.since, each.trouble) for each in beats.late(later(61))),
    ]


def test_a_loop_whose_round_does_not_end_is_stuck_and_one_that_fails_is_not():
    beats = Heartbeats()
    for loop in ("poll", "send"):
        beats.end(loop, NOW)
    beats.begin("poll", NOW)
    for minute in range(10):
        beats.begin("send", later(60 * minute))
        beats.end("send", later(60 * minute + 1), trouble="DatabaseBusy")

    assert (("poll",), {"poll", "send"}) == (
        beats.stuck(later(601)),
        {each.loop for each in beats.late(later(601))},
    )


def test_a_loop_that_works_on_demand_is_late_only_while_it_works():
    beats = Heartbeats()
    beats.begin("inbox", NOW)
    beats.end("inbox", NOW)
    rested = beats.late(later(100_000))
    beats.begin("inbox", later(100_000))

    assert ((), ["inbox"]) == (rested, [each.loop for each in beats.late(later(100_400))])


def test_a_long_round_that_gets_on_is_neither_late_nor_stuck():
    beats = Heartbeats()
    beats.begin("send", NOW)
    for second in range(0, 600, 60):
        beats.progress("send", later(second))

    assert ((), ()) == (beats.late(later(600)), beats.stuck(later(600)))
    assert ("send",) == beats.stuck(later(700))


async def test_each_message_of_a_long_queue_counts_as_progress(talk):
    talk.here.tocsin.health.began("send")
    talk.clock.advance(500)
    stuck = talk.here.tocsin.health.stuck()
    await talk.publish(1)

    assert (("send",), ()) == (stuck, talk.here.tocsin.health.stuck())


async def test_what_is_logged_of_a_poll_names_the_feed_and_the_poll(talk):
    with capture_logs(processors=[merge_contextvars]) as lines:
        await talk.publish(1)
    polled = [line for line in lines if line["event"] in {"feed.polled", "poll.ingested"}]

    assert {True} == {{"feed", "poll"} <= set(line) for line in polled}
    assert len({line["poll"] for line in polled}) <= len(polled) / 2


async def test_what_is_logged_of_a_delivery_names_it_with_its_kind_and_story(talk):
    talk.sandbox.faults.append(Fault(FaultKind.THROTTLE, method="sendMessage"))
    with capture_logs(processors=[merge_contextvars]) as lines:
        await talk.publish(1)
    (failed,) = [line for line in lines if line["event"] == "delivery.failed"]

    assert ("Throttled", "alert", True) == (failed["result"], failed["kind"], failed["delivery"] > 0)
    assert failed["story"]


def test_every_loop_has_a_time_after_which_it_is_late():
    assert {*ROLES["all"], "listen"} == set(LATE_AFTER_S)


async def test_a_failed_round_is_noted_counted_and_goes_on_to_the_loop(sqlite_database):
    health = Health(Store(sqlite_database), SimulatedClock(NOW), Metrics())

    async def fail():
        raise ValueError("once")

    with pytest.raises(ValueError, match="once"):
        await health.watched("poll", fail)()

    assert 1.0 == samples((await health.scrape()).decode())["tocsin_loop_failures_total", "poll"]


async def test_a_running_bot_is_ready_and_says_what_is_late(talk):
    talk.here.tocsin.health.heartbeats.end("poll", talk.clock.now())
    (ready,) = await ask(talk, "/readyz")
    talk.clock.advance(120)
    (late,) = await ask(talk, "/readyz")

    assert (200, {"ready": True, "late": [], "database": "ok"}) == (ready.status_code, ready.json())
    assert (503, ["poll"]) == (late.status_code, [each["loop"] for each in late.json()["late"]])


@pytest.mark.slow
async def test_metrics_count_what_was_polled_matched_placed_and_sent(talk):
    await talk.publish(8)
    (answer,) = await ask(talk, "/metrics")
    found = samples(answer.text)
    alerts = sum(each.method == "sendMessage" for each in talk.accepted())

    assert 8 == found["tocsin_entries_total",] == found["tocsin_entries_matched_total",]
    assert 8 == sum(
        found["tocsin_placements_total", kind]
        for kind in ("new", "copy", "follow-up")
        if ("tocsin_placements_total", kind) in found
    )
    assert alerts == sum(
        value
        for (name, *labels), value in found.items()
        if name == "tocsin_sends_total" and "Sent" in labels and "edit" not in labels
    )
    assert 0 < found["tocsin_fetched_to_accepted_seconds_count",] <= alerts
    assert 0 < found["tocsin_published_to_fetched_seconds_count",]
    assert 8 <= sum(value for (name, *_), value in found.items() if name == "tocsin_matches_total")
    assert ("tocsin_matches_total", OTHER) not in found
    assert (0, 0, GLOBAL_PER_S) == (
        found["tocsin_lost",],
        found["tocsin_possible_repeats",],
        found["tocsin_pace_limit_per_second",],
    )
    assert found["tocsin_memory_bytes", "main"] > 10_000_000


async def test_a_delivery_that_is_taken_out_of_the_outbox_is_one_lost(talk):
    await talk.publish(3)
    tocsin = talk.here.tocsin
    before = (await tocsin.health.figures(fresh=True)).lost
    await tocsin.store.write(
        lambda session: session.connection().exec_driver_sql(
            "DELETE FROM deliveries WHERE story_id = (SELECT min(story_id) FROM deliveries)"
        )
    )
    talk.clock.advance(60)
    (answer,) = await ask(talk, "/metrics")

    assert (0, 1) == (before, samples(answer.text)["tocsin_lost",])


def test_a_label_that_we_do_not_know_becomes_other_so_that_labels_stay_few():
    metrics = Metrics(["aes"])
    metrics.polled("anything <at all>", seconds=1)
    metrics.took_in(new=1, matched=1, families={"aes": 1, "some-custom-family": 2}, ages=[5])
    metrics.tried(DeliveryKind.ALERT, "Surprise", now=NOW)
    found = samples(metrics.text().decode())

    assert (1, 1, 2, 1) == (
        found["tocsin_polls_total", OTHER],
        found["tocsin_matches_total", "aes"],
        found["tocsin_matches_total", OTHER],
        found["tocsin_sends_total", "alert", OTHER],
    )


def test_the_pace_shows_how_much_of_the_last_minute_was_used():
    metrics = Metrics()
    for second in range(120):
        metrics.tried(DeliveryKind.ALERT, "Sent", now=later(second))
    metrics.pace(2.0, now=later(119))

    assert 0.5 == samples(metrics.text().decode())["tocsin_pace_utilisation_ratio",]


def test_metrics_are_named_as_prometheus_asks_and_each_says_what_it_means():
    rows = names_and_meanings()

    assert [] == [row for row in rows if not re.fullmatch(r"tocsin_[a-z_]+", row[0]) or not row[3].endswith(".")]
    assert len(rows) == len({name for name, *_ in rows})
