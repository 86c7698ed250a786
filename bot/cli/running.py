"""Offer `run`, `demo` and `poll`."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import Annotated

import typer

from bot.config import load_settings
from bot.errors import EXIT_FAILED, UsageError
from bot.logs import set_up_logging


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("run")(run_command)
    app.command("demo")(demo_command)
    app.command("poll")(poll_command)


def run_command(
    role: Annotated[
        str, typer.Option(help="all, worker (polls and matches) or bot (talks); the last two need PostgreSQL.")
    ] = "all",
    after_restore: Annotated[
        str, typer.Option(help="send or drop: what becomes of deliveries that a restored backup still owed.")
    ] = "",
) -> None:
    """Poll, match, ring and talk. Without a token: a sandbox on loopback, alerts in the terminal too."""
    if role not in {"all", "worker", "bot"}:
        raise UsageError(f"There is no role {role!r}.", "Use all, worker or bot.")
    if after_restore not in {"", "send", "drop"}:
        raise UsageError(f"There is no decision {after_restore!r}.", "Use --after-restore send or drop.")
    settings = load_settings()
    if role != "all" and settings.database_url.startswith("sqlite"):
        raise UsageError(
            "Several processes need PostgreSQL.", "Set TOCSIN_DATABASE_URL to postgresql://…, or run without --role."
        )
    from bot.running import run

    asked = settings.telegram.token or "TOCSIN_LOG__LEVEL" in os.environ
    set_up_logging(settings.log.level if asked else "WARNING", settings.log.format)  # the terminal is the chat's
    asyncio.run(run(settings, role=role, after_restore=after_restore))


def demo_command(
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Replay everything as fast as it goes, print the alerts, exit.")
    ] = False,
    data: Annotated[
        Path | None, typer.Option(help="Keep the database here, so that a killed replay can be taken up.")
    ] = None,
    inject: Annotated[str, typer.Option(help="Faults to inject into --once: crash, 429, reset; with commas.")] = "",
) -> None:
    """Run on bundled sample feeds served from loopback; works with no network."""
    settings = load_settings()
    set_up_logging("ERROR", settings.log.format)
    faults = tuple(part for part in inject.replace(",", " ").split() if part)
    unknown = sorted(set(faults) - {"crash", "429", "reset"})
    if unknown:
        raise UsageError(f"There is no fault {unknown[0]!r}.", "Use crash, 429 or reset.")
    from bot.demonstrating import demonstrate, replay

    if once:
        if not asyncio.run(replay(settings, data=data, faults=faults)):
            raise typer.Exit(EXIT_FAILED)
        return
    asyncio.run(demonstrate(settings, data=data))


def poll_command(
    feeds: Annotated[
        list[str] | None, typer.Argument(help="Addresses of feeds; none: all of them.", show_default=False)
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print a line of JSON a feed.")] = False,
) -> None:
    """Poll one round now and exit; what matches is owed to its chats and sent by the next run."""
    from bot.running import poll_round

    settings = load_settings()
    set_up_logging("ERROR", settings.log.format)
    failed = 0
    for report in asyncio.run(poll_round(settings, feeds or [])):
        failed += report.result not in {"read", "unchanged"}
        if as_json:
            typer.echo(json.dumps({name: getattr(report, name) for name in report.__slots__}, ensure_ascii=False))
        else:
            typer.echo(
                f"{report.result}\t{report.status}\t{report.new} new\t{report.matched} matched\t{report.feed}\t{report.detail}"
            )
    if failed and not sys.stdout.isatty():
        raise typer.Exit(EXIT_FAILED)
