"""Offer `stories`: JSON Lines in, where each goes out; bounded by the window."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.catalogue import load_entities
from bot.cli import lines
from bot.errors import EXIT_FAILED
from bot.sighting import named_in, place_matches, without_countries
from matchers.revisions import StoryState, revise
from matchers.stories import StoryIndex, place
from matchers.types import EntryText, PlacementKind, StoryEntry
from matchers.watchlist import Watchlist

if TYPE_CHECKING:
    from collections.abc import Iterator


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("stories")(stories_command)


def stories_command(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Files of JSON Lines; none, or -, reads standard input.", show_default=False),
    ] = None,
) -> None:
    """Place entries, given in order of publication, into stories; one line out for each line in."""
    failed = False
    for answer in _answers(files or []):
        failed = failed or "error" in answer
        lines.write(answer)
    if failed:
        raise typer.Exit(EXIT_FAILED)


def _answers(files: list[Path]) -> Iterator[dict[str, Any]]:
    index = StoryIndex()
    watchlist = Watchlist.compile(load_entities())
    states: dict[str, StoryState] = {}
    for line in lines.read(files):
        if isinstance(line, lines.BadLine):
            yield {"id": line.id, "error": line.reason}
            continue
        try:
            entry = _entry(line)
        except (KeyError, TypeError, ValueError) as error:
            yield {"id": line.get("id"), "error": _reason(error)}
            continue
        index.expire(entry.seen)
        yield _placed(entry, index, states=states, watchlist=watchlist)
        if len(states) > 2 * len(index) + 100:
            states = {key: state for key, state in states.items() if index.size(key)}


def _placed(
    entry: StoryEntry, index: StoryIndex, *, states: dict[str, StoryState], watchlist: Watchlist
) -> dict[str, Any]:
    text = EntryText(entry.title, entry.summary, entry.lang, day=(entry.published or entry.seen).date())
    matches = watchlist.match(text)
    places = named_in(text, matches)
    placement = place(entry, matches, index=index, now=entry.seen, places=places)
    index.apply(placement)
    states[placement.story], revision = revise(
        states.get(placement.story), placement, matches=(*matches, *place_matches(without_countries(places), placement))
    )
    return {
        "id": entry.key,
        "story": placement.story,
        "placement": placement.kind.value,
        "development": placement.development,
        "similarity": round(placement.similarity, 4),
        "material": placement.kind is PlacementKind.NEW or revision.material,
    }


def _entry(row: dict[str, Any]) -> StoryEntry:
    published = datetime.fromisoformat(row["published"])
    moment = published.replace(tzinfo=UTC) if published.tzinfo is None else published.astimezone(UTC)
    if not isinstance(row["id"], str) or not isinstance(row["title"], str):
        raise TypeError("id and title are texts")
    texts = {name: str(row.get(name) or "") for name in ("summary", "url", "lang", "outlet")}
    return StoryEntry(row["id"], row["title"], seen=moment, published=moment, **texts)


def _reason(error: Exception) -> str:
    return f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
