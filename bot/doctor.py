"""Examine a set-up: what is wrong, and how to mend it. Each check is a function that gives findings."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from bot.catalogue import load_entities
from bot.errors import UserError
from bot.feeds.defaults import default_feeds
from storage.database import Database
from storage.errors import StorageError
from storage.feeds import list_feeds
from storage.outbox import backlog, lost
from storage.records import FeedState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.clock import Clock
    from bot.config import Settings

# Less than this and a busy day may fill the disk before anybody looks.
_LEAST_FREE: Final = 500 * 1024 * 1024
_LATE: Final = timedelta(minutes=10)
_PACKAGES: Final = ("bot", "matchers", "storage")


@dataclass(frozen=True, slots=True)
class Finding:
    """Hold what one check found; `bad` needs mending, `warn` may be meant so."""

    subject: str
    grade: Literal["ok", "warn", "bad"]
    says: str
    remedy: str = ""


async def examine(settings: Settings, clock: Clock) -> list[Finding]:
    """Run every check and return what they found, in the order of a set-up."""
    findings = [
        *_packages(),
        *_token_settings(settings),
        *_catalogue(settings),
        *_feed_list(settings),
        *_disk(settings),
    ]
    findings += await asyncio.to_thread(lambda: list(_database(settings, clock)))
    if settings.telegram.token:
        findings.append(await _telegram(settings))
    return findings


def _packages() -> Iterator[Finding]:
    """A stranger's package of the same name on the path is imported instead of ours."""
    here = Path(__file__).parent.parent
    for name in _PACKAGES:
        spec = find_spec(name)
        origin = Path(spec.origin).parent.parent if spec and spec.origin else None
        if origin != here:
            yield Finding(
                "packages", "bad", f"{name} comes from {origin}.", "Run from another folder, or remove that package."
            )
    yield Finding("packages", "ok", "bot, matchers and storage are ours.")


def _token_settings(settings: Settings) -> Iterator[Finding]:
    if not settings.telegram.token:
        yield Finding(
            "token",
            "warn",
            "No token: alerts appear in the terminal only.",
            "Get one from @BotFather and set TOCSIN_TELEGRAM__TOKEN.",
        )
    if settings.telegram.open:
        yield Finding(
            "access",
            "warn",
            "The bot is open: anybody may use it.",
            "Unset TOCSIN_TELEGRAM__OPEN to admit by invitation.",
        )
    if not settings.feeds.contact:
        yield Finding(
            "contact", "warn", "Publishers cannot reach you.", "Set TOCSIN_FEEDS__CONTACT to a web or mail address."
        )


def _catalogue(settings: Settings) -> Iterator[Finding]:
    try:
        entities = load_entities(settings.catalogue.files)
    except UserError as error:
        yield Finding("catalogue", "bad", error.message, error.remedy)
        return
    yield Finding("catalogue", "ok", f"{len(entities)} entities.")


def _feed_list(settings: Settings) -> Iterator[Finding]:
    try:
        feeds = default_feeds(settings.feeds.file)
    except UserError as error:
        yield Finding("feed list", "bad", error.message, error.remedy)
        return
    if not any(feed.enabled for feed in feeds):
        yield Finding(
            "feed list", "bad", "No feed is enabled.", "`tocsin feeds check` tries them, `tocsin feeds add` adds one."
        )
        return
    yield Finding("feed list", "ok", f"{sum(feed.enabled for feed in feeds)} of {len(feeds)} feeds are enabled.")


def _disk(settings: Settings) -> Iterator[Finding]:
    if not settings.database_url.startswith("sqlite"):
        return
    folder = Path(settings.database_url.removeprefix("sqlite:///")).absolute().parent
    if not folder.exists():
        yield Finding("disk", "bad", f"{folder} does not exist.", "Make it, or mend TOCSIN_DATABASE_URL.")
        return
    free = shutil.disk_usage(folder).free
    grade: Literal["ok", "bad"] = "ok" if free >= _LEAST_FREE else "bad"
    yield Finding(
        "disk",
        grade,
        f"{free // 1024**2} MiB free.",
        "" if grade == "ok" else "Free some: a full disk stops the watch.",
    )


def _database(settings: Settings, clock: Clock) -> Iterator[Finding]:
    database = Database(settings.database_url)
    if database.path and not database.path.exists():
        yield Finding("database", "ok", "Not made yet; the first run makes it.")
        return
    try:
        version, newest = database.version(), database.newest_version()
        if not version:
            yield Finding("database", "ok", "Not made yet; the first run makes it.")
            return
        if version != newest:
            yield Finding(
                "database", "warn", f"Schema {version}, this program brings {newest}.", "Run `tocsin db upgrade`."
            )
            return
        yield Finding("database", "ok", f"Schema {version}.")
        yield from _contents(database, clock)
    except StorageError as error:
        yield Finding("database", "bad", error.says.format(subject=error.subject), error.remedy)
    finally:
        database.dispose()


def _contents(database: Database, clock: Clock) -> Iterator[Finding]:
    now = clock.now()
    with database.reading() as session:
        feeds = [feed for feed in list_feeds(session) if feed.enabled]
        waiting, missing = backlog(session, now=now), lost(session)
    tries = [feed.cadence.last_try for feed in feeds if feed.cadence.last_try]
    if any(moment > now + _LATE for moment in tries):
        yield Finding("clock", "bad", "Polls lie in the future.", "Set this machine's clock; use NTP.")
    sick = [feed for feed in feeds if feed.state not in {FeedState.ACTIVE, FeedState.NEW}]
    if feeds and len(sick) == len(feeds):
        yield Finding("feeds", "bad", "No feed can be read.", "Check the network, or TOCSIN_FEEDS__PROXY.")
    elif sick:
        yield Finding(
            "feeds",
            "warn",
            f"{len(sick)} of {len(feeds)} feeds are in trouble.",
            "`tocsin feeds list` says which and why.",
        )
    if waiting.oldest_due and now - waiting.oldest_due > _LATE:
        yield Finding(
            "outbox",
            "bad",
            f"{waiting.due} deliveries wait, the oldest since {waiting.oldest_due:%Y-%m-%d %H:%M}.",
            "Is `tocsin run` running?",
        )
    yield Finding(
        "lost", "ok" if not missing else "bad", f"{missing} lost.", "" if not missing else "Please report this."
    )


async def _telegram(settings: Settings) -> Finding:
    from bot.delivery.telegram import Messenger, TelegramRefused, build_application

    assert settings.telegram.token is not None, "asked only with a token"
    application = build_application(
        settings.telegram.token.get_secret_value(), base_url=settings.telegram.base_url, proxy=settings.telegram.proxy
    )
    try:
        _, name = await Messenger(application.bot).identity()
    except TelegramRefused as refused:
        return Finding("telegram", "bad", refused.message, refused.remedy)
    finally:
        await application.bot.request.shutdown()
    return Finding("telegram", "ok", f"The bot is @{name}.")
