"""Score matching on tables of names that others collected: python -m tests.eval_names FOLDER [--errors]

The tables are not ours and do not come with the project. Put what you have into one folder:

positives_un_untreated.csv, positives_un_treated.csv    of yente: one name a row in `full_name`, the same person in
                                                        the same row of both; treated names are misspelt or turned
cases.csv                                               of nomenklatura's name_bench: a header row, then pairs with
                                                        `name1`, `name2` and `is_match` (true or false)

A name is planted in a carrier sentence of our own, the other one is watched: found at 80 or more, or not.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path

from matchers.entities import Alias, Entity, EntityKind
from matchers.types import EntryText
from matchers.watchlist import Watchlist
from tests.eval_mentions import rates

CARRIERS = (
    "Officials said on Tuesday that {} had left the capital before the talks began.",
    "The list published yesterday also names {}, who could not be reached.",
    "Nach Angaben der Behörden wurde {} zuletzt im Juni gesehen.",
    "Selon le communiqué, {} serait visé par une mesure de gel des avoirs.",
)
LEAST_TREATED, MOST_WRONG, LEAST_F1, LEAST_P = 0.97, 3, 0.79, 0.80


def watched(number, name, kind=EntityKind.PERSON):
    return Entity(id=f"n{number}", name=name, kind=kind, aliases=(Alias(name),))


def planted(number, name):
    return EntryText(CARRIERS[number % len(CARRIERS)].format(name))


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def treated(folder, *, errors):
    """Watch all untreated names, plant each treated one that differs; return whether what is asked holds."""
    clean = [row["full_name"] for row in read(folder / "positives_un_untreated.csv")]
    worn = [row["full_name"] for row in read(folder / "positives_un_treated.csv")]
    watchlist = Watchlist.compile(watched(number, name) for number, name in enumerate(clean))
    found, wrong, of = 0, [], 0
    for number, (name, other) in enumerate(zip(clean, worn, strict=True)):
        if name == other:
            continue
        hits = {match.entity for match in watchlist.match(planted(number, other))}
        of += 1
        found += f"n{number}" in hits
        wrong += [(other, clean[int(hit[1:])]) for hit in sorted(hits - {f"n{number}"})]
        if errors and f"n{number}" not in hits:
            print("  missed", name, "<-", other)
    print(f"yente, treated names: R {found / max(1, of):.3f} ({found} of {of}), {len(wrong)} wrong")
    if errors:
        print(*[f"  wrong {other} -> {name}" for other, name in wrong], sep="\n")
    return found >= LEAST_TREATED * of and len(wrong) <= MOST_WRONG


def pairs(folder, *, errors):
    """Watch the second name of each pair alone and plant the first; return whether what is asked holds."""
    counts = Counter()
    for number, row in enumerate(read(folder / "cases.csv")):
        kind = EntityKind.PERSON if row.get("schema", "Person") == "Person" else EntityKind.GROUP
        watchlist = Watchlist.compile([watched(0, row["name2"], kind)])
        rings, meant = bool(watchlist.match(planted(number, row["name1"]))), row["is_match"].strip().lower() == "true"
        counts[("missed", "hit")[rings] if meant else ("right", "extra")[rings]] += 1
        if errors and rings != meant:
            print("  missed" if meant else "  wrong", row["name1"], "|", row["name2"])
    precision, recall, f1 = rates(counts["hit"], counts["extra"], counts["missed"])
    print(f"name_bench: P {precision:.3f} R {recall:.3f} F1 {f1:.3f} ({counts.total()} pairs)")
    return f1 >= LEAST_F1 and precision >= LEAST_P


def main(arguments):
    folder, errors = Path(arguments[0]), "--errors" in arguments
    tables = {"positives_un_treated.csv": treated, "cases.csv": pairs}
    held = True
    for name, run in tables.items():
        if (folder / name).exists():
            held &= run(folder, errors=errors)
        else:
            print(f"skipped: {name} is not in {folder}; it does not come with the project")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
