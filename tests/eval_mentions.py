"""Score matching on labelled rows, beside the engines that one would use instead.

python -m tests.eval_mentions FILE.jsonl [--errors]

Prints precision, recall and F1 by label and by language, with counts; the hard negatives
alarmed; a calibration table; and the same figures for peers run in the same process.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter, defaultdict, deque
from pathlib import Path

from rapidfuzz import fuzz

from matchers.catalogue import parse_files
from matchers.text import tokens
from matchers.types import EntryText
from matchers.watchlist import Watchlist

DATA = Path(__file__).parents[1] / "matchers/data"
LABELS = {"aes": "aes", "jnim": "jnim", "goita": "goita", "liptako-gourma-charter": "liptako_gourma"}
ORDER = ("aes", "jnim", "goita", "tuareg", "liptako_gourma")


def entities():
    return parse_files({path.name: path.read_text(encoding="utf-8") for path in DATA.glob("*.toml")})


def read(path):
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]


def label_of(match):
    if "tuareg-groups" in match.families or match.entity == "tuareg-groups":
        return "tuareg"
    return LABELS.get(match.entity)


def entry_of(row):
    return EntryText(row["title"], row.get("summary") or "", row.get("lang", ""), tuple(row.get("feed_scope") or ()))


def predictions(watchlist, row, *, min_score):
    scores = {}
    for match in watchlist.match(entry_of(row), min_score=min_score):
        label = label_of(match)
        if label:
            scores[label] = max(scores.get(label, 0), match.score)
    return scores


def rates(hit, extra, missed):
    precision = hit / (hit + extra) if hit + extra else 1.0
    recall = hit / (hit + missed) if hit + missed else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return precision, recall, f1


def line(name, counts):
    p, r, f = rates(counts["hit"], counts["extra"], counts["missed"])
    return (
        f"{name:24s} P {p:.3f}  R {r:.3f}  F1 {f:.3f}   {counts['hit']} found, {counts['extra']} too many, "
        f"{counts['missed']} missed"
    )


def score(rows, predict):
    """Count by label and by language, and the hard negatives and background rows alarmed."""
    by_label, by_lang, total, alarmed = defaultdict(Counter), defaultdict(Counter), Counter(), Counter()
    for row in rows:
        gold, found = set(row["entities"]) & set(ORDER), set(predict(row))
        for outcome, labels in (("hit", gold & found), ("extra", found - gold), ("missed", gold - found)):
            for label in labels:
                by_label[label][outcome] += 1
                by_lang[row.get("lang", "?")][outcome] += 1
                total[outcome] += 1
        sort = "hard" if row.get("hard_negative") else "" if gold else "background"
        alarmed[sort, bool(found)] += 1
    return by_label, by_lang, total, alarmed


def report(name, rows, predict):
    by_label, by_lang, total, alarmed = score(rows, predict)
    print(line(name, total))
    for label in ORDER:
        print("  " + line(label, by_label[label]))
    for lang in sorted(by_lang):
        print("  " + line(f"lang {lang}", by_lang[lang]))
    hard, easy = alarmed["hard", True], alarmed["background", True]
    print(f"  hard negatives alarmed    {hard} of {hard + alarmed['hard', False]}")
    print(f"  background rows alarmed   {easy} of {easy + alarmed['background', False]}")


def calibration(rows, watchlist):
    bins = defaultdict(Counter)
    for row in rows:
        for label, value in predictions(watchlist, row, min_score=0).items():
            bins[min(value // 10 * 10, 90) if value < 100 else 100][label in row["entities"]] += 1
    print("score -> share right")
    for at in sorted(bins):
        right, wrong = bins[at][True], bins[at][False]
        print(f"  {at:3d}  {right / (right + wrong):.2f}  ({right} of {right + wrong})")


def folded(text):
    return " ".join(token.form for token in tokens(text))


def peers(all_entities):
    """Name the engines that one would use instead, on the aliases of the five labels."""
    aliases = []
    for entity in all_entities:
        label = "tuareg" if "tuareg-groups" in entity.families else LABELS.get(entity.id)
        if label:
            aliases.extend((label, alias.text) for alias in entity.aliases)
    plain = [(label, folded(text)) for label, text in aliases]
    lower = [(label, text.lower()) for label, text in aliases]
    exact = {label: re.compile("|".join(rf"\b{re.escape(t)}\b" for k, t in aliases if k == label)) for label in ORDER}

    def partial(row):
        text = folded(whole(row))
        return {label for label, alias in plain if fuzz.partial_ratio(alias, text) >= 85}

    def token_set(row):
        text = folded(whole(row))
        return {label for label, alias in plain if fuzz.token_set_ratio(alias, text) >= 85}

    def words(row):
        return {label for label, pattern in exact.items() if pattern.search(whole(row))}

    def substring(row):
        text = whole(row).lower()
        return {label for label, alias in lower if alias in text}

    found = {
        "partial_ratio >= 85": partial,
        "token_set_ratio >= 85": token_set,
        "case-sensitive words": words,
        "lower-case substring": substring,
    }
    return {**found, **automaton(plain), **spans(aliases)}


class Automaton:
    """Aho and Corasick's automaton over folded words: every alias found in one pass, exactly, whole words only."""

    def __init__(self, names):
        self._next, self._fail, self._says = [{}], [0], [set()]
        for label, name in names:
            node = 0
            for word in name.split():
                node = self._next[node].setdefault(word, len(self._next))
                if node == len(self._next):
                    self._next.append({})
                    self._fail.append(0)
                    self._says.append(set())
            self._says[node].add(label)
        self._link()

    def _link(self):
        waiting = deque(self._next[0].values())
        while waiting:
            node = waiting.popleft()
            for word, child in self._next[node].items():
                self._fail[child] = self._step(self._fail[node], word)
                self._says[child] |= self._says[self._fail[child]]
                waiting.append(child)

    def _step(self, node, word):
        while node and word not in self._next[node]:
            node = self._fail[node]
        return self._next[node].get(word, 0)

    def labels(self, words):
        node, found = 0, set()
        for word in words:
            node = self._step(node, word)
            found |= self._says[node]
        return found


