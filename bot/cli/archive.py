"""Offer `search` and `digest`: what is stored, from the terminal."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.clock import SystemClock
from bot.config import load_settings
from bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matchers.entities import Entity
    from matchers.tuning import Tuning
    from storage.database import Database
    from storage.records import EntryRecord, FeedRecord

_WORDS = typer.Argument(help="Words, and filters: entity:jnim place:Gao outlet:rfi since:7d until:2026-03-01.")
# Entries indexed in one transaction; more would keep a running bot waiting.
_SLICE = 500


commands = typer.Typer()


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.registered_commands += commands.registered_commands


@contextmanager
def opened() -> Iterator[Database]:
    """Give the configured database, its schema brought up to date."""
    from storage.database import Database

    database = Database(load_settings().database_url)
    try:
        database.upgrade()
        yield database
    finally:
        database.dispose()


@commands.command("search")
def search_command(
    *,
    words: Annotated[list[str], _WORDS],
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many entries, newest first.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Search the archive: accents, case, apostrophes and Arabic marks make no difference.

    A name of the catalogue finds what is called otherwise, too. Newest first.
    """
    from bot.app import compile_watchlist
    from bot.searching import Reading, Unknown, read_search
    from bot.vigil import Vigil
    from storage.search import outlet_names, search

    vigil = Vigil(compile_watchlist(load_settings()))
    with opened() as database:
        index_all(database)
        with database.reading() as session:
            reading = Reading(vigil, outlet_names(session), SystemClock().now())
            wanted = read_search(" ".join(words), reading)
            if isinstance(wanted, Unknown):
                raise UsageError(
                    f"There is no {wanted.kind} {wanted.value!r}.", "`tocsin search --help` shows the filters."
                )
            page = search(session, wanted, limit=limit)
    for entry in page.entries:
        typer.echo(json.dumps(_object(entry), ensure_ascii=False) if as_json else _line(entry))
    if page.older:
        sys.stderr.write("There is more; --limit shows it.\n")


@commands.command("backtest")
def backtest_command(
    *,
    term: Annotated[
        list[str], typer.Argument(help="A name of the catalogue, or words as after /watch: fuel convoy +Gao from:rfi.")
    ],
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="How far back.")] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Say what a term would have found in the stored archive, with examples, and a word that would narrow it."""
    from bot.chat.trying import try_in_archive
    from bot.chat.wording import read_wording
    from storage.feeds import list_feeds

    wording = read_wording(" ".join(term))
    wanted = _term(wording.words)
    with opened() as database:
        index_all(database)
        with database.reading() as session:
            scope = _scope(wording.sources, list_feeds(session))
            since = SystemClock().now() - timedelta(days=days)
            trial = try_in_archive(session, wanted, since=since, changed=scope)
    examples = [{"outlet": each.outlet_name, "title": each.title, "url": each.url} for each in trial.examples]
    said = {"found": trial.found, "outlets": trial.outlets, "strangers": trial.strangers, "word": trial.word}
    if as_json:
        typer.echo(json.dumps({**said, "examples": examples}, ensure_ascii=False))
        return
    typer.echo(f"{trial.found} reports of {trial.outlets} outlets in {days} days")
    for each in examples:
        typer.echo("\t".join((each["outlet"], " ".join(each["title"].split()), each["url"])))
    if trial.word:
        sys.stderr.write(f"{trial.strangers} name nobody whom I know; with +{trial.word}: {trial.found_with_word}.\n")


def _scope(sources: Sequence[str], feeds: Sequence[FeedRecord]) -> list[Tuning]:
    """Return the outlets and feeds that alone count."""
    from bot.chat.wording import find_source, sources_alike
    from matchers.tuning import Tuning

    found = {name: find_source(name, feeds) for name in sources}
    for name, source in found.items():
        if source is None:
            known = ", ".join(sources_alike(name, feeds)) or "none"
            raise UsageError(f"no outlet or feed is called {name}", f"known are for example: {known}")
    return [Tuning("", *source) for source in found.values() if source]


def _term(words: str) -> Entity:
    """Return the entity that words name, or the term that they make."""
    from bot.app import compile_watchlist
    from bot.chat.naming import exact
    from bot.vigil import Vigil
    from matchers.terms import TermError, parse_term

    named = exact(words, Vigil(compile_watchlist(load_settings())))
    try:
        return named[0] if named else parse_term(words)
    except TermError as error:
        raise UsageError(error.reason, error.remedy) from error


def index_all(database: Database) -> None:
    """Index what an older version stored."""
    from storage.search import index_missing

    after: int | None = 0
    while after is not None:
        with database.transaction() as session:
            after = index_missing(session, after=after, limit=_SLICE)


def _line(entry: EntryRecord) -> str:
    when = entry.published or entry.first_seen
    return "\t".join((f"{when:%Y-%m-%d %H:%M}", entry.outlet.name, " ".join(entry.title.split()), entry.url))


def _object(entry: EntryRecord) -> dict[str, Any]:
    return {
        "id": entry.id,
        "published": (entry.published or entry.first_seen).isoformat(),
        "outlet": entry.outlet.key,
        "lang": entry.lang,
        "title": entry.title,
        "summary": entry.summary,
        "url": entry.url,
    }


@commands.command("digest")
def digest_command(
    *,
    preview: Annotated[int | None, typer.Option("--preview", help="A chat, by its Telegram id.")] = None,
    terms: Annotated[list[str] | None, typer.Option("--terms", help="What to watch instead; repeatable.")] = None,
    lang: Annotated[str, typer.Option("--lang", help="Language, with --terms.")] = "en",
    tz: Annotated[str, typer.Option("--tz", help="Time zone, with --terms.")] = "UTC",
    weekly: Annotated[bool, typer.Option("--weekly", help="The week, with --terms.")] = False,
    out: Annotated[Path, typer.Option("--out", help="Where to write digest.html and digest.png.")] = Path(),
) -> None:
    """Write the digest that a chat would read now as HTML and PNG. Nothing is sent and nothing is kept."""
    from bot.app import compile_watchlist
    from bot.digest.previewing import Preview, preview_chat, preview_terms
    from bot.vigil import Vigil

    if (preview is None) is (not terms):
        raise UsageError("Say whose digest: --preview CHAT, or --terms jnim --terms family:alliance.")
    vigil = Vigil(compile_watchlist(load_settings()))
    now = SystemClock().now()
    with opened() as database:
        if preview is not None:
            written = preview_chat(database, preview, vigil=vigil, now=now)
        else:
            written = preview_terms(database, Preview(tuple(terms or ()), lang, tz, weekly), vigil=vigil, now=now)
    out.mkdir(parents=True, exist_ok=True)
    for name, content in written.items():
        (out / name).write_bytes(content)
        typer.echo(str(out / name))
