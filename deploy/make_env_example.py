"""Write deploy/env.example from the settings, so that the two cannot drift apart."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.config import known_settings, variable_of


def env_example() -> str:
    """Return the commented example: every setting, its meaning and its default."""
    lines = ["# Every setting of Tocsin, with its default. Made from the settings themselves: do not edit.", ""]
    for name, field in known_settings().items():
        default = field.get_default(call_default_factory=True)
        shown = "" if default in (None, ()) else str(default).lower() if isinstance(default, bool) else str(default)
        lines += [f"# {field.description}", f"#{variable_of(name)}={shown}", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(env_example(), encoding="utf-8")
