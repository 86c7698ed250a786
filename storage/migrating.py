"""Bring a schema to this program's version in two phases, and say who may still work on it.

pre   only adds (tables, columns that are empty or have a default): code of the version before
      keeps running, and may be started again, beside the new schema.
post  takes away or changes: nobody of an older version may run any more.

So an upgrade of several processes goes: `tocsin db upgrade --pre`, start the new processes one
by one, `tocsin db upgrade`. What the schema still bears stands in the fact `schema`, since old
code does not know the migrations that came after it.

Alembic is imported only when there is something to migrate: an ordinary start does without it.
"""

from __future__ import annotations

import ast
import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import column, delete, insert, inspect, select, table

from storage.tables import Fact

if TYPE_CHECKING:
    from sqlalchemy import Connection

MIGRATIONS: Final = Path(__file__).parent / "migrations"
Phase = Literal["pre", "post"]
_PHASE: Final = re.compile(r"^Phase: (pre|post)\b", re.MULTILINE)
_FACT: Final = "schema"
_VERSIONS: Final = table("alembic_version", column("version_num"))  # Alembic's own


class Migrations:
    """Hold the migrations that this program brings."""

    def __init__(self, folder: Path = MIGRATIONS) -> None:
        self._folder = folder
        # Each file is named for its version, and they follow one another by name.
        self._scripts = {path.stem[:4]: path for path in sorted((folder / "versions").glob("[0-9]*.py"))}

    @property
    def newest(self) -> str:
        """Return the version that this program brings."""
        return max(self._scripts)

    @cached_property
    def phases(self) -> dict[str, Phase]:
        """Return each version with its phase, oldest first."""
        texts = {version: path.read_text(encoding="utf-8") for version, path in self._scripts.items()}
        return {version: _phase(ast.get_docstring(ast.parse(text)) or "", version) for version, text in texts.items()}

    def knows(self, version: str) -> bool:
        """Say whether a version is one of this program's, or the empty database's."""
        return not version or version in self._scripts

    def bears_us(self, connection: Connection) -> bool:
        """Say whether a schema that is newer than this program still lets it run."""
        if not inspect(connection).has_table(Fact.__tablename__):
            return False
        facts = Fact.metadata.tables[Fact.__tablename__]
        kept: Any = connection.execute(select(facts.c.value).where(facts.c.name == _FACT)).scalar()
        return isinstance(kept, dict) and bool(kept.get("bears")) and self.knows(str(kept["bears"]))

    def goal(self, current: str, *, only_pre: bool = False) -> str:
        """Return the version to go to: the newest, or the last before the first that is not `pre`."""
        if not only_pre:
            return self.newest
        goal, ahead = current, not current
        for version, phase in self.phases.items():
            if ahead and phase == "post":
                break
            goal = version if ahead else goal
            ahead = ahead or version == current
        return goal

    def apply(self, connection: Connection, goal: str) -> None:
        """Migrate to a version, and note down to which version of the program the schema bears."""
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(self._folder).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, goal)
        facts = Fact.metadata.tables[Fact.__tablename__]
        connection.execute(delete(facts).where(facts.c.name == _FACT))
        connection.execute(insert(facts).values(name=_FACT, value={"version": goal, "bears": self._bears(goal)}))

    def _bears(self, version: str) -> str:
        """Return the oldest version whose program may run: that of the last `post` migration, else the first."""
        bears = ""
        for known, phase in self.phases.items():
            bears = known if phase == "post" or not bears else bears
            if known == version:
                break
        return bears


def version_of(connection: Connection) -> str:
    """Return the schema's version, "" for an empty database."""
    if not inspect(connection).has_table(_VERSIONS.name):
        return ""
    return connection.execute(select(_VERSIONS.c.version_num)).scalar() or ""


def _phase(says: str, version: str) -> Phase:
    found = _PHASE.search(says)
    if not found:
        raise ValueError(f"migration {version} does not say its phase")
    return "post" if found[1] == "post" else "pre"
