"""Show that the documentation is true: parts made from the code, links, code blocks, worked examples."""

import json
import os
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.chat.commands import COMMANDS as CHAT
from bot.cli.main import COMMANDS as TERMINAL
from bot.cli.main import application
from bot.config import known_settings, variable_of
from bot.events import EVENTS
from bot.metrics import names_and_meanings
from matchers.catalogue import parse_catalogue

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
PAPERS = [
    *PAGES,
    *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "deploy/README.md")),
]
PARTS = runpy.run_path(str(ROOT / "deploy/reference.py"))["PARTS"]
BLOCK = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
STORIES = [
    {"id": "a", "title": "Mali: 11 soldiers killed in attack on Diafarabé", "published": "2026-03-01T06:00:00Z", "outlet": "one"},
    {"id": "b", "title": "Eleven soldiers killed in attack on Diafarabé, Mali", "published": "2026-03-01T07:00:00Z", "outlet": "two"},
    {"id": "c", "title": "Niger: uranium convoy leaves Arlit", "published": "2026-03-01T07:30:00Z", "outlet": "two"},
]  # fmt: skip
ENTRIES = [{"id": "1", "title": "Le GSIM attaque Djibo"}, {"id": "2", "title": "How AES-256 encryption works"}]


def blocks(language):
    """Return each code block of a language with its page, its indent taken away."""
    for page in PAPERS:
        for indent, word, text in BLOCK.findall(page.read_text(encoding="utf-8")):
            if word == language:
                yield page, re.sub(rf"^{indent}", "", text, flags=re.MULTILINE)


def named(language):
    return [pytest.param(text, id=f"{page.name}-{number}") for number, (page, text) in enumerate(blocks(language))]


# ── parts made from the code ─────────────────────────────────────────────────


def test_every_made_part_has_a_page_and_every_mark_a_part():
    marks = {
        mark for page in PAGES for mark in re.findall(r"<!-- made: ([a-z-]+) -->", page.read_text(encoding="utf-8"))
    }

    assert set(PARTS) == marks


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("settings", [variable_of(name) for name in known_settings()]),
        ("commands", [f"### `tocsin {name}`" for name in TERMINAL]),
        ("chat", [f"`/{command.name}" for command in CHAT]),
        ("metrics", [f"`{name}`" for name, *_ in names_and_meanings()]),
        ("events", [f"`{name}`" for name in EVENTS]),
        ("faults", ["`telegram.webhook`", "`database.newer`"]),
    ],
)
def test_a_made_part_holds_all_that_the_code_knows(part, expected):
    made = PARTS[part]()

    assert [] == [each for each in expected if each not in made]


def test_event_names_are_a_subject_and_what_happened():
    assert [] == [name for name in EVENTS if not re.fullmatch(r"[a-z_]+\.[a-z_]+", name)]


# ── links and blocks ─────────────────────────────────────────────────────────


def anchors(page):
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w]+", "-", head.lower()).strip("-") for head in heads}


def test_every_link_leads_somewhere():
    dead = []
    for page in PAPERS:
        for link in LINK.findall(page.read_text(encoding="utf-8")):
            path, _, anchor = link.partition("#")
            target = (page.parent / path) if path else page
            if link.startswith(("http://", "https://")):
                continue
            if not target.exists() or (anchor and anchor not in anchors(target)):
                dead.append((page.name, link))

    assert [] == dead


def test_every_page_stands_in_the_navigation():
    listed = set(re.findall(r": (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE))

    assert {str(page.relative_to(DOCS)) for page in PAGES} == listed


@pytest.mark.parametrize("text", named("toml"))
def test_every_toml_block_can_be_read_and_a_catalogue_is_one(text):
    document = tomllib.loads(text)

    assert document
    if "entity" in document:
        contexts = {"sahel": ("sahel",)}
        assert parse_catalogue(text, "block", contexts=contexts)


@pytest.mark.parametrize("text", [*named("sh"), *named("console")])
def test_every_command_in_a_block_exists_with_its_options(text):
    """Each `tocsin …` line is asked for its help, and each of its options must stand there."""
    for line in text.splitlines():
        found = re.search(r"(?:^|[ |/])tocsin ((?:[a-z]+ ?)+)(.*)", line)
        if not found or line.startswith("#") or "TOCSIN" in line:
            continue
        words = found[1].split()
        command = words[:2] if words[0] in {"feeds", "db", "catalogue"} else words[:1]
        says = CliRunner().invoke(application, [*command, "--help"])
        options = re.findall(r"(?<= )--[a-z-]+", found[2].partition("#")[0])

        assert 0 == says.exit_code, line
        assert [] == [option for option in options if option not in says.output], line


@pytest.mark.parametrize("text", named("sh"))
def test_every_shell_block_is_shell(text):
    done = subprocess.run(["sh", "-n"], input=text.replace("…", "x"), text=True, capture_output=True, check=False)

    assert (0, "") == (done.returncode, done.stderr)


@pytest.mark.slow
@pytest.mark.parametrize("text", named("console"))
def test_every_worked_example_says_what_the_program_says(text, clean_place):
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        done = subprocess.run(
            ["sh", "-c", command], cwd=clean_place, text=True, capture_output=True, check=False, env=environment()
        )

        assert (0, gist(expected)) == (done.returncode, gist(done.stdout))


def gist(text):
    """Leave out what a better watch list may change: scores, and which words of the context were seen."""
    text = re.sub(r"(context|beside it): [^\n\"]*", r"\1", text)
    return re.sub(r"\d+(\.\d+)?", "0", text).strip()


def environment():
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    return kept | {"PATH": f"{Path(sys.executable).parent}:{kept['PATH']}"}


@pytest.fixture
def clean_place(tmp_path):
    for name, rows in (("in.jsonl", ENTRIES), ("stories.jsonl", STORIES)):
        (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


@pytest.mark.slow
def test_the_site_is_built_without_a_warning(tmp_path):
    mkdocs = Path(sys.executable).with_name("mkdocs")
    if not mkdocs.exists():
        pytest.skip("mkdocs is not installed here; `make docs` installs and runs it")
    words = [mkdocs, "build", "--strict", "--quiet", "--site-dir", tmp_path / "site"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    made = (tmp_path / "site/reference/metrics.html").read_text(encoding="utf-8")

    assert 0 == done.returncode, done.stderr
    assert "tocsin_lost" in made
    assert "<!-- made:" not in made
