"""Show who is answered and who may change what, case by case."""

import pytest

from bot.chat.access import Asker, Who, is_answered, may


@pytest.mark.parametrize(
    ("asker", "is_open", "answered"),
    [
        (Asker(), True, True),
        (Asker(), False, False),
        (Asker(role="member"), False, True),
        (Asker(role="owner"), False, True),
        (Asker(role="banned"), True, False),
        (Asker(role="banned", kind="group", knows_chat=True), True, False),
        (Asker(kind="group"), False, False),
        (Asker(kind="group", knows_chat=True), False, True),
        (Asker(kind="channel", knows_chat=True), False, True),
        (Asker(kind="private", knows_chat=True), False, False),
    ],
)
def test_strangers_of_a_closed_bot_hear_nothing(asker, is_open, answered):
    assert answered == is_answered(asker, is_open=is_open)


@pytest.mark.parametrize(
    ("asker", "who", "allowed"),
    [
        (Asker(), Who.ANYONE, True),
        (Asker(), Who.CHANGES, True),
        (Asker(), Who.OPERATES, False),
        (Asker(role="member"), Who.OPERATES, False),
        (Asker(role="admin"), Who.OPERATES, True),
        (Asker(role="owner"), Who.OPERATES, True),
        (Asker(kind="group"), Who.ANYONE, True),
        (Asker(kind="group"), Who.CHANGES, False),
        (Asker(kind="group", role="owner"), Who.CHANGES, False),
        (Asker(kind="group", chat_admin=True), Who.CHANGES, True),
        (Asker(kind="channel"), Who.CHANGES, False),
        (Asker(kind="channel"), Who.ANYONE, False),
        (Asker(kind="channel", role="owner"), Who.CHANGES, False),
        (Asker(kind="channel", chat_admin=True), Who.CHANGES, True),
        (Asker(kind="channel", chat_admin=True), Who.ANYONE, True),
    ],
)
def test_in_a_group_or_channel_its_own_admins_change_and_nobody_else(asker, who, allowed):
    assert allowed == may(asker, who)
