"""Offer `db upgrade|backup|restore|check`."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING

import typer

from bot.config import load_settings
from bot.errors import EXIT_FAILED, UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.database import Database

database = typer.Typer(help="Upgrade, back up, restore and check the database.", no_args_is_help=True)
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
def upgrade_command() -> None:
    """Bring the schema to this program's version; a newer one is refused."""
    with _open() as opened:
        opened.upgrade()
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
    """Put a backup in the place of the database; the one before is kept beside it. Stop the bot first."""
    from storage.database import Database

    if not source.is_file():
        raise UserError(f"{source} does not exist.", "Name a file that `tocsin db backup` made.")
    copy = Database(f"sqlite:///{source}")
    try:
        copy.check()
    finally:
        copy.dispose()
    with _open() as opened:
        if opened.path is None:
            raise UserError("Only SQLite is restored here.", "Use pg_restore for PostgreSQL.")
        opened.hold()
        if opened.path.exists():
            shutil.copy2(opened.path, opened.path.with_suffix(".before-restore"))
        for part in ("-wal", "-shm"):
            opened.path.with_name(opened.path.name + part).unlink(missing_ok=True)
        shutil.copy2(source, opened.path)
        opened.upgrade()
        typer.echo(str(opened.path))


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
