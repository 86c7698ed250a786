"""Read what stands behind a command, and what a button sends back. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Final
from zoneinfo import available_timezones

# Yes and no behind a command, in any of our languages, whatever the chat's.
ON: Final = frozenset({"on", "oui", "نعم"})
OFF: Final = frozenset({"off", "non", "لا"})
_DURATION: Final = re.compile(r"^(\d{1,3})\s*(m|min|h|d|j|w|s)$", re.IGNORECASE | re.ASCII)
# d and j are days, w and s (semaine) weeks
_UNITS: Final = {"m": 60, "min": 60, "h": 3600, "d": 86_400, "j": 86_400, "w": 604_800, "s": 604_800}
_CLOCK: Final = re.compile(r"^(\d{1,2})(?:[:h.](\d{2})?)?$", re.IGNORECASE | re.ASCII)
_RANGE: Final = re.compile(r"^(\S+?)\s*[-–—]\s*(\S+)$")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")
# Telegram takes 64 bytes; the first field is the version of this format.
VERSION: Final = "1"
MOST_DATA: Final = 64


@dataclass(frozen=True, slots=True)
class Press:
    """Hold what a button says: a verb and its arguments."""

    verb: str
    args: tuple[str, ...] = ()

    @property
    def fits(self) -> bool:
        """Say whether Telegram takes it: an operator's entity may have a very long id."""
        return len(self._data.encode()) <= MOST_DATA

    @property
    def _data(self) -> str:
        return ":".join((VERSION, self.verb, *self.args))

    def pack(self) -> str:
        """Return it as callback data, at most 64 bytes."""
        if not self.fits:
            raise ValueError(f"callback data is too long: {self._data}")
        return self._data


def read_press(data: str) -> Press | None:
    """Return what a button says; None for an older version's, or a forged one."""
    version, _, rest = data.partition(":")
    verb, *args = rest.split(":") if version == VERSION else ("",)
    return Press(verb, tuple(args)) if verb else None


def read_words(message: str) -> str:
    """Return what stands behind a command, on one line and without what no database keeps."""
    return " ".join(_CONTROL.sub(" ", message).split()[1:])


def read_plain(message: str) -> str:
    """Return a message's words on one line and without what no database keeps."""
    return " ".join(_CONTROL.sub(" ", message).split())


def read_duration(text: str) -> timedelta | None:
    """Return a duration such as `30m`, `8h`, `1d` (also `1j`), `2w` (also `2s`)."""
    found = _DURATION.match(text.strip())
    seconds = int(found[1]) * _UNITS[found[2].lower()] if found else 0
    return timedelta(seconds=seconds) if seconds else None


def read_silence(words: str) -> tuple[timedelta | None, str]:
    """Return a duration, wherever it stands, and the other words: `jnim 1d`, `1d jnim`."""
    parts = words.split()
    for place in (0, -1):
        duration = read_duration(parts[place]) if parts else None
        if duration:
            del parts[place]
            return duration, " ".join(parts)
    return None, " ".join(parts)


def read_clock(text: str) -> int | None:
    """Return minutes of the day for `7`, `07:00`, `7h30`, `7h`."""
    found = _CLOCK.match(text.strip())
    if not found or int(found[1]) > 23 or int(found[2] or 0) > 59:
        return None
    return int(found[1]) * 60 + int(found[2] or 0)


def read_hours(text: str) -> tuple[int, int] | None:
    """Return a range of the day, `22:00-07:00`, as minutes; None unless start and end differ."""
    found = _RANGE.match(text.strip())
    start, end = (read_clock(found[1]), read_clock(found[2])) if found else (None, None)
    return (start, end) if start is not None and end is not None and start != end else None


def read_zone(text: str) -> str | None:
    """Return the time zone of a city or of a full name: `Algiers`, `Africa/Algiers`, `new york`."""
    wanted = "_".join(text.split()).lower()
    exact = [name for name in _zones() if name.lower() == wanted]
    city = [name for name in _zones() if name.lower().rpartition("/")[2] == wanted]
    return next(iter(exact + city), None)


@cache
def _zones() -> tuple[str, ...]:
    """List the zones with a region first: UTC is found as UTC, a city before a link of the same name."""
    return tuple(sorted(available_timezones(), key=lambda name: (-name.count("/"), name)))


def clock(minutes: int) -> str:
    """Return minutes of the day as `07:00`."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
