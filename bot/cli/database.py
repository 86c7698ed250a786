"""Offer `db upgrade|backup|restore|check|copy`."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from bot.config import load_settings
from bot.errors import EXIT_FAILED, UsageError, UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.database import Database

database = typer.Typer(help="Upgrade, back up, restore, check and copy the database.", no_args_is_help=True)
_OTHERS = 0o077


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(database, name="db")


@contextmanager
def _open() -> Iterator[Database]:
    from storage.database import Database

    opened = Database(load_settings().database_url)
    try:
        yield opened
    finally:
        opened.dispose()


@database.command("upgrade")
def upgrade_command(
    *,
    pre: Annotated[bool, typer.Option("--pre", help="Only what running processes of the version before bear.")] = False,
) -> None:
    """Bring the schema to this program's version, after a copy of a SQLite file; a newer one is refused."""
    with _open() as opened:
        opened.upgrade(only_pre=pre)
        typer.echo(opened.version())


@database.command("backup")
def backup_command(target: Path) -> None:
    """Copy a running SQLite database to a new file that only you can read; the inbox is left out."""
    if target.exists() and target.stat().st_mode & _OTHERS:
        raise UserError(f"{target} can be read by others.", "Choose a new file, or chmod 600 it.")
    with _open() as opened:
        opened.back_up(target)
    typer.echo(str(target))


@database.command("restore")
def restore_command(source: Path) -> None:
    """Put a backup in the place of the database; the one before is kept beside it. Stop the bot first.

    What the backup still owed is held until `tocsin run --after-restore send|drop` decides.
    """
    from bot.clock import SystemClock
    from storage.database import Database
    from storage.restoring import hold_back

    if not source.is_file():
        raise UserError(f"{source} does not exist.", "Name a file that `tocsin db backup` made.")
    copy = Database(f"sqlite:///{source}")
    try:
        copy.check()
    finally:
        copy.dispose()
    with _open() as opened:
        if opened.path is None:
            raise UserError("Only SQLite is restored here.", "Use deploy/restore.sh, or pg_restore, for PostgreSQL.")
        opened.hold()
        _put_in_place(source, opened.path)
        opened.upgrade()
        with opened.transaction() as session:
            held = hold_back(session, now=SystemClock().now())
        typer.echo(str(opened.path))
    typer.echo(
        f"{held} deliveries that the backup still owed are held: start with `tocsin run --after-restore send` or `drop`.",
        err=True,
    )


def _put_in_place(source: Path, path: Path) -> None:
    """Move a database aside with its logs, and copy the backup there for this user alone."""
    aside = path.with_name(f"{path.stem}.before-restore")
    for part in ("", "-wal", "-shm"):
        there = path.with_name(path.name + part)
        if there.exists():
            there.replace(aside.with_name(aside.name + part))
    path.touch(0o600)
    shutil.copyfile(source, path)


@database.command("hold")
def hold_command() -> None:
    """Hold what the database owes until `tocsin run --after-restore` decides: after a restore by other means."""
    from bot.clock import SystemClock
    from storage.restoring import hold_back

    with _open() as opened:
        opened.open()
        with opened.transaction() as session:
            held = hold_back(session, now=SystemClock().now())
    typer.echo(f"{held} deliveries are held.", err=True)


@database.command("copy")
def copy_command(
    target: Annotated[str, typer.Argument(help="The new database, empty: postgresql://USER@HOST/NAME.")],
) -> None:
    """Copy the whole database into another, empty one: from SQLite to PostgreSQL. Stop the bot first."""
    from storage.copying import copy_all
    from storage.database import Database

    if not target.startswith(("postgresql://", "postgres://", "sqlite:///")):
        raise UsageError(f"{target} is no database.", "Write postgresql://USER@HOST/NAME.")
    into = Database(target)
    try:
        with _open() as opened:
            opened.hold()
            copied = copy_all(opened, into)
    finally:
        into.dispose()
    for name, rows in copied.items():
        typer.echo(f"{name}\t{rows}")
    typer.echo("All is copied. Set TOCSIN_DATABASE_URL to the new database and start the bot.", err=True)


@database.command("check")
def check_command() -> None:
    """Check the file and the accounts: whatever is owed must stand in the outbox."""
    from storage.outbox import lost

    with _open() as opened:
        opened.check()
        with opened.reading() as session:
            missing = lost(session)
    typer.echo(f"sound; {missing} lost")
    if missing:
        raise typer.Exit(EXIT_FAILED)
