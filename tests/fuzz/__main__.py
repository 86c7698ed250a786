"""Fuzz each target for a while, from seeds of our own, and say what was found: python -m tests.fuzz [SECONDS [NAME…]].

Exits 1 when a target fell; the input that did it stands in build/fuzz/NAME.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
OUT = ROOT / "build" / "fuzz"
NAMES = ("feeds", "folding", "matching", "rendering", "arguments", "catalogue", "opml")
_WORDS = (
    "Le JNIM revendique une attaque près de Gao", "جماعة نصرة الإسلام والمسلمين", "Гойта", "L'Azawad, n’est-ce pas",
    '/watch "an exact phrase" a | b +Mali -cipher', "re:(gao|kidal)", "22:00-06:30", "8h", "Africa/Bamako",
    '[[entity]]\nid = "x"\nname = "X"\n[[entity.alias]]\ntext = "Xyz"\nkind = "full"\n',
    '<opml version="2.0"><body><outline xmlUrl="https://example.org/feed" text="x"/></body></opml>',
    '<rss version="2.0"><channel><title>t</title><item><title>Un</title><guid>1</guid></item></channel></rss>',
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry><id>1</id><title>Un</title></entry></feed>',
    '{"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": [{"id": "1", "title": "Un"}]}',
)  # fmt: skip


def main(arguments):
    seconds = int(arguments[0]) if arguments else 600
    return max(fuzzed(name, seconds) for name in arguments[1:] or NAMES)


def fuzzed(name, seconds):
    """Fuzz one target; return 1 when it fell."""
    folder = OUT / name
    seeds = folder / "seeds"
    seeds.mkdir(parents=True, exist_ok=True)
    for number, words in enumerate(_WORDS):
        (seeds / f"own-{number}").write_text(words, encoding="utf-8")
    options = [
        f"-max_total_time={seconds}",
        "-max_len=4096",
        "-timeout=20",
        "-rss_limit_mb=2000",
        "-print_final_stats=1",
    ]
    command = [sys.executable, "-m", "tests.fuzz.targets", name, *options, f"-artifact_prefix={folder}/", str(seeds)]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PYTHONWARNINGS": "ignore"}, stderr=subprocess.PIPE, text=True,
        errors="replace", stdout=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    runs = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    covered = re.findall(r"\bcov: (\d+)", done.stderr)
    print(f"{name}: {runs[1] if runs else '?'} inputs in {seconds} s, {covered[-1] if covered else '?'} branches reached, "
          f"{'nothing found' if done.returncode == 0 else 'FELL'}", flush=True)  # fmt: skip
    if done.returncode:
        (folder / "log.txt").write_text(done.stderr, encoding="utf-8")
        print(f"see {folder}", file=sys.stderr)
    return int(done.returncode != 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
