"""Show the whole path: from a feed over HTTP to a message that Telegram's own client sent, and back."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import Shared
from bot.clock import SimulatedClock, SystemClock
from bot.demonstrating import stage
from bot.jobs import all_jobs
from bot.sandbox.demo import READER, Replay, compare, strike_balance
from bot.sandbox.ledger import Accepted
from bot.sandbox.newsstand import SampleEntry
from storage.chats import set_member
from storage.feeds import list_feeds
from storage.outbox import balance, lost

ROOT = Path(__file__).parent.parent.parent
START = SystemClock().now().replace(microsecond=0)


def of_event(talk, event):
    """Return what was accepted about an event, as (method, silent, replies, text)."""
    return [
        (each.method, bool(each.message.get("silent")), "reply_to_message" in each.message, each.message["text"])
        for each in talk.accepted()
        if any(f"/{event}-" in entity.get("url", "") for entity in each.message.get("entities", []))
    ]


async def test_one_event_told_by_six_outlets_in_three_languages_is_one_message_that_grows(talk):
    await talk.publish(6)
    told = of_event(talk, "charter")

    assert ["sendMessage"] == [method for method, *_ in told if method == "sendMessage"]
    assert "6 outlets" in told[-1][3]


@pytest.mark.slow
async def test_it_rings_again_exactly_when_the_toll_rises(talk):
    await talk.publish(13)
    told = of_event(talk, "diafarabe")
    loud = [text for method, silent, _, text in told if method == "sendMessage" and not silent]

    assert 2 == len(loud)
    assert ("11" in loud[1], True) == (True, told[[text for *_, text in told].index(loud[1])][2])


@pytest.mark.slow
async def test_traps_do_not_ring(talk):
    waiting = talk.here.newsstand.waiting
    traps = [entry for entry in waiting if not entry.rings]
    talk.here.newsstand._entries = tuple(traps[:14])
    await talk.publish(14)

    assert (14, ()) == (talk.here.newsstand.published, talk.accepted())


@pytest.mark.slow
async def test_every_alert_of_sample_news_says_so(talk):
    await talk.publish(8)

    assert {True} == {"SAMPLE" in each.message["text"] for each in talk.accepted()}


@pytest.mark.slow
async def test_what_was_told_once_is_not_told_again_by_a_second_run(clean_settings, tmp_path, watchlist):
    async def run():
        clock = SimulatedClock(START)
        async with stage(clean_settings, clock=clock, data=tmp_path / "demo", shared=Shared(watchlist)) as here:
            here.newsstand._entries = here.newsstand._entries[:8]
            replay = Replay(here.tocsin, here.newsstand, here.sandbox, clock)
            await replay.catch_up() if here.resumed else None
            await replay.run()
            return len(here.sandbox.accepted()), await here.tocsin.store.read(lost)

    first = await run()
    second = await run()

    assert (first, 0) == (second, first[1])


@pytest.mark.slow
async def test_the_running_bot_polls_rings_and_answers_by_itself_and_stops_cleanly(clean_settings, tmp_path, watchlist):
    from bot.demonstrating import publish

    stopping = asyncio.Event()
    async with stage(clean_settings, clock=SystemClock(), data=tmp_path / "demo", shared=Shared(watchlist)) as here:
        running = asyncio.create_task(here.tocsin.run(stopping))
        publishing = asyncio.create_task(publish(here.tocsin, here.newsstand, clock=SystemClock()))
        await here.sandbox.wait_for(
            lambda: any("SAMPLE" in m.get("text", "") for m in here.sandbox.messages(READER)), within_s=20
        )
        here.sandbox.say(READER, "/status")
        await here.sandbox.wait_for(
            lambda: any("Last poll" in m.get("text", "") for m in here.sandbox.messages(READER)), within_s=20
        )
        stopping.set()
        await asyncio.wait_for(running, 20)
        publishing.cancel()

        assert 0 == await here.tocsin.store.read(lost)


async def test_upkeep_prunes_copies_and_tells_admins_once(talk, tmp_path):
    await talk.store.write(set_member, READER, role="owner", now=talk.clock.now())
    upkeep = talk.here.tocsin.upkeep
    first, second = await upkeep.nightly(), await upkeep.nightly()
    copy = await upkeep.back_up()
    await talk.settle()

    assert (1, 0, 0o600) == (first, second, copy.stat().st_mode & 0o777)
    assert "lost" in talk.sandbox.messages(READER)[-1]["text"]
    assert 0 == await upkeep.prune()
    assert 0 == await upkeep.watch_silence()


async def test_the_nightly_line_counts_the_last_day_alone(talk):
    await talk.store.write(set_member, READER, role="owner", now=talk.clock.now())
    await talk.publish(2)
    talk.clock.advance_to(talk.clock.now() + timedelta(hours=30))
    await talk.here.tocsin.upkeep.nightly()
    await talk.settle()
    empty = talk.sandbox.messages(READER)[-1]["text"]
    talk.clock.advance_to(talk.clock.now() + timedelta(hours=24))
    await talk.publish(3)
    await talk.here.tocsin.upkeep.nightly()
    await talk.settle()
    full = talk.sandbox.messages(READER)[-1]["text"]

    assert empty.startswith("Tocsin, the last 24 hours: 0 entries read, 0 matched, 0 stories, 0 sent, 0 possibly")
    assert full.startswith("Tocsin, the last 24 hours: 3 entries read, 3 matched")


@pytest.mark.slow
async def test_admins_hear_once_of_a_feed_that_fell_silent(talk):
    await talk.store.write(set_member, READER, role="owner", now=talk.clock.now())
    await talk.publish(1)
    talk.clock.advance(30 * 3600)
    replay = Replay(talk.here.tocsin, talk.here.newsstand, talk.sandbox, talk.clock)
    await replay._poll("west-africa-desk")
    feeds = {feed.outlet.key: feed.state.value for feed in await talk.store.read(list_feeds)}
    told = [await talk.here.tocsin.upkeep.watch_silence() for _ in range(2)]

    assert ("silent", [1, 0]) == (feeds["sample:west-africa-desk"], told)


def test_every_job_that_is_scheduled_has_a_loop():
    from bot.app import ROLES

    assert {job.name for job in all_jobs()} <= set(ROLES["all"])


def entry(event, *, rings=True, number=1):
    return SampleEntry(event, rings, number, 0, "o", f"Titre {event}", "")


def accepted(seq, event, *, method="sendMessage", silent=False, reply=False, number=1):
    message = {"entities": [{"url": f"http://127.0.0.1:1/o/{event}-{number}"}], "text": ""}
    message |= {"silent": True} if silent else {}
    message |= {"reply_to_message": {}} if reply else {}
    return Accepted(seq, "", method, READER, seq, message)


def caught_up(seq, *events):
    urls = [{"url": f"http://127.0.0.1:1/o/{event}-1"} for event in events]
    text = "\n".join(["While you slept", *(f"{number}. Titre" for number in range(1, len(events) + 1))])
    return Accepted(seq, "", "sendMessage", READER, seq, {"entities": urls, "text": text})


@pytest.mark.parametrize(
    ("received", "missing", "swallowed", "repeated", "false_alarms"),
    [
        ([accepted(1, "a"), accepted(2, "b")], (), (), (), ()),
        ([accepted(1, "a")], ("b",), (), (), ()),
        ([accepted(1, "a"), accepted(2, "a", number=2), accepted(3, "b")], (), (), ("a",), ()),
        ([accepted(1, "a"), accepted(2, "a"), accepted(3, "b")], (), (), (), ()),
        ([accepted(1, "a"), accepted(2, "b"), accepted(3, "trap")], (), (), (), ("Titre trap",)),
        ([accepted(1, "a"), accepted(2, "b", method="editMessageText")], (), ("b",), (), ()),
        ([accepted(1, "a"), accepted(2, "b", reply=True)], (), ("b",), (), ()),
        ([caught_up(1, "a", "b")], (), (), (), ()),
        ([caught_up(1, "a", "trap"), accepted(2, "b")], (), (), (), ("Titre trap",)),
        (
            [
                accepted(1, "a"),
                accepted(2, "a", reply=True),
                accepted(3, "a", silent=True, reply=True),
                accepted(4, "b"),
            ],
            (),
            (),
            (),
            (),
        ),
    ],
)
def test_the_balance_sees_what_is_missing_swallowed_doubled_or_wrong(
    received, missing, swallowed, repeated, false_alarms
):
    published = [entry("a"), entry("a", number=2), entry("b"), entry("trap", rings=False)]
    struck = compare(published, received, tables=None)

    assert (missing, swallowed) == (struck.missing, struck.swallowed)
    assert (repeated, false_alarms) == (struck.repeated, struck.false_alarms)
    assert (not (missing or swallowed or repeated or false_alarms)) is struck.holds


async def test_the_balance_of_a_replay_holds(talk):
    await talk.publish(20)
    struck = await strike_balance(talk.here.tocsin, talk.here.newsstand, sandbox=talk.sandbox)
    tables = await talk.store.read(balance)

    assert (True, 20, 20) == (struck.holds, struck.published, tables.entries)


def demo(*words, **variables):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    return subprocess.run(
        [sys.executable, "-m", "bot.cli.main", "demo", "--once", *words],
        capture_output=True,
        text=True,
        env={**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "100", **variables},
        timeout=300,
        check=False,
    )


def figures(output):
    return {line[:26].strip(): int(line[26:]) for line in output.splitlines() if line[26:].strip().isdecimal()}


@pytest.mark.slow
@pytest.mark.parametrize("named", [False, True])
def test_the_whole_replay_rings_every_event_and_no_trap_and_a_second_one_sends_nothing(tmp_path, named):
    words = () if named else ("--data", str(tmp_path))
    variables = {"TOCSIN_DATABASE_URL": f"sqlite:///{tmp_path / 'mine.db'}"} if named else {}
    first, second = demo(*words, **variables), demo(*words, **variables)
    found = figures(first.stdout)

    assert (0, 0) == (first.returncode, second.returncode)
    assert found["events expected"] == found["alerts sent"]
    assert (152, 0, 0, 0, 0, 0, 0) == tuple(
        found[name]
        for name in (
            "entries read", "missing", "told within another", "told twice", "lost", "false alarms",
            "refused for pace (429)",
        )
    )  # fmt: skip
    assert found == figures(second.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("accepted", ["17", "30"])  # the second dies long after its clock was last noted
def test_a_replay_that_is_killed_in_the_middle_loses_nothing_and_repeats_at_most_one_a_kill(tmp_path, accepted):
    killed = demo("--data", str(tmp_path), _TOCSIN_DIE_AFTER=accepted)
    resumed = demo("--data", str(tmp_path))
    found = figures(resumed.stdout)

    assert (-signal.SIGKILL, 0) == (killed.returncode, resumed.returncode)
    assert (152, 0, 0) == (found["entries read"], found["missing"], found["lost"])
    assert found["possible repeats"] <= 1


@pytest.mark.slow
def test_a_replay_under_faults_still_balances(tmp_path):
    done = demo("--inject", "429,reset", "--data", str(tmp_path))
    found = figures(done.stdout)

    assert (0, 0, 0, True) == (done.returncode, found["missing"], found["lost"], found["possible repeats"] >= 1)


@pytest.mark.slow
def test_a_hundred_thousand_lines_stream_through_in_bounded_memory(tmp_path):
    given = tmp_path / "many.jsonl"
    with given.open("w", encoding="utf-8") as lines:
        for number in range(100_000):
            lines.write(
                json.dumps({"id": str(number), "title": f"Le marché {number} ouvre ses portes à Bamako"}) + "\n"
            )
    code = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run([sys.executable, '-m', 'bot.cli.main', 'match', sys.argv[1]], stdout=subprocess.PIPE)\n"
        "print(done.stdout.count(b'\\n'), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)"
    )
    out = subprocess.run(
        [sys.executable, "-c", code, str(given)], capture_output=True, text=True, cwd=ROOT, check=True
    ).stdout
    count, mebibytes = (int(each) for each in out.split())

    assert (100_000, True) == (count, mebibytes < 400)
