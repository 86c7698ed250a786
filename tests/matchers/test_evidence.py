"""Show what the words of a text prove: what an acronym stands for there, whose article it has, what letters are left."""

from dataclasses import replace
from datetime import date

import pytest

from matchers.entities import Alias, AliasKind, CaseRule, Compound, Entity, EntityKind, Negatives
from matchers.types import EntryText
from matchers.watchlist import Watchlist
from tests.eval_mentions import entities

AES = Entity(
    "aes",
    "AES",
    kind=EntityKind.ALLIANCE,
    aliases=(
        Alias("Alliance des États du Sahel", lang="fr"),
        Alias("AES", kind=AliasKind.ACRONYM, case=CaseRule.EXACT, weak=True, fuzzy=False),
    ),
    context=("niger", "mali", "ghana", "sahel*"),
)
CMA = Entity(
    "cma",
    "CMA",
    kind=EntityKind.ALLIANCE,
    aliases=(
        Alias("Coordination des mouvements de l'Azawad", lang="fr"),
        Alias("la CMA", lang="fr", kind=AliasKind.ACRONYM, case=CaseRule.EXACT, fuzzy=False),
    ),
    context=("kidal",),
    negatives=Negatives(phrases=("CMA CGM",), words=("artisan*",), neighbours=("awards",)),
)
TUAREG = Entity(
    "tuareg",
    "Tuareg armed groups",
    kind=EntityKind.TOPIC,
    compounds=(
        Compound(
            of=("*tuareg*",), beside=("rebel*",), weakly=("groups", "chief"), amid=("ceasefire", "rebellion"), within=5
        ),
    ),
)
FRONT = Entity(
    "front",
    "Front",
    kind=EntityKind.GROUP,
    aliases=(Alias("Front for the Justice of Sobeyosa"), Alias("Blaise Compaoré")),
)


def score(text, entity, **entry):
    found = Watchlist.compile((entity,)).match(EntryText(text, **entry), min_score=1)
    return found[0].score if found else 0


@pytest.mark.parametrize(
    ("text", "rings"),
    [
        ("Niger joins the AES", True),
        ("The Agricultural Extension Service (AES) works in Ghana and Niger", False),
        ("AES (acute encephalitis syndrome) spreads in Niger", False),
        ("Association des élèves et stagiaires : l'AES du Niger élit son bureau", False),
        ("L'Alliance des États sahéliens (AES) réunit le Mali et le Niger", True),
        ("Alliance for Energy in the Sahel (AES) lights Niger", True),
    ],
)
def test_a_text_that_says_what_an_acronym_stands_for_is_believed(text, rings):
    assert rings == (score(text, AES) >= 80)


def test_the_reason_names_the_long_form():
    (match,) = Watchlist.compile((AES,)).match(EntryText("Acute encephalitis syndrome (AES) in Niger"), min_score=1)

    assert ("expansion", "Acute encephalitis syndrome") == (match.reasons[1].code, match.reasons[1].detail)


@pytest.mark.parametrize(
    ("text", "lang", "rings"),
    [
        ("Selon la CMA, quatre hommes sont tombés", "fr", True),
        ("Un malade arrive au CMA", "fr", False),
        ("La réunion a eu lieu. La CMA CGM livre", "fr", False),
        ("la CMA forme des artisans", "fr", False),
        ("la CMA awards", "fr", False),
        ("Crédit mutuel agricole : la CMA vote", "fr", False),
        ("interviene la CMA", "es", False),
        ("interviene la CMA en Kidal", "es", True),
    ],
)
def test_in_french_the_article_tells_one_acronym_from_another(text, lang, rings):
    assert rings == (score(text, CMA, lang=lang) >= 80)


@pytest.mark.parametrize(
    ("text", "rings"),
    [
        ("Tuareg groups sign a ceasefire", True),
        ("Tuareg groups sing", False),
        ("The Tuareg chief of the 1990 rebellion", True),
        ("A Tuareg chief opens a school", False),
        ("Inyeshyamba z'Abatuareg: rebels", False),
        ("Abatuareg rebels", True),
    ],
)
def test_groups_and_chiefs_are_armed_ones_amid_a_rising(text, rings):
    assert rings == (score(text, TUAREG) >= 80)


