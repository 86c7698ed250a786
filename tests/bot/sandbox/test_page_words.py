"""Show that the page's script and its list of words say the same."""

import re
from importlib import resources

from bot.sandbox.words import WORDS

STATIC = resources.files("bot.sandbox") / "static"
SAID = re.compile(r"""\bt\('((?:[^'\\]|\\.)*)'|data-(?:t|label|title|placeholder)="([^"]*)\"""")


def test_every_word_of_the_page_is_listed_and_none_is_left_over():
    files = [each for each in STATIC.iterdir() if each.name.endswith((".js", ".html"))]
    said = {one or other for each in files for one, other in SAID.findall(each.read_text(encoding="utf-8"))}

    assert set(WORDS) == said - {""}
