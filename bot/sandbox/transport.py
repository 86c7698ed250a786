"""Pause, step and speed up a replay of sample news."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from bot.clock import Clock

SPEEDS: Final = (0.5, 1.0, 2.0, 5.0, 20.0)
# Seconds between two looks at what was pressed.
_TICK_S: Final = 0.1


@dataclass(slots=True)
class Transport:
    """Hold what was pressed: paused or not, how fast, and how many entries are wanted at once."""

    paused: bool = False
    speed: float = 1.0
    _steps: int = 0

    def press(self, action: str) -> bool:
        """Take a press of `pause`, `play`, `step` or a speed (`2`); say whether it is one."""
        if action in {"pause", "play"}:
            self.paused = action == "pause"
        elif action == "step":
            self._steps += 1
        elif action in {f"{speed:g}" for speed in SPEEDS}:
            self.speed = float(action)
        else:
            return False
        return True

    def as_dict(self) -> dict[str, Any]:
        """Return it as the page shows it."""
        return {"paused": self.paused, "speed": self.speed, "speeds": SPEEDS}

    async def wait(self, seconds: float, clock: Clock) -> None:
        """Wait for the next entry's turn: so long at speed 1, for ever when paused, not at all for a step."""
        left = seconds
        while (left > 0 or self.paused) and not self._steps:
            await clock.sleep(_TICK_S)
            left -= 0 if self.paused else _TICK_S * self.speed
        self._steps = max(0, self._steps - 1)
