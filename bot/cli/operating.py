"""Offer `config` and `doctor`: what is set, what is wrong, how to mend it."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bot.config import load_settings, plain_value, settings_with_origin
from bot.errors import EXIT_FAILED

if TYPE_CHECKING:
    from collections.abc import Sequence


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("config")(show_config)
    app.command("doctor")(doctor)


def show_config(
    *, value: Annotated[str, typer.Option(help="Print one setting as it is, for scripts; never the token.")] = ""
) -> None:
    """Show every setting, its value (secrets masked) and where it came from."""
    settings = load_settings()
    if value:
        typer.echo(plain_value(settings, value))
        return
    print_table(("setting", "value", "from"), settings_with_origin(settings))


def doctor() -> None:
    """Check settings, database, catalogue, feeds, disk, clock and token; exit 1 when something is wrong."""
    from bot.clock import SystemClock
    from bot.doctor import examine
    from bot.jobs import next_runs

    clock = SystemClock()
    findings = asyncio.run(examine(load_settings(), clock))
    for finding in findings:
        mark = {"ok": "ok  ", "warn": "warn", "bad": "BAD "}[finding.grade]
        typer.echo(f"{mark}  {finding.subject}: {finding.says}" + (f" {finding.remedy}" if finding.remedy else ""))
    typer.echo("\nJobs and their next run:")
    print_table(
        ("job", "next run (UTC)", "does"), [(n, f"{at:%Y-%m-%d %H:%M:%S}", d) for n, at, d in next_runs(clock.now())]
    )
    if any(finding.grade == "bad" for finding in findings):
        raise typer.Exit(EXIT_FAILED)


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows: a table on a terminal, tab-separated lines in a pipe."""
    if not sys.stdout.isatty():
        for row in rows:
            typer.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*head, box=None, header_style="bold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)
