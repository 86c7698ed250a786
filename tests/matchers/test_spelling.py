"""Show that a mistyped word is met by the one that was meant, and by no other."""

import pytest

from matchers.spelling import closest


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("helo", "help"),
        ("wacth", "watch"),
        ("dijest", "digest"),
        ("unwatsh", "unwatch"),
        ("frobnicate", None),
        ("", None),
    ],
)
def test_the_closest_word_is_found_or_none(typed, meant):
    assert closest(typed, ["help", "watch", "unwatch", "digest", "mute"]) == meant


def test_another_setting_of_the_same_group_is_not_suggested():
    assert closest("WEB__PORT", ["WEB__PAGE", "WEB__LISTEN", "FEEDS__PROXY"]) is None
