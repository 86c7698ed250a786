"""Offer `export`: stories and matches of a period for other programs."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from bot.clock import SystemClock
from bot.config import load_settings
from bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.exports import Exported


class Format(StrEnum):
    """Name what can be written."""

    JSONL = "jsonl"
    CSV = "csv"
    ATOM = "atom"
    STIX = "stix"


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("export")(export_command)


def export_command(
    *,
    form: Annotated[Format, typer.Option("--format", help="What to write.")],
    since: Annotated[str, typer.Option("--since", help="From this day on (2026-03-01), or a while ago (30d).")] = "7d",
    until: Annotated[str, typer.Option("--until", help="Before this day; nothing is now.")] = "",
) -> None:
    """Write the matched entries of a period with their stories to standard output, oldest first."""
    from bot.cli.archive import opened
    from storage.exports import matched_entries

    now = SystemClock().now()
    begin, end = _moment(since, now), _moment(until, now) if until else now + timedelta(seconds=1)
    with opened() as database, database.reading() as session:
        for piece in _written(form, matched_entries(session, since=begin, until=end), now=now):
            sys.stdout.buffer.write(piece.encode("utf-8", "replace"))
    sys.stdout.flush()


def _moment(text: str, now: datetime) -> datetime:
    from bot.searching import read_moment

    found = read_moment(text, now=now, tz="UTC")
    if found is None:
        raise UsageError(f"{text!r} is no day and no while.", "Write 2026-03-01, or 30d.")
    return found


def _written(form: Format, entries: Iterator[Exported], *, now: datetime) -> Iterator[str]:
    from bot.outputs.rows import csv_lines, json_lines

    if form is Format.JSONL:
        yield from json_lines(entries)
    elif form is Format.CSV:
        yield from csv_lines(entries)
    elif form is Format.ATOM:
        yield _atom(entries, now=now)
    else:
        yield _stix(entries, now=now)


def _atom(entries: Iterator[Exported], *, now: datetime) -> str:
    from bot.outputs.items import of_entry
    from bot.outputs.syndication import Head, atom

    items = [of_entry(each) for each in entries]
    updated = max((item.updated for item in items), default=now)
    return atom(Head("urn:tocsin:export", "Tocsin", "", updated), items).decode()


def _stix(entries: Iterator[Exported], *, now: datetime) -> str:
    from bot.app import compile_watchlist
    from bot.outputs.stix import bundle

    return bundle(entries, known=compile_watchlist(load_settings()).entity, now=now)
