"""Show the command line as a user meets it: a real process, its output, its words, its exit code."""

import io
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

from bot.cli.main import COMMANDS, application, main

ROOT = Path(__file__).parent.parent.parent
RSS = b'<rss version="2.0"><channel><title>Essai</title><item><title>Le GSIM attaque Djibo</title><link>http://example.org/1</link></item></channel></rss>'


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def tocsin(clean_settings, monkeypatch, capfdbinary):
    """Run `main()` in this process as the installed command would be, in an empty folder."""

    def call(*words, given="", **variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["tocsin", *words])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        capfdbinary.readouterr()
        code = 0
        try:
            main()
        except SystemExit as left:
            code = left.code or 0
        sys.stdout.flush()
        out, err = capfdbinary.readouterr()
        return Done(code, out.decode(), err.decode())

    return call


@pytest.fixture
def run(clean_settings):
    """Run a command in this process, in an empty folder."""

    def call(*words):
        return CliRunner().invoke(application, list(words))

    return call


@pytest.fixture
def web():
    """Serve a page, a feed and a refusal."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            pages = {
                "/feed.xml": (200, "application/rss+xml", RSS),
                "/": (
                    200,
                    "text/html",
                    b'<html><link rel="alternate" type="application/rss+xml" href="/feed.xml"></html>',
                ),
                "/blog/feed/": (200, "application/rss+xml", RSS),
            }
            status, kind, body = pages.get(self.path, (404, "text/plain", b"no"))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words):
            pass

    server = HTTPServer(("0.0.0.0", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_explain_speaks_to_a_person_in_sentences(tocsin):
    done = tocsin("explain", "Le GSIM attaque un camp près de Djibo, au Burkina Faso. Mory Goïta marque deux buts.")

    assert [True, True, False] == [words in done.stdout for words in ("[GSIM]", "JNIM (jnim)", "(goita)")]


@pytest.mark.slow
def test_the_catalogue_is_listed_shown_and_checked(tocsin, tmp_path):
    (tmp_path / "mine.toml").write_text(
        'family = "x"\n[[entity]]\nid = "cma"\nname = "CMA"\nkind = "group"\n[[entity.alias]]\ntext = "CMA"\nkind = "acronym"\n'
    )
    listed, shown, unknown = (
        tocsin("catalogue", "list"),
        tocsin("catalogue", "show", "jnim"),
        tocsin("catalogue", "show", "nobody"),
    )
    checked, folder = tocsin("catalogue", "check", "mine.toml"), tocsin("catalogue", "check", ".")

    assert [True, True, True] == ["jnim" in listed.stdout, "GSIM" in shown.stdout, unknown.returncode != 0]
    assert [1, True] == [checked.returncode, "mine.toml:" in checked.stdout + checked.stderr]
    assert checked.stdout == folder.stdout


def test_help_lists_every_command_without_importing_the_heavy_ones():
    code = (
        "import sys; from typer.testing import CliRunner; from bot.cli.main import application\n"
        "out = CliRunner().invoke(application, ['--help']).output\n"
        "print(out, [name for name in ('sqlmodel', 'alembic', 'telegram', 'matplotlib') if name in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True).stdout

    assert [] == [name for name in COMMANDS if name not in out]
    assert out.rstrip().endswith("[]")


@pytest.mark.slow
def test_match_stories_and_explain_import_no_database_and_no_telegram():
    code = (
        "import sys; from typer.testing import CliRunner; from bot.cli.main import application\n"
        "for words in (['match'], ['stories'], ['explain', 'Le GSIM attaque Djibo']): CliRunner().invoke(application, words, input='')\n"
        "print([name for name in ('sqlmodel', 'alembic', 'telegram', 'matplotlib') if name in sys.modules])"
    )

    assert (
        "[]\n"
        == subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True).stdout
    )


def test_the_version_is_told_or_unknown_but_never_a_traceback(tocsin):
    assert "Traceback" not in tocsin("--version").stderr


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["mach"], 2, "Did you mean `tocsin match`?"),
        (["frobnicate"], 2, "`tocsin --help` lists the commands"),
        (["run", "--role", "king"], 2, "There is no role 'king'. Use all, worker or bot."),
        (["run", "--role", "worker"], 2, "Several processes need PostgreSQL."),
        (["demo", "--once", "--inject", "flood"], 2, "There is no fault 'flood'. Use crash, 429 or reset."),
        (["feeds", "add", "example"], 2, "example is no web address. Begin it with https://."),
        (["db", "restore", "none.db"], 1, "none.db does not exist."),
        (["match", "none.jsonl"], 1, "none.jsonl cannot be read"),
    ],
)
def test_what_a_user_does_wrong_is_one_sentence_with_the_remedy(words, code, says, tmp_path, tocsin):
    done = tocsin(*words, TOCSIN_DATABASE_URL=f"sqlite:///{tmp_path}/t.db")

    assert (code, True, False) == (done.returncode, says in done.stderr, "Traceback" in done.stderr)


def test_a_wrong_setting_is_one_sentence_and_wrong_use(tocsin):
    done = tocsin("config", TOCSIN_TELEGRAM__TOKN="x")

    assert (2, "tocsin: TOCSIN_TELEGRAM__TOKN is not a setting. Did you mean TOCSIN_TELEGRAM__TOKEN?\n") == (
        done.returncode,
        done.stderr,
    )


def test_a_damaged_database_is_one_sentence(tmp_path, tocsin):
    (tmp_path / "t.db").write_bytes(b"nonsense" * 500)
    done = tocsin("feeds", "list", TOCSIN_DATABASE_URL=f"sqlite:///{tmp_path}/t.db")

    assert (1, True) == (done.returncode, "is damaged or is no Tocsin database. Restore a backup" in done.stderr)


def test_a_place_that_cannot_be_written_is_one_sentence(tocsin):
    done = tocsin("db", "upgrade", TOCSIN_DATABASE_URL="sqlite:////proc/tocsin/t.db")

    assert (1, False, True) == (done.returncode, "Traceback" in done.stderr, "tocsin: " in done.stderr)


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_error():
    lines = "\n".join(
        json.dumps({"id": str(n), "title": f"Le GSIM attaque le village {n}", "published": "2026-03-01T06:00:00Z"})
        for n in range(3_000)
    )
    command = f'"{sys.executable}" -m bot.cli.main stories | head -n 1'
    done = subprocess.run(command, input=lines, capture_output=True, text=True, shell=True, cwd=ROOT, check=False)

    assert (1, "") == (len(done.stdout.splitlines()), done.stderr)


def test_stories_places_every_line_and_names_a_bad_one_in_its_place(tocsin):
    given = "\n".join(  # noqa: FLY002 - a line each is read more easily
        [
            '{"id": "1", "title": "Attaque du GSIM à Djibo : sept soldats tués", "published": "2026-03-01T06:00:00Z", "outlet": "a", "lang": "fr"}',
            "nonsense",
            '{"id": "2", "title": "Attaque du GSIM à Djibo : sept soldats tués", "published": "2026-03-01T06:10:00Z", "outlet": "b", "lang": "fr"}',
            '{"id": "3", "title": "x"}',
        ]
    )
    done = tocsin("stories", given=given)
    rows = [json.loads(line) for line in done.stdout.splitlines()]

    assert (1, ["1", None, "2", "3"]) == (done.returncode, [row["id"] for row in rows])
    assert {
        "id": "2",
        "story": "1",
        "placement": "copy",
        "development": "1",
        "similarity": 1.0,
        "material": False,
    } == rows[2]
    assert [False, True, False, True] == ["error" in row for row in rows]


def test_the_charter_paraphrase_yields_what_the_readme_shows(tocsin):
    given = json.dumps(
        {
            "id": "charter",
            "title": "Three Sahel governments sign the Liptako-Gourma Charter and found the Alliance of Sahel States",
            "summary": "On 16 September 2023 in Bamako, Colonel Assimi Goita of Mali and the leaders of Burkina Faso and Niger put"
            " their names to the Liptako-Gourma Charter, which creates the Alliance of Sahel States (AES). An attack on one is to be"
            " met by all. All three fight the Group for the Support of Islam and Muslims, known by its French initials GSIM, while in"
            " northern Mali the army also faces predominantly Tuareg armed groups.",
        }
    )
    (row,) = [json.loads(line) for line in tocsin("match", given=given).stdout.splitlines()]
    entities = {match["entity"] for match in row["matches"]}
    families = {family for match in row["matches"] for family in match["families"]}

    assert {"aes", "liptako-gourma-charter", "jnim", "goita"} <= entities
    assert "tuareg-groups" in families


def test_config_lists_settings_and_their_origin(run):
    rows = [line.split("\t") for line in run("config").output.splitlines()]

    assert ["web.listen", "127.0.0.1:8642", "default"] in rows


def test_doctor_says_what_is_missing_and_when_each_job_runs_next(run):
    done = run("doctor")

    assert (0, True, True) == (done.exit_code, "No token" in done.output, "nightly" in done.output)


def test_a_database_is_made_checked_copied_and_put_back(run, tmp_path):
    results = [
        run("db", *words).exit_code for words in (["upgrade"], ["check"], ["backup", "copy.db"], ["restore", "copy.db"])
    ]
    (tmp_path / "open.db").write_bytes(b"")
    (tmp_path / "open.db").chmod(0o644)
    refused = run("db", "backup", "open.db")

    assert ([0, 0, 0, 0], 0o600) == (results, (tmp_path / "copy.db").stat().st_mode & 0o777)
    assert "can be read by others" in str(refused.exception)


@pytest.mark.slow
def test_a_check_shows_what_each_feed_answers_and_switches_on_those_with_entries_if_asked(
    run, web, monkeypatch, tmp_path
):
    hosts = [web.replace("127.0.0.1", f"127.0.0.{n}") for n in range(2, 5)]
    rows = "".join(
        f'[[outlet.feed]]\nurl = "{host}{path}"\nenabled = false\n'
        for host, path in zip(hosts, ("/feed.xml", "/", "/gone"), strict=True)
    )
    (tmp_path / "f.toml").write_text(f'[[outlet]]\nkey = "a"\nkind = "wire"\n{rows}')
    monkeypatch.setenv("TOCSIN_FEEDS__FILE", str(tmp_path / "f.toml"))
    monkeypatch.setenv("TOCSIN_FEEDS__ALLOW_PRIVATE_HOSTS", "true")
    looked = run("feeds", "check")
    before = run("feeds", "list").output
    run("feeds", "check", "--enable")
    after = run("feeds", "list").output
    cells = {row.split("\t")[-1].strip(): row.split("\t")[:2] for row in looked.output.splitlines()}

    assert [["feed", "1"], ["not-a-feed", "0"], ["404", "0"]] == [
        cells[f"{host}{path}"] for host, path in zip(hosts, ("/feed.xml", "/", "/gone"), strict=True)
    ]
    assert (0, 1) == (before.count("\ton\t"), after.count("\ton\t"))
    assert f"{hosts[0]}/feed.xml" in next(row for row in after.splitlines() if "\ton\t" in row)


@pytest.mark.slow
def test_feeds_are_added_listed_exported_imported_and_removed(run, web, monkeypatch, tmp_path):
    (tmp_path / "f.toml").write_text("")
    monkeypatch.setenv("TOCSIN_FEEDS__FILE", str(tmp_path / "f.toml"))
    monkeypatch.setenv("TOCSIN_FEEDS__ALLOW_PRIVATE_HOSTS", "true")
    added = run("feeds", "add", f"{web}/", "--name", "Essai")
    usual = run("feeds", "add", f"{web}/blog")
    twice = run("feeds", "add", f"{web}/feed.xml")
    none = run("feeds", "add", f"{web}/nothing/here")
    listed = run("feeds", "list").output
    (tmp_path / "list.opml").write_text(run("feeds", "export").output)
    checked = run("feeds", "check", "--enable")
    polled = run("poll", "--json")
    removed = run("feeds", "remove", f"{web}/feed.xml")
    again = run("feeds", "import", "list.opml")

    assert (f"{web}/feed.xml\n", True) == (added.output, "Essai" in listed)
    assert "polled already" in str(twice.exception)
    assert [0, 0, 0] == [checked.exit_code, removed.exit_code, again.exit_code]
    assert [{"read"}, {1}] == [
        {json.loads(line)[name] for line in polled.output.splitlines()} for name in ("result", "new")
    ]
    assert "No feed was found" in str(none.exception) or none.exit_code == 0
    assert usual.exit_code in {0, 1}
