"""Show which addresses are one article's and which are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers.urls import canonical_url, web_host

SAME = [
    ("http://www.example.org/a/b-c/", "https://example.org/a/b-c"),
    ("https://example.org/a?utm_source=rss&utm_medium=feed", "https://example.org/a"),
    ("https://example.org/a#xtor=RSS-3", "https://example.org/a"),
    ("https://m.example.org/a", "https://example.org/a"),
    ("https://example.org/2026/03/01/attaque-pres-de-gao/amp/", "https://example.org/2026/03/01/attaque-pres-de-gao"),
    ("https://example.org/a?b=2&a=1", "https://example.org/a?a=1&b=2"),
    ("https://example.org/a?x=1&amp;y=2", "https://example.org/a?x=1&y=2"),
    ("https://www.google.com/url?q=https://example.org/a&sa=D", "https://example.org/a"),
    ("https://example-org.cdn.ampproject.org/c/s/example.org/a", "https://example.org/a"),
    ("https://EXAMPLE.org:443/a//b", "https://example.org/a/b"),
    ("https://example.org/123456?ref=home", "https://example.org/123456"),
]
OTHER = [
    ("https://example.org/spip.php?article123", "https://example.org/spip.php?article124"),
    ("https://example.org/?p=1", "https://example.org/?p=2"),
    ("https://example.org/A", "https://example.org/a"),
    ("https://example.org/news?ref=1", "https://example.org/news?ref=2"),
    ("https://example.org/#!/a", "https://example.org/#!/b"),
    ("https://example.org:8080/a", "https://example.org/a"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_forms_of_one_address_are_equal(one, other):
    assert canonical_url(one) == canonical_url(other)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_addresses_of_two_articles_stay_apart(one, other):
    assert canonical_url(one) != canonical_url(other)


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "mailto:a@b", "http://[::1", "http://a:b:c/"])
def test_what_is_no_web_address_is_nothing(url):
    assert "" == canonical_url(url)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Example.org:8443/a", "example.org"),
        ("ftp://example.org/", ""),
        ("example.org", ""),
        ("https://e]x.org/", ""),
        ("https://example.org:99999/", ""),
        ("https:///a", ""),
    ],
)
def test_only_an_address_of_the_web_has_a_host(url, host):
    assert host == web_host(url)


@given(st.from_regex(r"https?://[a-z]{1,8}\.org(/[a-zA-Z0-9%-]{0,6}){0,3}(\?[a-z]=[0-9a-z]{0,3})?", fullmatch=True))
def test_a_canonical_form_is_its_own_canonical_form(url):
    once = canonical_url(url)

    assert once == canonical_url(once)
