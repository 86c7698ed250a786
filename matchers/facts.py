"""Read from an entry what matters of an event: tolls, claims, denials, what kind of event, how grave.

Assumes agency style: a number stands near what it counts ("sept soldats tués", "killed seven",
"مقتل 7 جنود"). What fools it: a toll of another event told in the same sentence, ages, dates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from matchers.text import Token, tokens
from matchers.types import EventKind, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

NUMBERS: Final = {
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9,
    "dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16, "vingt": 20,
    "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "centaine": 100, "dizaine": 10, "vingtaine": 20,
    "trentaine": 30, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "dozen": 12,
    "واحد": 1, "اثنان": 2, "اثنين": 2, "ثلاثه": 3, "اربعه": 4, "خمسه": 5, "سته": 6, "سبعه": 7, "ثمانيه": 8, "تسعه": 9,
    "عشره": 10, "عشرون": 20, "عشرين": 20, "ثلاثون": 30, "ثلاثين": 30, "اربعون": 40, "اربعين": 40, "خمسون": 50,
    "خمسين": 50, "ستون": 60, "ستين": 60, "سبعون": 70, "سبعين": 70, "ثمانون": 80, "ثمانين": 80, "تسعون": 90, "تسعين": 90,
}  # fmt: skip
_KILLED: Final = (
    "killed kills kill killing dead die died deaths death dies slain slaughtered massacred drown drowned drowns bodies buried"
    " lives tue tues tuee tuees tuent tuer mort morts morte mortes deces succombe succombent perissent peri abattus abattues"
    " massacres noyes noyees corps ensevelis vie"
    " مقتل قتلي قتلى قتيلا قتل مصرع قتلوا يقتل تقتل يقتلون ويقتلون قتلت جثه بحياه ضحايا"
)
_WOUNDED: Final = "wounded injured hurt blesse blesses blessee blessees جرحي جرحى جريحا اصابه جرح"
_TAKEN: Final = (
    "abducted abducts kidnapped kidnaps kidnappers hostage hostages enleve enleves enlevee enlevees enlevement"
    " kidnappes otage otages rapt خطف مختطف رهاين رهائن اختطاف اختطف يخطفون احتجاز"
)
# What stands before a count that is given anew: "the toll rises to 11".
_TOLL: Final = "toll bilan victims victimes حصيله الحصيله والحصيله"
_COUNTED: Final = {
    word: kind
    for kind, words in (("killed", f"{_KILLED} {_TOLL}"), ("wounded", _WOUNDED), ("abducted", _TAKEN))
    for word in words.split()
}
# words between a number and what it counts: at most so many
_REACH: Final = 9
_MOST: Final = 5_000
_YEARS: Final = range(1900, 2100)
_UNITS: Final = frozenset(
    [
        "heures",
        "heure",
        "jours",
        "jour",
        "ans",
        "an",
        "km",
        "kilometres",
        "villages",
        "village",
        "quartiers",
        "pour",
        "cent",
        "percent",
        "hours",
        "days",
        "years",
        "year",
        "miles",
        "am",
        "pm",
        "h",
        "janvier",
        "fevrier",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "aout",
        "septembre",
        "octobre",
        "novembre",
        "decembre",
    ]
)
_DEED: Final = (
    r"(?:attaques?|attentats?|tueries?|embuscades?|assauts?|carnage|raid|incendie|enl[èe]vements?|massacres?)"
)
_CLAIM: Final = re.compile(
    r"\b(?:(?<!unverified )(?<!false )(?<!of )(?<!over )(?<!massacre )claim(?:s|ed)?\b(?! (?:\w+ ){0,3}lives)|revendiqu\w*"
    r"|says? its (?:fighters|men)|takes? (?:responsibility|credit)|(?<!arm[ée]e )(?<!major )(?:annonce|affirme) avoir"
    rf"|(?:s['’]attribue\w*|sign(?:e|ent)) (?:l['’]|la |le |les |une? ){_DEED})"
    r"|تبن\w*\b(?! (?:موقف|قرار|خط[ةط]|استراتيج|مشروع|دستور|ميثاق))|\b[تي]?زعم"
    r"|(?:[اأ]علن|\b[تي]علن)\w* (?:\w+ ){0,4}(?:مسؤوليت|[اأ]نها|[اأ]ن (?:مقاتلي|عناصر))",
    re.IGNORECASE,
)
# What is a claim only when an armed group says it, in the few words before.
_SAYS: Final = re.compile(
    r"\b(?:says? (?:it|they)|(?:dit|disent|assure|d[ée]clare) (?:avoir|d[ée]tenir|[êe]tre))\b", re.IGNORECASE
)
_ARMED: Final = re.compile(
    r"\b(?:jnim|gsim|issp|isgs|eigs|iswap|fla|aqi?mi?|al[- ]qa[ei]da|(?:islamic )?state group|group|branch|affiliate|militants|jihadists"
    r"|insurgents|rebels|separatists|coalition|front|jihadistes|rebelles|groupe|[ée]tat islamique)\b[^.;:]{0,40}$",
    re.IGNORECASE,
)
# What stands before a claim that nobody made: "aucun groupe n'a revendiqué".
_UNCLAIMED: Final = re.compile(
    r"(?:\baucune?\b|\bn.a pas\b|\bpas (?:encore )?(?:été )?|\bno (?:group|one|organi[sz]ation)\b|\bnobody\b|\bnot\b|\byet to\b|\bو?لم )[^.;:]{0,40}$",
    re.IGNORECASE,
)
_CHARGES: Final = (
    r"(?:claims?|accusations?|allegations?|charges?|reports?|all[ée]gations?|affirmations?|broadcast|figures?|toll)"
)
_DENIAL: Final = re.compile(
    r"\b(?:den(?:y|ies|ied)|d[ée]ment\w*|r[ée]fut\w*|refut\w*|disput(?:es|ed)"
    rf"|(?:reject|dismiss|rebuff|rebut)(?:s|es|ed)? (?:[\w'’]+ ){{0,4}}{_CHARGES}|calls? (?:[\w'’]+ ){{0,4}}['‘\"“](?:an? )?(?:lie|insult|fabricat|fake)\w*"
    rf"|rejett\w+ (?:[\w'’]+ ){{0,3}}{_CHARGES}|conteste(?:nt)?"
    r"|d[ée]nonce\w* (?:[\w«'’]+ ){0,3}(?:fable|manipulation|mensonges?|intox|fausses?|invention))\b"
    r"|\baucune? [^.;:»”]{0,60}[»”][^.;:]{0,30}?(?:assure|affirme|r[ée]pond|soutient|selon)\b"
    r"|\bو?(?:نفت|نفى|نفوا|[تي]نفي)\b|\b[تي](?:كذب|دحض|فند)\b|رفض\w* (?:\w+ ){0,2}اتهام",
    re.IGNORECASE,
)
# An authority's word, not a hospital's or a witness's.
_CONFIRM: Final = re.compile(
    r"\b(?:confirm(?:s|ed|e|ent)?|communiqu[ée] officiel"
    r"|(?:gouverneur|gouvernement|arm[ée]e|major|minist[èe]re|ministre|pr[ée]fet|autorit[ée]s|pr[ée]sidence)(?: [\w'’]+){0,3} (?:a|ont) confirm[ée])\b"
    r"|(?:[اأ]كد|\b[تي]ؤكد)\w* (?:\w+ ){0,2}(?:الحاكم|الحكومة|الجيش|وزار|وزير|المحافظ|الرئاسة|السلطات|الأركان)",
    re.IGNORECASE,
)
_PACT: Final = r"(?:accord|agreement|deal|pact|truce|ceasefire|peace|tr[eê]ve|cessez-le-feu|paix|pacte|trait[ée])"
_PACT_AR: Final = r"(?:ال)?(?:اتفاق|ميثاق|معاهد|هدن|وقف|سلام|بروتوكول)"
# A state of things that is reached; each is told in several ways, which are one state.
_STATES: Final = {
    # Not a front or an army of liberation.
    "freed": re.compile(
        r"\b(?:(?<!to be )freed|released?|lib[ée]r[ée]e?s?|(?<!front de )(?<!arm[ée]e de )lib[ée]ration(?! front| army)"
        r"|(?:sets?|go(?:es)?|went|walk(?:s|ed)?|are|is|now) (?:\w+ ){0,3}free(?! (?:movement|trade|press|of|to))"
        r"|(?:recouvr|retrouv)\w+ (?:la|leur|sa) libert[ée]|regain\w* (?:their|his|her) freedom"
        r"|(?:otages?|captifs|prisonniers) (?:[\w'’]+ ){0,3}libres|(?<!.)libres?(?= :)"
        r"|hands? (?:\w+ ){0,3}(?:soldiers|prisoners|hostages|captives) over|remet (?:\w+ ){0,3}(?:prisonniers|otages|captifs))\b"
        r"|[اأ]فرج|الإفراج|(?:[اأ]طلق\w*|[إا]طلاق|\b[تي]طلق) سراح|(?<!جبهة )(?<!جيش )تحرير|تسلم (?:\w+ ){0,3}(?:أسرى|رهائن)",
        re.IGNORECASE,
    ),
    "signed": re.compile(
        r"\b(?:(?<!to )(?<!will )(?<!may )sign(?:s|ed)?(?!\s+(?:of|that)\b)|(?:put|puts) (?:their|its) names? to"
        rf"|sign[ée]e?s?(?! (?:l['’]|la |le |les ){_DEED})|signent|paraph[ée]e?s?"
        rf"|agree on (?:\w+ )?{_PACT}|{_PACT} (?:\w+ )?(?:reached|agreed|conclue?)|reach(?:es|ed)? (?:\w+ )?{_PACT}"
        rf"|accord (?:\w+ )?de (?:tr[eê]ve|paix|cessez-le-feu))\b|(?:\bو?وقع\w*|\b[تي]وقع\w*|\bتوقيع) (?:\w+ ){{0,3}}{_PACT_AR}"
        r"|\bاتفاق (?:هدنة|سلام)",
        re.IGNORECASE,
    ),
    # Whoever leaves office, by their own will or not.
    "resigned": re.compile(
        rf"\b(?:resign\w*|d[ée]mission\w*|sack(?:s|ed)|dismiss(?:es|ed)(?! (?:[\w'’]+ ){{0,4}}{_CHARGES})|reshuffled?|limog\w*|remani\w*|ministers leave)\b"
        r"|استقال|\bو?(?:ال)?[اأإ]قال(?:ة|ت|وا|ه)?\b|تعديل حكومي",
        re.IGNORECASE,
    ),
    "surrendered": re.compile(r"\bsurrender\w*|\bse ren(?:d|dent|dus?)\b|استسلم", re.IGNORECASE),
    "broken": re.compile(
        rf"\b{_PACT}\b.*\b(?:broken|violated|collapses?|rompue?|viol[ée]e?)\b|\b(?:breaks?|violates?|rompt|viole) (?:\w+ )?{_PACT}\b"
        rf"|(?:انهيار|خرق) {_PACT_AR}",
        re.IGNORECASE,
    ),
}
# A community named in a headline that says who did what: never repeated as what changed (promise to readers at risk).
_COMMUNITY: Final = re.compile(
    r"\b(?:peuls?|fulani\w*|fulbe|dogons?|bambaras?|mossis?|songha[iïy]s?|bellas?|daoussahak|dawsahak|imghad|arabes?|arabs?"
    r"|touaregs?|tuaregs?|hausas?|haoussas?|zarmas?|djermas?)\b|الفولان|الطوارق|الدوغون|العرب",
    re.IGNORECASE,
)

# What is told only of an event that was told before: who died since, who is buried, how many it is by now.
_SINCE: Final = re.compile(
    r"\b(?:(?:rises?|climbs?|jumps?|up) to|now (?:at )?\d+|death toll|alourdi\w*|grimpe\w*|monte à|passe à|bilan|succomb\w*|dies? of"
    r"|funerals?|bur(?:y|ied|ies|ial)|mourn\w*|tributes?|obsèques|inhum\w*|deuil|hommage|thanks?|remercie\w*|survivors?|rescapé\w*)\b"
    r"|ارتفاع|ارتفع|حصيلة|تشييع|حداد|متأثر",
    re.IGNORECASE,
)


def names_community(text: str) -> bool:
    """Say whether a text names a people; such words are not lifted into what changed."""
    return _COMMUNITY.search(text) is not None


_EVENTS: Final = (
    (EventKind.OPINION, r"\b(?:opinion|tribune|op-ed|[ée]dito\w*|analys\w+|d[ée]cryptage|la semaine en bref)\b"),
    (EventKind.ABDUCTION, r"\b(?:abduct\w*|kidnap\w*|hostages?|enl[eè]v\w+|otages?|rapt)\b|خطف|رهائن"),
    (
        EventKind.VIOLENCE,
        (
            r"\b(?:attack\w*|ambush\w*|kill\w*|bomb\w*|blast|explo\w+|mine|shell\w*|raid\w*|fight\w*|clash\w*|drone|massacre\w*"
            r"|attaqu\w*|embuscade\w*|tu[ée]e?s?|morts?|combats?|frappe\w*|obus|assaut|affront\w+)\b|هجوم|كمين|مقتل|قتل|اشتباك|غاره|قصف|القتال"
        ),
    ),
    (
        EventKind.RUPTURE,
        r"\b(?:coup|putsch|resign\w*|d[ée]mission\w*|overthr\w+|renvers\w+|withdraw\w*|retrait|quit\w*|leave)\b|انقلاب|انسحاب",
    ),
    (
        EventKind.ACCORD,
        r"\b(?:charter|charte|treaty|trait[ée]|accord|pact|pacte|sign(?:s|ed|e|ent|[ée]e?)|truce|tr[eê]ve|ceasefire)\b|ميثاق|اتفاق",
    ),
    (
        EventKind.MOVEMENT,
        r"\b(?:deploy\w*|d[ée]ploi\w*|convoy|convoi|troops|force unifi[ée]e|joint force|base)\b|قوه موحده",
    ),
    (
        EventKind.PROTOCOL,
        r"\b(?:visit\w*|visite|re[çc]oit|receives|summit|sommet|talks|discussions?|dialogue)\b|قمه|يستقبل",
    ),
)
_PATTERNS: Final = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _EVENTS)
_GRAVITY: Final = {
    EventKind.VIOLENCE: 3, EventKind.ABDUCTION: 3, EventKind.RUPTURE: 3, EventKind.ACCORD: 2, EventKind.MOVEMENT: 2,
    EventKind.PROTOCOL: 1, EventKind.OPINION: 0, EventKind.OTHER: 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """Hold what one entry says of its event; `tolls` are the highest of each kind that it names."""

    tolls: dict[str, int]
    event: EventKind
    severity: int
    reasons: tuple[Reason, ...]
    claims: bool = False
    denies: bool = False
    confirms: bool = False
    states: tuple[str, ...] = ()


class Genre(StrEnum):
    """Name what an entry is, beside a report of an event."""

    REPORT = "report"
    ROUND_UP = "round-up"
    ANNIVERSARY = "anniversary"


_ROUND_UP: Final = re.compile(
    r"\b(?:this week|week in|weekly|round-?up|in brief|briefing|week(?:ly)? brief|digest|la semaine|hebdo\w*|en bref|revue de|"
    r"les titres|à retenir)\b|اسبوع الساحل|أسبوع الساحل|موجز|حصاد الأسبوع",
    re.IGNORECASE,
)
_ANNIVERSARY: Final = re.compile(
    r"\b(?:years? (?:on|after|later|since)|ans (?:plus tard|après)|an après|anniversa\w*|commemor\w*|comm[ée]mor\w*)\b"
    r"|ذكرى|بعد (?:عام|سنة|عامين) من",
    re.IGNORECASE,
)
# "A new attack", "the day after the last one": another event than the one before.
_AGAIN: Final = re.compile(
    r"\b(?:new|another|second|fresh|again|day after|nouve(?:au|lle|l)|deuxième|seconde?|encore|lendemain)\b|مجدد|جديد|ثان|بعد يوم",
    re.IGNORECASE,
)


def genre_of(title: str) -> Genre:
    """Return what an entry is by its headline."""
    if _ROUND_UP.search(title):
        return Genre.ROUND_UP
    return Genre.ANNIVERSARY if _ANNIVERSARY.search(title) else Genre.REPORT


def tells_of_another(text: str) -> bool:
    """Say whether a text sets its event off against an earlier one."""
    return _AGAIN.search(text) is not None


def tells_of_before(title: str) -> bool:
    """Say whether a headline tells what came after: a claim, a denial, a release, a higher toll, a funeral."""
    return _claims(title) or any(each.search(title) for each in (_DENIAL, _STATES["freed"], _SINCE))


def read_facts(title: str, summary: str) -> Facts:
    """Return what an entry says; severity is 0 (opinion) to 4 (ten dead or more)."""
    text = f"{title}. {summary}"
    tolls = tolls_of(title, summary)
    event, word = _event(title, summary)
    grave = 1 if tolls.get("killed", 0) >= 10 else 0
    reasons = [Reason("event", word)] if word else []
    reasons += [Reason("toll", f"{kind} {count}") for kind, count in tolls.items()]
    return Facts(
        tolls=tolls,
        event=event,
        severity=_GRAVITY[event] + grave,
        reasons=tuple(reasons),
        claims=_claims(text),
        denies=_DENIAL.search(text) is not None,
        confirms=_CONFIRM.search(text) is not None,
        states=tuple(name for name, pattern in _STATES.items() if pattern.search(title)),
    )


def _claims(text: str) -> bool:
    """Say whether somebody claims what happened; not that nobody has."""
    claimed = any(not _UNCLAIMED.search(text[: found.start()]) for found in _CLAIM.finditer(text))
    return claimed or any(_ARMED.search(text[: found.start()]) for found in _SAYS.finditer(text))


def _event(title: str, summary: str) -> tuple[EventKind, str]:
    for text in (title, summary):
        for kind, pattern in _PATTERNS:
            if found := pattern.search(text):
                return kind, found[0]
    return EventKind.OTHER, ""


def read_tolls(text: str) -> dict[str, int]:
    """Return the highest count of killed, wounded and abducted that a text names."""
    return count_tolls(tokens(text))


def tolls_of(title: str, summary: str) -> dict[str, int]:
    """Return what a headline counts, and what its summary counts of another kind."""
    return count_tolls(tokens(summary)) | count_tolls(tokens(title))


def count_tolls(words: Sequence[Token]) -> dict[str, int]:
    """Return the highest count of killed, wounded and abducted among words: a number counts what stands nearest."""
    kinds = {place: kind for place, token in enumerate(words) if (kind := _kind(token, words, place=place))}
    found: dict[str, int] = {}
    if not kinds:
        return found
    for place in range(len(words)):
        number = _number(words, place)
        near = min(kinds, key=lambda at: (abs(at - place), place - at)) if number else -1
        if number and abs(near - place) <= _REACH:
            found[kinds[near]] = max(found.get(kinds[near], 0), number)
    return found


def _kind(token: Token, words: Sequence[Token], *, place: int) -> str:
    """Return what a word counts; the wounded who have died are no wounded."""
    kind = next((_COUNTED[form] for form in token.forms if form in _COUNTED), "")
    if kind == "wounded":
        following = {form for later in words[place + 1 : place + 5] for form in later.forms}
        return "" if any(_COUNTED.get(form) == "killed" for form in following) else kind
    return kind


def _number(words: Sequence[Token], place: int) -> int:
    raw = words[place].raw
    following = words[place + 1].form if place + 1 < len(words) else ""
    if following in _UNITS:
        return 0
    if raw.isdecimal():
        value = int(raw)
        return value if 0 < value <= _MOST and value not in _YEARS else 0
    return next(
        (NUMBERS[form] for form in words[place].forms if form in NUMBERS and form not in {"un", "une", "one"}), 0
    )
