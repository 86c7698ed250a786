"""Score stories on labelled headlines, beside the ways that one would merge them instead.

python -m tests.eval_stories FILE [--peers] [--errors] [--matched] [--caution] [--semantic]

A row is {"id", "title", "published", "gold", "lang"?, "summary"?, "outlet"?, "url"?}, in order of
publication. An alert is the first entry of a predicted story; a gold story is heard when it begins
at least one. --peers runs the others in the same process, --matched reads the rows with the
catalogue first, as the bot does, --errors lists the stories that were never heard, --caution finds
the level at which nine stories in ten are heard, --semantic asks the encoder of tocsin[semantic]
where words leave it open. Rows that say what is worth a ring ("says", as in
the project's own gold) are also read for what their revisions tell, with their true stories.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from rapidfuzz import fuzz

from bot.encoder import Encoder, is_installed, with_meaning
from matchers.gazetteer import Gazetteer
from matchers.places import parse_places
from matchers.revisions import revise
from matchers.stories import JOIN, StoryIndex, StorySettings, place_read
from matchers.stories import read as read_entry
from matchers.text import tokens
from matchers.types import ChangeKind, EntryText, Placement, PlacementKind, StoryEntry
from matchers.watchlist import Watchlist

WINDOW = timedelta(hours=72)
WRITTEN_FROM = datetime(2026, 3, 2, 6, tzinfo=UTC)  # a Monday
DATA = Path(__file__).parents[1] / "matchers/data"
SCOPE = ("ML", "BF", "NE")


@dataclass(frozen=True)
class Placed:
    """Hold where each row went, by number: story, development; and the processor seconds it took."""

    stories: list[str]
    developments: list[str]
    seconds: float


def read(path):
    if Path(path).suffix == ".toml":
        return read_written([path])
    rows = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]
    return sorted(rows, key=lambda row: row["published"])


def read_written(paths):
    """Return the rows of stories that were written by hand, several files as the news of the same days, if they begin alike."""
    rows = []
    for path in map(Path, paths):
        written = tomllib.loads(path.read_text(encoding="utf-8"))
        for event in written["event"]:
            for number, entry in enumerate(event["entries"]):
                published = (written.get("begins", WRITTEN_FROM) + timedelta(minutes=entry["at"])).isoformat()
                key = f"{path.stem}-{event['id']}-{number}"
                rows.append(
                    {
                        "says": "",
                        "toll": {},
                        **entry,
                        "id": key,
                        "gold": f"{path.stem}-{event['id']}",
                        "published": published,
                    }
                )
    return sorted(rows, key=lambda row: row["published"])


def entry_of(row):
    published = datetime.fromisoformat(row["published"]).astimezone(UTC)
    texts = {name: row.get(name) or "" for name in ("summary", "url", "lang", "outlet", "owner", "kind")}
    return StoryEntry(row["id"], row["title"], seen=published, published=published, **texts)


@cache
def watchlist():
    from tests.eval_mentions import entities

    return Watchlist.compile(entities())


@cache
def gazetteer():
    return Gazetteer.compile(parse_places((DATA / "places.toml").read_text(encoding="utf-8")))


def found_in(row):
    """Return the entities and the places of a row."""
    text = EntryText(row["title"], row.get("summary") or "", row.get("lang") or "")
    matches = watchlist().match(text)
    return matches, gazetteer().find(f"{text.title}. {text.summary}", scope=SCOPE if matches else ())


def tocsin(rows, *, settings=None, matched=False, encoder=None):
    """Place every row as the bot does."""
    found = [found_in(row) if matched else ((), ()) for row in rows]
    index = StoryIndex(settings) if settings else StoryIndex()
    stories, developments = [], []
    begun = time.process_time()
    for row, (matches, places) in zip(rows, found, strict=True):
        entry = entry_of(row)
        index.expire(entry.seen)
        entry_read = read_entry(entry, matches, places=places)
        [entry_read] = with_meaning([entry_read], encoder=encoder, index=index, now=entry.seen)
        placement = place_read(entry_read, index=index, now=entry.seen)
        index.apply(placement)
        stories.append(placement.story)
        developments.append(placement.development)
    seconds = time.process_time() - begun
    return Placed([index.current(story) for story in stories], developments, seconds)


# ── peers: each joins the story of the nearest earlier row of the window that reaches its level ──


def nearest(rows, *, traits, alike, level):
    begun = time.process_time()
    window, stories = [], []
    for row in rows:
        now, mine = datetime.fromisoformat(row["published"]), traits(row)
        window = [each for each in window if now - each[0] <= WINDOW]
        best = max(((alike(mine, theirs), story) for _, theirs, story in window), default=(0, ""))
        story = best[1] if best[0] >= level else row["id"]
        window.append((now, mine, story))
        stories.append(story)
    return Placed(stories, [row["id"] for row in rows], time.process_time() - begun)


def words(row):
    return [token.form for token in tokens(row["title"])]


def jaccard(one, other):
    return len(one & other) / len(one | other) if one | other else 0.0


def shingles(row, size=4):
    text = f" {' '.join(words(row))} "
    return [text[at : at + size] for at in range(max(1, len(text) - size + 1))]


def hashed(text, seed=0):
    import zlib

    return zlib.crc32(f"{seed}:{text}".encode())


def simhash(row):
    votes = Counter()
    for gram in shingles(row):
        value = hashed(gram) << 32 | hashed(gram, 1)
        for bit in range(64):
            votes[bit] += 1 if value >> bit & 1 else -1
    return sum(1 << bit for bit, vote in votes.items() if vote > 0)


def minhash(row, size=64):
    grams = [hashed(gram) for gram in set(shingles(row))]
    return [min((gram * (2 * seed + 1) + seed * 0x9E3779B1) & 0xFFFFFFFF for gram in grams) for seed in range(size)]


PEERS = {
    "every entry alone": lambda rows: nearest(rows, traits=lambda row: None, alike=lambda a, b: 0, level=1),
    "exact title": lambda rows: nearest(
        rows, traits=lambda row: row["title"].strip().lower(), alike=lambda a, b: float(a == b), level=1
    ),
    "Jaccard of words .55": lambda rows: nearest(rows, traits=lambda row: set(words(row)), alike=jaccard, level=0.55),
    "token_set_ratio 75": lambda rows: nearest(
        rows, traits=lambda row: " ".join(words(row)), alike=fuzz.token_set_ratio, level=75
    ),
    "SimHash, 12 of 64": lambda rows: nearest(
        rows, traits=simhash, alike=lambda a, b: 64 - (a ^ b).bit_count(), level=52
    ),
    "MinHash .3": lambda rows: nearest(
        rows,
        traits=minhash,
        alike=lambda a, b: sum(x == y for x, y in zip(a, b, strict=True)) / len(a),
        level=0.3,
    ),
}


# ── figures ──────────────────────────────────────────────────────────────────


def f1(precision, recall):
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def alerts(rows, placed):
    """Return precision, recall and number of alerts, and the gold stories that no alert begins."""
    firsts = {}
    for row, story in zip(rows, placed.stories, strict=True):
        firsts.setdefault(story, row["gold"])
    gold = {row["gold"] for row in rows}
    heard = set(firsts.values())
    return len(heard) / len(firsts), len(heard) / len(gold), len(firsts), gold - heard


def heard_in_some_form(rows, placed):
    """Return the share of gold stories that begin a story or a development."""
    heard, seen = set(), set()
    for row, story, development in zip(rows, placed.stories, placed.developments, strict=True):
        if (story, development) not in seen:
            heard.add(row["gold"])
        seen.add((story, development))
    return len(heard) / len({row["gold"] for row in rows})


def quiet(placed):
    """Return how many developments were opened in stories that had begun."""
    return len(set(zip(placed.stories, placed.developments, strict=True))) - len(set(placed.stories))


def bcubed(rows, placed):
    predicted, gold = defaultdict(Counter), defaultdict(Counter)
    for row, story in zip(rows, placed.stories, strict=True):
        predicted[story][row["gold"]] += 1
        gold[row["gold"]][story] += 1
    n = len(rows)
    precision = sum(count * count / sum(each.values()) for each in predicted.values() for count in each.values()) / n
    recall = sum(count * count / sum(each.values()) for each in gold.values() for count in each.values()) / n
    return precision, recall, f1(precision, recall)


def pairwise(rows, placed):
    both = Counter(zip((row["gold"] for row in rows), placed.stories, strict=True))
    pairs = lambda counts: sum(count * (count - 1) // 2 for count in counts)  # noqa: E731 - one line of arithmetic
    hit = pairs(both.values())
    predicted = pairs(Counter(placed.stories).values())
    gold = pairs(Counter(row["gold"] for row in rows).values())
    precision, recall = (hit / predicted if predicted else 1.0), (hit / gold if gold else 1.0)
    return precision, recall, f1(precision, recall)


def line(name, rows, placed):
    stories = len({row["gold"] for row in rows})
    precision, recall, count, _ = alerts(rows, placed)
    repeats = len(rows) - stories
    cut = 1 - (count - round(recall * stories)) / repeats if repeats else 1.0
    b, p = bcubed(rows, placed), pairwise(rows, placed)
    return (
        f"{name:22s} alerts P {precision:.3f} R {recall:.3f} F1 {f1(precision, recall):.3f}  "
        f"{count / stories:.2f} a story, {quiet(placed) / stories:.2f} quiet, "
        f"heard in some form {heard_in_some_form(rows, placed):.3f}, "
        f"never rung {1 - recall:.3f}, repeats cut {cut:.3f}  BCubed {b[0]:.3f}/{b[1]:.3f}/{b[2]:.3f}  "
        f"pairs {p[0]:.2f}/{p[1]:.2f}/{p[2]:.2f}  {len(rows) / max(placed.seconds, 1e-9):,.0f}/CPU-s"
    )


def report(rows, run, *, name="tocsin"):
    placed = run(rows)
    print(line(name, rows, placed))
    for lang in sorted({row.get("lang", "") for row in rows}):
        chosen = [at for at, row in enumerate(rows) if row.get("lang", "") == lang]
        if 0 < len(chosen) < len(rows):
            alone = [rows[at] for at in chosen]
            print(line(f"  {lang or '?'} alone", alone, run(alone)))
    return placed


def revisions(rows):
    """Return precision and recall of what is worth a ring in stories that have begun; the true stories are given.

    How many outlets tell a story is left out: that is counted, not read.
    """
    states, told, hits, rung, owed = {}, {}, 0, 0, 0
    for row in rows:
        story = row["gold"]
        kind = PlacementKind.COPY if row["role"] == "copy" else PlacementKind.FOLLOW_UP
        kind = kind if story in states else PlacementKind.NEW
        placement = Placement(entry_of(row), kind, story, "", 1.0)
        states[story], revision = revise(states.get(story), placement, matches=found_in(row)[0])
        wanted = _wanted(row, told.setdefault(story, {}))
        if kind is PlacementKind.NEW:
            continue
        found = {
            change.subject if change.kind is ChangeKind.STATE else change.kind.value for change in revision.changes
        }
        found -= {"development", "outlets-3", "outlets-10"}
        hits, rung, owed = hits + len(found & wanted), rung + len(found), owed + len(wanted)
    return hits / max(1, rung), hits / max(1, owed)


def _wanted(row, told):
    """Return what a row tells that its story had not, by what its labels say."""
    higher = {kind: count for kind, count in row["toll"].items() if count > told.get(kind, 0)}
    fresh = {row["says"]} - {"", "toll"} - told.keys()
    told |= higher | dict.fromkeys(fresh, 1)
    return fresh | ({"toll"} if higher else set())


class Remembering:
    """Ask the encoder once for each headline, however often a set is replayed."""

    def __init__(self):
        sys.path.append(str(Path(sys.prefix) / "semantic"))  # where deploy/set-up.sh puts it
        assert is_installed(), "the encoder is missing: make .venv/.for-test, on Linux on x86-64"
        self._encoder, self._known = Encoder(deadline_s=600), {}

    def vectors(self, headlines):
        new = [headline for headline in headlines if headline not in self._known]
        self._known |= dict(zip(new, self._encoder.vectors(new), strict=True))
        return [self._known[headline] for headline in headlines]


def caution(rows, *, matched, encoder, least=0.92):
    """Print the alerts at the first level at which so many stories are heard."""
    for step in range(12):
        level = JOIN[0] + step * 0.2
        placed = tocsin(rows, settings=StorySettings(join=(level, level)), matched=matched, encoder=encoder)
        if alerts(rows, placed)[1] >= least:
            print(line(f"cautious: join at {level:.2f}", rows, placed))
            return


def errors(rows, placed):
    _, _, _, silent = alerts(rows, placed)
    firsts = {}
    for row, story in zip(rows, placed.stories, strict=True):
        firsts.setdefault(story, row)
    for row, story in zip(rows, placed.stories, strict=True):
        if row["gold"] in silent:
            silent.discard(row["gold"])
            print(f"  silent: {row['title'][:80]!r} went to {firsts[story]['title'][:80]!r}")


def main(arguments):
    parser = argparse.ArgumentParser(description=re.sub(r"\s+", " ", __doc__.splitlines()[0]))
    parser.add_argument("file")
    for flag in ("--peers", "--errors", "--matched", "--caution", "--semantic"):
        parser.add_argument(flag, action="store_true")
    asked = parser.parse_args(arguments)
    rows = read(asked.file)
    print(f"{len(rows)} entries, {len({row['gold'] for row in rows})} stories")
    encoder = Remembering() if asked.semantic else None
    placed = report(rows, lambda given: tocsin(given, matched=asked.matched, encoder=encoder))
    if asked.peers:
        for name, run in PEERS.items():
            print(line(name, rows, run(rows)))
    if asked.caution:
        caution(rows, matched=asked.matched, encoder=encoder)
    if "says" in rows[0]:
        precision, recall = revisions(rows)
        print(f"worth a ring           P {precision:.3f} R {recall:.3f} F1 {f1(precision, recall):.3f}")
    if asked.errors:
        errors(rows, placed)


if __name__ == "__main__":
    main(sys.argv[1:])
