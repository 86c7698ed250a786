"""Check the database and what it knows: schema, rights, clock, feeds, people, outbox, backups."""

from __future__ import annotations

from datetime import timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from bot.alarms import LATE_DELIVERY
from bot.checks.finding import Finding, bad, ok, warn
from bot.upkeep import backups_of
from storage.chats import chats, members
from storage.database import Database
from storage.errors import (
    DatabaseBusy,
    DatabaseCorrupt,
    DatabaseHeld,
    DatabaseNewer,
    DatabaseReadOnly,
    DatabaseUnavailable,
    StorageError,
)
from storage.feeds import list_feeds
from storage.figures import figures
from storage.records import FeedState
from storage.restoring import restored
from storage.terms import watched_chats

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from bot.clock import Clock
    from bot.config import Settings
    from storage.database import Session

_OTHERS: Final = 0o077
_AHEAD: Final = timedelta(minutes=10)
_BACKUP_LATE: Final = timedelta(hours=36)
_CODES: Final = {
    DatabaseUnavailable: "database.away",
    DatabaseBusy: "database.busy",
    DatabaseCorrupt: "database.damaged",
    DatabaseReadOnly: "database.read-only",
}
_SOUND: Final = frozenset({FeedState.ACTIVE, FeedState.NEW, FeedState.PAUSED})


def is_running(settings: Settings) -> bool:
    """Say whether a Tocsin works on a SQLite database now; another process could not hold it then."""
    database = Database(settings.database_url)
    if not database.path or not database.path.exists():
        return False
    try:
        database.hold()
    except DatabaseHeld:
        return True
    except OSError:  # we may not write there; that is found elsewhere
        return False
    finally:
        database.dispose()
    return False


def check_data(settings: Settings, clock: Clock, *, running: bool) -> Iterator[Finding]:
    """Find what is wrong with the database and with what stands in it."""
    if not settings.database_url.startswith("sqlite") and find_spec("psycopg") is None:
        yield bad(
            "database.driver",
            "PostgreSQL's driver is not installed.",
            remedy="Install it: pip install 'tocsin[postgres]'.",
        )
        return
    database = Database(settings.database_url)
    try:
        if database.path and not database.path.exists():
            yield ok("database", "Not made yet; the first run makes it.")
            return
        yield from _schema(database)
        if database.version() == database.newest_version():
            yield from _contents(settings, database, clock=clock, running=running)
    except StorageError as error:
        code = _CODES.get(type(error), "database.failed")
        yield bad(code, error.says.format(subject=error.subject), remedy=error.remedy)
    finally:
        database.dispose()


def _schema(database: Database) -> Iterator[Finding]:
    version, newest = database.version(), database.newest_version()
    if not version and not database.may_create():
        yield bad(
            "database.rights",
            f"This user may not make tables in {database.subject}.",
            remedy="GRANT CREATE, USAGE ON SCHEMA public to it, or let it own the database.",
        )
    elif not version:
        yield ok("database", "Not made yet; the first run makes it.")
    elif version == newest:
        yield ok("database", f"Schema {version}.")
    elif database.knows(version):
        yield warn(
            "database.older", f"Schema {version}, this program brings {newest}.", remedy="Run `tocsin db upgrade`."
        )
    else:
        yield bad("database.newer", DatabaseNewer.says.format(subject=database.subject), remedy=DatabaseNewer.remedy)
    if database.path and database.path.stat().st_mode & _OTHERS:
        yield warn("database.readable", f"{database.path} can be read by others.", remedy=f"chmod 600 {database.path}")


def _contents(settings: Settings, database: Database, *, clock: Clock, running: bool) -> Iterator[Finding]:
    now = clock.now()
    database.check()
    with database.reading() as session:
        yield from _feeds(session, now)
        yield from _people(session, settings)
        yield from _outbox(session, now, running=running)
    if database.path:
        yield from _backups(database.path, now)


def _feeds(session: Session, now: datetime) -> Iterator[Finding]:
    feeds = [feed for feed in list_feeds(session) if feed.enabled]
    tries = [feed.cadence.last_try for feed in feeds if feed.cadence.last_try]
    if any(moment > now + _AHEAD for moment in tries):
        yield bad("clock.behind", "Polls lie in the future.", remedy="Set this machine's clock; use NTP.")
    sick = [feed for feed in feeds if feed.state not in _SOUND]
    if feeds and len(sick) == len(feeds):
        yield bad("feeds.none", "No feed can be read.", remedy="Check the network, or TOCSIN_FEEDS__PROXY.")
    elif sick:
        says = f"{len(sick)} of {len(feeds)} feeds are in trouble."
        yield warn("feeds.trouble", says, remedy="`tocsin feeds list` says which and why.")


def _people(session: Session, settings: Settings) -> Iterator[Finding]:
    if not settings.telegram.token:
        return
    if not settings.telegram.open and not settings.telegram.admins and not members(session):
        yield bad(
            "people.no-admin",
            "Nobody runs this closed bot, so nobody is answered.",
            remedy="Open the link that `tocsin run` prints, or set TOCSIN_TELEGRAM__ADMINS to your user id.",
        )
    known = chats(session)
    active = [chat for chat in known if chat.status == "active"]
    if not active:
        yield warn("people.no-chat", "The bot writes to nobody yet.", remedy="Open it on Telegram and press Start.")
    elif not watched_chats(session):
        yield warn(
            "people.no-term", "No chat watches anything.", remedy="Send the bot /watch, or /start for a ready choice."
        )
    gone = sum(chat.status == "closed" for chat in known)
    if gone > len(known) // 2 and gone > 2:
        says = f"{gone} of {len(known)} chats take no messages any more."
        yield warn("people.gone", says, remedy="Was the bot blocked or banned? `deploy/README.md` says how to move.")


def _outbox(session: Session, now: datetime, *, running: bool) -> Iterator[Finding]:
    standing = figures(session, now=now)
    oldest = standing.leaving.oldest
    if oldest and now - oldest > LATE_DELIVERY:
        yield bad(
            "outbox.late",
            f"{standing.deliveries.get('due', 0)} deliveries wait, the oldest since {oldest:%Y-%m-%d %H:%M}.",
            remedy="See the log for what Telegram answers." if running else "Start `tocsin run`.",
        )
    copy = restored(session)
    if copy and copy.held:
        yield warn(
            "outbox.restored",
            f"{copy.held} deliveries of a restored backup wait for your word.",
            remedy="`tocsin run --after-restore send` or `drop`.",
        )
    if standing.lost:
        yield bad("lost.some", f"{standing.lost} lost.", remedy="Please report this.")
    else:
        yield ok("lost", "0 lost.")


def _backups(path: Path, now: datetime) -> Iterator[Finding]:
    kept = backups_of(path)
    if any(copy.stat().st_mode & _OTHERS for copy in kept):
        yield bad("backup.readable", "A backup can be read by others.", remedy=f"chmod 600 {path.stem}-*.backup")
    if kept and now.timestamp() - max(copy.stat().st_mtime for copy in kept) > _BACKUP_LATE.total_seconds():
        yield warn(
            "backup.old", "The newest nightly copy is older than a day and a half.", remedy="Is `tocsin run` running?"
        )
