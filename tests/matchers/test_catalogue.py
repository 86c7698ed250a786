"""Show what a catalogue file may say, and what is said about a wrong one."""

import pytest

from matchers.catalogue import CatalogueError, contexts_of, locate, parse_catalogue, parse_files
from matchers.entities import AliasKind, CaseRule, EntityKind
from matchers.lint import lint

GOOD = """
family = "jihadists"

[[entity]]
id = "jnim"
name = "JNIM"
names = { fr = "GSIM" }
kind = "group"
note = "a coalition"
context = ["mali", "sahel*"]
designated = [{ by = "United Nations", since = 2018-10-04, source = "QDe.159" }]
negatives = { phrases = ["GSIM fund"] }

[[entity.alias]]
text = "JNIM"
kind = "acronym"
case = "title-ok"

[[entity.alias]]
text = "GSIM"
kind = "acronym"
case = "exact"
weak = true

[[entity.compound]]
of = ["tuareg*"]
beside = ["rebel*"]
within = 2
"""
CONTEXTS = '[contexts]\nsahel = ["mali"]\n[places]\nsahel = ["ML"]\n'
PLACES = """
[[place]]
id = "niono"
name = "Niono"
country = "ML"
kind = "town"
lat = 14.2
lon = -6.0
"""


def entity_file(extra="", alias=""):
    return f'family = "f"\n[[entity]]\nid = "a"\nname = "A"\nkind = "group"\n{extra}\n[[entity.alias]]\ntext = "Aleph Beth"\n{alias}\n'


def test_a_catalogue_file_is_read():
    (jnim,) = parse_catalogue(GOOD, "g.toml")

    assert ("jnim", "GSIM", EntityKind.GROUP, ("jihadists",)) == (jnim.id, jnim.name_in("fr"), jnim.kind, jnim.families)
    assert [(AliasKind.ACRONYM, CaseRule.TITLE_OK, False), (AliasKind.ACRONYM, CaseRule.EXACT, True)] == [
        (alias.kind, alias.case, alias.weak) for alias in jnim.aliases
    ]
    assert (("GSIM fund",), 2018, 2) == (
        jnim.negatives.phrases,
        jnim.designated[0].since.year,
        jnim.compounds[0].within,
    )


def test_entities_and_aliases_know_their_lines():
    (located,) = locate(GOOD, "g.toml")

    assert (4, (14, 19)) == (located.line, located.alias_lines)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("family = ", 1, "not TOML"),
        ('colour = "red"', 1, "unknown field colour"),
        (entity_file('colour = "red"'), 2, "unknown field colour"),
        (entity_file(alias='colour = "red"'), 7, "unknown field colour"),
        (entity_file(alias='kind = "nickname"'), 7, "none of full"),
        (entity_file(alias='weak = "yes"'), 7, "wrong type"),
        (entity_file('context = "nowhere"'), 2, "no list of context words named 'nowhere'"),
        (entity_file("context = [1]"), 2, "list of words"),
        (entity_file("negatives = { sayings = [] }"), 2, "unknown field sayings"),
        (entity_file('designated = [{ by = "UN" }]'), 2, "a designation needs"),
        (entity_file("compound = [{ of = [] }]"), 2, "a compound needs"),
        ('[[entity]]\nid = "a"\nname = "A"\nkind = "planet"', 1, "none of person"),
        ('[[entity]]\nname = "A"\nkind = "group"', 1, "`id` is missing"),
        ('family = "f"\nentity = 3', 1, "array of tables"),
    ],
)
def test_a_wrong_file_is_refused_with_line_and_reason(text, line, words):
    with pytest.raises(CatalogueError) as caught:
        parse_catalogue(text, "f.toml")

    assert ("f.toml", line) == (caught.value.file, caught.value.line)
    assert words in caught.value.reason


def test_two_files_must_not_hold_one_id():
    with pytest.raises(CatalogueError, match=r"the id jnim stands in a\.toml as well"):
        parse_files({"a.toml": GOOD, "b.toml": GOOD})


def test_named_lists_of_context_take_in_the_places_of_their_countries():
    files = {"_contexts.toml": CONTEXTS, "places.toml": PLACES, "f.toml": entity_file('context = ["@sahel", "gao"]')}
    (entity,) = parse_files(files)

    assert {"sahel": ("mali", "Niono")} == contexts_of(files)
    assert ("mali", "Niono", "gao") == entity.context


def reasons(*texts):
    return [finding.reason for finding in lint({f"f{i}.toml": text for i, text in enumerate(texts)})]


@pytest.mark.parametrize(
    ("extra", "alias", "said"),
    [
        ("", "weak = true", "'Aleph Beth' is weak and a has no context words"),
        (
            "",
            '[[entity.alias]]\ntext = "ABC"\nkind = "acronym"\ncase = "exact"',
            "'ABC' has 3 letters: make it weak, with context",
        ),
        (
            "",
            '[[entity.alias]]\ntext = "ABCD"\nkind = "acronym"',
            "'ABCD' is an acronym in any case: small letters will match too",
        ),
        ("", '[[entity.alias]]\ntext = "Front"', "'Front' is a common word: make it weak, with context"),
        ("", '[[entity.alias]]\ntext = "جيش"', "'جيش' is a common word: make it weak, with context"),
        ("", '[[entity.alias]]\ntext = "..."', "'...' has no letter or digit"),
        ("", '[[entity.alias]]\ntext = "ALEPH beth"', "'ALEPH beth' says the same as line 7"),
    ],
)
def test_the_lint_finds_what_would_ring_wrongly(extra, alias, said):
    assert [said] == reasons(entity_file(extra, alias))


def test_the_lint_finds_an_alias_of_two_entities_and_near_twins():
    other = 'family = "f"\n[[entity]]\nid = "b"\nname = "B"\nkind = "group"\n[[entity.alias]]\ntext = "{}"\n'

    assert ["'aleph-beth' is an alias in f0.toml:7 (a) too"] == reasons(entity_file(), other.format("aleph-beth"))
    assert ["'Alepha Beth' is nearly 'Aleph Beth' of f0.toml:7 (a)"] == reasons(
        entity_file(), other.format("Alepha Beth")
    )


def test_the_lint_goes_on_after_a_file_that_cannot_be_read():
    assert 2 == len(reasons("family =", entity_file(alias="weak = true")))


def test_what_ships_has_no_errors():
    from bot.catalogue import shipped_files

    assert [] == [finding for finding in lint(shipped_files()) if finding.severity == "error"]
