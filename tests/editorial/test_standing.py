import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessioncrawler.editorial.standing import Standing, fair_staff, good_staff, standing
from tests.support.editorial_data import room


@pytest.mark.parametrize(
    ("users", "good"), [(0, 2), (1, 2), (16, 2), (17, 3), (81, 3), (82, 4), (625, 5), (1451, 7), (10_000, 10)]
)
def test_good_is_the_fourth_root_rounded_up(users, good):
    assert good_staff(users) == good


@pytest.mark.parametrize(("users", "fair"), [(0, 2), (1, 2), (10, 2), (100, 3), (1_000, 4), (10_000, 5)])
def test_fair_follows_the_logarithm(users, fair):
    assert fair_staff(users) == fair


@given(st.integers(0, 10**12))
def test_good_is_the_least_whole_number_whose_fourth_power_is_enough(users):
    good = good_staff(users)
    assert good**4 >= users
    assert good == 2 or (good - 1) ** 4 < users


@given(st.integers(0, 10**9))
def test_good_never_asks_for_fewer_than_fair(users):
    assert 2 <= fair_staff(users) <= good_staff(users)


@pytest.mark.parametrize(
    ("staff", "users", "expected"),
    [(0, 100, Standing.UNKNOWN), (4, None, Standing.UNKNOWN), (4, 100, Standing.GOOD), (3, 100, Standing.FAIR),
     (2, 100, Standing.POOR), (1, 0, Standing.POOR)],
)  # fmt: skip
def test_a_room_is_judged_by_unique_staff(staff, users, expected):
    ids = tuple(f"05{number:064x}" for number in range(staff))
    assert standing(room(admins=ids, moderators=ids[:1], active_users=users)) is expected


@pytest.mark.parametrize(
    ("visible", "known", "expected"),
    [(0, None, Standing.UNKNOWN), (0, 4, Standing.GOOD), (1, 3, Standing.FAIR), (4, 1, Standing.GOOD)],
)
def test_the_higher_count_of_staff_is_taken(visible, known, expected):
    ids = tuple(f"05{number:064x}" for number in range(visible))
    assert standing(room(admins=ids, active_users=100), known) is expected
