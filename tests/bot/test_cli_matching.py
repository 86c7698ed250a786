"""Show the commands for matching as others script them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WATCHED = """
[[entity]]
id = "koufa"
name = "Amadou Koufa"
kind = "person"
[[entity.alias]]
text = "Amadou Koufa"
"""


def tocsin(*arguments, given=b"", **more):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "bot.cli.main", *arguments]
    return subprocess.run(command, input=given, capture_output=True, env=environment, check=False, **more)


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    path = tmp_path_factory.mktemp("watched") / "mine.toml"
    path.write_text(WATCHED, encoding="utf-8")
    return path


def lines(*rows):
    return "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows).encode()


def test_one_line_comes_out_for_each_that_goes_in_in_order(watched):
    given = lines({"id": 2, "title": "Amadou Koufa"}, {"id": "b", "title": "nothing", "summary": None, "extra": 1})
    done = tocsin("match", "--watchlist", str(watched), given=given)
    first, second = map(json.loads, done.stdout.splitlines())

    assert (0, b"") == (done.returncode, done.stderr)
    assert {"id": "b", "matches": []} == second
    assert 2 == first["id"]
    assert {
        "entity": "koufa",
        "families": [],
        "alias": "Amadou Koufa",
        "text": "Amadou Koufa",
        "field": "title",
        "start": 0,
        "end": 12,
        "score": 100,
        "reasons": ["exact: Amadou Koufa"],
    } == first["matches"][0]


def test_a_bad_line_is_answered_in_its_place_and_fails_the_command_at_the_end(watched):
    given = (
        lines("{", "[]", {"id": 3}, {"id": 4, "title": "x", "feed_scope": "ML"}, {"id": 5, "title": "x"}) + b"\n\xff\n"
    )
    done = tocsin("match", "--watchlist", str(watched), given=given)
    answers = [json.loads(line) for line in done.stdout.splitlines()]

    assert 1 == done.returncode
    assert [None, None, 3, 4, 5, None] == [answer["id"] for answer in answers]
    assert [True, True, True, True, False, True] == ["error" in answer for answer in answers]


def test_offsets_count_code_points_not_bytes(watched):
    done = tocsin("match", "--watchlist", str(watched), given=lines({"id": 1, "title": "🔥 é Amadou Koufa"}))

    assert (4, 16) == tuple(json.loads(done.stdout)["matches"][0][key] for key in ("start", "end"))


def test_files_are_read_in_order(watched, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(lines({"id": name, "title": "x"}))
    done = tocsin("match", "--watchlist", str(watched), str(tmp_path / "b"), str(tmp_path / "a"))

    assert ["b", "a"] == [json.loads(line)["id"] for line in done.stdout.splitlines()]


def test_a_reader_that_goes_away_is_no_error(watched, tmp_path):
    (tmp_path / "many").write_bytes(lines(*({"id": i, "title": "Amadou Koufa"} for i in range(5_000))))
    pipe = (
        f"set -o pipefail; {sys.executable} -m bot.cli.main match --watchlist {watched} {tmp_path / 'many'} | head -n 1"
    )
    done = subprocess.run(
        ["bash", "-c", pipe], capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False
    )

    assert (0, b"", 1) == (done.returncode, done.stderr, done.stdout.count(b"\n"))


def test_a_missing_file_is_one_sentence(watched):
    done = tocsin("match", "--watchlist", str(watched), "nowhere.jsonl")

    assert (1, b"") == (done.returncode, done.stdout)
    assert b"nowhere.jsonl cannot be read" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.slow
def test_explain_marks_the_text_and_says_why():
    done = tocsin("explain", "Groupe de soutieen à l'islam et aux musulmans attaque Djibo; la CMA aussi")
    text = done.stdout.decode()

    assert 0 == done.returncode
    assert "[Groupe de soutieen à l'islam et aux musulmans]" in text
    assert "JNIM (jnim)" in text
    assert "written almost like" in text


@pytest.mark.slow
def test_the_catalogue_is_listed_shown_and_checked(tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text('[[entity]]\nid = "a"\nname = "A"\nkind = "planet"\n', encoding="utf-8")
    listed, shown, checked = (
        tocsin("catalogue", "list"),
        tocsin("catalogue", "show", "gsim"),
        tocsin("catalogue", "check", str(bad)),
    )

    assert any(line.startswith(b"jnim\tgroup\tjihadists\t") for line in listed.stdout.splitlines())
    assert shown.stdout.decode().startswith("JNIM (jnim)")
    assert 1 == checked.returncode
    assert checked.stdout.decode().startswith(f"{bad}:1: error: 'planet' is none of person")


def test_nothing_heavy_is_imported_for_matching():
    code = "import sys, bot.cli.main, bot.cli.matching; print([m for m in ('sqlmodel', 'alembic', 'telegram', 'matplotlib', 'httpx') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)

    assert "[]" == done.stdout.strip()
