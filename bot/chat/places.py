"""Find a time zone by country, or by a place that was shared and is kept nowhere. Pure.

The places are those that the zone database itself names, one a zone; the nearest wins.
What fools it: a border near a large city of the other side, so the answer is shown and can be changed.
"""

from __future__ import annotations

import math
import re
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

from babel import Locale

# Where readers are likely to be; another one is found by its city.
COUNTRIES: Final = ("ML", "BF", "NE", "SN", "CI", "GN", "MR", "TD", "NG", "BJ", "DZ", "TN", "FR", "BE", "GB", "US")
_COORDINATES: Final = re.compile(r"([+-])(\d{2,3})(\d{2})(\d{2})?")
MOST_ZONES: Final = 8


class ZonePlace(NamedTuple):
    """Hold where a zone's clock hangs: country, degrees north and east, and the zone's name."""

    country: str
    north: float
    east: float
    zone: str


def zones_of(country: str) -> tuple[str, ...]:
    """Return the zones of a country, the most peopled first."""
    return tuple(each.zone for each in _places() if each.country == country)[:MOST_ZONES]


def zone_at(north: float, east: float) -> str:
    """Return the zone whose place is nearest to a point on the globe."""
    return min(_places(), key=lambda each: _distance(north, east, each=each)).zone


def country_name(code: str, lang: str) -> str:
    """Return what a country is called in a language."""
    return str(Locale.parse(lang).territories.get(code, code))


def city_of(zone: str) -> str:
    """Return the city after which a zone is named."""
    return zone.rpartition("/")[2].replace("_", " ")


@cache
def _places() -> tuple[ZonePlace, ...]:
    table = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    return tuple(ZonePlace(row[0], *_degrees(row[1]), row[2]) for row in rows)


def _degrees(written: str) -> tuple[float, float]:
    """Read ISO 6709: ±DDMM±DDDMM, with seconds or without."""
    north, east = (
        (-1 if sign == "-" else 1) * (int(degrees) + int(minutes) / 60 + int(seconds or 0) / 3600)
        for sign, degrees, minutes, seconds in _COORDINATES.findall(written)
    )
    return north, east


def _distance(north: float, east: float, *, each: ZonePlace) -> float:
    """Return how far a point is from a zone's place, as the haversine, which grows with the distance."""
    up, there = math.radians(north), math.radians(each.north)
    across = math.radians(east - each.east)
    return math.sin((up - there) / 2) ** 2 + math.cos(up) * math.cos(there) * math.sin(across / 2) ** 2
