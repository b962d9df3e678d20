"""What the crawler remembers from one run to the next, in one SQL database."""

from sessioncrawler.protocol.keys.log import KeyEntry
from sessioncrawler.protocol.keys.memory import KnownKey
from sessioncrawler.state.absences import Withheld
from sessioncrawler.state.bounds import Bounds
from sessioncrawler.state.database import State
from sessioncrawler.state.errors import NoStateError, StateError
from sessioncrawler.state.history import Changes, Listed
from sessioncrawler.state.memory.checks import Availability, Check, Checks, ServerHistory
from sessioncrawler.state.memory.fared import Fared
from sessioncrawler.state.memory.incidents import Incident
from sessioncrawler.state.memory.samples import Sample, Told
from sessioncrawler.state.memory.spans import Span
from sessioncrawler.state.memory.weekly import Week
from sessioncrawler.state.news import Event, EventKind, Facts
from sessioncrawler.state.pictures.icons import Icon
from sessioncrawler.state.polls import KnownPoll
from sessioncrawler.state.runs import Run, Total
from sessioncrawler.state.sightings import SourceSummary

__all__ = [
    "Availability",
    "Bounds",
    "Changes",
    "Check",
    "Checks",
    "Event",
    "EventKind",
    "Facts",
    "Fared",
    "Icon",
    "Incident",
    "KeyEntry",
    "KnownKey",
    "KnownPoll",
    "Listed",
    "NoStateError",
    "Run",
    "Sample",
    "ServerHistory",
    "SourceSummary",
    "Span",
    "State",
    "StateError",
    "Told",
    "Total",
    "Week",
    "Withheld",
]
