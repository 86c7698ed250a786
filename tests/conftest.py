"""Give every test of storage a real SQLite file and a real PostgreSQL server."""

import logging
import os
import shutil
import subprocess
import tempfile
import uuid
import warnings
from pathlib import Path

import hypothesis
import pytest
import structlog
from sqlalchemy.engine import make_url

from storage.database import Database

# A slow machine is no defect: how long an example takes to draw or to run fails no test.
hypothesis.settings.register_profile("patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("patient")


@pytest.fixture(autouse=True)
def fresh_logging():
    """Log plainly, and forget how a test set logging up: its streams are closed when it ends."""
    # structlog's own default draws tracebacks with all locals, which takes seconds.
    plain = [
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(),
    ]
    structlog.configure(processors=plain)
    yield
    structlog.reset_defaults()
    logging.basicConfig(force=True, handlers=[logging.NullHandler()])


@pytest.fixture(scope="session")
def postgres_url():
    """Give the address of a PostgreSQL server: a wheel's, else the system's, else a named one."""
    # Not under pytest's own folder: that is closed to the unprivileged user which the server runs as.
    with tempfile.TemporaryDirectory(prefix="tocsin-postgres-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        for start in (_from_wheel, _from_system, _from_variable):
            url, stop = start(Path(folder) / "data")
            if url:
                yield url
                stop()
                return
    says = "no PostgreSQL: neither the pgserver wheel, nor initdb, nor TOCSIN_TEST_POSTGRES_URL"
    if os.environ.get("TOCSIN_REQUIRE_POSTGRES") == "1":
        pytest.fail(says)
    pytest.skip(says)


def _nothing():
    pass


def _from_wheel(folder):
    try:
        with warnings.catch_warnings(action="ignore"):  # it grumbles about XDG_RUNTIME_DIR, which we do not use
            import pgserver
    except ImportError:
        return None, _nothing
    server = pgserver.get_server(folder, cleanup_mode="stop")
    return server.get_uri(), server.cleanup


def _from_system(folder):
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = shutil.which("initdb") or (str(binaries[-1]) if binaries else None)
    if not initdb or os.geteuid() == 0:
        return None, _nothing
    subprocess.run([initdb, "-D", folder, "-U", "postgres", "--auth=trust"], check=True, capture_output=True)
    control = str(Path(initdb).with_name("pg_ctl"))
    options = f"-k {folder.parent} -c listen_addresses=''"
    subprocess.run([control, "-D", folder, "-o", options, "-w", "start"], check=True, capture_output=True)

    def stop():
        subprocess.run([control, "-D", folder, "-m", "immediate", "stop"], check=True, capture_output=True)

    return f"postgresql://postgres@/postgres?host={folder.parent}", stop


def _from_variable(_folder):
    return os.environ.get("TOCSIN_TEST_POSTGRES_URL"), _nothing


@pytest.fixture(scope="session")
def postgres_template(postgres_url):
    """Migrate one database once; each test gets a copy of it. What a power cut would lose need not last here."""
    import psycopg

    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    return _with_database(postgres_url, f"template_{uuid.uuid4().hex[:8]}", template=None, migrate=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{path}")
    database.upgrade()
    database.dispose()
    return path


@pytest.fixture
def sqlite_database(tmp_path, sqlite_template):
    path = tmp_path / "tocsin.db"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.dispose()


@pytest.fixture
def postgres_database(postgres_url, postgres_template):
    url = _with_database(postgres_url, f"test_{uuid.uuid4().hex[:12]}", template=postgres_template, migrate=False)
    database = Database(url)
    yield database
    database.dispose()


@pytest.fixture
def empty_postgres_url(postgres_url):
    """Give the address of a new database in which nothing stands yet."""
    return _with_database(postgres_url, f"empty_{uuid.uuid4().hex[:12]}", template=None, migrate=False)


@pytest.fixture(params=["sqlite", "postgres"])
def database(request):
    """Run the test on each database in turn."""
    return request.getfixturevalue(f"{request.param}_database")


def _with_database(server, name, *, template, migrate):
    import psycopg

    source = f' TEMPLATE "{make_url(template).database}"' if template else ""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"{source}')
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    if migrate:
        database = Database(url)
        database.upgrade()
        database.dispose()
    return url
