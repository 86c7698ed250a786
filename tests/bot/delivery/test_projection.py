"""Show what is kept of an update: what a handler needs, no names, no phone numbers, no other people."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Update

from bot.delivery.projection import project, readable

PERSON = {
    "id": 7,
    "is_bot": False,
    "first_name": "SECRET",
    "last_name": "SECRET",
    "username": "SECRET",
    "language_code": "fr",
}
CHAT = {"id": 7, "type": "private", "first_name": "SECRET", "username": "SECRET", "title": "SECRET"}
RIGHTS = (
    "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
    "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
    "can_edit_stories", "can_delete_stories",
)  # fmt: skip
MESSAGE = {
    "message_id": 5,
    "date": 1_700_000_000,
    "from": PERSON,
    "chat": CHAT,
    "text": "/watch Gao",
    "entities": [
        {"type": "bot_command", "offset": 0, "length": 6},
        {"type": "text_mention", "offset": 7, "length": 3, "user": PERSON},
    ],
    "contact": {"phone_number": "SECRET", "first_name": "SECRET"},
    "photo": [{"file_id": "SECRET"}],
    "caption": "SECRET",
    "author_signature": "SECRET",
    "reply_to_message": {"message_id": 4, "date": 1, "chat": CHAT, "from": PERSON, "text": "SECRET"},
    "forward_origin": {"type": "user", "date": 1, "sender_user": PERSON},
    "new_chat_members": [PERSON],
}


def change(status, **more):
    return {"status": status, "user": PERSON | {"id": 42, "is_bot": True}, "custom_title": "SECRET"} | more


UPDATES = [
    {"update_id": 1, "message": MESSAGE},
    {
        "update_id": 2,
        "channel_post": MESSAGE | {"sender_chat": {"id": -5, "type": "channel", "title": "SECRET"}},
    },
    {
        "update_id": 3,
        "callback_query": {"id": "9", "from": PERSON, "chat_instance": "1", "data": "1:why:4", "message": MESSAGE},
    },
    {"update_id": 4, "callback_query": {"id": "9", "from": PERSON, "chat_instance": "1", "inline_message_id": "x"}},
    {
        "update_id": 5,
        "my_chat_member": {
            "chat": CHAT,
            "from": PERSON,
            "date": 1,
            "old_chat_member": change("left"),
            "new_chat_member": change("administrator", **dict.fromkeys(RIGHTS, False)),
            "invite_link": {"invite_link": "SECRET"},
        },
    },
    {
        "update_id": 6,
        "message": MESSAGE
        | {
            "forward_origin": {
                "type": "channel",
                "chat": CHAT | {"id": -9, "type": "channel"},
                "date": 1,
                "message_id": 2,
            },
            "document": {"file_id": "f", "file_unique_id": "u", "file_name": "SECRET", "thumbnail": "SECRET"},
        },
    },
    {"update_id": 7, "edited_message": MESSAGE, "poll": {"question": "SECRET"}},
]


@pytest.mark.parametrize("update", UPDATES, ids=lambda update: str(update["update_id"]))
def test_nothing_about_a_person_but_id_and_language_is_kept_and_it_can_be_read(update):
    kept = readable(update)

    assert "SECRET" in json.dumps(update)
    assert "SECRET" not in json.dumps(kept)
    assert update["update_id"] == Update.de_json(kept, None).update_id


def test_a_command_keeps_its_words_person_and_place():
    message = project(UPDATES[0])["message"]

    assert ("/watch Gao", 7, "fr", 7, 4) == (
        message["text"],
        message["from"]["id"],
        message["from"]["language_code"],
        message["chat"]["id"],
        message["reply_to_message"]["message_id"],
    )
    assert [{"type": "bot_command", "offset": 0, "length": 6}] == message["entities"]


def test_a_forwarded_channel_is_known_by_its_number():
    assert -9 == project(UPDATES[5])["message"]["forward_origin"]["chat"]["id"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "chat", "from", "date", "message", "text", "entities", "type", "data", "message_id"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(st.sampled_from(["message", "callback_query", "my_chat_member", "channel_post"]), JSON, max_size=2)
)
def test_no_update_is_so_odd_that_it_raises(update):
    assert 1 == readable({"update_id": 1, **update})["update_id"]
