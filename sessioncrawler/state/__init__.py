"""What the crawler remembers from one run to the next, in one SQL database."""

from sessioncrawler.protocol.keys.log import KeyEntry
from sessioncrawler.protocol.keys.memory import KnownKey
from sessioncrawler.state.absences import Withheld
from sessioncrawler.state.database import State
from sessioncrawler.state.errors import NoStateError, StateError
from sessioncrawler.state.history import Event, EventKind, Facts, Listed
from sessioncrawler.state.icons import Icon
from sessioncrawler.state.polls import KnownPoll
from sessioncrawler.state.runs import Run
from sessioncrawler.state.sightings import SourceSummary

__all__ = [
    "Event",
    "EventKind",
    "Facts",
    "Icon",
    "KeyEntry",
    "KnownKey",
    "KnownPoll",
    "Listed",
    "NoStateError",
    "Run",
    "SourceSummary",
    "State",
    "StateError",
    "Withheld",
]
