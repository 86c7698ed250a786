"""List every text that the bot says, from the code: `say("…")`, `mark("…")`, `say.plural("…", "…")`."""

from __future__ import annotations

import ast
from pathlib import Path

CALLERS = {"say", "mark"}


def spoken(root: Path) -> dict[str, str | None]:
    """Return each text with its plural form, or None."""
    found: dict[str, str | None] = {}
    for path in sorted((root / "bot").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and (strings := [a.value for a in node.args if isinstance(a, ast.Constant)]):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                owner = getattr(
                    getattr(node.func, "value", None), "attr", getattr(getattr(node.func, "value", None), "id", "")
                )
                if name == "plural" and owner == "say":
                    found[strings[0]] = strings[1]
                elif (name in CALLERS and isinstance(strings[0], str)) or owner in {"texts"}:
                    found.setdefault(strings[0], None)
    return found


if __name__ == "__main__":
    for text, plural in spoken(Path(__file__).parent.parent).items():
        print(repr(text), repr(plural) if plural else "")
