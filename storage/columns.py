"""Make columns: keys, references, moments in UTC, JSON, bytes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    LargeBinary,
    Text,
    TypeDecorator,
)
from sqlmodel import Field


class Moment(TypeDecorator[datetime]):
    """Store an aware UTC time; SQLite keeps no zone, so one is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Refuse a naive time, whatever the database would make of it."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give the time back in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite numbers rows of INTEGER keys only; PostgreSQL wants 64 bits.
Big = BigInteger().with_variant(Integer(), "sqlite")


def key_column() -> Any:
    """Return a numbered primary key."""
    return Field(default=None, sa_column=Column(Big, primary_key=True))


def ref_column(target: str, *, null: bool = False, index: bool = False) -> Any:
    """Return a reference that goes with its target."""
    return Field(
        default=None, sa_column=Column(Big, ForeignKey(target, ondelete="CASCADE"), nullable=null, index=index)
    )


def big_column(*, null: bool = False, default: int | None = None) -> Any:
    """Return a 64-bit number."""
    return Field(default=default, sa_column=Column(Big, nullable=null))


def moment_column(*, null: bool = False, index: bool = False) -> Any:
    """Return an aware UTC time."""
    return Field(default=None, sa_column=Column(Moment(), nullable=null, index=index))


def json_column(*, null: bool = False) -> Any:
    """Return a JSON value; None is NULL."""
    return Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=null))


def text_column() -> Any:
    """Return a text of any length."""
    return Field(default="", sa_column=Column(Text(), nullable=False, server_default=""))


def bytes_column() -> Any:
    """Return bytes, or NULL."""
    return Field(default=None, sa_column=Column(LargeBinary(), nullable=True))
