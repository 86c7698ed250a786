"""Offer `stories`: JSON Lines in, where each goes out; bounded by the window."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.catalogue import load_entities
from bot.cli import lines
from bot.config import load_settings
from bot.encoder import open_encoder, with_meaning
from bot.errors import EXIT_FAILED
from bot.sighting import named_in, place_matches, without_countries
from matchers.revisions import StoryState, revise
from matchers.stories import StoryIndex, place_read, read
from matchers.types import EntryText, PlacementKind, StoryEntry
from matchers.watchlist import Watchlist

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.encoder import Encoder
    from matchers.types import Match, Placement, Revision


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
    with ExitStack() as stack:
        desk = _Desk(Watchlist.compile(load_entities()), open_encoder(load_settings().stories, stack))
        for answer in _answers(files or [], desk):
            failed = failed or "error" in answer
            lines.write(answer)
    if failed:
        raise typer.Exit(EXIT_FAILED)


@dataclass(slots=True)
class _Desk:
    """Hold what entries are placed with, and how the stories stand that they made."""

    watchlist: Watchlist
    encoder: Encoder | None
    index: StoryIndex = field(default_factory=StoryIndex)
    states: dict[str, StoryState] = field(default_factory=dict)

    def place(self, entry: StoryEntry) -> dict[str, Any]:
        """Place an entry and return the line that says where it went."""
        self.index.expire(entry.seen)
        text = EntryText(entry.title, entry.summary, entry.lang, day=entry.published.date())
        matches = self.watchlist.match(text)
        places = named_in(text, matches)
        entries = [read(entry, matches, places=places)]
        [entry_read] = with_meaning(entries, encoder=self.encoder, index=self.index, now=entry.seen)
        placement = place_read(entry_read, index=self.index, now=entry.seen)
        self.index.apply(placement)
        revision = self._revised(placement, (*matches, *place_matches(without_countries(places), placement)))
        return {
            "id": entry.key,
            "story": placement.story,
            "placement": placement.kind.value,
            "development": placement.development,
            "similarity": round(placement.similarity, 4),
            "material": placement.kind is PlacementKind.NEW or revision.material,
        }

    def _revised(self, placement: Placement, matches: Sequence[Match]) -> Revision:
        if len(self.states) > 2 * len(self.index) + 100:
            self.states = {key: state for key, state in self.states.items() if self.index.size(key)}
        before = self.states.get(placement.story)
        self.states[placement.story], revision = revise(before, placement, matches=matches)
        return revision


def _answers(files: list[Path], desk: _Desk) -> Iterator[dict[str, Any]]:
    for line in lines.read(files):
        if isinstance(line, lines.BadLine):
            yield {"id": line.id, "error": line.reason}
            continue
        try:
            entry = _entry(line)
        except (KeyError, TypeError, ValueError) as error:
            yield {"id": line.get("id"), "error": _reason(error)}
            continue
        yield desk.place(entry)


def _entry(row: dict[str, Any]) -> StoryEntry:
    published = datetime.fromisoformat(row["published"])
    moment = published.replace(tzinfo=UTC) if published.tzinfo is None else published.astimezone(UTC)
    if not isinstance(row["id"], str) or not isinstance(row["title"], str):
        raise TypeError("id and title are texts")
    texts = {name: str(row.get(name) or "") for name in ("summary", "url", "lang", "outlet")}
    return StoryEntry(row["id"], row["title"], seen=moment, published=moment, **texts)


def _reason(error: Exception) -> str:
    return f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
