"""Whether what a crawl found is fit to be published: pure rules (docs/watching.md).

A good run is one that was published.
"""

from sessioncrawler.editorial.monitors.absences import Absence, excused, remember
from sessioncrawler.editorial.monitors.figures import HOUR, KNOWN_FOR, USUAL_RUNS, Figures, Limits, usual
from sessioncrawler.editorial.monitors.growth import GROWTH, Newcomers, judge_growth
from sessioncrawler.editorial.monitors.places import Acquaintance, ServerPlace, by_place, place_of
from sessioncrawler.editorial.monitors.verdicts import Verdict, judge, judge_age, passes_at

__all__ = [
    "GROWTH",
    "HOUR",
    "KNOWN_FOR",
    "USUAL_RUNS",
    "Absence",
    "Acquaintance",
    "Figures",
    "Limits",
    "Newcomers",
    "ServerPlace",
    "Verdict",
    "by_place",
    "excused",
    "judge",
    "judge_age",
    "judge_growth",
    "passes_at",
    "place_of",
    "remember",
    "usual",
]
