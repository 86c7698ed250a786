"""Show that the doctor names each fault with its remedy."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import SimulatedClock
from bot.config import Settings, load_settings
from bot.doctor import examine
from bot.sandbox.server import SANDBOX_TOKEN, Sandbox
from storage.database import Database
from storage.feeds import add_feed, claim_feeds, record_poll
from storage.records import Cadence, FeedSpec, FeedState, OutletSpec, PollOutcome

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)


async def findings(settings):
    return {each.subject: each for each in await examine(settings, SimulatedClock(NOW))}


async def test_an_empty_folder_is_sound_but_for_what_is_not_set(clean_settings):
    found = await findings(clean_settings)

    assert {"token": "warn", "contact": "warn"} == {
        name: each.grade for name, each in found.items() if each.grade != "ok"
    }


@pytest.mark.parametrize(
    ("name", "value", "subject", "remedy"),
    [
        ("TOCSIN_CATALOGUE__FILES", "none.toml", "catalogue", "Give a TOML file"),
        ("TOCSIN_FEEDS__FILE", "none.toml", "feed list", "TOCSIN_FEEDS__FILE"),
        ("TOCSIN_DATABASE_URL", "sqlite:////no/such/place/t.db", "disk", "TOCSIN_DATABASE_URL"),
        ("TOCSIN_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none", "database", "TOCSIN_DATABASE_URL"),
    ],
)
async def test_a_setting_that_leads_nowhere_is_bad(clean_settings, monkeypatch, name, value, subject, remedy):
    monkeypatch.setenv(name, value)
    found = (await findings(load_settings()))[subject]

    assert ("bad", True) == (found.grade, remedy in found.remedy)


async def test_an_open_bot_and_a_list_without_feeds_are_told(clean_settings, monkeypatch, tmp_path):
    (tmp_path / "f.toml").write_text(
        '[[outlet]]\nkey = "a"\nkind = "wire"\n[[outlet.feed]]\nurl = "https://example.org/a"\nenabled = false\n'
    )
    monkeypatch.setenv("TOCSIN_FEEDS__FILE", str(tmp_path / "f.toml"))
    monkeypatch.setenv("TOCSIN_TELEGRAM__OPEN", "true")
    found = await findings(load_settings())

    assert ("warn", "bad") == (found["access"].grade, found["feed list"].grade)


async def test_a_damaged_database_is_bad(clean_settings, tmp_path):
    (tmp_path / "tocsin.db").write_bytes(b"nonsense" * 1000)

    assert "bad" == (await findings(clean_settings))["database"].grade


async def test_a_schema_of_another_version_is_told(clean_settings, tmp_path):
    database = Database(clean_settings.database_url)
    database.upgrade()
    with database.transaction() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    database.dispose()

    assert "tocsin db upgrade" in (await findings(clean_settings))["database"].remedy


async def test_what_the_tables_know_is_told_too(clean_settings):
    database = Database(clean_settings.database_url)
    database.upgrade()
    with database.transaction() as session:
        add_feed(session, FeedSpec("https://example.org/f", OutletSpec("e", "E")), now=NOW)
        (feed,) = claim_feeds(session, now=NOW, limit=1, lease_s=60, holder="t")
        record_poll(
            session,
            PollOutcome(
                feed.id, feed.lease_token, NOW, FeedState.FAILING, "http", NOW, 500, "answered 500", "", "", "", baseline=True,
                cadence=Cadence(last_try=NOW + timedelta(days=1)),
            ),
        )  # fmt: skip
    database.dispose()
    found = await findings(clean_settings)

    assert ("bad", "bad", "ok") == (found["clock"].grade, found["feeds"].grade, found["lost"].grade)


async def test_a_token_is_tried(clean_settings, monkeypatch):
    async with Sandbox(SimulatedClock(NOW)).open() as sandbox:
        monkeypatch.setenv("TOCSIN_TELEGRAM__BASE_URL", sandbox.base_url)
        monkeypatch.setenv("TOCSIN_TELEGRAM__TOKEN", SANDBOX_TOKEN)
        right = (await findings(load_settings()))["telegram"]
        monkeypatch.setenv("TOCSIN_TELEGRAM__TOKEN", "1:wrong")
        wrong = (await findings(load_settings()))["telegram"]

    assert ("ok", "bad", True) == (right.grade, wrong.grade, "@BotFather" in wrong.remedy)
    assert SANDBOX_TOKEN not in repr(Settings())
