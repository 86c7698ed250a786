"""Draw the map of an edition's picture: country outlines, a mark a place, names where there is room for them.

Names are laid out one after another, those of most stories first: beside the mark, then around it, then farther away
with a line. A name for which there is no room is left out; its mark stays, and the caption names it. Names of
countries come last and give way.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from babel import Locale

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes

    Box = tuple[float, float, float, float]
    Point = tuple[float, float]

# Sizes in pixels of the picture.
_NAME: Final = 31
_COUNTRY: Final = 21.6
_GAP: Final = 18
_FAR: Final = 70
_PAD: Final = 4
_MARK: Final = 15
DPI: Final = 100
INK: Final = "#1d2430"
PAPER: Final = "#fbfaf6"
_PLACE: Final = "#d55e00"
_LAND: Final = "#eceadf"
_LINE: Final = "#8d8f86"
_SEA: Final = "#dfeaf0"
_FAINT: Final = "#7d7b70"
# Degrees around the places that a map shows, at least.
_MARGIN: Final = 1.6
_LEAST_SPAN: Final = 9.0
# Where a name may stand, as steps from its mark: beside it, above and below, then at the corners.
_SIDES: Final = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1))


@dataclass(frozen=True, slots=True)
class Spot:
    """Hold a place of a top story; `weight` is how many stories are there."""

    name: str
    lat: float
    lon: float
    weight: int = 1


@cache
def _outlines() -> dict[str, list[list[list[float]]]]:
    """Return the outlines that ship (Natural Earth, public domain); deploy/make_outlines.py makes them."""
    found: dict[str, list[list[list[float]]]] = json.loads(
        (files("bot") / "digest" / "outlines.json").read_text(encoding="utf-8")
    )
    return found


def territory(code: str, lang: str) -> str:
    """Return the name of a country in a language, "" for a land without a code."""
    name: str = Locale.parse(lang).territories.get(code, "")
    return name


@dataclass(slots=True)
class _Room:
    """Hold a map's room in pixels, and what of it is taken."""

    inside: Box
    taken: list[Box] = field(default_factory=list)

    def has(self, box: Box) -> bool:
        """Say whether a box lies inside and on nothing else."""
        west, south, east, north = self.inside
        fits = west <= box[0] and box[2] <= east and south <= box[1] and box[3] <= north
        return fits and not any(_meet(box, other) for other in self.taken)


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def window(spots: Sequence[Spot], shape: float) -> Box:
    """Return west, south, east and north around places, as wide as a strip of this shape is."""
    lats, lons = [spot.lat for spot in spots], [spot.lon for spot in spots]
    middle_lat, middle_lon = (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
    narrow = math.cos(math.radians(middle_lat))
    tall = max(max(lats) - min(lats) + 2 * _MARGIN, (max(lons) - min(lons) + 4 * _MARGIN) * narrow / shape, _LEAST_SPAN)
    wide = tall * shape / narrow
    return middle_lon - wide / 2, middle_lat - tall / 2, middle_lon + wide / 2, middle_lat + tall / 2


def draw_map(axes: Axes, spots: Sequence[Spot], *, lang: str, shape: float) -> tuple[Box, ...]:
    """Draw a map into axes that have their place; return the boxes of the names, in pixels, that found room."""
    from matplotlib.collections import PolyCollection

    west, south, east, north = seen = window(spots, shape)
    axes.set_facecolor(_SEA)
    axes.set_xticks(())
    axes.set_yticks(())
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    rings = [ring for outline in _outlines().values() for ring in outline]
    axes.add_collection(PolyCollection(rings, facecolors=_LAND, edgecolors=_LINE, linewidths=1.2))
    edge = axes.get_window_extent()
    room = _Room((edge.x0 + _PAD, edge.y0 + _PAD, edge.x1 - _PAD, edge.y1 - _PAD))
    marks = [_mark(axes, spot) for spot in spots]
    room.taken += [(x - _MARK, y - _MARK, x + _MARK, y + _MARK) for x, y in marks]
    named = [_name_spot(axes, spot, mark=mark, room=room) for spot, mark in zip(spots, marks, strict=True)]
    countries = [
        _name_country(axes, territory(country, lang), outline=outline, seen=seen, room=room)
        for country, outline in _outlines().items()
    ]
    return tuple(box for box in (*named, *countries) if box)


def _mark(axes: Axes, spot: Spot) -> Point:
    """Mark a place; return where it is in pixels."""
    size = 130 + 90 * min(spot.weight, 4)
    axes.scatter([spot.lon], [spot.lat], s=size, color=_PLACE, edgecolors="white", linewidths=2, zorder=3)
    x, y = axes.transData.transform((spot.lon, spot.lat))
    return float(x), float(y)


def _name_spot(axes: Axes, spot: Spot, *, mark: Point, room: _Room) -> Box | None:
    """Name a place where there is room."""
    text = _written(axes, spot.name, size=_NAME, color=INK, weight="bold")
    wide, tall = _size(text)
    places = (box for far in (_GAP, _FAR, 2 * _FAR) for box in _around(mark, wide=wide, tall=tall, distance=far))
    box = next(filter(room.has, places), None)
    if box is None:
        text.remove()
        return None
    if _gap(mark, box) > 2 * _GAP:
        _lead(axes, mark, box=box)
    return _put(text, box, room=room)


def _gap(mark: Point, box: Box) -> float:
    """Return how far a name stands from its mark."""
    x, y = min(max(mark[0], box[0]), box[2]), min(max(mark[1], box[1]), box[3])
    return math.hypot(mark[0] - x, mark[1] - y)


def _around(mark: Point, *, wide: float, tall: float, distance: float) -> Iterator[Box]:
    for right, up in _SIDES:
        away = distance if not (right and up) else distance * 0.7
        x = mark[0] + right * (wide / 2 + away)
        y = mark[1] + up * (tall / 2 + away)
        yield x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2


def _lead(axes: Axes, mark: Point, *, box: Box) -> None:
    """Draw a line from a mark to the edge of its name."""
    from matplotlib.lines import Line2D
    from matplotlib.transforms import IdentityTransform

    x, y = min(max(mark[0], box[0]), box[2]), min(max(mark[1], box[1]), box[3])
    line = Line2D([mark[0], x], [mark[1], y], color=INK, linewidth=1.2, zorder=2, transform=IdentityTransform())
    axes.add_line(line)


def _name_country(axes: Axes, country: str, *, outline: list[list[list[float]]], seen: Box, room: _Room) -> Box | None:
    """Write a country's name faintly near the middle of what the map shows of its largest ring, if nothing is there."""
    west, south, east, north = seen
    ring = max(outline, key=len)
    inside = [(x, y) for x, y in ring if west < x < east and south < y < north]
    xs, ys = [min(max(x, west), east) for x, _ in ring], [min(max(y, south), north) for _, y in ring]
    if not country or len(inside) < 6 or max(xs) - min(xs) < (east - west) / 6:
        return None
    middle = axes.transData.transform(((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2))
    text = _written(axes, country.upper(), size=_COUNTRY, color=_FAINT, weight="normal")
    wide, tall = _size(text)
    for step in (0.0, tall * 1.5, -tall * 1.5, tall * 3, -tall * 3):
        x, y = float(middle[0]), float(middle[1]) + step
        box = (x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)
        if room.has(box):
            return _put(text, box, room=room)
    text.remove()
    return None


def _written(axes: Axes, words: str, *, size: float, color: str, weight: str) -> Any:
    from matplotlib.transforms import IdentityTransform

    return axes.text(
        0, 0, words, ha="center", va="center", fontsize=size * 72 / DPI, color=color, fontweight=weight, zorder=4,
        transform=IdentityTransform(),
    )  # fmt: skip


def _size(text: Any) -> Point:
    extent = text.get_window_extent()
    return extent.width + 2 * _PAD, extent.height + 2 * _PAD


def _put(text: Any, box: Box, *, room: _Room) -> Box:
    """Set a text into a box, on a shade of paper; what lies under it stays to be guessed."""
    text.set_position(((box[0] + box[2]) / 2, (box[1] + box[3]) / 2))
    if text.get_fontweight() == "bold":
        text.set_bbox({"facecolor": PAPER, "alpha": 0.75, "edgecolor": "none", "pad": 2})
    room.taken.append(box)
    return box
