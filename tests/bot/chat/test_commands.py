"""Show that the table of commands is what menus, handlers and help are made from."""

import re
from pathlib import Path

import pytest

from bot.chat.access import Who
from bot.chat.commands import COMMANDS, SCOPES, fingerprint, menu, menus
from bot.chat.verbs import ANSWERS
from bot.sandbox.demo import READER
from bot.texts import LANGUAGES, texts
from storage.chats import find_chat, set_member, update_chat
from storage.leases import fact

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")


def test_every_command_has_an_answer_and_every_answer_a_command():
    assert [command.name for command in COMMANDS] == list(ANSWERS)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("scope", SCOPES)
def test_menus_keep_telegrams_limits(lang, scope):
    shown = menu(texts(lang), scope)

    assert [] == [name for name, _ in shown if not re.fullmatch(r"[a-z0-9_]{1,32}", name)]
    assert [] == [says for _, says in shown if not 1 <= len(says) <= 256]
    assert len(shown) <= 100


def test_a_groups_members_see_what_they_may_use_and_nobody_what_is_for_operators():
    by_name = {command.name: command for command in COMMANDS}
    shown = {scope: {by_name[name].who for name, _ in menu(texts("en"), scope)} for scope in SCOPES}

    assert {Who.ANYONE} == shown["group"]
    assert {Who.ANYONE, Who.CHANGES} == shown["admins"] == shown["private"]


def test_menus_are_in_each_language():
    words = {lang: dict(menus()["private", lang])["terms"] for lang in ("", *LANGUAGES)}

    assert words[""] == words["en"] == "What this chat watches"
    assert len(LANGUAGES) == len(set(words.values()))


def test_another_text_is_another_fingerprint():
    one, other = menus(), menus()
    other["private", "en"] = (*other["private", "en"], ("new", "New"))

    assert fingerprint(one) == fingerprint(menus())
    assert fingerprint(one) != fingerprint(other)


async def test_telegram_is_told_of_the_menus_once(talk):
    from bot.chat.handlers import set_menus

    kept = await talk.store.read(fact, "menu")
    again = await set_menus(talk.here.tocsin.messenger, talk.store)

    assert {"hash": fingerprint(menus())} == kept
    assert not again


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("role", ["owner", "member"])
async def test_help_menu_readme_and_handlers_agree(talk, lang, role):
    say = texts(lang)
    await talk.store.write(set_member, READER, role=role, now=talk.clock.now())
    await talk.store.write(update_chat, (await talk.store.read(find_chat, READER)).id, lang=lang)
    (page,) = await talk.say("/help")
    told = dict(re.findall(r"^/(\w+).* — (.+)$", page, re.MULTILINE))
    listed = dict(menu(say, "private"))
    in_readme = re.findall(r"^\| `/(\w+)[^`]*` \| ([^|]+) \|", README, re.MULTILINE)

    assert {name: say(says) for name, says in in_readme if name in told} == told
    assert (
        set(ANSWERS) if role == "owner" else {each.name for each in COMMANDS if each.who is not Who.OPERATES}
    ) == set(told)
    assert listed == {name: told[name] for name in listed}
    assert lang == "en" or not {says for _, says in in_readme} & set(told.values())
