"""Open a database, give out transactions, translate what goes wrong."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool
from sqlmodel import Session

from storage.dialect import (
    enter_wal,
    integrity_problem,
    lock_migrations,
    lock_placements,
    may_create,
    prepare_sqlite,
    truncate_log,
)
from storage.errors import (
    DatabaseBusy,
    DatabaseCorrupt,
    DatabaseHeld,
    DatabaseNewer,
    DatabaseOlder,
    DatabaseReadOnly,
    DatabaseUnavailable,
    DiskFull,
    StorageError,
)
from storage.migrating import Migrations, version_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

__all__ = ["Database", "Session"]

# fragments of SQLite's own messages -> what they mean to an operator
_SQLITE_MEANS: Final = (
    ("locked", DatabaseBusy),
    ("busy", DatabaseBusy),
    ("readonly", DatabaseReadOnly),
    ("read-only", DatabaseReadOnly),
    ("disk is full", DiskFull),
    ("malformed", DatabaseCorrupt),
    ("not a database", DatabaseCorrupt),
    ("unable to open", DatabaseUnavailable),
    ("no such table", DatabaseOlder),
)
# What people write, and where they go, stays out of copies.
_NOT_COPIED: Final = ("inbox", "area_places", "areas")
# PostgreSQL's classes of error codes (appendix A of its manual)
_POSTGRES_MEANS: Final = (
    ("53100", DiskFull),
    ("25006", DatabaseReadOnly),
    ("42501", DatabaseReadOnly),
    ("42P01", DatabaseOlder),
    ("08", DatabaseUnavailable),
    ("57P", DatabaseUnavailable),
)


class Database:
    """Hold one SQLite file or one PostgreSQL database; each call to it is one short transaction."""

    def __init__(self, url: str, *, busy_timeout_s: float = 10.0, migrations: Migrations | None = None) -> None:
        self._url = make_url(_with_driver(url))
        self.subject = self._url.database or ":memory:" if self.is_sqlite else self._url.render_as_string()
        self._engine = self._make_engine(busy_timeout_s)
        self._hold: int | None = None
        self._migrations = migrations or Migrations()

    @property
    def is_sqlite(self) -> bool:
        """Say whether this is a SQLite file."""
        return self._url.get_backend_name() == "sqlite"

    @property
    def path(self) -> Path | None:
        """Return the file of a SQLite database."""
        return Path(self._url.database) if self.is_sqlite and self._url.database else None

    def _make_engine(self, busy_timeout_s: float) -> Engine:
        if not self.is_sqlite:
            return create_engine(self._url, pool_pre_ping=True, pool_size=6, max_overflow=2)
        engine = create_engine(self._url, poolclass=QueuePool, pool_size=6, connect_args={"check_same_thread": False})
        prepare_sqlite(engine, busy_timeout_s)
        return engine

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Give a session that writes; commit at the end, roll back on any error."""
        with self._translated(), Session(self._engine) as session, session.begin():
            session.connection()  # begin now: on SQLite the writer is ours from here on
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that reads one snapshot and never waits for the writer."""
        with (
            self._translated(),
            self._engine.connect() as connection,
            Session(connection.execution_options(tocsin_reading=True), expire_on_commit=False) as session,
        ):
            yield session
            session.expunge_all()  # what was read is never written
            session.commit()  # after a ROLLBACK psycopg throws all prepared statements away (its PrepareManager)

    def placement_lock(self, session: Session) -> None:
        """Make placement serial across all processes until the session's transaction ends."""
        lock_placements(session)

    def upgrade(self, *, only_pre: bool = False) -> None:
        """Bring the schema to this program's version, after a copy of a SQLite file; refuse one that is newer.

        `only_pre` stops before the first migration that processes of the version before would not survive.
        """
        with self._translated():
            self._make_ready()
            self._copy_before(only_pre=only_pre)
            with self._engine.begin() as connection:
                lock_migrations(connection)
                self._refuse_newer(connection)
                current = version_of(connection)
                goal = self._migrations.goal(current, only_pre=only_pre)
                if goal != current:
                    self._migrations.apply(connection, goal)

    def open(self) -> None:
        """Make the schema fit to work with: upgrade it, unless it is newer and still bears this program."""
        with self._translated():
            self._make_ready()
            with self._engine.connect() as connection:
                ahead = not self._migrations.knows(version_of(connection)) and self._migrations.bears_us(connection)
        if not ahead:
            self.upgrade()

    def _make_ready(self) -> None:
        if self.path:
            self._make_private(self.path)
            enter_wal(self._engine)

    def _copy_before(self, *, only_pre: bool) -> None:
        """Copy a SQLite file that is about to be migrated: FILE.before-VERSION.backup."""
        current = self.version()
        if not self.path or not current or not self._migrations.knows(current):
            return
        goal = self._migrations.goal(current, only_pre=only_pre)
        if goal != current:
            self.back_up(self.path.with_name(f"{self.path.stem}.before-{goal}.backup"))

    def version(self) -> str:
        """Return the schema's version, "" for an empty database."""
        with self._translated(), self._engine.connect() as connection:
            return version_of(connection)

    def newest_version(self) -> str:
        """Return the version that this program brings."""
        return self._migrations.newest

    def knows(self, version: str) -> bool:
        """Say whether a schema's version is one that this program brings."""
        return self._migrations.knows(version)

    def may_create(self) -> bool:
        """Say whether this user may make tables; on SQLite whoever may write the file."""
        with self._translated(), self._engine.connect() as connection:
            return may_create(connection)

    def check(self) -> None:
        """Raise DatabaseCorrupt when SQLite's own check finds damage, DatabaseNewer for a newer schema."""
        with self.reading() as session:
            problem = integrity_problem(session)
            self._refuse_newer(session.connection())
        if problem:
            raise DatabaseCorrupt(self.subject, problem)

    def hold(self) -> None:
        """Claim a SQLite file for this process; raise DatabaseHeld with the holder's process id.

        The claim is a lock of the operating system on `FILE.lock`, so that it ends
        with the process however that ends.
        """
        if not self.path or self._hold is not None:
            return
        claim = self.path.with_name(f"{self.path.name}.lock")
        self._make_private(claim)
        lock = os.open(claim, os.O_RDWR)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(lock, 64).decode().strip()
            os.close(lock)
            raise DatabaseHeld(self.subject, f"process {holder}" if holder else "") from None
        os.ftruncate(lock, 0)
        os.write(lock, f"{os.getpid()}\n".encode())
        self._hold = lock

    def empty_log(self) -> None:
        """Move a SQLite write-ahead log into its file and cut it to nothing, so that it holds no older pages."""
        if self.is_sqlite:
            with self._translated():
                truncate_log(self._engine)

    def dispose(self) -> None:
        """Close every connection and give a held file back."""
        self._engine.dispose()
        if self._hold is not None:
            os.close(self._hold)
            self._hold = None

    def back_up(self, target: Path) -> None:
        """Copy a running SQLite database to a new file that only this user can read."""
        if not self.path:
            raise StorageError(self.subject, "only SQLite is copied here; use pg_dump for PostgreSQL")
        part = target.with_name(f"{target.name}.part")
        part.unlink(missing_ok=True)
        self._make_private(part)
        with self._translated(), sqlite3.connect(self.path) as source, sqlite3.connect(part) as copy:
            source.backup(copy, pages=256)
            there = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            for private in there.intersection(_NOT_COPIED):  # an older schema has not all of them
                copy.execute(f"DELETE FROM {private}")  # noqa: S608 - names of our own
        copy.close()
        source.close()
        part.replace(target)  # a copy that was cut short never stands under the name of a whole one

    def _make_private(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        except PermissionError as error:
            raise DatabaseReadOnly(str(path)) from error
        except OSError as error:
            kind = DatabaseReadOnly if error.errno == 30 else DatabaseUnavailable  # 30: EROFS
            raise kind(str(path), error.strerror or "") from error

    def _refuse_newer(self, connection: Connection) -> None:
        current = version_of(connection)
        if not self._migrations.knows(current):
            raise DatabaseNewer(self.subject, current)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise self._meaning(error) from error
        except sqlite3.Error as error:
            raise self._sqlite_meaning(str(error)) from error

    def _meaning(self, error: DBAPIError) -> Exception:
        if self.is_sqlite:
            return self._sqlite_meaning(str(error.orig)) if error.orig else error
        code = getattr(error.orig, "sqlstate", None) or ("08000" if error.connection_invalidated else "")
        if not code and type(error.orig).__name__ == "OperationalError":
            code = "08000"  # psycopg gives no code when it could not connect at all
        for start, kind in _POSTGRES_MEANS:
            if code.startswith(start):
                return kind(self.subject)
        return error

    def _sqlite_meaning(self, says: str) -> Exception:
        for fragment, kind in _SQLITE_MEANS:
            if fragment in says.lower():
                return kind(self.subject)
        return StorageError(self.subject, says)


def _with_driver(url: str) -> str:
    for scheme in ("postgresql://", "postgres://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url