def automaton(plain):
    machine = Automaton([pair for pair in plain if pair[1]])
    return {"Aho-Corasick, folded": lambda row: machine.labels(folded(whole(row)).split())}


def spans(aliases):
    try:
        import spacy
        from spaczz.matcher import FuzzyMatcher
    except ImportError:
        return {}
    language = spacy.blank("xx")
    matcher = FuzzyMatcher(language.vocab, min_r=85)
    for label in ORDER:
        matcher.add(label, [language(text) for key, text in aliases if key == label])
    return {"spaczz min_r 85": lambda row: {hit[0] for hit in matcher(language(whole(row)))}}


def whole(row):
    return f"{row['title']} {row.get('summary') or ''}"


def show_errors(rows, watchlist):
    for row in rows:
        gold = set(row["entities"]) & set(ORDER)
        found = set(predictions(watchlist, row, min_score=80))
        if gold == found:
            continue
        print(row.get("lang"), "missed", sorted(gold - found), "too many", sorted(found - gold), "|", whole(row)[:500])
        for match in watchlist.match(entry_of(row), min_score=1):
            if label_of(match):
                print("    ", match.entity, match.score, match.best.text, [(r.code, r.detail) for r in match.reasons])


def main(arguments):
    path, *options = arguments
    everything = read(path)
    rows = [row for row in everything if not row.get("ambiguous")]
    print(f"{path}: {len(everything)} rows, {len(everything) - len(rows)} ambiguous left out\n")
    known = entities()
    watchlist = Watchlist.compile(known)
    began = time.perf_counter()
    if "--errors" in options:
        show_errors(rows, watchlist)
    report("tocsin, score >= 80", rows, lambda row: predictions(watchlist, row, min_score=80))
    print(f"  {len(rows) / (time.perf_counter() - began):.0f} rows a second, memo cold\n")
    calibration(rows, watchlist)
    if "--alone" in options:
        return
    print()
    for name, predict in peers(known).items():
        report(name, rows, predict)


if __name__ == "__main__":
    main(sys.argv[1:])
