"""What the crawler remembers from one run to the next, in one SQL database."""

from sessioncrawler.protocol.keys.log import KeyEntry
from sessioncrawler.protocol.keys.memory import KnownKey
from sessioncrawler.state.absences import Withheld
from sessioncrawler.state.database import State
from sessioncrawler.state.errors import NoStateError, StateError
from sessioncrawler.state.history import Event, EventKind, Facts, Listed
from sessioncrawler.state.icons import Icon
from sessioncrawler.state.memory.checks import Availability, Check, Checks, Incident, ServerHistory
from sessioncrawler.state.memory.samples import Sample, Told, Weeks
from sessioncrawler.state.memory.spans import Span
from sessioncrawler.state.memory.weekly import Week
from sessioncrawler.state.polls import KnownPoll
from sessioncrawler.state.runs import Run, Total
from sessioncrawler.state.sightings import SourceSummary

__all__ = [
    "Availability",
    "Check",
    "Checks",
    "Event",
    "EventKind",
    "Facts",
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
    "Weeks",
    "Withheld",
]
