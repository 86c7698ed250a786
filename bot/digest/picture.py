"""Say what the picture of an edition shows, and in its caption the same in words. Pure."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.catalogue import load_gazetteer
from bot.delivery.alert import chosen
from bot.delivery.excerpt import cut, name_apart
from bot.delivery.message import Message, Span
from bot.digest.chart import MOST_ROWS, MOST_SPOTS, Picture, Row
from bot.digest.choose import MOST_STORIES
from bot.digest.map_strip import Spot
from bot.digest.pulse import SHOWN_DAYS
from matchers.revisions import StoryState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from bot.delivery.alert import Reader
    from bot.digest.render import Edition
    from matchers.places import Place
    from storage.story_records import StoryView

# UTF-16 units of a caption; ours are plain text, cut well before it.
_MOST_CAPTION: Final = 1000
# Too wide for a mark on a map: the middle of a country, or of a road, is nowhere.
_WIDE: Final = frozenset({"country", "region", "province", "area", "road"})


def has_picture(settings: Mapping[str, object]) -> bool:
    """Say whether a chat gets pictures: not on a thin line, and not when it turned them off."""
    return not settings.get("light") and settings.get("picture") is not False


def picture_message(reader: Reader, content: Edition, *, days: Mapping[str, Sequence[int]]) -> Message | None:
    """Return the picture of an edition with its caption; None when there is nothing to show."""
    rows = tuple(Row(reader.name(entity), tuple(counts)) for entity, counts in list(days.items())[:MOST_ROWS])
    shown = content.views[: MOST_STORIES[content.kind]]
    spots = _spots(reader, shown)
    if not rows and not spots:
        return None
    title = reader.say("Mentions in 14 days") if rows else reader.say("Where it happened")
    picture = Picture(title, _labels(reader, content.day), rows, spots, reader.say.lang)
    caption = described(reader, picture)
    return Message((Span(caption[: cut(caption, _MOST_CAPTION)]),), silent=True, picture=picture.to_json())


def _labels(reader: Reader, today: date) -> tuple[str, str]:
    say = reader.say
    first = say.short_day(today - timedelta(days=SHOWN_DAYS - 1))
    return first, say("today, {day}").replace("{day}", say.short_day(today))


def _spots(reader: Reader, views: Sequence[StoryView]) -> tuple[Spot, ...]:
    """Return the places of stories, those of most stories first."""
    places: dict[str, Place] = {}
    stories: Counter[str] = Counter()
    for view in views:
        for place in _places(view, reader):
            places[place.id] = place
            stories[place.id] += 1
    return tuple(
        Spot(places[key].name_in(reader.say.lang), places[key].lat, places[key].lon, count)
        for key, count in stories.most_common(MOST_SPOTS)
    )


def _places(view: StoryView, reader: Reader) -> tuple[Place, ...]:
    gazetteer = load_gazetteer()
    entry = chosen(view, reader.say.lang)
    known = [gazetteer.place(place) for place in StoryState.from_json(view.state).places] if view.state else []
    named = gazetteer.find(f"{entry.title}\n{entry.summary}")
    found = {place.id: place for place in (*known, *named) if place and place.kind not in _WIDE}
    return tuple(found.values())


def described(reader: Reader, picture: Picture) -> str:
    """Return in words what a picture shows, for those who do not see it."""
    say = reader.say
    lines = [
        say("{name}: {today} today, {all} in 14 days")
        .replace("{name}", name_apart(row.name, lang=say.lang))
        .replace("{today}", str(row.counts[-1]))
        .replace("{all}", str(sum(row.counts)))
        for row in picture.rows
    ]
    places = say.listed(name_apart(spot.name, lang=say.lang) for spot in picture.spots)
    return "\n".join([*lines, *([say("On the map: {places}").replace("{places}", places)] if places else [])])
