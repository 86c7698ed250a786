"""Show in which order an edition tells its stories."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from bot.digest.ranking import Taste, ranked

START = datetime(2026, 3, 1, tzinfo=UTC)
HEADLINES = (
    "Fuel convoy burns near Kayes", "Teachers strike in Niamey", "Cholera ward opens at Mopti",
    "Senate debates mining code", "Airport closed after drone flight",
)  # fmt: skip


def view(story, title="", *, outlets=("a",), severity=0, opened=START, term="jnim", **state):
    entries = [
        SimpleNamespace(title=title or HEADLINES[story % 5], outlet=SimpleNamespace(key=k, owner=k)) for k in outlets
    ]
    matches = [SimpleNamespace(entity=term)]
    state = {"severity": severity, "voices": list(outlets)} | state
    return SimpleNamespace(story=story, entries=entries, matches=matches, state=state, opened=opened, last=opened)


def order(views, taste=None, since=START):
    return [each.story for each in ranked(views, taste=taste or Taste(), since=since)]


def test_many_independent_outlets_then_gravity_then_novelty_count():
    views = [
        view(1, opened=START - timedelta(days=2)),
        view(2),
        view(3, severity=2),
        view(4, outlets=tuple("abcdefghij")),
    ]

    assert [4, 3, 2, 1] == order(views)


def test_what_the_chat_disliked_comes_last_and_what_it_liked_first():
    views = [view(1), view(2), view(3)]

    assert [3, 2, 1] == order(views, Taste(stories={"3": 1, "1": -1}))


def test_votes_on_other_stories_of_an_entity_weigh_too():
    views = [view(1, term="aes"), view(2, term="jnim")]

    assert [2, 1] == order(views, Taste(entities={"aes": -1.0}))


def test_ten_sides_of_one_event_do_not_fill_an_edition():
    sides = [
        view(
            n,
            f"Convoy attacked near Kayes, {word} says",
            severity=2,
            outlets=("a", "b"),
            places=["kayes"],
            event="attack",
        )
        for n, word in enumerate(
            ["army", "governor", "union", "driver", "witness", "minister", "mayor", "rebel", "embassy", "analyst"], 10
        )
    ]
    others = [view(n) for n in range(5)]
    first_six = order([*sides, *others])[:6]

    assert 1 == sum(story >= 10 for story in first_six[:3])
    assert sum(story < 10 for story in first_six) >= 4
