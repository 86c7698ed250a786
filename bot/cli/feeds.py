"""Offer `feeds list|add|remove|check|import|export`."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.operating import print_table
from bot.cli.progress import counting, working
from bot.clock import SystemClock
from bot.config import load_settings
from bot.errors import EXIT_FAILED, UsageError, UserError
from matchers.urls import web_host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.database import Session

feeds = typer.Typer(help="List, add, remove, check, import and export feeds.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(feeds, name="feeds")


@contextmanager
def _session() -> Iterator[Session]:
    """Give a transaction on the database with the shipped or configured feeds in it."""
    from bot.feeds.defaults import default_feeds
    from bot.running import keep_feeds
    from storage.database import Database

    settings = load_settings()
    database = Database(settings.database_url)
    try:
        database.open()
        with database.transaction() as session:
            keep_feeds(session, default_feeds(settings.feeds.file), clock=SystemClock())
            yield session
    finally:
        database.dispose()


@feeds.command("list")
def list_command() -> None:
    """Show every feed, its state and when it is polled next."""
    from storage.feeds import list_feeds

    with _session() as session:
        rows = [
            (
                feed.outlet.name,
                feed.lang,
                "on" if feed.enabled else "off",
                feed.state.value,
                f"{feed.next_at:%Y-%m-%d %H:%M}" if feed.enabled else "",
                feed.url,
                feed.last_error,
            )
            for feed in list_feeds(session)
        ]
    print_table(("outlet", "lang", "", "state", "next (UTC)", "address", "trouble"), rows)


@feeds.command("add")
def add_command(
    url: str,
    name: Annotated[str, typer.Option(help="What the outlet is called.")] = "",
    lang: str = "",
    kind: str = "independent",
    *,
    full_text: Annotated[
        bool, typer.Option("--full-text", help="Read the article behind each headline, where robots.txt permits.")
    ] = False,
) -> None:
    """Add a feed; the address of a web page finds the feed that it advertises."""
    from bot.feeds.defaults import refuse_blocked
    from bot.feeds.discovery import discover
    from storage.feeds import add_feed, feed_by_url
    from storage.records import FeedSpec, OutletSpec

    if not web_host(url):
        raise UsageError(f"{url} is no web address.", "Begin it with https://.")
    refuse_blocked(url, name)
    with working(f"Looking for a feed at {url}"):
        found = asyncio.run(discover(load_settings(), url))
    if found is None:
        raise UserError(f"No feed was found at {url}.", "Look for its RSS or Atom address and give that.")
    with _session() as session:
        if feed_by_url(session, found.url):
            raise UserError(f"{found.url} is polled already.")
        host = web_host(found.url).removeprefix("www.")
        outlet = OutletSpec(host, name or found.title or host, kind, lang=lang or found.lang)
        add_feed(
            session,
            FeedSpec(found.url, outlet, found.title, lang or found.lang, full_text=full_text),
            now=SystemClock().now(),
        )
    typer.echo(found.url)


@feeds.command("remove")
def remove_command(url: str) -> None:
    """Remove a feed and its entries."""
    from storage.feeds import feed_by_url, remove_feed

    with _session() as session:
        found = feed_by_url(session, url)
        if found is None:
            raise UserError(f"{url} is not polled.", "`tocsin feeds list` shows what is.")
        remove_feed(session, found.id)


@feeds.command("check")
def check_command(
    *, enable: Annotated[bool, typer.Option("--enable", help="Switch on those that answer with a feed.")] = False
) -> None:
    """Ask every feed once, whether it is on or off, and show what each answers."""
    from bot.feeds.discovery import check
    from storage.feeds import enable_feed, list_feeds

    with _session() as session:
        known = list_feeds(session)
    with counting("Asking feeds", len(known)) as one_more:
        answers = asyncio.run(check(load_settings(), [feed.url for feed in known], told=one_more))
    print_table(
        ("result", "entries", "address"), [(answer.result, str(answer.entries), answer.url) for answer in answers]
    )
    good = {answer.url for answer in answers if answer.entries}
    sleeping = [feed.id for feed in known if enable and feed.url in good and not feed.enabled]
    with _session() as session:
        for feed in sleeping:
            enable_feed(session, feed, enabled=True, now=SystemClock().now())
    if not good:
        raise typer.Exit(EXIT_FAILED)


@feeds.command("import")
def import_command(file: Path) -> None:
    """Add the feeds of an OPML file; those that are known stay as they are."""
    from bot.feeds.defaults import refuse_blocked
    from bot.feeds.opml import read_opml
    from bot.running import keep_feeds

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file} cannot be read: {error}.", "Give an OPML file in UTF-8.") from None
    specs = read_opml(text, str(file))
    for spec in specs:
        refuse_blocked(spec.url, spec.title)
    with working(f"Adding {len(specs)} feeds"), _session() as session:
        added = keep_feeds(session, specs, clock=SystemClock(), wanted=True)
    typer.echo(f"{added} of {len(specs)} feeds are new.", err=True)


@feeds.command("export")
def export_command() -> None:
    """Write every feed as OPML to standard output."""
    from bot.feeds.opml import write_opml
    from storage.feeds import list_feeds

    with working("Writing feeds"), _session() as session:
        written = write_opml(list_feeds(session))
    typer.echo(written, nl=False)
