"""Say what a delivery's chat reads of its stories: the one place that knows whose language, zone and settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.delivery.alert import Reader, alert, veiled_alert
from bot.delivery.catch_up import catch_up, veiled_catch_up
from bot.delivery.discretion import Names, veiled
from bot.sandbox.newsstand import SAMPLE
from storage.delivery_records import DeliveryKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from bot.delivery.message import Message
    from bot.texts import Texts
    from storage.delivery_records import DueDelivery
    from storage.story_records import StoryView


_NO_NAMES: Final = Names(())


@dataclass(frozen=True, slots=True)
class Renderer:
    """Render deliveries of stories; `name` gives an entity's name in a language, `armed` knows armed groups.

    `names` are those that a discreet chat's screen must not show.
    """

    texts: Callable[[str], Texts]
    name: Callable[[str, str], str]
    armed: Callable[[str], bool] = bool
    names: Names = _NO_NAMES

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
            why = str((due.payload or {}).get("why", ""))
            if reader.is_discreet:
                return veiled_catch_up(told, reader, why=why, delivery=due.id)
            return catch_up(told, reader, why=why)
        shape = veiled_alert if reader.is_discreet else alert
        return shape(told[0], kind=due.kind, reader=reader)

    def veiled(self, due: DueDelivery, message: Message) -> Message:
        """Return what a chat is shown of a message that was written before; others may see a discreet chat's screen."""
        return veiled(due, message, say=self.texts(due.lang), names=self.names)


def is_sample(views: Sequence[StoryView]) -> bool:
    """Say whether any of these stories is invented news of the sample outlets."""
    return any(entry.outlet.key.startswith(SAMPLE) for view in views for entry in view.entries)
