"""Say what is wrong with the database and how to mend it.

StorageError
├── DatabaseUnavailable   no server, no directory, no right to open it
├── DatabaseBusy          another process has held the writer for longer than we wait
├── DatabaseHeld          another Tocsin runs on this file
├── DatabaseReadOnly      the file or its disk cannot be written
├── DiskFull              no room left
├── DatabaseCorrupt       the file is damaged or is no database
├── DatabaseOlder         the schema is older than this program, or there is none yet
└── DatabaseNewer         the schema is newer than this program
"""

from __future__ import annotations


class StorageError(Exception):
    """Name the database in question and the remedy."""

    says = "The database {subject} failed."
    remedy = "`tocsin doctor` may tell why."

    def __init__(self, subject: str, detail: str = "") -> None:
        super().__init__(subject, detail)
        self.subject = subject
        self.detail = detail

    def __str__(self) -> str:
        more = f" ({self.detail})" if self.detail else ""
        return f"{self.says.format(subject=self.subject)}{more} {self.remedy}"


class DatabaseUnavailable(StorageError):
    """Say that the database cannot be reached or opened."""

    says = "The database {subject} cannot be opened."
    remedy = "Check TOCSIN_DATABASE_URL, that the server runs or the directory exists, and the rights on it."


class DatabaseBusy(StorageError):
    """Say that another process has held the writer for longer than we wait."""

    says = "The database {subject} is busy: another process has been writing for too long."
    remedy = "Wait for it to finish, or stop it, and try again."


class DatabaseHeld(StorageError):
    """Say that another Tocsin runs on this file."""

    says = "The database {subject} is in use by another Tocsin."
    remedy = "Stop that one first, or give this one another TOCSIN_DATABASE_URL."


class DatabaseReadOnly(StorageError):
    """Say that the file or its disk cannot be written."""

    says = "The database {subject} cannot be written."
    remedy = "Give this user the right to write the file and its directory (or the tables, on PostgreSQL), or remount the disk."


class DiskFull(StorageError):
    """Say that there is no room left."""

    says = "There is no room left for the database {subject}."
    remedy = "Free some disk space; nothing that was stored is lost."


class DatabaseCorrupt(StorageError):
    """Say that the file is damaged or is no database."""

    says = "The file {subject} is damaged or is no Tocsin database."
    remedy = "Restore a backup with `tocsin db restore`, or move the file away to begin anew."


class DatabaseOlder(StorageError):
    """Say that tables are missing: nobody has run on this database yet, or not since the upgrade."""

    says = "The database {subject} is empty or older than this program."
    remedy = "`tocsin db upgrade` makes what is missing; `tocsin run` does so too."


class DatabaseNewer(StorageError):
    """Say that the schema is newer than this program."""

    says = "The database {subject} was written by a newer Tocsin."
    remedy = "Upgrade this program, or restore the backup that was made before the upgrade."
