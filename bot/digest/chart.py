"""Draw the picture of an edition: mentions a day of each watched entity, and where the top stories are.

Picture (plain data, stored with the delivery) --draw--> PNG

A phone shows it about 390 pixels wide, a third of its width: nothing is smaller than
27 pixels here. Colours are Okabe and Ito's (2008), told apart by every kind of sight,
and today is besides outlined and numbered. Where one writes from the right, days run
from the right. Matplotlib is imported only here and in `map_strip`, and only when something is drawn.
"""

from __future__ import annotations

import io
import json
import threading
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from bot.digest.map_strip import DPI, INK, PAPER, Spot, draw_map

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH: Final = 1080
MOST_ROWS: Final = 6
MOST_SPOTS: Final = 7
# Heights in pixels.
_HEAD: Final = 84
_ROW: Final = 118
_DAYS: Final = 56
_MAP: Final = 470
_FOOT: Final = 20
_LARGE: Final = 36
_TEXT: Final = 31
_SMALL: Final = 27
_FAINT: Final = "#5c6674"
_BEFORE: Final = "#56b4e9"
_TODAY: Final = "#d55e00"
_NAME: Final = 40
RTL_LANGUAGES: Final = frozenset({"ar", "fa", "he", "ur"})
_DRAWN_KEPT: Final = 24
# Figures share caches that know nothing of threads.
_drawing: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one entity: its name and its mentions on each day, today last."""

    name: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """Hold what a picture shows; `days` are the labels of the first day and of today."""

    title: str
    days: tuple[str, str]
    rows: tuple[Row, ...]
    spots: tuple[Spot, ...]
    lang: str = "en"

    @property
    def rtl(self) -> bool:
        """Say whether one writes from the right."""
        return self.lang in RTL_LANGUAGES

    def to_json(self) -> dict[str, Any]:
        """Return a value that JSON can hold."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Picture:
        """Rebuild a picture from `to_json`."""
        return cls(
            title=stored["title"],
            days=tuple(stored["days"]),
            rows=tuple(Row(row["name"], tuple(row["counts"])) for row in stored["rows"]),
            spots=tuple(Spot(**spot) for spot in stored["spots"]),
            lang=stored["lang"],
        )


def draw_stored(stored: Mapping[str, Any]) -> bytes:
    """Return the PNG of a stored picture; the same one is drawn once for several chats."""
    return _drawn(json.dumps(stored, sort_keys=True))


@lru_cache(maxsize=_DRAWN_KEPT)
def _drawn(stored: str) -> bytes:
    return draw(Picture.from_json(json.loads(stored)))


def draw(picture: Picture) -> bytes:
    """Return a picture as PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    height = _HEAD + len(picture.rows) * _ROW + (_DAYS if picture.rows else 0) + (_MAP if picture.spots else 0) + _FOOT
    with _drawing:
        figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, facecolor=PAPER)
        canvas: Any = FigureCanvasAgg(figure)  # knows how large a text is before it is drawn
        sheet = _Sheet(figure, height, rtl=picture.rtl)
        sheet.write(picture.title, 24, y=22, size=_LARGE, weight="bold")
        top = _HEAD
        for row in picture.rows:
            _draw_row(sheet, row, top=top)
            top += _ROW
        if picture.rows:
            _draw_days(sheet, picture.days, top=top)
            top += _DAYS
        if picture.spots:
            _draw_places(sheet, picture, top=top)
        return _png(canvas)


def _png(canvas: Any) -> bytes:
    """Return a drawing as PNG with a palette: a dozen colours and their edges need no more, and the file is small."""
    from PIL import Image

    canvas.draw()
    drawn = Image.frombuffer("RGBA", canvas.get_width_height(), bytes(canvas.buffer_rgba())).convert("RGB")
    target = io.BytesIO()
    drawn.quantize(64, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(target, "png")
    return target.getvalue()


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Hold a figure that is laid out in pixels from its top, mirrored where one writes from the right."""

    figure: Figure
    height: int
    rtl: bool

    def write(self, text: str, x: float, *, y: float, **style: Any) -> None:
        """Write text from its leading edge."""
        size = style.pop("size", _TEXT)
        end = style.pop("end", False)
        at_right = self.rtl is not end
        self.figure.text(
            (WIDTH - x if self.rtl else x) / WIDTH, 1 - y / self.height, text, va="top",
            ha="right" if at_right else "left", fontsize=size * 72 / DPI, **({"color": INK} | style),
        )  # fmt: skip

    def axes(self, x: float, *, y: float, width: float, height: float) -> Axes:
        """Return axes at a place, without frame or ticks."""
        left = WIDTH - x - width if self.rtl else x
        placed = self.figure.add_axes(
            (left / WIDTH, 1 - (y + height) / self.height, width / WIDTH, height / self.height)
        )
        placed.set_axis_off()
        return placed


def _draw_row(sheet: _Sheet, row: Row, *, top: int) -> None:
    """Draw one entity: its name, a bar a day, today's number."""
    name = row.name if len(row.name) <= _NAME else f"{row.name[: _NAME - 1]}…"
    sheet.write(name, 24, y=top)
    sheet.write(str(row.counts[-1]), WIDTH - 24, y=top + 38, size=_LARGE, weight="bold", color=_TODAY, end=True)
    axes = sheet.axes(24, y=top + 42, width=920, height=_ROW - 54)
    places = range(len(row.counts))
    if sheet.rtl:
        places = places[::-1]
    last = len(row.counts) - 1
    colours = [_TODAY if n == last else _BEFORE for n in range(last + 1)]
    axes.bar(list(places), row.counts, width=0.8, color=colours, edgecolor=[INK if c == _TODAY else c for c in colours])
    axes.axhline(0, color=_FAINT, linewidth=1)
    axes.set_xlim(-0.6, last + 0.6)
    axes.set_ylim(0, max(*row.counts, 3) * 1.05)


def _draw_days(sheet: _Sheet, days: tuple[str, str], *, top: int) -> None:
    first, today = days
    sheet.write(first, 24, y=top - 4, size=_SMALL, color=_FAINT)
    sheet.write(today, 944, y=top - 4, size=_SMALL, color=_TODAY, weight="bold", end=True)


def _draw_places(sheet: _Sheet, picture: Picture, *, top: int) -> None:
    """Draw the map; it is never mirrored, whatever the direction of writing."""
    axes = sheet.figure.add_axes(
        (24 / WIDTH, 1 - (top + _MAP) / sheet.height, (WIDTH - 48) / WIDTH, _MAP / sheet.height)
    )
    draw_map(axes, picture.spots, lang=picture.lang, shape=(WIDTH - 48) / _MAP)
