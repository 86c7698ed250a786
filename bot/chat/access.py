"""Say who is answered and who may change what. Pure: what is known of a person comes in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# Roles that run the bot; a member may only use it.
OPERATORS: Final = frozenset({"owner", "admin"})
# Telegram's own account for admins who post as the group.
ANONYMOUS_ADMIN: Final = 1_087_968_824


class Who(StrEnum):
    """Name who may use a command or button: anyone here, who may change this chat, who runs the bot."""

    ANYONE = "anyone"
    CHANGES = "changes"
    OPERATES = "operates"


@dataclass(frozen=True, slots=True)
class Asker:
    """Hold what is known of who asks: role with the bot, kind of chat, whether it is known, whether they administer it."""

    role: str = ""
    kind: str = "private"
    knows_chat: bool = False
    chat_admin: bool = False


def is_answered(asker: Asker, *, is_open: bool) -> bool:
    """Say whether the bot answers at all: strangers of a closed bot hear nothing.

    A closed bot answers those whom it let in, and everybody in a group or channel into which one of them brought it.
    """
    if asker.role == "banned":
        return False
    return is_open or bool(asker.role) or (asker.kind != "private" and asker.knows_chat)


def may(asker: Asker, who: Who) -> bool:
    """Say whether somebody who is answered may do this.

    In a channel nothing is for anyone: a subscriber's tap would change what all of them read.
    """
    if who is Who.OPERATES:
        return asker.role in OPERATORS
    free = asker.kind == "private" or (who is Who.ANYONE and asker.kind != "channel")
    return free or asker.chat_admin
