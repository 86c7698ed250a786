"""Keep what the sandbox knows in a file of its own, so that a killed run can be taken up.

The ledger is the demo's second witness: each message that was accepted stands in it
before the HTTP answer is given.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS chats (id INTEGER PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS messages (chat INTEGER, id INTEGER, value TEXT NOT NULL, PRIMARY KEY (chat, id));
CREATE TABLE IF NOT EXISTS files (id TEXT PRIMARY KEY, value TEXT NOT NULL, content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS updates (id INTEGER PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS ledger (
    seq INTEGER PRIMARY KEY, at TEXT, method TEXT, chat INTEGER, message INTEGER, value TEXT
);
"""

_STRETCH_AFTER = """
SELECT value FROM messages WHERE chat = ? AND id > ? AND id < ?
AND (? IS NULL OR coalesce(json_extract(value, '$.message_thread_id'), 0) = ?) ORDER BY id LIMIT ?
"""
_STRETCH_BEFORE = _STRETCH_AFTER.replace("ORDER BY id", "ORDER BY id DESC")


@dataclass(frozen=True, slots=True)
class Accepted:
    """Hold one call that the sandbox accepted, as Telegram would have shown it."""

    seq: int
    at: str
    method: str
    chat: int
    message_id: int
    message: dict[str, Any]


class Ledger:
    """Hold chats, messages, waiting updates and the ledger of accepted calls."""

    def __init__(self, path: Path | None = None) -> None:
        self._file = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._lock = threading.Lock()
        if path:
            self._file.execute("PRAGMA journal_mode = WAL")
        self._file.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _run(self, statement: str, *values: Any) -> list[Any]:
        with self._lock:
            return self._file.execute(statement, values).fetchall()

    def fact(self, name: str, default: Any = None) -> Any:
        """Return a small fact."""
        found = self._run("SELECT value FROM facts WHERE name = ?", name)
        return json.loads(found[0][0]) if found else default

    def set_fact(self, name: str, value: Any) -> None:
        """Keep a small fact."""
        self._run("INSERT OR REPLACE INTO facts VALUES (?, ?)", name, json.dumps(value))

    def count(self, name: str) -> int:
        """Return the next number of a counter, from 1."""
        value = int(self.fact(name, 0)) + 1
        self.set_fact(name, value)
        return value

    def chat(self, chat: int) -> dict[str, Any] | None:
        """Return a chat."""
        found = self._run("SELECT value FROM chats WHERE id = ?", chat)
        return json.loads(found[0][0]) if found else None

    def chats(self) -> list[dict[str, Any]]:
        """Return every chat."""
        return [json.loads(value) for (value,) in self._run("SELECT value FROM chats ORDER BY id DESC")]

    def keep_chat(self, chat: dict[str, Any]) -> None:
        """Keep a chat."""
        self._run("INSERT OR REPLACE INTO chats VALUES (?, ?)", chat["id"], json.dumps(chat))

    def message(self, chat: int, message: int) -> dict[str, Any] | None:
        """Return a message."""
        found = self._run("SELECT value FROM messages WHERE chat = ? AND id = ?", chat, message)
        return json.loads(found[0][0]) if found else None

    def messages(self, chat: int) -> list[dict[str, Any]]:
        """Return every message of a chat, oldest first."""
        found = self._run("SELECT value FROM messages WHERE chat = ? ORDER BY id", chat)
        return [json.loads(value) for (value,) in found]

    def stretch(
        self, chat: int, *, limit: int, topic: int | None = None, before: int | None = None, after: int | None = None
    ) -> list[dict[str, Any]]:
        """Return so many messages before or after one, or the newest, oldest first; topic 0 is General, None all."""
        statement = _STRETCH_BEFORE if after is None else _STRETCH_AFTER
        found = self._run(statement, chat, after or 0, before or 2**60, topic, topic, limit)
        stretch = [json.loads(value) for (value,) in found]
        return stretch[::-1] if after is None else stretch

    def keep_message(self, message: dict[str, Any]) -> None:
        """Keep a message, or its newer form."""
        value = json.dumps(message, ensure_ascii=False)
        self._run(
            "INSERT OR REPLACE INTO messages VALUES (?, ?, ?)", message["chat"]["id"], message["message_id"], value
        )

    def remove_message(self, chat: int, message: int) -> None:
        """Forget a message."""
        self._run("DELETE FROM messages WHERE chat = ? AND id = ?", chat, message)

    def file(self, file_id: str) -> tuple[dict[str, Any], bytes] | None:
        """Return what is known of a file, and its content."""
        found = self._run("SELECT value, content FROM files WHERE id = ?", file_id)
        return (json.loads(found[0][0]), found[0][1]) if found else None

    def keep_file(self, described: dict[str, Any], content: bytes) -> None:
        """Keep a file."""
        self._run("INSERT INTO files VALUES (?, ?, ?)", described["file_id"], json.dumps(described), content)

    def add_update(self, update: dict[str, Any]) -> dict[str, Any]:
        """Number an update and let it wait for the bot."""
        update = {"update_id": self.count("update_id"), **update}
        self._run("INSERT INTO updates VALUES (?, ?)", update["update_id"], json.dumps(update, ensure_ascii=False))
        return update

    def waiting_updates(self, offset: int, limit: int) -> list[dict[str, Any]]:
        """Return updates from an offset on; the ones before it are confirmed and forgotten."""
        if offset > 0:
            self._run("DELETE FROM updates WHERE id < ?", offset)
        found = self._run("SELECT value FROM updates ORDER BY id LIMIT ?", limit)
        return [json.loads(value) for (value,) in found]

    def accept(self, method: str, message: dict[str, Any], *, at: str) -> None:
        """Write an accepted call down; it is on the disk when this returns."""
        self._run(
            "INSERT INTO ledger (at, method, chat, message, value) VALUES (?, ?, ?, ?, ?)",
            at,
            method,
            message["chat"]["id"],
            message["message_id"],
            json.dumps(message, ensure_ascii=False),
        )

    def accepted(self, *, after: int = 0) -> tuple[Accepted, ...]:
        """Return accepted calls in order."""
        rows = self._run("SELECT seq, at, method, chat, message, value FROM ledger WHERE seq > ? ORDER BY seq", after)
        return tuple(
            Accepted(seq, at, method, chat, number, json.loads(value)) for seq, at, method, chat, number, value in rows
        )
