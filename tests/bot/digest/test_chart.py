"""Show the picture: small, readable on a phone, mirrored where one writes from the right, said in words too."""

import io
import subprocess
import sys
import time
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from bot.catalogue import load_gazetteer
from bot.digest.chart import WIDTH, Picture, Row, draw, draw_stored
from bot.digest.map_strip import Spot, draw_map
from bot.digest.picture import has_picture

ROWS = tuple(
    Row(name, (3, 1, 0, 2, 4, 1, 0, 5, 2, 2, 1, 0, 3, 9)) for name in ("GSIM", "FLA", "AES", "EIGS", "AQMI", "Goïta")
)
SPOTS = (Spot("Gao", 16.27, -0.04, 2), Spot("Ménaka", 15.92, 2.4), Spot("Tinzaouatène", 19.95, 2.97))
PICTURE = Picture("Mentions", ("17 Feb", "today, 2 March"), ROWS, SPOTS, "fr")
VERMILION = (213, 94, 0)


def image(png):
    return Image.open(io.BytesIO(png)).convert("RGB")


def near(pixel, colour):
    return all(abs(one - other) < 12 for one, other in zip(pixel, colour, strict=True))


def today_is_at(picture):
    """Return the middle of what is drawn in today's colour in the first bars, left 0 to right 1."""
    drawn = image(draw(picture)).crop((0, 140, WIDTH, 190)).resize((WIDTH // 4, 12))
    found = [x for x in range(drawn.width) for y in range(drawn.height) if near(drawn.getpixel((x, y)), VERMILION)]
    return sum(found) / len(found) / drawn.width


def test_it_is_small_as_wide_as_phones_want_and_quick():
    draw(PICTURE)
    begin = time.process_time()
    png = draw(PICTURE)
    taken = time.process_time() - begin

    assert WIDTH == image(png).width
    assert len(png) < 150_000
    assert taken < 1


def test_today_stands_at_the_end_of_the_direction_of_writing():
    arabic = Picture("الذكر", ("17 فبراير", "اليوم"), ROWS, (), "ar")

    assert today_is_at(PICTURE) > 0.8
    assert today_is_at(arabic) < 0.2


def test_the_same_picture_is_drawn_once():
    stored = PICTURE.to_json()

    assert PICTURE == Picture.from_json(stored)
    assert draw_stored(stored) is draw_stored(dict(stored))


@pytest.mark.parametrize("picture", [
    Picture("x", ("a", "b"), (), SPOTS), Picture("x", ("a", "b"), ROWS[:1], ()),
    Picture("x", ("a", "b"), (Row("nothing", (0,) * 14),), (Spot("Antipodes", -40.0, 175.0),)),
])  # fmt: skip
def test_half_a_picture_and_places_beyond_the_outlines_are_drawn_too(picture):
    assert WIDTH == image(draw(picture)).width


@pytest.mark.parametrize(
    ("chosen", "wanted"),
    [({}, True), ({"light": True}, False), ({"picture": False}, False), ({"picture": True}, True)],
)
def test_thin_lines_have_no_picture(chosen, wanted):
    assert wanted is has_picture(chosen)


NAMED = {each.id: each for each in load_gazetteer().places() if each.kind in {"town", "village", "capital"}}


def meet(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    places=st.lists(st.sampled_from(sorted(NAMED)), min_size=1, max_size=7, unique=True),
    lang=st.sampled_from(("fr", "en", "ar")),
)
def test_no_name_on_the_map_stands_on_another_or_beyond_the_edge(places, lang):
    figure = Figure(figsize=(10.8, 5), dpi=100)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.02, 0.02, 0.96, 0.94))
    boxes = draw_map(
        axes, [Spot(each.name_in(lang), each.lat, each.lon) for each in map(NAMED.get, places)], lang=lang, shape=2.2
    )
    edge = axes.get_window_extent()

    assert len(boxes) >= 1
    assert [] == [pair for pair in combinations(boxes, 2) if meet(*pair)]
    assert all(edge.x0 <= b[0] and b[2] <= edge.x1 and edge.y0 <= b[1] and b[3] <= edge.y1 for b in boxes)


def test_a_name_beyond_the_edge_or_on_another_would_be_seen():
    assert (True, False) == (meet((0, 0, 2, 2), (1, 1, 3, 3)), meet((0, 0, 2, 2), (2, 0, 3, 3)))


@pytest.mark.slow
def test_matplotlib_is_imported_only_when_something_is_drawn():
    code = "import bot.app, bot.digest.chart, bot.digest.editions, sys; print('matplotlib' in sys.modules)"
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "False" == asked.stdout.strip()
