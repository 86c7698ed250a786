"""Print the changelog's section of a version: changes.py VERSION CHANGELOG.md."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def section(version: str, text: str) -> str:
    """Return a version's section without its heading; what is unreleased stands in for a version without one."""
    parts = re.split(r"^## \[([^\]]+)\][^\n]*\n", text, flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    found = sections.get(version) or sections.get("Unreleased", "")
    if not found.strip():
        raise SystemExit(f"CHANGELOG.md says nothing of {version}. Write its section first.")
    return found.strip() + "\n"


if __name__ == "__main__":
    sys.stdout.write(section(sys.argv[1], Path(sys.argv[2]).read_text(encoding="utf-8")))
