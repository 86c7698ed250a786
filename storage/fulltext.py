"""Keep the words of entries where a database finds them fast: FTS5 in SQLite, tsvector in PostgreSQL.

Both hold the same: each word folded as the matcher folds it, in each of its forms, so
that a search is a search for folded words. Neither the toolkit nor the migrations know
such tables by themselves, hence the SQL in text.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, column, literal_column, table, text
from sqlalchemy.dialects.postgresql import TSQUERY

from matchers.text import tokens
from storage.dialect import is_sqlite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection
    from sqlmodel import Session

NAME: Final = "entry_search"
# A longer text is an article's body; what it is about stands in its beginning.
MOST_WORDS: Final = 600
# The words of news repeat: of what was folded lately nothing is folded again (some 10 MB at most).
_MEMO: Final = 32_768
# A word that stands in more entries is found quickly from the newest on.
_FEW: Final = 200
_ASCII_SIGNS: Final = re.compile(r"[\x00-\x2f:-@\[-`{-\x7f]")
# Other characters than ASCII letters and digits are letters to this tokenizer, so words are cut at spaces alone;
# no positions are kept (no phrases are asked for), which makes the index a third as large.
_SQLITE: Final = (
    "CREATE VIRTUAL TABLE entry_search USING fts5(words, tokenize='ascii', detail=none, columnsize=0)",
    "CREATE TRIGGER entries_unsearch AFTER DELETE ON entries BEGIN DELETE FROM entry_search WHERE rowid = old.id; END",
)
_POSTGRES: Final = (
    """CREATE TABLE entry_search (
        entry_id BIGINT CONSTRAINT pk_entry_search PRIMARY KEY
            CONSTRAINT fk_entry_search_entry_id REFERENCES entries (id) ON DELETE CASCADE,
        words TSVECTOR NOT NULL
    )""",
    "CREATE INDEX ix_entry_search_words ON entry_search USING gin (words)",
)


def create(connection: Connection) -> None:
    """Make the table, in a migration."""
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRES:
        connection.exec_driver_sql(statement)


def drop(connection: Connection) -> None:
    """Remove the table, in a migration."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DROP TRIGGER entries_unsearch")
    connection.exec_driver_sql("DROP TABLE entry_search")


def forms(words: str) -> list[tuple[str, ...]]:
    """Return the folded forms of each word of a text; one of them is enough to find it."""
    found = []
    for token in tokens(words):
        plain = dict.fromkeys(form for each in token.forms if (form := _ASCII_SIGNS.sub("", each)))
        if plain:
            found.append(tuple(plain))
    return found


def put_words(session: Session, entries: Sequence[tuple[int, str]]) -> None:
    """Keep the words of entries, in the place of those before."""
    if not entries:
        return
    rows = [{"entry": entry, "words": _indexed(words)} for entry, words in entries]
    if is_sqlite(session):
        statement = "INSERT OR REPLACE INTO entry_search (rowid, words) VALUES (:entry, :words)"
    else:
        statement = (
            "INSERT INTO entry_search (entry_id, words) VALUES (:entry, array_to_tsvector(string_to_array(:words, ' ')))"
            " ON CONFLICT (entry_id) DO UPDATE SET words = excluded.words"
        )
    session.connection().execute(text(statement), rows)


def _indexed(words: str) -> str:
    known = dict.fromkeys(form for chunk in words.split()[:MOST_WORDS] for form in _chunk_forms(chunk))
    return " ".join(known) or "-"


@lru_cache(maxsize=_MEMO)
def _chunk_forms(chunk: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(form for each in forms(chunk) for form in each))


def place(session: Session) -> tuple[Any, Any]:
    """Return the table as a select names it, and its column of entry ids."""
    key: Any = column("rowid" if is_sqlite(session) else "entry_id")
    return table(NAME, key, column("words")), key


def has_words(session: Session, words: Sequence[tuple[str, ...]], *, begins: bool = False) -> Any:
    """Return the condition that every word is there in one of its forms; `begins` takes the last as a beginning."""
    last = len(words) - 1
    if is_sqlite(session):
        groups = [
            _either(each, '"', star="*" if begins and n == last else "", between=" OR ") for n, each in enumerate(words)
        ]
        return literal_column(NAME).op("MATCH")(" AND ".join(groups))
    groups = [
        _either(each, "'", star=":*" if begins and n == last else "", between=" | ") for n, each in enumerate(words)
    ]
    return column("words").op("@@")(bindparam("sought", " & ".join(groups), type_=TSQUERY, unique=True))


def vocabulary(session: Session) -> list[str]:
    """Return every folded word that stands in an entry."""
    connection = session.connection()
    if is_sqlite(session):
        made = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.entry_words USING fts5vocab('main', 'entry_search', 'row')"
        connection.execute(text(made))
        return list(connection.execute(text("SELECT term FROM temp.entry_words")).scalars())
    asked = "SELECT word FROM ts_stat('SELECT words FROM entry_search')"
    return list(connection.execute(text(asked)).scalars())


def few(session: Session, found: Any) -> list[int] | None:
    """Return the ids that a query finds when they are few; None for many, and on SQLite, where order costs nothing.

    PostgreSQL guesses how often a word is there. For one that is hardly there it goes back through all entries,
    newest first, to fill a page, which takes seconds; the index knows at once.
    """
    if is_sqlite(session):
        return None
    ids = list(session.connection().execute(found.limit(_FEW + 1)).scalars())
    return ids if len(ids) <= _FEW else None


def _either(words: tuple[str, ...], mark: str, *, star: str, between: str) -> str:
    quoted = [f"{mark}{word.replace(mark, mark * 2)}{mark}{star}" for word in words]
    return f"({between.join(quoted)})"
