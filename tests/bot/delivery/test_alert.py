"""Show what a reader sees of a story: who, what and where in the first line, small, attributed, never linked astray."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blindness import DELIVERY, OUTLETS, POLLING, Gap, blind_notice
from bot.delivery.alert import FIRST_LINE, MOST_BYTES, Reader, alert, veiled_alert
from bot.delivery.catch_up import catch_up, veiled_catch_up
from bot.delivery.discretion import veil
from bot.delivery.message import Style
from bot.delivery.render import to_html
from bot.delivery.rendering import Renderer
from bot.texts import texts
from matchers.types import Change, ChangeKind, Field, Mention, Reason
from storage.delivery_records import DeliveryKind, DueDelivery, Waits
from storage.records import DeskRecord, OutletSpec
from storage.story_records import StoryEntryView, StoryView, TermMention

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
TITLE = "Attaque du GSIM contre un camp de l'armée près de Diafarabé : 7 soldats tués"
SUMMARY = "Des hommes armés ont pris le poste à l'aube. Un élu parle de sept morts. Le GSIM se tait. Plus rien ensuite."


def entry(number, title=TITLE, *, summary=SUMMARY, name="Radio Fleuve", **about):
    about = {"kind": "independent", "owner": "", "lang": "fr", "minutes": 0, "url": ""} | about
    key = name.lower().replace(" ", "-")
    return StoryEntryView(
        id=number,
        outlet=OutletSpec(key, name, kind=about["kind"], owner=about["owner"] or key),
        url=about["url"] or f"https://{key}.example/{number}",
        title=title,
        summary=summary,
        lang=about["lang"],
        published=NOW - timedelta(hours=1) + timedelta(minutes=about["minutes"]),
        first_seen=NOW,
        kind="new",
        development=1,
    )


def found(each, text="GSIM"):
    mentions = [
        Mention(text, field, words.index(text), words.index(text) + len(text), text, 1.0)
        for field, words in ((Field.TITLE, each.title), (Field.SUMMARY, each.summary))
        if text in words
    ]
    return TermMention(each.id, "jnim", "jnim", 95, mentions=tuple(mentions), reasons=(Reason("exact"),))


def story(*entries, changes=(), state=None, matches=None):
    entries = entries or (entry(1),)
    return StoryView(
        story=41,
        revision=1,
        changes=changes,
        state=state or {},
        opened=NOW - timedelta(hours=1),
        last=NOW,
        entries=entries,
        matches=tuple(map(found, entries)) if matches is None else matches,
        placed=len(entries),
    )


def reader(lang="en", *, tz="Africa/Bamako", sample=False):
    names = {"jnim": "JNIM", "gao": "Gao", "diafarabe": "Diafarabé"}
    return Reader(texts(lang), tz, NOW, lambda entity: names.get(entity, entity), sample)


def read(view, kind=DeliveryKind.ALERT, **about):
    return alert(view, kind=kind, reader=reader(**about))


def test_an_alert_says_who_what_where_by_whom_and_when():
    view = story(
        entry(1),
        entry(2, "Seven killed", name="Le Wire", kind="wire", owner="group", minutes=12, lang="en"),
        entry(3, "Sept morts", name="Etat", kind="state", owner="group", minutes=50),
        matches=(found(entry(1)),),
        state={"places": ["diafarabe"], "severity": 1},
    )

    assert [
        "🟡 Alert · Attaque du GSIM contre un camp de l'armée près de Diafarabé : 7 soldats tués · 07:00",
        "Des hommes armés ont pris le poste à l'aube. Un élu parle de sept morts. Le GSIM se tait.",
        "📍 Diafarabé",
        "3 outlets · 2 independent of each other (1 independent, 1 wire, 1 state)",
        "First 07:00, latest 07:50 (Bamako)",
        "Radio Fleuve · Le Wire · Etat",
    ] == read(view).text.splitlines()


def test_what_was_matched_is_bold_and_nothing_else():
    assert ["GSIM", "GSIM"] == [span.text for span in read(story()).spans if span.style is Style.BOLD]


def test_each_outlet_has_one_link():
    view = story(entry(1), entry(2), entry(3, name="Etat"))
    links = [(span.text, span.url) for span in read(view).spans if span.style is Style.LINK]

    assert [("Radio Fleuve", "https://radio-fleuve.example/1"), ("Etat", "https://etat.example/3")] == links


def test_many_outlets_are_counted_behind_the_first():
    view = story(*(entry(number, name=f"Outlet {number}") for number in range(9)))

    assert "Outlet 0 · Outlet 1 · Outlet 2 · Outlet 3 · Outlet 4 · Outlet 5 · +3" == read(view).text.splitlines()[-1]


def test_the_headline_is_the_one_in_the_chats_language():
    view = story(entry(1), entry(2, "JNIM attack, GSIM", lang="en", name="Wire"))

    assert "🟡 Alert · JNIM attack, GSIM · 07:00" == read(view, lang="en").text.splitlines()[0]
    assert f"🟡 Alerte · {TITLE} · 07:00" == read(view, lang="fr").text.splitlines()[0]


def test_a_long_headline_is_cut_at_a_word_for_the_notification():
    first = read(story(entry(1, "GSIM " + "mot " * 100))).text.splitlines()[0]

    assert first.endswith("mot… · 07:00")
    assert len(first) <= FIRST_LINE


def test_an_update_begins_with_what_changed_in_bold():
    change = Change(ChangeKind.TOLL, "killed", "7", "11")
    view = story(entry(1), entry(2, "Le bilan s'alourdit", name="Etat"), changes=(change,), matches=())
    message = read(view, DeliveryKind.UPDATE)

    assert "🟡 Update · killed: 7 → 11 · Le bilan s'alourdit · 07:00" == message.text.splitlines()[0]
    assert ["killed: 7 → 11"] == [span.text for span in message.spans if span.style is Style.BOLD]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (Change(ChangeKind.PLACE, after="gao, diafarabe"), "also in Gao, Diafarabé"),
        (Change(ChangeKind.CLAIM, after="title"), "a claim"),
        (Change(ChangeKind.DENIAL, after="title"), "a denial"),
        (Change(ChangeKind.CONFIRMATION, after="title"), "a confirmation"),
        (Change(ChangeKind.STATE, "freed", after="title"), "a release"),
        (Change(ChangeKind.STATE, "signed", after="title"), "an accord signed"),
        (Change(ChangeKind.STATE, "resigned", after="title"), "a departure from office"),
        (Change(ChangeKind.STATE, "surrendered", after="title"), "a surrender"),
        (Change(ChangeKind.STATE, "broken", after="title"), "a truce or an accord broken"),
        (Change(ChangeKind.TOLL, "", "", "20"), "toll: 20"),
        (Change(ChangeKind.OUTLETS_3), "3 independent outlets report it"),
        (Change(ChangeKind.OUTLETS_10), "10 independent outlets report it"),
    ],
)
def test_each_change_has_its_words(change, says):
    message = read(story(changes=(change,), matches=()), DeliveryKind.UPDATE)

    assert [says] == [span.text for span in message.spans if span.style is Style.BOLD]


def test_a_change_without_words_leaves_the_headline():
    view = story(changes=(Change(ChangeKind.DEVELOPMENT),))

    assert read(view, DeliveryKind.UPDATE).text.startswith("🟡 Update · Attaque du GSIM")


def test_a_development_is_short_and_says_that_it_may_be_one():
    view = story(entry(1), entry(2, "Renforts envoyés à Diafarabé", name="Etat", summary=""))

    assert ["🟡 Possible development · Renforts envoyés à Diafarabé · 07:00", "Etat"] == read(
        view, DeliveryKind.DEVELOPMENT
    ).text.splitlines()


def test_a_claim_is_attributed_to_the_outlet_that_reports_it_until_it_is_confirmed():
    assert "This rests on a claim, per Radio Fleuve; not confirmed." in read(story(state={"claimed": True})).text
    assert "claim" not in read(story(state={"claimed": True, "confirmed": True})).text


def test_the_living_message_says_the_highest_toll_even_under_an_older_headline():
    assert (
        "Highest toll reported: killed 11, wounded 4"
        in read(
            story(state={"tolls": {"killed": 11, "wounded": 4, "abducted": 0}}), DeliveryKind.EDIT
        ).text.splitlines()
    )


def test_independent_outlets_are_those_that_the_story_counts():
    view = story(entry(1), entry(2, name="Etat"), entry(3, name="Copie"), state={"voices": ["radio-fleuve", "etat"]})

    assert "3 outlets · 2 independent of each other (3 independent)" in read(view).text


def test_addresses_and_handles_in_a_text_are_left_out():
    summary = "Vidéo sur t.me/azallaq et https://evil.example/x ou @azallaq_media. Fin."
    message = read(story(entry(1, summary=summary)))

    assert "Vidéo sur  et  ou . Fin." == message.text.splitlines()[1]


def test_a_summary_that_repeats_the_title_is_left_out():
    assert "(independent)" in read(story(entry(1, summary=TITLE))).text.splitlines()[1]


@pytest.mark.parametrize(
    ("title", "says"),
    [
        ("Attaque contre un camp", "Attaque contre un camp · Diafarabé · killed 7 · 07:00"),
        ("Attaque à Diafarabe", "Attaque à Diafarabe · killed 7 · 07:00"),
        ("Sept soldats tués à Diafarabé", "Sept soldats tués à Diafarabé · 07:00"),
    ],
)
def test_the_first_line_adds_the_place_and_the_toll_that_the_headline_does_not_say(title, says):
    view = story(entry(1, title), state={"places": ["diafarabe"], "tolls": {"killed": 7}, "severity": 1}, matches=())

    assert f"🟡 Alert · {says}" == read(view).text.splitlines()[0]


def test_a_long_headline_leaves_room_for_hour_toll_and_place():
    view = story(entry(1, "GSIM " + "mot " * 100), state={"places": ["gao"], "tolls": {"killed": 7}, "severity": 1})
    first = read(view).text.splitlines()[0]

    assert first.endswith("mot… · Gao · killed 7 · 07:00")
    assert len(first) <= FIRST_LINE


@pytest.mark.parametrize(
    ("title", "says"),
    [
        ("GSIM claims attack near Gao", "JNIM claims this, per Radio Fleuve; not confirmed."),
        ("Le GSIM a revendiqué l'attaque", "JNIM claims this, per Radio Fleuve; not confirmed."),
        ("Attack claimed by GSIM", "JNIM claims this, per Radio Fleuve; not confirmed."),
        ("L'attaque a été revendiquée par le GSIM", "JNIM claims this, per Radio Fleuve; not confirmed."),
        ("Army claims to have killed GSIM fighters", "This rests on a claim, per Radio Fleuve; not confirmed."),
        ("GSIM camp hit, army claims", "This rests on a claim, per Radio Fleuve; not confirmed."),
    ],
)
def test_a_claim_names_the_group_only_where_the_outlets_words_do(title, says):
    view = story(entry(1, title, summary=""), state={"claimed": True})
    armed = replace(reader(), armed=lambda entity: entity == "jnim")

    assert says == alert(view, kind=DeliveryKind.ALERT, reader=armed).text.splitlines()[1]


@pytest.mark.parametrize(
    "url",
    [
        "https://t.me/channel/12",
        "https://telegram.me/x",
        "http://abcdef.onion/x",
        "https://mirror.example/az-zallaqa/7",
        "https://amaq.example/x",
        "https://no]address.example/x",
    ],
)
def test_an_armed_groups_own_channel_and_what_is_no_address_is_named_and_never_linked(url):
    message = read(story(entry(1, url=url)))

    assert [] == [span for span in message.spans if span.style is Style.LINK]
    assert "Radio Fleuve" == message.text.splitlines()[-1]


def test_an_ordinary_address_that_looks_alike_is_linked():
    assert [] != [span for span in read(story(entry(1, url="https://damaquera.example/1"))).spans if span.url]


def test_on_a_thin_line_there_is_one_link_and_two_buttons():
    view = story(entry(1), entry(2, name="Etat"), entry(3, name="Wire"))
    light = alert(view, kind=DeliveryKind.ALERT, reader=replace(reader(), settings={"light": True, "preview": True}))

    assert 1 == sum(span.style is Style.LINK for span in light.spans)
    assert [["1:why:41", "1:mute:41"]] == [[button.data for button in row] for row in light.keyboard]
    assert light.preview is False


def test_a_preview_comes_only_when_asked_for():
    asked = alert(story(), kind=DeliveryKind.ALERT, reader=replace(reader(), settings={"preview": True}))

    assert (False, True) == (read(story()).preview, asked.preview)


def test_a_story_that_came_too_thinly_sourced_rings_with_the_number_of_its_outlets():
    view = story(entry(1), entry(2, name="Etat"), state={"voices": ["a", "b"], "severity": 3}, matches=())
    message = read(view, DeliveryKind.UPDATE)

    assert ["2 independent outlets report it"] == [span.text for span in message.spans if span.style is Style.BOLD]


def test_a_sample_says_so_before_anything_else():
    assert read(story(), sample=True).text.startswith("🟡 SAMPLE · Alert · ")


@pytest.mark.parametrize(
    ("grave", "begins"),
    [(4, "🔴 URGENT · "), (3, "🟠 Serious · "), (2, "🟡 Alert · "), (1, "🟡 Alert · "), (0, "⚪ Note · ")],
)
def test_severity_is_a_word_and_a_mark(grave, begins):
    assert read(story(state={"severity": grave})).text.startswith(begins)


def test_an_arabic_headline_in_a_latin_line_is_isolated():
    arabic = "مقتل 7 جنود في هجوم قرب ديافارابي"

    assert f"🟡 Alert · \u2068{arabic}\u2069 · 07:00" == read(story(entry(1, arabic, lang="ar"))).text.splitlines()[0]


def test_times_of_another_day_have_their_day():
    view = story(entry(1, minutes=-24 * 60), entry(2, name="Etat"))

    assert "First 28 Feb, 07:00, latest 07:00 (Bamako)" in read(view).text


def test_times_are_in_the_chats_zone():
    assert "(Paris)" in read(story(), tz="Europe/Paris").text
    assert "08:00 (Paris)" in read(story(), tz="Europe/Paris").text


def test_the_buttons_name_the_story():
    assert [["1:why:41", "1:mute:41"], ["1:up:41", "1:dn:41", "1:more:41"]] == [
        [button.data for button in row] for row in read(story()).keyboard
    ]


@given(
    st.text(max_size=400),
    st.text(max_size=3000),
    st.integers(1, 12),
    st.sampled_from([DeliveryKind.ALERT, DeliveryKind.EDIT, DeliveryKind.UPDATE, DeliveryKind.DEVELOPMENT]),
    st.sampled_from(["en", "fr"]),
)
@settings(max_examples=60, deadline=None)
def test_every_alert_is_one_small_message(title, summary, outlets, kind, lang):
    entries = [entry(number, title + "x", summary=summary, name=f"Médias {number}") for number in range(outlets)]
    view = story(*entries, changes=(Change(ChangeKind.PLACE, "", "", title),), matches=())
    message = read(view, kind, lang=lang)

    assert 1 == len(to_html(message))
    assert len(message.text.encode()) <= MOST_BYTES
    assert len(message.text.split("\n")[0]) <= FIRST_LINE


def due(lang):
    return DueDelivery(
        id=1, chat=1, telegram_id=7, topic_id=0, chat_kind="private", lang=lang, tz="Africa/Bamako", settings={},
        kind=DeliveryKind.ALERT, priority=2, silent=False, story=41, revision=1, edition=None, part=None, payload=None,
        attempts=0, possible_repeat=False, message_id=None, reply_to=None, created=NOW, expires=None, lease_token=1,
    )  # fmt: skip


def test_the_renderer_speaks_the_chats_language():
    renderer = Renderer(texts, lambda entity, lang: f"{entity}-{lang}")
    view = story(state={"places": ["gao"], "severity": 2})

    assert "📍 gao-fr" in renderer(due("fr"), [view], now=NOW).text
    assert "🟡 Alerte · " == renderer(due("fr"), [view], now=NOW).text[:11]


def test_a_story_without_entries_has_nothing_to_say():
    view = StoryView(41, 1, (), {}, NOW, NOW, (), ())

    assert None is Renderer(texts, lambda entity, lang: entity)(due("en"), [view], now=NOW)


def hostile(number):
    evil = f"<b>Attaque</b> & GSIM </a><script>\u202e n° {number} 👨‍👩‍👧 " + "كيدال " * 30
    return entry(number, evil, summary=evil * 3, name=f"<i>Outlet & {number}", kind="wire")


ACTS = tuple(DeskRecord(41, 7, kind, at=NOW, note="<b>") for kind in ("take", "false", "note", "note"))
GAPS = [Gap(kind, NOW - timedelta(hours=5), NOW) for kind in (POLLING, DELIVERY, OUTLETS)]


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
@pytest.mark.parametrize("settings", [{}, {"light": True}, {"discreet": True}])
def test_telegrams_own_parser_takes_every_message_about_stories(lang, settings, referee):
    told = replace(reader(lang, sample=True), settings=settings)
    views = [replace(story(hostile(n), state={"severity": n % 5}), story=n, desk=ACTS) for n in range(14)]
    kinds = (DeliveryKind.ALERT, DeliveryKind.UPDATE, DeliveryKind.DEVELOPMENT)
    messages = [shape(views[0], kind=kind, reader=told) for kind in kinds for shape in (alert, veiled_alert)]
    messages += [catch_up(views, told, why=why.value) for why in Waits]
    messages += [veiled_catch_up(views, told, why=Waits.ASLEEP.value, delivery=9), veil(9, say=told.say)]
    messages += [blind_notice(told.say, gap, tz="Asia/Kathmandu", found=2) for gap in GAPS]
    read = [referee(part) for message in messages for part in to_html(message)]

    assert all("script" not in entity["type"]["@type"] for _, entities in read for entity in entities)
    assert len(messages) <= len(read)


@pytest.mark.parametrize(("lang", "line"), [("en", "✖ False, 7 · 👤 7 · 📝 2"), ("fr", "✖ Faux, 7 · 👤 7 · 📝 2")])
def test_what_the_team_did_stands_under_the_headline_also_of_a_veiled_alert(lang, line):
    view = replace(story(), desk=ACTS)
    shown = [shape(view, kind=DeliveryKind.ALERT, reader=reader(lang)).text for shape in (alert, veiled_alert)]

    assert [line, line] == [text.splitlines()[1] for text in shown]
