"""Show that what is shipped for operators agrees with the code, and works."""

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.metrics import names_and_meanings
from storage.chats import open_chat
from storage.database import Database
from storage.delivery_records import DeliveryKind, NewDelivery
from storage.leases import fact, set_fact
from storage.outbox import owe
from storage.restoring import restored

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
TOCSIN = Path(sys.executable).with_name("tocsin")


def test_the_settings_example_is_made_from_the_settings():
    made = runpy.run_path(str(DEPLOY / "make_env_example.py"))["env_example"]()

    assert made == (DEPLOY / "env.example").read_text(encoding="utf-8")


def test_no_pin_file_names_where_packages_came_from():
    named = [
        path.name
        for path in (DEPLOY / "requirements").glob("*.txt")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "index-url" in line or "find-links" in line or "http://" in line or "https://" in line
    ]

    assert [] == named


def test_every_run_requirement_is_pinned_with_hashes_and_declared_by_the_project():
    declared = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    wanted = [
        line.split(">=")[0].split("[")[0]
        for line in (DEPLOY / "requirements/run.in").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    # What builds the project is declared under [build-system], not among what it needs to run.
    declared += '"editables"'
    pinned = (DEPLOY / "requirements/run.txt").read_text(encoding="utf-8")

    assert [] == [name for name in wanted if f'"{name}' not in declared]
    assert [] == [name for name in wanted if f"\n{name}==" not in f"\n{pinned}" and f"\n{name}[" not in f"\n{pinned}"]


def test_a_release_takes_its_versions_section_of_the_changelog_and_else_what_is_unreleased():
    section = runpy.run_path(str(DEPLOY / "changes.py"))["section"]
    text = "# Changelog\n\n## [Unreleased]\n\n- new\n\n## [1.0.0] - 2026-01-01\n\n- old\n"

    assert ["- old\n", "- new\n"] == [section("1.0.0", text), section("1.1.0", text)]
    with pytest.raises(SystemExit, match="says nothing of 1"):
        section("1.1.0", "# Changelog\n")


# ── metrics ──────────────────────────────────────────────────────────────────


def existing_metrics():
    """Return every name that a scrape of ours can hold."""
    names = {"up"}
    for name, kind, *_ in names_and_meanings():
        names |= {f"{name}_bucket", f"{name}_sum", f"{name}_count"} if kind == "histogram" else {name}
    return names


def used_metrics(expression):
    return set(re.findall(r"\b(?:tocsin_[a-z_]+|up)\b", expression))


def read_yaml(path):
    """Read a file; an environment that was set up before PyYAML was pinned skips."""
    yaml = pytest.importorskip("yaml")
    return yaml.safe_load((DEPLOY / path).read_text(encoding="utf-8"))


def rules():
    groups = read_yaml("prometheus/tocsin.rules.yml")["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels():
    return json.loads((DEPLOY / "grafana/tocsin.json").read_text(encoding="utf-8"))["panels"]


def test_the_rules_use_only_metrics_that_exist_and_each_has_a_remedy():
    unknown = {name for rule in rules() for name in used_metrics(rule["expr"])} - existing_metrics()

    assert set() == unknown
    assert [] == [rule["alert"] for rule in rules() if not rule["annotations"].get("remedy")]


def test_the_dashboard_uses_only_metrics_that_exist_and_shows_nearly_all_of_them():
    used = {name for panel in panels() for target in panel["targets"] for name in used_metrics(target["expr"])}
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in used}
    ours = {name for name, *_ in names_and_meanings()}

    assert set() == used - existing_metrics()
    assert {"tocsin_build_info", "tocsin_disk_free_bytes", "tocsin_backup_age_seconds"} <= ours - families
    assert len(families) >= 0.7 * len(ours)


def test_no_panel_lies_over_another():
    places = [panel["gridPos"] for panel in panels()]
    overlaps = [
        (one, other)
        for number, one in enumerate(places)
        for other in places[number + 1 :]
        if one["x"] < other["x"] + other["w"]
        and other["x"] < one["x"] + one["w"]
        and one["y"] < other["y"] + other["h"]
        and other["y"] < one["y"] + one["h"]
    ]

    assert [] == overlaps


# ── image, compose, unit ─────────────────────────────────────────────────────


def test_the_image_runs_the_one_script_and_is_not_root():
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    runs = re.findall(r"^RUN (.*)$", text, re.MULTILINE)

    assert ("sh deploy/image.sh /src /venv", 2) == (runs[0], len(runs))
    assert text.index("USER 10001") < text.index("CMD [")
    assert "HEALTHCHECK" in text


@pytest.mark.parametrize("name", ["compose.yaml", "compose.postgres.yaml"])
def test_every_service_of_ours_writes_nowhere_but_to_its_volume(name):
    services = read_yaml(name)["services"]
    ours = [each for key, each in services.items() if key != "db"]

    assert [(True, ["ALL"], "10001")] * len(ours) == [
        (each["read_only"], each["cap_drop"], each["user"]) for each in ours
    ]
    assert len(ours) == {"compose.yaml": 1, "compose.postgres.yaml": 3}[name]


def test_the_unit_waits_for_ready_and_watches_for_signs_of_life():
    lines = (DEPLOY / "tocsin.service").read_text(encoding="utf-8").splitlines()

    assert {"Type=notify", "WatchdogSec=60", "DynamicUser=yes", "NoNewPrivileges=yes"} <= set(lines)


@pytest.mark.slow
def test_files_for_operators_are_judged_by_their_own_tools_where_these_are_installed():
    done = subprocess.run(["sh", DEPLOY / "validate.sh"], capture_output=True, text=True, check=False)

    assert (0, False) == (done.returncode, "FAILED" in done.stdout), done.stdout
    assert all(line.startswith(("ok ", "skipped ")) for line in done.stdout.splitlines())


# ── backup and restore ───────────────────────────────────────────────────────


@pytest.fixture
def place(tmp_path, sqlite_template):
    """Give a folder with a database that owes one message, and a way to run our scripts there."""
    path = tmp_path / "tocsin.db"
    shutil.copy(sqlite_template, path)
    change(path, owe_something)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    environment |= {"TOCSIN_DATABASE_URL": f"sqlite:///{path}"}

    def run(script, *words, **more):
        return subprocess.run(
            ["sh", DEPLOY / script, *words],
            cwd=tmp_path,
            env={**environment, "PATH": f"{TOCSIN.parent}:{os.environ['PATH']}", **more},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def change(path, work):
    database = Database(f"sqlite:///{path}")
    with database.transaction() as session:
        result = work(session)
    database.dispose()
    return result


def owe_something(session):
    chat = open_chat(session, 1, kind="private", lang="en", now=NOW).id
    owe(session, [NewDelivery(chat, DeliveryKind.NOTICE, 4, NOW, notice_key="k", payload={"spans": []})], now=NOW)
    set_fact(session, "menu", {"hash": "before"})


@pytest.mark.slow
def test_a_copy_is_private_and_put_back_it_holds_what_it_owed(place, tmp_path):
    made = place("backup.sh", "copies")
    copy = tmp_path / made.stdout.strip()
    change(tmp_path / "tocsin.db", lambda session: set_fact(session, "menu", {"hash": "after"}))
    done = place("restore.sh", str(copy))
    menu, held = change(tmp_path / "tocsin.db", lambda session: (fact(session, "menu"), restored(session).held))

    assert (0, 0o600, 0o700) == (made.returncode, copy.stat().st_mode & 0o777, copy.parent.stat().st_mode & 0o777)
    assert (0, {"hash": "before"}, 1, 0o600) == (
        done.returncode,
        menu,
        held,
        (tmp_path / "tocsin.db").stat().st_mode & 0o777,
    )
    assert "--after-restore" in done.stderr
    assert (tmp_path / "tocsin.before-restore").exists()


@pytest.mark.slow
def test_seven_copies_stay_and_a_folder_that_others_read_is_refused(place, tmp_path):
    (tmp_path / "copies").mkdir(mode=0o700)
    for day in range(1, 10):
        (tmp_path / f"copies/tocsin-2026020{day}-000000.db").touch()
    place("backup.sh", "copies")
    kept = sorted(path.name for path in (tmp_path / "copies").iterdir())
    (tmp_path / "copies").chmod(0o755)
    refused = place("backup.sh", "copies")

    assert (7, "tocsin-20260204-000000.db") == (len(kept), kept[0])
    assert (1, True) == (refused.returncode, "chmod 700" in refused.stderr)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("age-keygen"), reason="age is not installed")
def test_a_copy_for_an_age_recipient_can_be_read_with_its_identity_alone(place, tmp_path):
    made = subprocess.run(["age-keygen", "-o", tmp_path / "key"], capture_output=True, text=True, check=True)
    recipient = made.stderr.split(": ")[-1].strip()
    copy = place("backup.sh", "copies", BACKUP_AGE=recipient).stdout.strip()
    without = place("restore.sh", copy)
    done = place("restore.sh", copy, BACKUP_IDENTITY="key")

    assert (True, b"SQLite") == (
        copy.endswith(".db.age"),
        b"SQLite" * (b"SQLite" not in (tmp_path / copy).read_bytes()),
    )
    assert ([True, 0], []) == (
        [without.returncode != 0, done.returncode],
        [path.name for path in (tmp_path / "copies").iterdir() if path.suffix == ".db"],
    )


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("gpg"), reason="gpg is not installed")
def test_a_copy_for_a_gpg_recipient_can_be_read_with_its_key_alone(place, tmp_path):
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    make = ["gpg", "--batch", "--passphrase", "", "--quick-generate-key", "tocsin@example.org"]
    subprocess.run(make, env={**os.environ, "GNUPGHOME": str(home)}, capture_output=True, check=True)
    copy = place("backup.sh", "copies", BACKUP_GPG="tocsin@example.org", GNUPGHOME=str(home)).stdout.strip()
    done = place("restore.sh", copy, GNUPGHOME=str(home))
    subprocess.run(["gpgconf", "--kill", "all"], env={**os.environ, "GNUPGHOME": str(home)}, check=False)

    assert (True, 0) == (copy.endswith(".db.gpg"), done.returncode)
