"""Show that a clock is found by country and by a place."""

import pytest

from bot.chat.places import COUNTRIES, country_name, zone_at, zones_of
from bot.quiet import zone


@pytest.mark.parametrize("country", COUNTRIES)
def test_each_country_of_the_list_has_a_name_in_each_language_and_clocks_that_exist(country):
    assert [] == [name for name in zones_of(country) if zone(name).key != name]
    assert zones_of(country)
    assert country not in {country_name(country, lang) for lang in ("en", "fr", "ar")}


@pytest.mark.parametrize(
    ("north", "east", "name"),
    [
        (12.65, -8.0, "Africa/Bamako"),
        (12.37, -1.53, "Africa/Ouagadougou"),
        (48.85, 2.35, "Europe/Paris"),
        (-33.9, 151.2, "Australia/Sydney"),
        (90.0, 0.0, None),
    ],
)
def test_the_nearest_clock_of_a_place_is_found(north, east, name):
    assert zone_at(north, east) if name is None else name == zone_at(north, east)
