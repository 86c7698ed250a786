"""Read the gazetteer: where places are and what they are called.

places.toml --parse_places--> Place --distance_km--> how far apart two of them are
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

EARTH_RADIUS_KM: Final = 6371.0  # mean radius; the error of the sphere (0.5 %) is below that of our coordinates
KINDS: Final = frozenset(
    {
        *("country", "capital", "region", "province", "town", "village", "border", "camp", "road"),
        *("area", "mine", "mountain", "park", "forest", "lake", "dam", "pass"),
    }
)


# Kinds that say where something happened; a country, a region or a capital is where much happens.
NARROW: Final = frozenset({"town", "village", "border", "camp", "mine", "mountain", "forest", "dam", "pass"})


class PlaceError(ValueError):
    """Say which place of a gazetteer is wrong, and why."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Place:
    """Hold one place; `lat` and `lon` are WGS 84 degrees, `country` an ISO 3166-1 alpha-2 code.

    `ambiguous` names (Gao, Niger) count only beside a word of `context`; a name that is not
    `bare` (Say, San) is a common word, so that only `aliases` stand for it. `verified` is false
    for coordinates that nobody vouches for.
    """

    id: str
    name: str
    country: str
    kind: str
    lat: float
    lon: float
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    admin: str = ""
    aliases: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    ambiguous: bool = False
    bare: bool = True
    verified: bool = True
    source: str = ""

    def name_in(self, lang: str) -> str:
        """Return the name in a language, or the English one."""
        return self.names.get(lang, self.name)


def parse_places(text: str) -> tuple[Place, ...]:
    """Read a gazetteer in TOML; raise PlaceError for the first place that is wrong."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PlaceError("gazetteer", str(error)) from error
    contexts = document.get("context", {})
    places = tuple(_place(row, contexts) for row in document.get("place", []))
    _refuse_twins(places)
    return places


def distance_km(a: Place, b: Place) -> float:
    """Return the great-circle distance of two places in kilometres."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lat = (lat_b - lat_a) / 2
    half_lon = math.radians(b.lon - a.lon) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(chord)))


def distance_to_leg_km(place: Place, start: Place, *, end: Place) -> float:
    """Return how far a place lies from the straight line between two others, in kilometres.

    On a plane around the middle of the leg: within 1 % up to a thousand kilometres at these latitudes.
    """
    scale = math.cos(math.radians((start.lat + end.lat) / 2))
    ax, ay = start.lon * scale, start.lat
    dx, dy = end.lon * scale - ax, end.lat - ay
    px, py = place.lon * scale - ax, place.lat - ay
    length = dx * dx + dy * dy
    along = min(1.0, max(0.0, (px * dx + py * dy) / length)) if length else 0.0
    return math.radians(math.hypot(px - along * dx, py - along * dy)) * EARTH_RADIUS_KM


def _place(row: Mapping[str, Any], contexts: Mapping[str, list[str]]) -> Place:
    name = str(row.get("id", "(no id)"))
    missing = sorted({"id", "name", "country", "kind", "lat", "lon"} - row.keys())
    if missing:
        raise PlaceError(name, f"{', '.join(missing)} missing")
    unknown = sorted(row.keys() - _FIELDS)
    if unknown:
        raise PlaceError(name, f"unknown field {', '.join(unknown)}")
    place = Place(
        **{
            **row,
            "names": MappingProxyType(dict(row.get("names", {}))),
            "aliases": tuple(row.get("aliases", ())),
            "context": tuple(contexts.get(row["country"], ())),
            "lat": float(row["lat"]),
            "lon": float(row["lon"]),
        }
    )
    _check(place)
    return place


def _check(place: Place) -> None:
    if place.kind not in KINDS:
        raise PlaceError(place.id, f"unknown kind {place.kind}")
    if not (-90 <= place.lat <= 90 and -180 <= place.lon <= 180):
        raise PlaceError(place.id, f"{place.lat}, {place.lon} is not on the globe")
    if place.ambiguous and not place.context:
        raise PlaceError(place.id, f"ambiguous, and there is no context for {place.country}")


def _refuse_twins(places: tuple[Place, ...]) -> None:
    seen: set[str] = set()
    for place in places:
        if place.id in seen:
            raise PlaceError(place.id, "stands twice")
        seen.add(place.id)


_FIELDS: Final = frozenset(Place.__dataclass_fields__) - {"context"}