@pytest.mark.parametrize(
    ("text", "rings"),
    [
        ("They met. Front fort he Justice of Sobeyjroa said", True),
        ("Fromt for hte Justcie of Sobeyosa said", True),
        ("president BlaiseoCmpaoré left", True),
        ("Front for the Justice of Somalia said", False),
        ("Front for the Defence of Sobeyosa said", False),
        ("Blaise Pascal left", False),
        ("the front, and for the justice of so many", False),
    ],
)
def test_a_damaged_name_is_known_by_its_letters_and_a_name_built_alike_is_not(text, rings):
    assert rings == (score(text, FRONT) >= 80)


@pytest.mark.parametrize(
    ("text", "rings"),
    [
        ("l'Alliance des trois États du Sahel", True),
        ("une alliance de syndicats des États du Sahel", False),
        ("Alliance et chefs des États du Sahel", False),
    ],
)
def test_a_name_of_common_words_holds_no_phrase_of_its_own(text, rings):
    assert rings == (score(text, AES) >= 80)


def test_an_ambiguous_form_counts_only_while_it_was_in_use():
    full, acronym = AES.aliases
    bloc = replace(AES, aliases=(full, replace(acronym, valid_from=date(2023, 9, 16))))

    assert score("Niger joins the AES", bloc, day=date(2021, 7, 1)) == 0
    assert score("Niger joins the AES", bloc, day=date(2023, 9, 16)) >= 80
    assert score("Niger joins the AES", bloc) >= 80
    assert score("Alliance des États du Sahel", bloc, day=date(2021, 7, 1)) == 100


def test_a_name_does_not_borrow_a_word_from_another_name():
    movement = Entity(
        "mnj",
        "MNJ",
        kind=EntityKind.GROUP,
        aliases=(Alias("Niger Movement for Justice"),),
        negatives=Negatives(phrases=("Niger Delta",)),
    )

    assert [100, 0] == [
        score(text, movement)
        for text in ("Niger Movement for Justice signs", "Niger Delta Movement for Justice threatens oil firms")
    ]


def test_rebels_who_are_for_the_most_part_of_a_people_are_rebels_of_it_and_nomads_among_rebels_are_not():
    catalogue = Watchlist.compile(entities())

    def rings(text):
        return any(match.entity == "tuareg-groups" for match in catalogue.match(EntryText(text, lang="fr")))

    assert [True, False] == [
        rings("Des rebelles, pour la plupart touareg, tiennent le puits"),
        rings("Rebelles et soldats s'affrontent, des nomades touareg pris au piège"),
    ]


def test_a_trade_before_a_nationality_and_a_surname_is_a_namesakes():
    catalogue = Watchlist.compile(entities())

    def scores(text):
        return [match.score for match in catalogue.match(EntryText(text, lang="fr")) if match.entity == "goita"]

    assert [[], [90]] == [scores("Le lutteur malien Goïta médaillé"), scores("Le chef malien Goïta médaillé")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Tarek Been Habib Ben al-Toumi al-Maaroufi was there", True),
        ("Tarek Ben Habib Been al-Toumi al-Maaroufi was there", True),
        ("Mus?ab Mustafa Abu al Qassim Omar was there", True),
        ("Was it Mus? Ab Mustafa Abu al Qassim Omar came", False),
    ],
)
def test_a_short_word_that_stands_twice_and_a_lost_letter_are_forgiven_in_a_name(text, found):
    person = Entity(
        "person",
        "Person",
        kind=EntityKind.PERSON,
        aliases=(Alias("Tarek Ben Habib Ben al-Toumi al-Maaroufi"), Alias("Mus'ab Mustafa Abu al Qassim Omar")),
    )

    assert found == (score(text, person) >= 80)
