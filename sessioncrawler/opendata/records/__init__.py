"""What the files of ``v1/`` hold (docs/data.md): their JSON and their JSON Schemas come from these structs.

Null stands where a server does not tell. Strings of strangers are raw, to be escaped by whoever shows them.
"""

from sessioncrawler.opendata.records.about import (
    FileRecord,
    KeyEntryRecord,
    KeysFile,
    KnownKeyRecord,
    ManifestFile,
    PolicyFile,
    ReasonRecord,
    SourceRecord,
    SourcesFile,
)
from sessioncrawler.opendata.records.base import VERSION, Count, DatedFile, Record, Time, Version
from sessioncrawler.opendata.records.communities import (
    CommunitiesFile,
    CommunityRecord,
    HomeRecord,
    LanguageRecord,
    NsfwRecord,
    StaffRecord,
    TagRecord,
)
from sessioncrawler.opendata.records.history import (
    CommunityHistoryFile,
    CommunityStretches,
    IncidentRecord,
    LanguageStretch,
    ServerHistoryFile,
    ServerStretches,
    StatsFile,
)
from sessioncrawler.opendata.records.servers import (
    AddressRecord,
    AvailabilityRecord,
    ClaimRecord,
    PollRecord,
    PollsFile,
    ServerRecord,
    ServersFile,
    ShareRecord,
)

__all__ = [
    "VERSION",
    "AddressRecord",
    "AvailabilityRecord",
    "ClaimRecord",
    "CommunitiesFile",
    "CommunityHistoryFile",
    "CommunityRecord",
    "CommunityStretches",
    "Count",
    "DatedFile",
    "FileRecord",
    "HomeRecord",
    "IncidentRecord",
    "KeyEntryRecord",
    "KeysFile",
    "KnownKeyRecord",
    "LanguageRecord",
    "LanguageStretch",
    "ManifestFile",
    "NsfwRecord",
    "PolicyFile",
    "PollRecord",
    "PollsFile",
    "ReasonRecord",
    "Record",
    "ServerHistoryFile",
    "ServerRecord",
    "ServerStretches",
    "ServersFile",
    "ShareRecord",
    "SourceRecord",
    "SourcesFile",
    "StaffRecord",
    "StatsFile",
    "TagRecord",
    "Time",
    "Version",
]
