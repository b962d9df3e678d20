"""The hostile world runs as many cases as it says."""

from tests.fuzz import (
    test_fuzz_listings,
    test_fuzz_onion,
    test_fuzz_pages,
    test_fuzz_polling,
    test_fuzz_rooms,
    test_fuzz_site,
)
from tests.fuzz.cases import ALL_SHARES, SHARES

MODULES = (test_fuzz_listings, test_fuzz_onion, test_fuzz_pages, test_fuzz_polling, test_fuzz_rooms, test_fuzz_site)


def test_the_shares_of_all_properties_are_the_whole():
    properties = [name for module in MODULES for name in vars(module) if name.startswith("test_")]
    assert sorted(properties) == sorted(ALL_SHARES)
    assert sum(ALL_SHARES.values()) == SHARES
