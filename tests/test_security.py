"""Show that what SECURITY.md promises is tested, and that the token appears nowhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CANARY = "987654321:AAvqZk3xWb9rT6yLmNp2sHd8fGc4jEa7uIo"
# A proxy that nobody listens on, so that nothing but this machine is asked.
NOWHERE = "http://127.0.0.1:9"


def test_every_test_that_the_threat_model_names_is_there():
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "SECURITY.md").read_text(encoding="utf-8")))
    written = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8"))
    }

    assert len(named) > 15
    assert set() == named - written


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ["run"],
        ["config"],
        ["doctor"],
        ["poll", "http://127.0.0.1:9/feed"],
        ["db", "check"],
        ["run", "--role", "worker"],
        ["no-such-command"],
    ],
    ids=" ".join,
)
def test_a_canary_token_appears_nowhere(words, tmp_path, monkeypatch):
    monkeypatch.setenv("TOCSIN_TELEGRAM__TOKEN", CANARY)
    monkeypatch.setenv("TOCSIN_TELEGRAM__BASE_URL", NOWHERE)
    monkeypatch.setenv("TOCSIN_DATABASE_URL", f"sqlite:///{tmp_path / 'tocsin.db'}")
    monkeypatch.setenv("TOCSIN_LOG__LEVEL", "DEBUG")
    (tmp_path / "feeds.toml").write_text("", encoding="utf-8")
    monkeypatch.setenv("TOCSIN_FEEDS__FILE", str(tmp_path / "feeds.toml"))
    command = [sys.executable, "-m", "bot.cli.main", *words]
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

    assert told.stdout + told.stderr
    assert CANARY[10:] not in told.stdout + told.stderr
    assert CANARY[10:].encode() not in kept
