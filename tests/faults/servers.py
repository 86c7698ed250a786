"""Give a trial its database: a SQLite file, on a small disk when asked, or a PostgreSQL server of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import warnings
from pathlib import Path
from typing import Self


class Server:
    """Hold the database of one trial."""

    def __init__(self, kind: str, folder: Path, *, disk_mb: int = 0) -> None:
        self.kind, self.folder = kind, folder / "database"
        self.url = ""
        self._disk_mb = disk_mb
        self._postgres = None

    def __enter__(self) -> Self:
        self.folder.mkdir()
        if self._disk_mb:
            size = f"size={self._disk_mb}m"
            subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(self.folder)], check=True)
        if self.kind == "sqlite":
            self.url = f"sqlite:///{self.folder / 'tocsin.db'}"
        else:
            self._start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._postgres is not None:
            self._postgres.cleanup()
        if self._disk_mb:
            subprocess.run(["umount", str(self.folder)], check=True)

    def _start(self) -> None:
        with warnings.catch_warnings(action="ignore"):  # it grumbles about XDG_RUNTIME_DIR, which we do not use
            import pgserver
        self._postgres = pgserver.get_server(self.folder, cleanup_mode="stop")
        self.url = self._postgres.get_uri()

    def restart(self) -> None:
        """Kill the server with all its children, as a power cut would, and start it again."""
        first = int(Path(self.folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
        children = subprocess.run(["pgrep", "-P", str(first)], capture_output=True, text=True, check=False)
        for pid in (first, *map(int, children.stdout.split())):
            _kill(pid)
        while Path(f"/proc/{first}/exe").exists():
            time.sleep(0.05)
        self._postgres.ensure_postgres_running()


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
