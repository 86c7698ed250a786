"""Offer `match`, `explain` and `catalogue`: the matching without feeds, database or Telegram."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from bot.catalogue import load_entities, read_files, shipped_files
from bot.cli import explaining, lines
from bot.errors import EXIT_FAILED, UserError
from matchers.scoring import BAR, NEAR
from matchers.types import EntryText
from matchers.watchlist import Watchlist

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from matchers.types import Match

_FILE: Final = typer.Argument(help="Files of JSON Lines; none, or -, reads standard input.", show_default=False)
_WATCHLIST: Final = typer.Option("--watchlist", help="A catalogue file to use instead of what ships; repeatable.")
_MIN_SCORE: Final = typer.Option("--min-score", min=0, max=100, help="The least score to report; 80 is the bar.")

catalogue = typer.Typer(help="List, show and check the entities that can be watched.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("match")(match_command)
    app.command("explain")(explain_command)
    app.add_typer(catalogue, name="catalogue")


def match_command(
    *,
    files: Annotated[list[Path] | None, _FILE] = None,
    watchlist: Annotated[list[Path] | None, _WATCHLIST] = None,
    min_score: Annotated[int, _MIN_SCORE] = BAR,
) -> None:
    """Match JSON Lines against the watch list: one line out for each line in, in order.

    In: {"id", "title", "summary"?, "lang"?, "feed_scope"?}. Out: {"id", "matches": [...]},
    or {"id", "error"} in the place of a bad line, and exit 1 at the end.
    """
    watched = compiled(watchlist)
    failed = False
    for answer in _answers(files or [], watched, min_score=min_score):
        failed = failed or "error" in answer
        lines.write(answer)
    if failed:
        raise typer.Exit(EXIT_FAILED)


def explain_command(
    *,
    text: Annotated[list[str], typer.Argument(help="The text; - reads standard input.")],
    watchlist: Annotated[list[Path] | None, _WATCHLIST] = None,
    lang: Annotated[str, typer.Option(help="Language of the text, as in `fr`.")] = "",
) -> None:
    """Show what a text matches, and why; near misses too."""
    whole = sys.stdin.read() if text == ["-"] else " ".join(text)
    watched = compiled(watchlist)
    entry = EntryText(whole.strip(), lang=lang)
    explaining.show(entry, watched.match(entry, min_score=NEAR), watched=watched)


@catalogue.command("list")
def list_command(
    family: Annotated[str, typer.Option(help="Only this family.")] = "",
    watchlist: Annotated[list[Path] | None, _WATCHLIST] = None,
) -> None:
    """List the entities: id, kind, families, number of aliases, name."""
    for entity in sorted(_entities(watchlist), key=lambda entity: entity.id):
        if not family or family in entity.families:
            cells = (entity.id, entity.kind.value, ",".join(entity.families), str(len(entity.aliases)), entity.name)
            typer.echo("\t".join(cells))


@catalogue.command("show")
def show_command(
    entity: Annotated[str, typer.Argument(help="An id, a name or an alias.")],
    watchlist: Annotated[list[Path] | None, _WATCHLIST] = None,
) -> None:
    """Show one entity: what is known of it and how it is written."""
    watched = compiled(watchlist)
    found = watched.entity(entity) or next(iter(watched.find(entity)), None)
    if found is None:
        raise UserError(f"There is no entity {entity!r}.", "`tocsin catalogue list` shows them all.")
    typer.echo(explaining.portrait(found))


@catalogue.command("check")
def check_command(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Catalogue files, or folders of them; none checks what ships.")
    ] = None,
) -> None:
    """Check catalogue files: each finding with file, line and reason; exit 1 when there is an error."""
    from matchers.lint import lint

    named = _catalogue_files(files or ())
    given = {**_contexts(), **read_files(named)} if named else shipped_files()
    findings = [finding for finding in lint(given) if not named or finding.file in {str(path) for path in named}]
    for finding in findings:
        typer.echo(f"{finding.file}:{finding.line}: {finding.severity}: {finding.reason}")
    errors = sum(finding.severity == "error" for finding in findings)
    typer.echo(f"{errors} errors, {len(findings) - errors} warnings", err=True)
    if errors:
        raise typer.Exit(EXIT_FAILED)


def _catalogue_files(given: Iterable[Path]) -> list[Path]:
    """List the files named, and of a folder the catalogue files in it."""
    found: list[Path] = []
    for path in given:
        inside = sorted(path.glob("*.toml")) if path.is_dir() else [path]
        if not inside:
            raise UserError(f"There is no catalogue file in {path}.", "A catalogue file ends in .toml.")
        found.extend(inside)
    return found


def compiled(replaced: list[Path] | None) -> Watchlist:
    """Compile the catalogue that ships, or the files given instead."""
    return Watchlist.compile(_entities(replaced))


def _entities(replaced: list[Path] | None) -> tuple[Any, ...]:
    return load_entities(replaced or (), shipped=not replaced)


def _contexts() -> dict[str, str]:
    return {name: text for name, text in shipped_files().items() if name.startswith("_")}


def _answers(files: list[Path], watched: Watchlist, *, min_score: int) -> Iterator[dict[str, Any]]:
    for line in lines.read(files):
        if isinstance(line, lines.BadLine):
            yield {"id": line.id, "error": line.reason}
            continue
        try:
            entry = _entry(line)
        except (TypeError, ValueError) as error:
            yield {"id": line.get("id"), "error": str(error)}
            continue
        yield {"id": line["id"], "matches": [_element(m) for m in watched.match(entry, min_score=min_score)]}


def _entry(row: dict[str, Any]) -> EntryText:
    if "id" not in row:
        raise ValueError("`id` is missing")
    title = row.get("title")
    if not isinstance(title, str):
        raise TypeError("`title` must be a text")
    lang = _text(row, "lang").split("-")[0].lower()
    return EntryText(title, _text(row, "summary"), lang, _scope(row))


def _text(row: dict[str, Any], key: str) -> str:
    value = row.get(key)
    if value is not None and not isinstance(value, str):
        raise TypeError(f"`{key}` must be a text")
    return value or ""


def _scope(row: dict[str, Any]) -> tuple[str, ...]:
    scope = row.get("feed_scope")
    if scope is None:
        return ()
    if not isinstance(scope, list) or not all(isinstance(code, str) for code in scope):
        raise TypeError("`feed_scope` must be a list of ISO 3166 codes")
    return tuple(code.upper() for code in scope)


def _element(match: Match) -> dict[str, Any]:
    best = match.best
    return {
        "entity": match.entity,
        "families": list(match.families),
        "alias": best.alias,
        "text": best.text,
        "field": best.field.value,
        "start": best.start,
        "end": best.end,
        "score": match.score,
        "reasons": [f"{reason.code}: {reason.detail}" if reason.detail else reason.code for reason in match.reasons],
    }
