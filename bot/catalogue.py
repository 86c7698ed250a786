"""Read the catalogue that ships, and the files that an operator adds to it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from bot.errors import UserError
from matchers.catalogue import CatalogueError, parse_files
from matchers.gazetteer import Gazetteer
from matchers.places import parse_places

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from matchers.entities import Entity


def shipped_files() -> dict[str, str]:
    """Return the text of each catalogue file that ships, by name."""
    data = files("matchers") / "data"
    return {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in sorted(data.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    }


@cache
def load_gazetteer() -> Gazetteer:
    """Return the places that ship; read once, they are the same for everybody."""
    return Gazetteer.compile(parse_places(shipped_files()["places.toml"]))


def read_files(paths: Iterable[Path]) -> dict[str, str]:
    """Read files by path; raise UserError for one that cannot be read."""
    found = {}
    for path in paths:
        try:
            found[str(path)] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"{path} cannot be read: {error}.", "Give a TOML file in UTF-8.") from error
    return found


def load_entities(added: Iterable[Path] = (), *, shipped: bool = True) -> tuple[Entity, ...]:
    """Return the entities that ship and those of added files; raise UserError for what is wrong."""
    contexts = {
        name: text for name, text in shipped_files().items() if shipped or name.startswith("_") or name == "places.toml"
    }
    try:
        return parse_files({**contexts, **read_files(added)})
    except CatalogueError as error:
        raise UserError(f"{error}.", "`tocsin catalogue check FILE` lists all that is wrong.") from error
