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
    """Hold what is known of who asks: role with the bot, kind of chat, whether the chat is known, and its admins."""

    role: str = ""
    kind: str = "private"
    knows_chat: bool = False
    group_admin: bool = False


def is_answered(asker: Asker, *, is_open: bool) -> bool:
    """Say whether the bot answers at all: strangers of a closed bot hear nothing.

    A closed bot answers those whom it let in, and everybody in a group or channel into which one of them brought it.
    """
    if asker.role == "banned":
        return False
    return is_open or bool(asker.role) or (asker.kind != "private" and asker.knows_chat)


def may(asker: Asker, who: Who) -> bool:
    """Say whether somebody who is answered may do this; only admins post in a channel."""
    if who is Who.OPERATES:
        return asker.role in OPERATORS
    return who is Who.ANYONE or asker.kind in {"private", "channel"} or asker.group_admin
