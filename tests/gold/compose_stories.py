"""Compose the labelled stories out of hand-written wordings: who reports what, where, when, in which language.

python -m tests.gold.compose_stories      writes stories-dev.jsonl and stories-heldout.jsonl

Each event draws two to three reports in each language from the wordings of its kind, one or two
copies (the same text at another outlet, with a credit, trimmed, or re-titled), and its later
reports. Beside them stand look-alikes (the same kind of event in the same place the next day, the
same toll elsewhere), and entries that are no report of an event: anniversaries, opinion, round-ups.
Chance is seeded: the files are always the same.
"""

from __future__ import annotations

import json
import random
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).parent
START = datetime(2025, 3, 3, 6, 0, tzinfo=UTC)
COUNTRIES = {
    "ML": ("Mali", "Mali", "مالي"),
    "BF": ("Burkina Faso", "Burkina Faso", "بوركينا فاسو"),
    "NE": ("Niger", "Niger", "النيجر"),
}
LANGS = ("en", "fr", "ar")
ACTORS = {
    "jnim": ("JNIM", "GSIM", "جماعة نصرة الإسلام والمسلمين"),
    "issp": ("Islamic State Sahel Province", "groupe État islamique au Sahel", "تنظيم الدولة الإسلامية في الساحل"),
    "fla": ("Azawad Liberation Front", "Front de libération de l'Azawad", "جبهة تحرير أزواد"),
}
WORDS = {
    "en": [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
    ],
    "fr": [
        "zéro",
        "un",
        "deux",
        "trois",
        "quatre",
        "cinq",
        "six",
        "sept",
        "huit",
        "neuf",
        "dix",
        "onze",
        "douze",
        "treize",
        "quatorze",
        "quinze",
        "seize",
    ],
}
OUTLETS = {
    "en": [
        ("sahel-dispatch", ""),
        ("west-coast-post", ""),
        ("desert-wire", "wire-house"),
        ("savanna-times", "savanna-group"),
    ],
    "fr": [
        ("le-fil-du-fleuve", ""),
        ("journal-des-dunes", ""),
        ("agence-niger-bani", "wire-house"),
        ("le-soir-sahelien", "savanna-group"),
        ("radio-acacia", ""),
    ],
    "ar": [("sahra-akhbar", ""), ("nahr-news", ""), ("waha-today", "waha-group")],
}
CREDITS = {
    "en": ("AFP", "Reuters", "AP", "Xinhua"),
    "fr": ("AFP", "avec AFP", "APA", "Reuters"),
    "ar": ("أ ف ب", "رويترز", "الأناضول"),
}
PLACES = {
    "dev": (
        "Djibo Djibo جيبو BF|Ménaka Ménaka ميناكا ML|Gao Gao غاو ML|Bandiagara Bandiagara باندياغارا ML|Arbinda Arbinda أربيندا BF|"
        "Tillabéri Tillabéri تيلابيري NE|Ansongo Ansongo أنسونغو ML|Nampala Nampala نامبالا ML|Diapaga Diapaga دياباغا BF|"
        "Banibangou Banibangou بانيبانغو NE|Timbuktu Tombouctou تمبكتو ML|Sebba Sebba سيبا BF|Torodi Torodi تورودي NE|"
        "Douentza Douentza دوينتزا ML|Kidal Kidal كيدال ML|Solenzo Solenzo سولينزو BF|Hombori Hombori هومبوري ML|Seytenga Seytenga سيتنغا BF|"
        "Ouallam Ouallam والام NE|Niono Niono نيونو ML|Titao Titao تيتاو BF|Bourem Bourem بوريم ML|Bankass Bankass بانكاس ML|"
        "Diffa Diffa ديفا NE|Tessalit Tessalit تيساليت ML|Markoye Markoye ماركوي BF|Sikasso Sikasso سيكاسو ML|Barsalogho Barsalogho بارسالوغو BF"
    ),
    "heldout": (
        "Mansila Mansila مانسيلا BF|Mondoro Mondoro موندورو ML|Inates Inates إيناتس NE|Goundam Goundam غوندام ML|Tenenkou Ténenkou تننكو ML|"
        "Ayorou Ayorou أيورو NE|Ouahigouya Ouahigouya واهيغويا BF|Aguelhok Aguelhoc أجلهوك ML|Solhan Solhan سولهان BF|Diabaly Diabaly ديابالي ML|"
        "Agadez Agadez أغاديز NE|Tessit Tessit تيسيت ML|Koutiala Koutiala كوتيالا ML|Maradi Maradi مرادي NE|Niafunké Niafunké نيافونكي ML|Banfora Banfora بانفورا BF"
    ),
}  # fmt: skip
CAPITALS = ("Bamako Bamako باماكو ML", "Ouagadougou Ouagadougou واغادوغو BF", "Niamey Niamey نيامي NE")
POLITICAL = {"reshuffle", "media"}
TOLLS = dict.fromkeys(("post", "ambush", "mine", "drone", "massacre", "goldmine", "flood"), "killed") | {
    "abduction": "abducted"
}
# What a later report says that is worth a ring, by kind of event; and what wordings of other kinds say.
LATER_SAYS = dict.fromkeys(("post", "ambush", "mine", "massacre", "goldmine", "flood"), "toll") | {
    "abduction": "freed", "drone": "denial", "accord": "broken",
}  # fmt: skip
WORDING_SAYS = {
    "claims ambush": "claim", "revendique l'": "claim", "تتبنى": "claim", "carried out": "claim", "تعلن مسؤوليتها": "claim",
    "governor confirmed": "confirmation", "gouverneur a confirmé": "confirmation", "أكد الحاكم": "confirmation",
}  # fmt: skip
NO_EVENT = {
    "dev": [
        (
            "en",
            "Opinion: what the Alliance of Sahel States owes its villages",
            "The author asks for roads, wells and courts before parades.",
        ),
        (
            "fr",
            "Tribune : ce que l'AES doit à ses villages",
            "L'auteur réclame des routes et des puits avant les défilés.",
        ),
        (
            "en",
            "A year after the {p} attack, widows wait for pensions",
            "The names of the fallen were read out at the barracks.",
        ),
        (
            "fr",
            "Un an après l'attaque de {p}, le souvenir des disparus",
            "Une cérémonie s'est tenue dans la cour de l'école.",
        ),
        (
            "en",
            "Sahel this week: {p}, {q}, {r}, a summit and a strike",
            "Our weekly look at five events you may have missed.",
        ),
        ("fr", "La semaine au Sahel : {p}, {q}, {r} et la force unifiée", "Cinq événements à retenir, en bref."),
        ("ar", "أسبوع الساحل: {p} و{q} و{r} في سطور", "خمسة أحداث لا بد من معرفتها."),
        (
            "en",
            "Explainer: who is JNIM and what does it want?",
            "Founded in 2017 out of four groups, it fights in five countries.",
        ),
        (
            "fr",
            "Décryptage : qui est le GSIM, que veut-il ?",
            "Né en 2017 de la réunion de quatre groupes, il opère dans cinq pays.",
        ),
    ],
    "heldout": [
        (
            "en",
            "Editorial: the Sahel alliance and the price of millet",
            "Sovereignty is also eaten, writes our editor.",
        ),
        (
            "fr",
            "Édito : l'alliance sahélienne et le prix du mil",
            "La souveraineté se mange aussi, écrit notre rédactrice.",
        ),
        ("en", "Ten years on, {p} remembers its dead", "Candles were lit along the river."),
        ("fr", "{p}, dix ans après : le temps des stèles", "Des bougies ont été allumées le long du fleuve."),
        ("en", "Weekly brief: from {p} to {q} and {r}", "What happened in the region, in five lines each."),
        ("fr", "Revue hebdomadaire : de {p} à {q} et {r}", "Ce qui s'est passé dans la région, en cinq lignes."),
    ],
}


