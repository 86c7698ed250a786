"""Show where a setting comes from and what is said of a wrong one."""

import pytest

from bot.config import known_settings, load_settings, settings_with_origin, variable_of
from bot.errors import UsageError

TOKEN = "123456789:AAcanary_token_that_must_never_be_shown_1"


@pytest.fixture(autouse=True)
def empty_place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in known_settings():
        monkeypatch.delenv(variable_of(name), raising=False)


def test_without_file_or_variable_the_defaults_hold():
    settings = load_settings()

    assert (None, False, "127.0.0.1", 8642) == (
        settings.telegram.token,
        settings.telegram.open,
        settings.web.host,
        settings.web.port,
    )


def test_a_variable_wins_over_the_file(tmp_path, monkeypatch):
    (tmp_path / "tocsin.toml").write_text('[web]\nlisten = "127.0.0.1:1"\n[feeds]\nmin_interval = 60\n')
    monkeypatch.setenv("TOCSIN_WEB__LISTEN", "127.0.0.1:2")
    settings = load_settings()

    assert (2, 60) == (settings.web.port, settings.feeds.min_interval)


def test_several_admins_are_written_with_commas(monkeypatch):
    monkeypatch.setenv("TOCSIN_TELEGRAM__ADMINS", "11, 22")

    assert (11, 22) == load_settings().telegram.admins


def test_an_unknown_variable_is_an_error_that_names_the_likely_one(monkeypatch):
    monkeypatch.setenv("TOCSIN_TELEGRAM__TOKN", "x")
    with pytest.raises(UsageError) as caught:
        load_settings()

    assert "TOCSIN_TELEGRAM__TOKN is not a setting. Did you mean TOCSIN_TELEGRAM__TOKEN?" == str(caught.value)


def test_an_unknown_name_in_the_file_is_an_error(tmp_path):
    (tmp_path / "tocsin.toml").write_text("[feeds]\nmin_intervall = 60\n")
    with pytest.raises(UsageError) as caught:
        load_settings()

    assert "feeds.min_intervall in tocsin.toml is not a setting. Did you mean feeds.min_interval?" == str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("TOCSIN_WEB__LISTEN", "8642", "write it as ADDRESS:PORT"),
        ("TOCSIN_FEEDS__MIN_INTERVAL", "soon", "valid integer"),
        ("TOCSIN_DATABASE_URL", "mysql://x", "write sqlite:///FILE or postgresql://USER@HOST/NAME"),
        ("TOCSIN_LOG__LEVEL", "LOUD", "'DEBUG'"),
    ],
)
def test_a_wrong_value_is_named_with_what_would_be_right(name, value, says, monkeypatch):
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError) as caught:
        load_settings()

    assert [True, True] == [name in str(caught.value), says in str(caught.value)]


def test_a_broken_file_is_named(tmp_path):
    (tmp_path / "tocsin.toml").write_text("= nothing")
    with pytest.raises(UsageError, match=r"tocsin\.toml is not valid TOML"):
        load_settings()


def test_a_missing_named_file_is_an_error(monkeypatch):
    monkeypatch.setenv("TOCSIN_CONFIG", "elsewhere.toml")
    with pytest.raises(UsageError, match=r"elsewhere\.toml does not exist"):
        load_settings()


def test_the_list_masks_the_token_and_says_where_it_came_from(monkeypatch):
    monkeypatch.setenv("TOCSIN_TELEGRAM__TOKEN", TOKEN)
    settings = load_settings()
    rows = {name: (value, origin) for name, value, origin in settings_with_origin(settings)}

    assert TOKEN == settings.telegram.token.get_secret_value()
    assert ("***", "TOCSIN_TELEGRAM__TOKEN") == rows["telegram.token"]
    assert TOKEN not in repr(settings)


def test_the_password_in_a_database_url_is_masked(monkeypatch):
    monkeypatch.setenv("TOCSIN_DATABASE_URL", "postgresql://bell:secret@db/tocsin")
    rows = {name: value for name, value, _ in settings_with_origin(load_settings())}

    assert "postgresql://***@db/tocsin" == rows["database_url"]
