"""Read the feeds to poll: the list that ships, or the operator's file (TOML or OPML)."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path  # noqa: TC003 - used at run time by callers' annotations
from typing import Any, Final

from bot.errors import UserError
from bot.feeds.opml import read_opml
from matchers.urls import web_host
from storage.records import FeedSpec, OutletSpec

_KINDS: Final = frozenset({"state", "independent", "exile", "wire", "institution"})


def default_feeds(file: Path | None) -> tuple[FeedSpec, ...]:
    """Return the feeds of a file, or those that ship; raise UserError with what is wrong."""
    if file is None:
        text = (files("bot.feeds") / "defaults.toml").read_text(encoding="utf-8")
        return read_feeds(text, "defaults.toml")
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"The feed list {file} cannot be read: {error}.", "Mend TOCSIN_FEEDS__FILE.") from None
    return read_opml(text, str(file)) if text.lstrip().startswith("<") else read_feeds(text, str(file))


def read_feeds(text: str, name: str) -> tuple[FeedSpec, ...]:
    """Read outlets and their feeds from TOML."""
    try:
        rows = tomllib.loads(text).get("outlet", [])
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{name} is not valid TOML: {error}.", "Mend that line.") from None
    return tuple(_feed(row, feed, name=name) for row in rows for feed in row.get("feed", []))


def _feed(outlet: dict[str, Any], feed: dict[str, Any], *, name: str) -> FeedSpec:
    key = str(outlet.get("key", ""))
    url = str(feed.get("url", ""))
    if not key or not web_host(url):
        raise UserError(
            f"{name}: the feed {url or '(no address)'} of {key or '(no key)'} is not complete.",
            "Give the outlet a key and the feed an http address.",
        )
    if outlet.get("kind", "") not in _KINDS:
        raise UserError(f"{name}: the outlet {key} has no known kind.", f"Use one of {', '.join(sorted(_KINDS))}.")
    refuse_blocked(url, str(feed.get("title", outlet.get("name", ""))))
    lang = str(feed.get("lang", outlet.get("lang", "")))
    return FeedSpec(
        url=url,
        outlet=OutletSpec(
            key,
            str(outlet.get("name", key)),
            str(outlet["kind"]),
            str(outlet.get("owner", "")),
            str(outlet.get("country", "")),
            lang=lang,
            reliability=str(outlet.get("reliability", "F")),
        ),
        title=str(feed.get("title", outlet.get("name", key))),
        lang=lang,
        scope=tuple(outlet.get("scope", ())),
        klass=str(feed.get("class", "B")),
        enabled=bool(feed.get("enabled", True)),
        full_text=bool(feed.get("full_text", False)),
    )


def refuse_blocked(url: str, title: str = "") -> None:
    """Refuse a feed of a designated organisation's media, with the reason that stands in the block list."""
    given = f"{url} {title}".lower()
    for blocked in _blocked():
        if any(word in given for word in blocked["words"]):
            raise UserError(f"{url} is not polled: {blocked['reason']}.", "Take it out of the list.")


@cache
def _blocked() -> tuple[dict[str, Any], ...]:
    """Return the block list, read once: a list of five thousand feeds is compared with it."""
    return tuple(tomllib.loads((files("bot.feeds") / "blocked.toml").read_text(encoding="utf-8"))["name"])
