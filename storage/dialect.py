"""Say what differs between SQLite and PostgreSQL; the only place with textual SQL."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import column, event, func, select, text
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Engine
    from sqlalchemy import Table as SqlTable
    from sqlmodel import Session

    from storage.tables import Table

# One lock for all placements of all processes; any constant of our own will do.
_PLACEMENT_LOCK: Final = 7_061_990
_MIGRATION_LOCK: Final = 7_061_991


def is_sqlite(session: Session) -> bool:
    """Say whether a session talks to SQLite."""
    return session.get_bind().dialect.name == "sqlite"


def prepare_sqlite(engine: Engine, busy_timeout_s: float) -> None:
    """Set each SQLite connection up and let us begin transactions ourselves."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        # pysqlite begins transactions by itself and late; we say BEGIN IMMEDIATE instead.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {int(busy_timeout_s * 1000)}")
        cursor.execute("PRAGMA foreign_keys = ON")  # off by default in SQLite
        cursor.execute("PRAGMA secure_delete = ON")  # what is wiped is overwritten, not only unlinked
        cursor.execute("PRAGMA synchronous = FULL")  # "sent" must survive a power cut, or it is sent again
        cursor.execute("PRAGMA temp_store = MEMORY")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        options = connection.get_execution_options()
        connection.exec_driver_sql("BEGIN" if options.get("tocsin_reading") else "BEGIN IMMEDIATE")


def enter_wal(engine: Engine) -> None:
    """Turn the write-ahead log on, so that readers do not wait for the writer; the file remembers it."""
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA journal_mode = WAL")
    finally:
        raw.close()


def truncate_log(engine: Engine) -> None:
    """Check the write-ahead log point and truncate it; readers that hold it are waited for."""
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        raw.close()


def lock_placements(session: Session) -> None:
    """Make placement serial until the transaction ends; on SQLite the writer is alone already."""
    if not is_sqlite(session):
        # SQLAlchemy has no word for advisory locks.
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _PLACEMENT_LOCK})


def lock_migrations(connection: Connection) -> None:
    """Let one process migrate at a time until the transaction ends; on SQLite the writer is alone already."""
    if connection.dialect.name != "sqlite":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})


def insert_new(session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert rows of the same columns, leave out those that a unique key already holds, return how many were new."""
    if not rows:
        return 0
    insert = _insert(table, on_sqlite=is_sqlite(session)).execution_options(preserve_rowcount=True)
    return session.connection().execute(insert, [dict(row) for row in rows]).rowcount


@lru_cache
def _insert(table: type[Table], *, on_sqlite: bool) -> Any:
    """Return the statement, built once, that inserts a row unless a unique key already holds it."""
    insert = sqlite.insert(table) if on_sqlite else postgresql.insert(table)
    return insert.on_conflict_do_nothing()


def insert_returning(
    session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]], *, columns: Sequence[str]
) -> list[Any]:
    """Insert rows in few statements, leave out those that a unique key already holds, return columns of the new ones."""
    if not rows:
        return []
    wanted = (getattr(table, name) for name in columns)
    new = _insert(table, on_sqlite=is_sqlite(session)).returning(*wanted)
    return list(session.connection().execute(new, [dict(row) for row in rows]))


def insert_one(session: Session, table: type[Table], *, row: Mapping[str, Any]) -> int | None:
    """Insert a numbered row and return its id; None when a unique key already holds it."""
    insert = _insert(table, on_sqlite=is_sqlite(session)).returning(column("id"))
    made: int | None = session.connection().execute(insert, dict(row)).scalar()
    return made


def insert_or_update(
    session: Session,
    table: type[Table],
    *,
    row: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    key: Sequence[str],
    change: Sequence[str],
) -> None:
    """Insert a row, or several, or set the columns of `change` where `key` already stands."""
    insert = sqlite.insert(table) if is_sqlite(session) else postgresql.insert(table)
    new = insert.excluded
    update = insert.on_conflict_do_update(index_elements=list(key), set_={name: new[name] for name in change})
    session.connection().execute(update, dict(row) if isinstance(row, Mapping) else [dict(each) for each in row])


def skip_locked(session: Session, query: Any, *, of: type[Table]) -> Any:
    """Let several processes claim different rows; on SQLite the writer is alone already."""
    return query if is_sqlite(session) else query.with_for_update(of=of, skip_locked=True)


def hour_of(session: Session, moment: Any) -> Any:
    """Return the hour of a stored time as text, `2026-03-01 06`, UTC."""
    if is_sqlite(session):
        return func.substr(moment, 1, 13)
    return func.to_char(func.timezone("UTC", moment), "YYYY-MM-DD HH24")


def integrity_problem(session: Session) -> str:
    """Return what SQLite's own check finds wrong, or ""."""
    if not is_sqlite(session):
        return ""
    found = session.connection().execute(text("PRAGMA quick_check(1)")).scalar()  # no other way to ask SQLite
    return "" if found == "ok" else str(found)


def may_create(connection: Connection) -> bool:
    """Say whether this user may make tables where they would be made; SQLite asks the file alone."""
    if connection.dialect.name == "sqlite":
        return True
    # SQLAlchemy has no word for rights.
    return bool(connection.execute(text("SELECT has_schema_privilege(current_schema(), 'CREATE')")).scalar())


def number_on(connection: Connection, tables: Sequence[SqlTable]) -> None:
    """Let PostgreSQL number new rows after copied ones; SQLite does so by itself."""
    if connection.dialect.name == "sqlite":
        return
    for table in tables:
        key = list(table.primary_key.columns)
        if len(key) > 1 or key[0].autoincrement is False or key[0].type.python_type is not int:
            continue
        named = {"table": table.name, "column": key[0].name}
        # SQLAlchemy has no word for the sequence that a column owns.
        sequence = connection.execute(text("SELECT pg_get_serial_sequence(:table, :column)"), named).scalar()
        highest = connection.execute(select(func.max(key[0]))).scalar()
        if sequence and highest:
            connection.execute(text("SELECT setval(:sequence, :highest)"), {"sequence": sequence, "highest": highest})
