"""Show what placements make of their stories when several come at once."""

from datetime import UTC, datetime

from bot.telling import Placed, tell, told_before
from matchers.types import ChangeKind, Field, Match, Mention, Placement, PlacementKind, Reason, StoryEntry
from storage.story_records import Named, StoryRecord

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


def named(*entities, family="jihadists"):
    mention = Mention("GSIM", Field.TITLE, 0, 4, "GSIM", 1.0)
    return tuple(Match(entity, (family,), 92, (mention,), (Reason("exact"),)) for entity in entities)


def placed(key, story, *entities, title="Attaque à Djibo", merges=None):
    kind = PlacementKind.NEW if key == story else PlacementKind.FOLLOW_UP
    entry = StoryEntry(key, title, NOW, NOW, outlet=f"outlet {key}")
    return Placed(Placement(entry, kind, story, story, 0.9, entities, merges=merges), named(*entities))


def stood(story, *, revision, outlets=("old",)):
    state = {"headline": "x", "outlets": outlets, "voices": outlets, "tolls": {"killed": 3}}
    return StoryRecord(story, NOW, NOW, 1, revision, state, None)


def test_a_story_grows_entry_by_entry_within_one_poll():
    (first, news), (second, more) = tell(
        [placed("1", "1", "jnim"), placed("2", "1", "jnim", "aes")], known={}, named={}
    )

    assert (1, 2) == (first.number, second.number)
    assert (("outlet 1",), ("outlet 1", "outlet 2")) == (first.state["outlets"], second.state["outlets"])
    assert (("jnim",), ("aes", "jnim")) == (news.weight.entities, more.weight.entities)
    assert (False, True, ChangeKind.NEW_STORY) == (
        news.joins_outlets,
        more.joins_outlets,
        first.revision.changes[0].kind,
    )


def test_a_stored_story_goes_on_from_where_it_stood():
    before = {7: Named(frozenset({"aes"}), frozenset({"alliances"}))}
    title = "Djibo : douze morts dans l'attaque du GSIM"
    ((step, news),) = tell([placed("9", "7", "jnim", title=title)], known={7: stood(7, revision=4)}, named=before)

    assert (5, {"killed": 12}) == (step.number, step.state["tolls"])
    assert ChangeKind.TOLL in {change.kind for change in step.revision.changes}
    assert (("aes", "jnim"), ("alliances", "jihadists")) == (news.weight.entities, news.families)


def test_a_merged_story_brings_what_it_named():
    both = [placed("8", "8", "aes"), placed("9", "7", "jnim", merges="8")]
    (_, (_, news)) = tell(both, known={7: stood(7, revision=1)}, named={7: Named(frozenset({"goita"}))})

    assert ("aes", "goita", "jnim") == news.weight.entities
    assert frozenset({7}) == told_before(both)
    assert frozenset({5, 7}) == told_before([placed("9", "7", merges="5")])
