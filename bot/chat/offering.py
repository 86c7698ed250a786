"""Say in words what a term would have found, what is risky about it, and what is wrong with one. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.chat.commands import mark
from bot.delivery.excerpt import headline_link
from bot.delivery.message import Message, Span, bold, compose
from matchers.tuning import TuningKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.chat.backtest import Trial
    from bot.texts import Texts
    from matchers.terms import Advice, TermError
    from matchers.tuning import Tuning

# code of a TermError -> what is said of it; `{it}` is what it is about
_WRONG: Final = {
    "empty": mark("There is nothing to watch. Write a name or a few words."),
    "long": mark("That is longer than {it} characters. Watch a name, not a sentence."),
    "no-pattern": mark("There is no expression after re:. Write one, as in re:colonel.*Sadio."),
    "bad-pattern": mark("I cannot read that expression ({it}). It is RE2: no look-around, no back references."),
    "any-text": mark("That expression fits every text. Ask for at least one letter."),
    "only-narrows": mark("Those words only narrow something down. Say first what to watch, as in uranium -bomb."),
    "many": mark("Those are more than {it} alternatives. Watch them one by one."),
    "short": mark("“{it}” is too short to watch. Write at least two letters."),
    "vague": mark("“{it}” stands in nearly every text. Add a name to it."),
}
# what a chat changed in a term -> how it is said
CHANGES: Final = {
    TuningKind.WITH: mark("only beside “{value}”"),
    TuningKind.WITHOUT: mark("never beside “{value}”"),
    TuningKind.OUTLET: mark("only from {value}"),
    TuningKind.FEED: mark("only from the feed {value}"),
    TuningKind.LEAST: mark("only from a score of {value} on"),
    TuningKind.SPELLING: mark("also written “{value}”"),
}


def wrong(say: Texts, error: TermError) -> Message:
    """Say what is wrong with a term, and how to write it."""
    sentence = say(_WRONG[error.code]) if error.code in _WRONG else str(error)
    return Message(compose(sentence, it=error.detail))


def change_said(say: Texts, tuning: Tuning, *, outlets: Mapping[str, str]) -> str:
    """Say what a chat changed in a term; `outlets` gives the name of each outlet's key."""
    value = outlets.get(tuning.value, tuning.value) if tuning.kind is TuningKind.OUTLET else tuning.value
    return say(CHANGES[tuning.kind]).replace("{value}", value.strip('"'))


def trial_lines(say: Texts, trial: Trial) -> list[Sequence[Span]]:
    """Say what a term would have found in the archive."""
    if not trial.read:
        return [(Span(say("The archive is still empty, so I cannot say how often this would have rung.")),)]
    if not trial.found:
        return [(Span(say("Nothing in the last 30 days of the archive fits.")),)]
    count = say.plural("{n} report", "{n} reports", count=trial.found)
    outlets = say.plural("{n} outlet", "{n} outlets", count=trial.outlets)
    told = compose(
        say("In the last 30 days it would have found {count} in {outlets}:"), count=bold(count), outlets=outlets
    )
    rows: list[Sequence[Span]] = [told]
    rows += [
        (Span("• "), headline_link(each.title, each.url), Span(f" · {each.outlet_name}")) for each in trial.examples
    ]
    if trial.word:
        sentence = say("{strangers} of them name nobody whom I know; with “{word}” it would have been {left}.")
        numbers = {"strangers": str(trial.strangers), "left": str(trial.found_with_word)}
        rows.append(compose(sentence, word=bold(trial.word), **numbers))
    return rows


def advice_line(say: Texts, advice: Advice) -> Sequence[Span]:
    """Say what is risky about a term; nothing where there is nothing to say."""
    sentences = {
        "common": say("“{word}” is a common word: expect much."),
        "short": say("“{word}” is short: other words may look like it."),
        "ambiguous": say("“{word}” means other things too: {senses}."),
    }
    if advice.code not in sentences or (advice.code == "ambiguous" and not advice.senses):
        return ()
    return compose(sentences[advice.code], word=advice.word, senses=", ".join(advice.senses[:3]))
