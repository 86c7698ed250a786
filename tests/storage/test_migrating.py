"""Show that an upgrade goes in two phases, is preceded by a copy, and lets old code go on where it promises to."""

import shutil
import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from storage.database import Database
from storage.errors import DatabaseNewer
from storage.feeds import add_feed, claim_feeds, list_feeds
from storage.leases import fact, set_fact
from storage.migrating import MIGRATIONS, Migrations
from storage.records import FeedSpec, OutletSpec

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
NEXT = '''"""Add a column, or take one away

Phase: {phase} (a version that is yet to come).
"""
import sqlalchemy as sa
from alembic import op

revision = {revision!r}
down_revision = {before!r}


def upgrade() -> None:
    {does}
'''
ADDS = "op.add_column('feeds', sa.Column('mood', sa.Text(), nullable=False, server_default='calm'))"
TAKES = "op.create_table('later', sa.Column('id', sa.Integer(), primary_key=True))"


@pytest.fixture
def future(tmp_path):
    """Give the migrations of a version to come: one that adds (pre), then one that changes (post)."""
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    head = Migrations().newest
    for revision, before, phase, does in (("8001", head, "pre", ADDS), ("8002", "8001", "post", TAKES)):
        text = NEXT.format(revision=revision, before=before, phase=phase, does=does)
        (folder / "versions" / f"{revision}_next.py").write_text(text)
    return Migrations(folder)


def reopened(database, migrations=None):
    return Database(database._url.render_as_string(hide_password=False), migrations=migrations)


def test_every_migration_says_its_phase():
    phases = Migrations().phases

    assert ({"pre", "post"}, "0001") == ({"pre", "post"} | set(phases.values()), next(iter(phases)))


def test_the_files_follow_one_another_by_name_as_alembic_reads_them():
    scripts = ScriptDirectory(str(MIGRATIONS))

    assert [script.revision for script in scripts.walk_revisions()][::-1] == list(Migrations().phases)


@pytest.mark.slow
def test_a_start_on_a_current_schema_does_without_alembic(tmp_path):
    Database(f"sqlite:///{tmp_path}/t.db").upgrade()
    opens = "from storage.database import Database; Database(sys.argv[1]).open(); print('alembic' in sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {opens}", f"sqlite:///{tmp_path}/t.db"],
        check=True,
        capture_output=True,
        text=True,
    )

    assert ("False\n", "") == (done.stdout, done.stderr)


def test_what_a_pre_migration_adds_to_a_table_has_a_default_or_may_be_empty(tmp_path):
    """Old code inserts rows without the new columns: the schema must fill them."""
    migrations = Migrations()
    (first, *later) = [version for version, phase in migrations.phases.items() if phase == "pre"]
    database, columns = Database(f"sqlite:///{tmp_path}/t.db"), {}
    wrong = []
    for version in (first, *later):
        with database._engine.begin() as connection:
            migrations.apply(connection, version)
            for table in inspect(connection).get_table_names():
                found = {column["name"]: column for column in inspect(connection).get_columns(table)}
                new = set(found) - set(columns.get(table, found))
                wrong += [(version, table, n) for n in new if not found[n]["nullable"] and found[n]["default"] is None]
                columns[table] = found
    database.dispose()

    assert [] == wrong


def test_old_code_keeps_running_during_and_after_a_pre_migration(database, future):
    stop, failures, rounds = threading.Event(), [], []

    def old_code():
        while not stop.is_set():
            try:
                with database.transaction() as session:
                    add_feed(session, FeedSpec(f"https://example.org/{len(rounds)}", OutletSpec("e", "E")), now=NOW)
                    claim_feeds(session, now=NOW, limit=2, lease_s=60, holder="old")
                rounds.append(1)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is the failure that must not be
                failures.append(error)
                return
            stop.wait(0.005)  # a writer without a pause would leave SQLite's one write lock to nobody else

    old = threading.Thread(target=old_code)
    old.start()
    new = reopened(database, future)
    try:
        new.upgrade(only_pre=True)
        during = len(rounds)
        while len(rounds) < during + 3 and not failures:
            stop.wait(0.001)
    finally:
        stop.set()
        old.join()
    with new.reading() as session:
        kept = len(list_feeds(session))
    version = new.version()
    new.dispose()

    assert ([], "8001", len(rounds)) == (failures, version, kept)


def test_old_code_may_be_started_again_after_a_pre_migration_and_not_after_a_post_one(database, future):
    new = reopened(database, future)
    new.upgrade(only_pre=True)
    old = reopened(database)
    old.open()
    with pytest.raises(DatabaseNewer):
        old.upgrade()
    new.upgrade()
    with pytest.raises(DatabaseNewer):
        old.open()
    new.dispose()
    old.dispose()


def test_a_sqlite_file_is_copied_before_it_is_migrated(sqlite_database, future):
    with sqlite_database.transaction() as session:
        set_fact(session, "menu", {"hash": "old"})
    new = reopened(sqlite_database, future)
    new.upgrade()
    new.dispose()
    copy = sqlite_database.path.with_name("tocsin.before-8002.backup")
    saved = Database(f"sqlite:///{copy}")
    with saved.reading() as session:
        kept = fact(session, "menu")
    version = saved.version()
    saved.dispose()

    assert ({"hash": "old"}, Migrations().newest, 0o600) == (kept, version, copy.stat().st_mode & 0o777)


def test_an_upgrade_that_has_nothing_to_do_makes_no_copy(sqlite_database):
    sqlite_database.upgrade()

    assert [] == list(sqlite_database.path.parent.glob("*.backup"))


@pytest.mark.slow
def test_processes_that_start_together_migrate_once(empty_postgres_url):
    code = "import sys; from storage.database import Database; Database(sys.argv[1]).open()"
    started = [subprocess.Popen([sys.executable, "-c", code, empty_postgres_url]) for _ in range(3)]
    ended = [each.wait() for each in started]
    database = Database(empty_postgres_url)
    version = database.version()
    database.dispose()

    assert ([0, 0, 0], Migrations().newest) == (ended, version)
