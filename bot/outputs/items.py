"""Make items of entries and of a chat's stories, for feeds of ours. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.delivery.alert import chosen
from bot.outputs.syndication import Item

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.exports import Exported
    from storage.story_records import StoryView


def of_entry(exported: Exported) -> Item:
    """Return an entry as an item, tagged with what was found in it."""
    entry = exported.entry
    return Item(
        id=f"urn:tocsin:entry:{entry.id}",
        title=entry.title,
        url=entry.url,
        text=entry.summary,
        published=entry.published or entry.first_seen,
        updated=entry.first_seen,
        authors=(entry.outlet.name,),
        tags=tuple(match.entity for match in exported.matches),
        lang=entry.lang,
    )


def of_story(view: StoryView, *, lang: str, name: Callable[[str], str]) -> Item:
    """Return a story as one item: it keeps its identity while outlets join, and says who they are."""
    entry = chosen(view, lang)
    outlets = tuple(dict.fromkeys(each.outlet.name for each in view.entries))
    links = "\n".join(f"{each.outlet.name}: {each.title} {each.url}" for each in view.entries)
    return Item(
        id=f"urn:tocsin:story:{view.story}",
        title=entry.title,
        url=entry.url,
        text="\n\n".join(part for part in (entry.summary, links) if part),
        published=view.opened,
        updated=view.last,
        authors=outlets,
        tags=tuple(dict.fromkeys(name(match.entity) for match in view.matches)),
        lang=entry.lang,
    )
