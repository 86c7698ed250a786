"""Show that both databases open alike, and that every failure is a sentence with a remedy."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import select

from storage.chats import open_chat
from storage.database import Database
from storage.dialect import insert_new
from storage.errors import (
    DatabaseBusy,
    DatabaseCorrupt,
    DatabaseHeld,
    DatabaseNewer,
    DatabaseOlder,
    DatabaseReadOnly,
    DatabaseUnavailable,
    StorageError,
)
from storage.leases import fact, set_fact
from storage.outbox import lost
from storage.tables import Chat, Lease, Table

NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)


def test_a_migrated_schema_is_the_schema_of_the_tables(database):
    with database.reading() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        context.opts["include_name"] = lambda name, *_: not str(name).startswith(("entry_search", "ix_entry_search"))
        differences = compare_metadata(context, Table.metadata)

    assert [] == differences


def test_every_constraint_and_index_has_a_name():
    nameless = [
        (table.name, type(constraint).__name__)
        for table in Table.metadata.tables.values()
        for constraint in (*table.constraints, *table.indexes)
        if not constraint.name
    ]

    assert [] == nameless


def test_upgrading_twice_is_harmless(database):
    database.upgrade()

    assert database.newest_version() == database.version()


def test_what_fails_inside_a_transaction_is_not_kept(database):
    def work():
        with database.transaction() as session:
            set_fact(session, "menu", {"hash": "a"})
            raise ValueError("halfway")

    with pytest.raises(ValueError, match="halfway"):
        work()
    with database.reading() as session:
        assert fact(session, "menu") is None


def test_a_time_comes_back_aware_and_in_utc(database):
    with database.transaction() as session:
        session.add(Lease(name="sender", until=NOW))
    with database.reading() as session:
        kept = session.exec(select(Lease)).one().until

    assert (NOW, UTC) == (kept, kept.tzinfo)


def test_a_time_without_a_zone_is_refused(database):
    with pytest.raises(Exception, match="without a zone"), database.transaction() as session:
        session.add(Lease(name="sender", until=datetime(2026, 3, 1)))  # noqa: DTZ001 - the naive time is the subject


@pytest.mark.slow
def test_a_second_process_on_the_same_file_is_refused_and_told_who_holds_it(sqlite_database):
    sqlite_database.hold()
    code = (
        "import sys; from storage.database import Database; from storage.errors import DatabaseHeld\n"
        "try: Database(sys.argv[1]).hold()\n"
        "except DatabaseHeld as error: print(error)"
    )
    url = f"sqlite:///{sqlite_database.path}"
    says = subprocess.run([sys.executable, "-c", code, url], capture_output=True, text=True, check=True).stdout

    assert f"in use by another Tocsin. (process {os.getpid()}) Stop that one first" in says


def test_a_hold_ends_with_its_process_however_that_ends(sqlite_database):
    code = (
        "import os, signal, sys; from storage.database import Database\n"
        "Database(sys.argv[1]).hold(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, f"sqlite:///{sqlite_database.path}"], check=False)

    assert sqlite_database.hold() is None


def test_a_hold_within_one_process_is_seen_by_another_database_object(sqlite_database):
    sqlite_database.hold()
    other = Database(f"sqlite:///{sqlite_database.path}")
    with pytest.raises(DatabaseHeld):
        other.hold()
    other.dispose()


def test_a_file_that_is_no_database_is_named(tmp_path):
    path = tmp_path / "tocsin.db"
    path.write_bytes(b"this is not a database, whatever its name says" * 100)
    database = Database(f"sqlite:///{path}")
    with pytest.raises(DatabaseCorrupt, match=r"tocsin\.db is damaged"):
        database.upgrade()
    database.dispose()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_cannot_be_written_is_named(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(DatabaseReadOnly):
        Database(f"sqlite:///{tmp_path}/tocsin.db").upgrade()


def test_a_path_that_is_a_directory_cannot_be_opened(tmp_path):
    with pytest.raises(StorageError):
        Database(f"sqlite:///{tmp_path}").upgrade()


def test_a_newer_schema_is_refused(database):
    with database.transaction() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseNewer, match="newer Tocsin"):
        database.upgrade()


def test_a_writer_that_waits_too_long_says_so(sqlite_database):
    impatient = Database(f"sqlite:///{sqlite_database.path}", busy_timeout_s=0.05)
    with sqlite_database.transaction() as session:
        set_fact(session, "menu", {})
        with pytest.raises(DatabaseBusy, match="another process"), impatient.transaction():
            raise AssertionError("two writers at once")
    impatient.dispose()


def test_a_reader_does_not_wait_for_the_writer(sqlite_database):
    with sqlite_database.transaction() as writing:
        set_fact(writing, "menu", {"hash": "new"})
        with sqlite_database.reading() as session:
            assert fact(session, "menu") is None


def test_a_server_that_is_not_there_is_one_sentence():
    database = Database("postgresql://nobody:secret@127.0.0.1:9/none")
    with pytest.raises(DatabaseUnavailable) as caught:
        database.upgrade()

    assert (True, False) == ("TOCSIN_DATABASE_URL" in str(caught.value), "secret" in str(caught.value))


def test_a_backup_of_a_running_database_is_private_and_leaves_the_inbox_out(sqlite_database, tmp_path):
    with sqlite_database.transaction() as session:
        set_fact(session, "menu", {"hash": "kept"})
    target = tmp_path / "copy.db"
    sqlite_database.back_up(target)
    copy = Database(f"sqlite:///{target}")
    with copy.reading() as session:
        kept = fact(session, "menu")
    copy.dispose()

    assert ({"hash": "kept"}, 0o600) == (kept, target.stat().st_mode & 0o777)


def test_what_was_really_new_is_counted_on_both_databases(database):
    with database.transaction() as session:
        rows = [{"name": name, "holder": "", "until": NOW, "epoch": 0} for name in ("one", "two", "one")]

        assert [2, 0] == [insert_new(session, Lease, rows), insert_new(session, Lease, rows)]


def test_a_database_of_the_first_version_is_copied_and_upgraded(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    with database._engine.begin() as connection:
        database._migrations.apply(connection, "0001")
    database.upgrade()
    version = database.version()
    database.dispose()

    assert database.newest_version() == version


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_database_without_our_tables_is_told_apart_from_a_damaged_one(kind, tmp_path, request):
    url = f"sqlite:///{tmp_path}/new.db" if kind == "sqlite" else request.getfixturevalue("empty_postgres_url")
    empty = Database(url)
    with pytest.raises(DatabaseOlder, match="tocsin db upgrade"), empty.reading() as session:
        lost(session)
    empty.dispose()


def test_what_is_changed_in_a_read_is_never_written(database):
    with database.transaction() as session:
        open_chat(session, 7, kind="private", now=NOW)
    with database.reading() as session:
        session.exec(select(Chat)).one().lang = "fr"
    with database.reading() as session:
        kept = session.exec(select(Chat)).one().lang

    assert "en" == kept
