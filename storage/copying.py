"""Copy a whole database into another one: how a bot moves from SQLite to PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import func, insert, inspect, select

from storage import chat_tables, output_tables  # noqa: F401 - their tables belong to the metadata
from storage.dialect import number_on
from storage.errors import StorageError
from storage.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Table as SqlTable
    from sqlmodel import Session

    from storage.database import Database

# Rows a statement: with thirty columns well under the 65,535 parameters that PostgreSQL takes.
_AT_ONCE: Final = 500


def copy_all(source: Database, target: Database) -> dict[str, int]:
    """Copy every row of every table in one transaction of the target; return how many rows each table had.

    Both must be of this program's version, and the target empty: what cannot be merged is not guessed at.
    """
    target.upgrade()
    copied: dict[str, int] = {}
    with source.reading() as reading, target.transaction() as writing:
        _refuse_unlike(reading, source)
        _refuse_full(writing, target)
        for table in Table.metadata.sorted_tables:
            copied[table.name] = _copy(reading, writing, table=table)
        number_on(writing.connection(), Table.metadata.sorted_tables)
    return copied


def _copy(reading: Session, writing: Session, *, table: SqlTable) -> int:
    writing.connection().execute(table.delete())  # what the migration itself wrote: the fact `schema`
    count = 0
    for rows in _rows(reading, table):
        writing.connection().execute(insert(table), rows)
        count += len(rows)
    return count


def _rows(reading: Session, table: SqlTable) -> Iterator[list[dict[str, object]]]:
    ordered = select(table).order_by(*table.primary_key.columns)
    found = reading.connection().execution_options(stream_results=True).execute(ordered).mappings()
    for part in found.partitions(_AT_ONCE):
        yield [dict(row) for row in part]


def _refuse_unlike(reading: Session, source: Database) -> None:
    missing = {table.name for table in Table.metadata.sorted_tables} - set(
        inspect(reading.connection()).get_table_names()
    )
    if missing:
        raise StorageError(source.subject, "is of an older version; run `tocsin db upgrade` first")


def _refuse_full(writing: Session, target: Database) -> None:
    for name in ("feeds", "chats", "entries"):
        table = Table.metadata.tables[name]
        if writing.connection().execute(select(func.count()).select_from(table)).scalar():
            raise StorageError(target.subject, "is not empty; name a new database to copy into")
