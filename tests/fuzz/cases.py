"""How many cases each property gets, and how they are counted.

``FUZZ_CASES=100000`` (``make fuzz``) shares that many random cases out among the properties. Without it there are a
few hundred, the same in every run, for ``make test``.
"""

from __future__ import annotations

import os
from collections import Counter
from functools import wraps

from hypothesis import HealthCheck, Phase, given, settings

SHARES = 100
"""What the shares of all properties add up to; test_cases.py holds it."""
FEW = 600
"""Cases of all properties together in ``make test``."""

WANTED = int(os.environ.get("FUZZ_CASES") or 0)
ALL_SHARES: dict[str, int] = {}
"""The share of each property, by its name."""
RUN: Counter[str] = Counter()
"""Cases that held, by the name of their property."""

_SETTINGS = settings(
    derandomize=not WANTED,
    deadline=None,
    print_blob=True,
    phases=[phase for phase in Phase if phase is not Phase.explain],  # it takes a minute and names lines of libraries
    # How fast a case is made says something about the machine, and large cases are wanted here.
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


def fuzzed(share: int, **strategies):
    """Run a property on its share of all cases, in hundredths; the arguments are strategies, as in ``given``."""

    def decorate(test):
        ALL_SHARES[test.__name__] = share

        @wraps(test)
        def counted(*args, **kwargs):
            test(*args, **kwargs)
            RUN[test.__name__] += 1

        cases = -(-(WANTED or FEW) * share // SHARES)
        return settings(_SETTINGS, max_examples=cases)(given(**strategies)(counted))

    return decorate
