"""Show that `tocsin init` leads from a token to a bot that runs."""

import io
import stat
import sys

import pytest

from bot.cli.main import main
from bot.clock import SystemClock
from bot.config import known_settings, load_settings
from bot.feeds.defaults import default_feeds
from bot.sandbox.server import SANDBOX_TOKEN, Sandbox
from bot.setup import feed_languages, settings_text

pytestmark = pytest.mark.usefixtures("clean_settings")


@pytest.fixture
def init(monkeypatch, capsys, tmp_path):
    """Run `tocsin init` in an empty folder; return its exit code and words."""
    (tmp_path / "token").write_text(SANDBOX_TOKEN + "\n")

    def call(*words, given=""):
        monkeypatch.setattr(sys, "argv", ["tocsin", "init", *words])
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        code = 0
        try:
            main()
        except SystemExit as left:
            code = left.code or 0
        out, err = capsys.readouterr()
        return code, out, err

    return call


async def test_a_token_file_is_checked_and_leads_to_a_private_settings_file_and_the_next_step(
    init, monkeypatch, tmp_path
):
    import asyncio

    async with Sandbox(SystemClock()).open() as sandbox:
        monkeypatch.setenv("TOCSIN_TELEGRAM__BASE_URL", sandbox.base_url)
        code, out, err = await asyncio.to_thread(init, "--token-file", "token", "--language", "fr", "--feeds", "fr,ar")
    monkeypatch.delenv("TOCSIN_TELEGRAM__BASE_URL")
    settings = load_settings()

    assert (0, "feeds.toml\ntocsin.toml\n") == (code, out)
    assert [0o600, 0o600] == [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("tocsin.toml", "feeds.toml")]
    assert ("fr", SANDBOX_TOKEN) == (settings.telegram.language, settings.telegram.token.get_secret_value())
    assert {"fr", "ar"} == {feed.lang for feed in default_feeds(settings.feeds.file)}
    assert "https://t.me/" in err
    assert "`tocsin run`" in err
    assert SANDBOX_TOKEN not in out + err


async def test_a_token_that_telegram_does_not_know_is_refused_before_anything_is_written(init, monkeypatch, tmp_path):
    import asyncio

    async with Sandbox(SystemClock()).open() as sandbox:
        monkeypatch.setenv("TOCSIN_TELEGRAM__BASE_URL", sandbox.base_url)
        code, out, err = await asyncio.to_thread(init, "--token-file", "-", given="1:wrong")

    assert (1, "", True, False) == (code, out, "does not know this token" in err, (tmp_path / "tocsin.toml").exists())


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ((), 2, "Give a file with --token-file"),
        (("--token-file", "none"), 1, "Name the file that holds the token"),
        (("--token-file", "token", "--no-check", "--language", "xx"), 2, "does not speak 'xx'"),
        (("--token-file", "token", "--no-check", "--feeds", "xx"), 2, "No feed that ships is in 'xx'"),
        (("--token-file", "token", "--no-check", "--folder", "no/such/place"), 1, "Choose a folder that is yours"),
    ],
)
def test_what_is_given_wrongly_is_one_sentence_with_the_remedy(init, words, code, says):
    done, out, err = init(*words)

    assert (code, "", True, 1) == (done, out, says in err, err.count("tocsin: "))


def test_files_that_are_there_are_kept_unless_one_says_so(init, tmp_path):
    (tmp_path / "tocsin.toml").write_text("# mine\n")
    kept = init("--token-file", "token", "--no-check")
    mine = (tmp_path / "tocsin.toml").read_text()
    forced = init("--token-file", "token", "--no-check", "--force")

    assert (1, "# mine\n", 0) == (kept[0], mine, forced[0])
    assert "exists already" in kept[2]


def test_the_file_names_every_setting_with_its_meaning_and_all_its_defaults_hold(tmp_path, monkeypatch):
    text = settings_text({})
    commented = text.replace("\n#", "\n").replace('token = ""\n', "").replace('file = ""\n', "")
    (tmp_path / "all.toml").write_text("\n".join(line for line in commented.splitlines() if not line.startswith(" ")))
    before = load_settings()
    monkeypatch.setenv("TOCSIN_CONFIG", str(tmp_path / "all.toml"))

    assert before == load_settings()
    assert [] == [name for name, field in known_settings().items() if field.description not in text]


def test_every_language_of_the_shipped_feeds_can_be_chosen():
    assert {feed.lang for feed in default_feeds(None)} == set(feed_languages())
