"""Write a first settings file: commented, private, with what an operator chose. Pure but for the last step."""

from __future__ import annotations

import json
import os
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import tomlkit

from bot.config import known_settings, variable_of
from bot.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_HEAD = """# Settings of Tocsin, written by `tocsin init`. `tocsin config` shows what is in force.
# A line that begins with # shows a default; take the # away to change it. The variable named
# beside a setting wins over this file. This file holds the token: keep it to yourself.
"""


@dataclass(frozen=True, slots=True)
class Choices:
    """Hold what an operator chose; no feed languages means all of them."""

    token: str
    language: str = "en"
    feed_languages: tuple[str, ...] = ()
    contact: str = ""


def feed_languages() -> dict[str, int]:
    """Return each language of the feeds that ship, with how many there are."""
    counted: dict[str, int] = {}
    for outlet in _shipped()["outlet"]:
        for feed in outlet.get("feed", []):
            lang = str(feed.get("lang") or outlet.get("lang", ""))
            counted[lang] = counted.get(lang, 0) + 1
    return counted


def settings_text(chosen: Mapping[str, object]) -> str:
    """Return a settings file: every setting with its meaning, those that were chosen set, the others commented out."""
    lines, group = [_HEAD], ""
    for name, field in sorted(known_settings().items(), key=lambda item: "." in item[0]):
        section, _, key = name.rpartition(".")
        if section != group:
            lines.append(f"\n[{section}]")
            group = section
        default = field.get_default(call_default_factory=True)
        shown = _toml(chosen.get(name, default))
        mark = "" if name in chosen else "#"
        lines.append(f"# {field.description} ({variable_of(name)})\n{mark}{key} = {shown}")
    return "\n".join(lines) + "\n"


def feeds_text(languages: Sequence[str]) -> str:
    """Return the list that ships with the feeds of these languages only."""
    shipped, kept = _shipped(), []
    for outlet in shipped["outlet"]:
        feeds = [feed for feed in outlet.get("feed", []) if (feed.get("lang") or outlet.get("lang", "")) in languages]
        if feeds:
            kept.append({**outlet, "feed": feeds})
    head = "# Feeds of Tocsin, written by `tocsin init` from the list that ships. Yours to edit.\n\n"
    return head + tomlkit.dumps({"outlet": kept})


def write_settings(folder: Path, choices: Choices, *, replace: bool) -> list[Path]:
    """Write tocsin.toml, and feeds.toml when not all languages were chosen; return what was written."""
    chosen: dict[str, object] = {"telegram.token": choices.token, "telegram.language": choices.language}
    written = {}
    if choices.contact:
        chosen["feeds.contact"] = choices.contact
    if choices.feed_languages:
        chosen["feeds.file"] = str(folder / "feeds.toml")
        written[folder / "feeds.toml"] = feeds_text(choices.feed_languages)
    written[folder / "tocsin.toml"] = settings_text(chosen)
    for path in written:
        if path.exists() and not replace:
            raise UserError(f"{path} exists already.", "Edit it, or say --force to write it anew.")
    for path, text in written.items():
        _write_private(path, text)
    return list(written)


def _write_private(path: Path, text: str) -> None:
    """Write a file that nobody else could read at any moment, and that is whole or not there."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.write(text)
        part.replace(path)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}.", "Choose a folder that is yours.") from None


def _shipped() -> dict[str, Any]:
    return tomllib.loads((files("bot.feeds") / "defaults.toml").read_text(encoding="utf-8"))


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    return "[]" if value == () else json.dumps("" if value is None else str(value), ensure_ascii=False)
