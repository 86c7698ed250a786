"""Write bot/digest/outlines.json: country outlines for the digest's map.

npm pack world-atlas && tar xzf world-atlas-*.tgz
python deploy/make_outlines.py package/countries-50m.json bot/digest/outlines.json

The package holds Natural Earth's 1:50m countries (public domain) as TopoJSON. What lies
in the window below is cut to it, thinned and rounded to a hundredth of a degree.
"""

from __future__ import annotations

import json
import math
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from babel.core import get_global

# West, south, east, north: the Sahel and what may lie around it on a map.
WINDOW: Final = (-26.0, -6.0, 46.0, 40.0)
# Degrees; at the scale of a phone less is not seen.
TOLERANCE: Final = 0.05

Point = tuple[float, float]


def main(source: Path, target: Path) -> None:
    """Read the TopoJSON and write one list of rings a country."""
    topology = json.loads(source.read_text(encoding="utf-8"))
    arcs = [_decoded(arc, topology["transform"]) for arc in topology["arcs"]]
    countries = {}
    for shape in topology["objects"]["countries"]["geometries"]:
        polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
        rings = [_ring(ring, arcs) for polygon in polygons for ring in polygon]
        kept = [_rounded(thinned(ring)) for ring in rings if any(map(_is_inside, ring))]
        if kept:
            countries[_code(shape)] = [ring for ring in kept if len(ring) > 3]
    text = json.dumps(countries, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    target.write_text(text.replace('],"', '],\n"') + "\n", encoding="utf-8")


def _code(shape: dict[str, Any]) -> str:
    """Return the two letters of a country, its name for a land without a number in ISO 3166."""
    letters = get_global("territory_aliases").get(str(shape.get("id", "")))
    return letters[0] if letters else shape["properties"]["name"]


def _decoded(arc: list[list[int]], transform: dict[str, Any]) -> list[Point]:
    """Undo the delta coding of an arc."""
    (scale_x, scale_y), (shift_x, shift_y) = transform["scale"], transform["translate"]
    x = y = 0
    found = []
    for step_x, step_y in arc:
        x, y = x + step_x, y + step_y
        found.append((x * scale_x + shift_x, y * scale_y + shift_y))
    return found


def _ring(numbers: list[int], arcs: list[list[Point]]) -> list[Point]:
    """Join arcs to a ring; a negative number is an arc walked backwards."""
    points: list[Point] = []
    for number in numbers:
        points += arcs[number] if number >= 0 else arcs[~number][::-1]
    return points


def _is_inside(point: Point) -> bool:
    west, south, east, north = WINDOW
    return west <= point[0] <= east and south <= point[1] <= north


def thinned(points: list[Point]) -> list[Point]:
    """Drop points that lie within the tolerance of a straight line (Douglas and Peucker, 1973)."""
    if len(points) < 3:
        return points
    first, last = points[0], points[-1]
    distances = [_distance(point, first, last) for point in points[1:-1]]
    farthest = max(range(len(distances)), key=distances.__getitem__)
    if distances[farthest] <= TOLERANCE:
        return [first, last]
    middle = farthest + 1
    return thinned(points[: middle + 1])[:-1] + thinned(points[middle:])


def _distance(point: Point, first: Point, last: Point) -> float:
    length = math.dist(first, last)
    if not length:
        return math.dist(point, first)
    (x, y), (x1, y1), (x2, y2) = point, first, last
    return abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length


def _rounded(points: list[Point]) -> list[list[float]]:
    found = [[round(x, 2), round(y, 2)] for x, y in points]
    return [found[0], *(after for before, after in pairwise(found) if before != after)]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
