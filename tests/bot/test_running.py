"""Show what an operator sees who starts the bot: with a token, without one, and for a demo."""

import asyncio
import io
import os
import signal
import sqlite3
from contextlib import closing

import pytest

from bot.app import assemble_poller
from bot.clock import SimulatedClock, SystemClock
from bot.config import load_settings
from bot.demonstrating import demonstrate, replay
from bot.errors import UsageError
from bot.feeds.defaults import default_feeds
from bot.running import keep_feeds, poll_round, run
from bot.sandbox.server import SANDBOX_TOKEN, Sandbox
from storage.feeds import claim_feeds

FEEDS = '[[outlet]]\nkey = "a"\nkind = "wire"\n[[outlet.feed]]\nurl = "http://10.0.0.1/feed"\n'


@pytest.fixture
def nowhere(clean_settings, monkeypatch, tmp_path):
    """Leave one feed that cannot be reached, and a reader who asks for help and then says no more."""
    (tmp_path / "feeds.toml").write_text(FEEDS)
    monkeypatch.setenv("TOCSIN_FEEDS__FILE", str(tmp_path / "feeds.toml"))
    monkeypatch.setenv("TOCSIN_WEB__LISTEN", "127.0.0.1:0")
    monkeypatch.setattr("sys.stdin", io.StringIO("/help\n"))
    return load_settings


def stop_after(seconds):
    asyncio.get_running_loop().call_later(seconds, os.kill, os.getpid(), signal.SIGINT)


@pytest.mark.slow
async def test_without_a_token_and_without_a_network_sample_news_is_shown_and_marked(nowhere, capsys, tmp_path):
    stop_after(12)
    await run(nowhere(), role="all")
    shown = capsys.readouterr().out

    assert [True] * 6 == [
        words in shown
        for words in (
            "without a token",
            "TOCSIN_TELEGRAM__TOKEN",
            "/page?key=",
            "/watch",
            "No feed can be reached",
            "SAMPLE · ",
        )
    ]
    assert not (tmp_path / "tocsin.db").exists()


@pytest.mark.slow
async def test_with_a_token_no_sample_news_is_shown_or_sent_and_the_owner_is_invited(nowhere, monkeypatch, capsys):
    async with Sandbox(SystemClock()).open() as telegram:
        monkeypatch.setenv("TOCSIN_TELEGRAM__TOKEN", SANDBOX_TOKEN)
        monkeypatch.setenv("TOCSIN_TELEGRAM__BASE_URL", telegram.base_url)
        stop_after(9)
        await run(nowhere(), role="all")
        said = capsys.readouterr()

        assert () == telegram.accepted()
    assert ("?start=claim-" in said.err, "SAMPLE" in said.out + said.err) == (True, False)
    assert SANDBOX_TOKEN not in said.out + said.err


@pytest.mark.slow
async def test_beside_a_token_a_page_is_served_only_when_asked_for_and_talks_to_a_bot_of_its_own(
    nowhere, monkeypatch, capsys, tmp_path
):
    async with Sandbox(SystemClock()).open() as telegram:
        monkeypatch.setenv("TOCSIN_TELEGRAM__TOKEN", SANDBOX_TOKEN)
        monkeypatch.setenv("TOCSIN_TELEGRAM__BASE_URL", telegram.base_url)
        monkeypatch.setenv("TOCSIN_DATABASE_URL", f"sqlite:///{tmp_path}/real.db")
        stop_after(6)
        await run(nowhere(), role="all")
        without = capsys.readouterr().err
        monkeypatch.setenv("TOCSIN_WEB__PAGE", "true")
        stop_after(20)
        await run(nowhere(), role="all")

        assert () == telegram.accepted()
    assert (False, True) == ("/page?key=" in without, "/page?key=" in capsys.readouterr().err)
    with closing(sqlite3.connect(tmp_path / "real.db")) as real:
        assert [] == real.execute("SELECT url FROM feeds WHERE url LIKE '%127.0.0.1%'").fetchall()


@pytest.mark.slow
async def test_the_demo_rings_and_takes_commands_in_the_terminal(clean_settings, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("/start\n1\n"))
    monkeypatch.setenv("TOCSIN_WEB__LISTEN", "127.0.0.1:0")
    stop_after(16)
    await demonstrate(load_settings(), data=None)
    shown = capsys.readouterr().out

    assert [True] * 4 == [words in shown for words in ("/page?key=", "SAMPLE · ", "Which language", "balance")]


@pytest.mark.slow
async def test_a_replay_prints_alerts_and_a_balance_that_holds(clean_settings, capsys, tmp_path):
    held = await replay(clean_settings, data=tmp_path / "demo", faults=("429",))
    shown = capsys.readouterr().out

    assert (True, True) == (held, "othing was lost" in shown)


@pytest.mark.slow
async def test_one_round_of_polling_says_what_each_feed_came_to(nowhere):
    (report,) = await poll_round(nowhere(), [])

    assert ("http://10.0.0.1/feed", "refused-address") == (report.feed, report.result)


@pytest.mark.slow
async def test_a_feed_that_nobody_added_is_not_polled_in_silence(nowhere):
    with pytest.raises(UsageError, match=r"http://10\.0\.0\.9/feed is no feed of ours"):
        await poll_round(nowhere(), ["http://10.0.0.9/feed"])


@pytest.mark.slow
async def test_a_start_takes_up_what_a_killed_process_had_claimed(nowhere):
    clock = SimulatedClock(SystemClock().now())
    settings = nowhere()
    async with assemble_poller(settings, clock=clock) as poller:
        await poller.store.write(keep_feeds, default_feeds(settings.feeds.file), clock=clock)
        await poller.store.write(claim_feeds, now=clock.now(), limit=9, lease_s=86_400, holder="dead")
        clock.advance(600)
        before = await poller.poll_due()
        await poller.settle_in()
        after = await poller.poll_due()

    assert (0, 1) == (len(before), len(after))


def test_the_simulated_clock_only_moves_forward():
    clock = SimulatedClock(SystemClock().now())
    before = clock.now()
    clock.advance(-5)
    clock.advance_to(before)

    assert before == clock.now()
