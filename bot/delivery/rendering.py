"""Say what a delivery's chat reads of its stories: the one place that knows whose language, zone and settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.delivery.alert import Reader, alert
from bot.delivery.catch_up import catch_up
from bot.sandbox.newsstand import SAMPLE
from storage.delivery_records import DeliveryKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from bot.delivery.message import Message
    from bot.texts import Texts
    from storage.delivery_records import DueDelivery
    from storage.records import StoryView


@dataclass(frozen=True, slots=True)
class Renderer:
    """Render deliveries of stories; `name` gives an entity's name in a language, `armed` knows armed groups."""

    texts: Callable[[str], Texts]
    name: Callable[[str, str], str]
    armed: Callable[[str], bool] = bool

    def __call__(self, due: DueDelivery, views: Sequence[StoryView], *, now: datetime) -> Message | None:
        """Return what this chat is to read; None when its stories have nothing left to tell."""
        told = [view for view in views if view.entries]
        if not told:
            return None
        say = self.texts(due.lang)
        reader = Reader(
            say, due.tz, now, lambda entity: self.name(entity, say.lang), is_sample(told), self.armed, due.settings
        )
        if due.kind is DeliveryKind.CATCH_UP:
            return catch_up(told, reader, why=str((due.payload or {}).get("why", "")))
        return alert(told[0], kind=due.kind, reader=reader)


def is_sample(views: Sequence[StoryView]) -> bool:
    """Say whether any of these stories is invented news of the sample outlets."""
    return any(entry.outlet.key.startswith(SAMPLE) for view in views for entry in view.entries)