class Composer:
    def __init__(self, part, *, events, seed):
        self.part = part
        self.events = events
        self.chance = random.Random(seed)
        self.wordings = tomllib.loads((HERE / f"wordings/{part}.toml").read_text(encoding="utf-8"))
        self.places = [tuple(place.split()) for place in PLACES[part].split("|")]
        self.capitals = [tuple(place.split()) for place in CAPITALS]
        self.rows = []

    def compose(self):
        kinds = list(self.wordings)
        clock = START
        for number in range(self.events):
            kind = kinds[number % len(kinds)]
            clock += timedelta(minutes=self.chance.choice((35, 70, 110, 150)))
            place = self._place(kind, number)
            event = self._event(f"{kind}-{number}", kind, place=place, begins=clock)
            self._tell(event)
            if number % 9 == 4 and kind not in POLITICAL:
                self._look_alike(event, number)
        self._no_events()
        self.rows.sort(key=lambda row: (row["published"], row["id"]))
        return self.rows

    def _place(self, kind, number):
        if kind in POLITICAL or kind == "summit":
            return self.capitals[number % 3] if kind == "summit" else self.places[number % len(self.places)]
        # Few places at a time, so that one has several events in its three days.
        half = len(self.places) // 2
        later = half if number >= self.events // 2 else 0
        return self.places[later + (number * 5 + number // half) % half]

    def _event(self, name, kind, *, place, begins, toll=None):
        killed = toll or self.chance.randint(2, 14)
        return {
            "name": name, "kind": kind, "place": place, "begins": begins, "n": killed,
            "m": killed + self.chance.randint(1, 9), "actor": ACTORS[self.chance.choice(("jnim", "jnim", "issp", "fla"))],
        }  # fmt: skip

    def _look_alike(self, event, number):
        """Tell another event of the same kind: in the same place the next day, or with the same toll elsewhere."""
        if number % 2:
            other = self._event(f"{event['name']}-next-day", event["kind"], place=event["place"],
                                begins=event["begins"] + timedelta(hours=26), toll=event["n"] + 3)  # fmt: skip
            other["next_day"] = True
        else:
            place = self.chance.choice([each for each in self.places if each != event["place"]])
            other = self._event(f"{event['name']}-elsewhere", event["kind"], place=place,
                                begins=event["begins"] + timedelta(hours=3), toll=event["n"])  # fmt: skip
        self._tell(other)

    def _tell(self, event):
        wording = self.wordings[event["kind"]]
        told = []
        for lang, most in (("en", 2), ("fr", 2), ("ar", 1)):
            texts = wording[lang]
            for text in self.chance.sample(texts, min(len(texts), most)):
                told.append((lang, text))
        self.chance.shuffle(told)
        minutes = 0
        used = set()
        for place, (lang, text) in enumerate(told):
            minutes += self.chance.randint(4, 50) if place else 0
            row = self._row(event, lang, text, minutes=minutes, role="report", used=used)
            if place in (0, 2):
                self._copy(event, row, minutes=minutes + self.chance.randint(3, 40), used=used)
        minutes = 150 + self.chance.randint(0, 120)
        for lang in LANGS:
            for text in wording[f"later_{lang}"][:1] if self.chance.random() < 0.7 else wording[f"later_{lang}"][-1:]:
                minutes += self.chance.randint(5, 60)
                self._row(event, lang, text, minutes=minutes, role="later", used=used)

    def _row(self, event, lang, text, *, minutes, role, used):
        title, _, summary = self._filled(event, lang, text).partition(" :: ")
        if event.get("next_day") and role == "report":
            again = {"en": "New attack: ", "fr": "Nouveau drame : ", "ar": "مجددا، "}[lang]
            summary = {
                "en": "A day after the last one. ",
                "fr": "Au lendemain du précédent. ",
                "ar": "بعد يوم من سابقه. ",
            }[lang] + summary
            title = again + title if self.chance.random() < 0.5 else title
        free = [each for each in OUTLETS[lang] if each[0] not in used] or OUTLETS[lang]
        outlet, owner = self.chance.choice(free)
        used.add(outlet)
        row = {
            "id": f"{self.part[0]}{len(self.rows):04d}", "lang": lang, "title": title, "summary": summary,
            "published": (event["begins"] + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z"),
            "outlet": outlet, "owner": owner, "gold": event["name"], "kind": event["kind"], "role": role,
            "toll": self._toll(event, text), "says": _says(event["kind"], text, role),
        }  # fmt: skip
        if self.chance.random() < 0.15 and role == "report":
            row |= {"summary": "", "says": ""}
        self.rows.append(row)
        return row

    def _toll(self, event, text):
        """Return what the text counts of people killed or abducted."""
        told = {
            slot: number for number in "nm" for slot in ({"n": "nwWN", "m": "mxM"}[number]) if f"{{{slot}}}" in text
        }
        counted = TOLLS.get(event["kind"])
        return {counted: max(event[number] for number in told.values())} if counted and told else {}

    def _copy(self, event, row, *, minutes, used):
        """Print the same text at another outlet: signed, trimmed, or under another title."""
        way = self.chance.choice(("signed", "trimmed", "same", "retitled") if row["summary"] else ("same", "signed"))
        copy = self._row(event, row["lang"], "x :: y", minutes=minutes, role="copy", used=used)
        credit = self.chance.choice(CREDITS[row["lang"]])
        copy |= {name: row[name] for name in ("title", "summary", "toll", "says")} | {"way": way, "of": row["id"]}
        if way == "signed":
            copy["summary"] = f"{row['summary']} ({credit})".strip()
        elif way == "trimmed":
            words = row["summary"].split()
            copy["summary"] = " ".join(words[: max(6, len(words) * 2 // 3)]) + "…"
        elif way == "retitled":
            lead = {"en": "Breaking: ", "fr": "Urgent : ", "ar": "عاجل: "}[row["lang"]]
            copy["title"] = f"{lead}{row['title']} - {copy['outlet'].replace('-', ' ').title()}"

    def _filled(self, event, lang, text):
        at = LANGS.index(lang)
        word = WORDS.get(lang)

        def spelled(number):
            return word[number] if word and number < len(word) else str(number)

        return text.format(
            p=event["place"][at], c=COUNTRIES[event["place"][3]][at], a=event["actor"][at], n=event["n"], m=event["m"],
            w=spelled(event["n"]), W=spelled(event["n"]).capitalize(), x=spelled(event["m"]),
            N=spelled(event["n"]).capitalize(), M=spelled(event["m"]).capitalize(),
        )  # fmt: skip

    def _no_events(self):
        span = int(self.rows[-1]["published"][8:10]) - START.day + 1
        for number, (lang, title, summary) in enumerate(NO_EVENT[self.part] * 2):
            at = LANGS.index(lang)
            p, q, r = self.chance.sample(self.places, 3)
            moment = START + timedelta(days=self.chance.randrange(max(1, span)), minutes=self.chance.randrange(600))
            name = f"no-event-{number}"
            repeat = number >= len(NO_EVENT[self.part])
            if repeat and "{p}" not in title:
                continue
            self.rows.append({
                "id": f"{self.part[0]}n{number:03d}", "lang": lang, "title": title.format(p=p[at], q=q[at], r=r[at]),
                "summary": summary, "published": moment.isoformat().replace("+00:00", "Z"),
                "outlet": OUTLETS[lang][-1][0], "owner": "", "gold": name, "kind": "no-event", "role": "report", "toll": {},
                "says": "",
            })  # fmt: skip


def _says(kind, text, role):
    """Return what a wording says that is worth a ring in a story that has begun, "" for nothing."""
    said = next((what for words, what in WORDING_SAYS.items() if words in text), "")
    return said or (LATER_SAYS.get(kind, "") if role == "later" else "")


def main():
    for part, events, seed in (("dev", 108, 11), ("heldout", 52, 29)):
        rows = Composer(part, events=events, seed=seed).compose()
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (HERE / f"stories-{part}.jsonl").write_text(lines, encoding="utf-8")
        print(part, len(rows), "entries", len({row["gold"] for row in rows}), "events")


if __name__ == "__main__":
    main()
