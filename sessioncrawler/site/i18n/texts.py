"""Every sentence of the site that no stranger wrote, in one place: a translation is another value of :class:`Texts`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from sessioncrawler.model import TagKind


@dataclass(frozen=True, slots=True)
class ScriptTexts:
    """What the scripts say. ``{0}``, ``{1}`` are filled in there."""

    count_one: str = "1 Community"
    count_all: str = "{0} Communities"
    count_some: str = "{0} of {1} Communities"
    no_match: str = "No Community matches {0}."
    nsfw_matches: str = "Show {0} that match and are not safe for work"
    gone: str = "{0} is not listed here any more. This is what looks like it."
    copied: str = "Copied"
    link_copied: str = "Copied to the clipboard"
    press_copy: str = "Press Ctrl+C"
    selected: str = "The link is selected: copy it with Ctrl+C"
    yes: str = "yes"
    no: str = "no"
    unknown: str = "unknown"
    staff: str = "admins: {0}, moderators: {1}"
    staff_hidden: str = "not shown by the server"
    posts: str = "{0} posts, edits and deletions since it was created"
    qr: str = "QR code of the join link"
    more: str = "{0} more"
    languages: str = "Languages"
    tags: str = "Tags"
    servers: str = "Servers"
    standing: str = "Standing"


@dataclass(frozen=True, slots=True)
class Texts:
    """What the pages say, in English unless another value is given; plain text, escaped where it is shown."""

    lang: str = "en"
    """BCP 47 code of these texts; dates, numbers and names of languages follow it."""
    dir: str = "ltr"

    skip: str = "Skip to the list"
    how: str = (
        "Communities are public chat rooms in the messenger Session. To enter one, copy its join link and paste it "
        "into Session under “Join Community”."
    )
    last_checked: str = "last checked"
    theme: str = "Theme"
    theme_auto: str = "automatic"
    theme_light: str = "light"
    theme_dark: str = "dark"

    find: str = "Find a Community"
    find_hint: str = "Name, #tag, language, server"
    find_help: str = "How to search"
    find_rules: tuple[tuple[str, str], ...] = (
        ("linux privacy", "both words, in any order"),
        ("“open source”", "these words together"),
        ("-crypto", "without this word"),
        ("#music", "with this tag"),
        ("lang:cs, lang:czech", "in this language"),
        ("host:caliban", "on this server"),
        ("is:official, is:new", "of this standing"),
    )
    filters: str = "Filters"
    clear: str = "Show all"
    surprise: str = "Surprise me"
    nsfw_switch: str = "Show what is not safe for work"

    communities: str = "Communities"
    name: str = "Name"
    language: str = "Language"
    description: str = "Description"
    visitors: str = "Visitors"
    visitors_week: str = "Visitors a week"
    visitors_title: str = "People who opened it within a week"
    age: str = "Age"
    age_title: str = "How long ago it was created"
    server: str = "Server"
    join: str = "Join"
    tags: str = "Tags"
    standing: str = "Standing"
    pinned: str = "Pinned"
    details_title: str = "All that is known of it"
    guessed: str = "Guessed from its description"
    guessed_short: str = "(guessed)"
    more: str = "More"
    less: str = "Less"
    copy: str = "Copy"
    copy_of: str = "the join link of"
    preview: str = "Preview"
    preview_of: str = "of"
    join_link: str = "Join link"
    public_key: str = "Public key"
    unknown_language: str = "Nobody said which language is spoken here"
    unknown_visitors: str = "The server does not tell how many visit"
    unknown_age: str = "The server does not tell when it was created"
    none_listed: str = "No Community is listed at the moment."

    close: str = "Close"
    copy_link: str = "Copy the join link"
    open_preview: str = "Open the preview page"
    share: str = "Copy a link to this entry"
    scan: str = "Scan it with Session on another device."
    facts: str = "Facts"
    created: str = "Created"
    activity: str = "Activity"
    staff: str = "Staff"
    reading: str = "Reading"
    writing: str = "Writing"
    uploads: str = "Uploads"
    address: str = "Address"
    server_id: str = "Server ID"
    identifier: str = "Identifier"
    sources: str = "Found on"

    not_listed: str = "Not listed"
    about_numbers: str = "About these numbers"
    numbers: str = (
        "Visitors are people whose app asked for a room within a week, as its server counts them. A dash means that "
        "the server does not tell. Names, descriptions and previews are written by each Community’s own operators."  # noqa: RUF001 - an apostrophe
    )
    source_code: str = "Source code of this directory"
    contact: str = "Contact"

    tag_titles: Mapping[TagKind, str] = field(
        default_factory=lambda: {
            TagKind.USER: "A tag that the operators of this Community chose",
            TagKind.RESERVED: "A tag that this directory gave",
            TagKind.WARNING: "A warning",
        }
    )
    badges: Mapping[str, tuple[str, str]] = field(
        default_factory=lambda: {
            "official": ("official", "Run by the makers of Session"),
            "we're here": ("we’re here", "The makers of this directory can be met here"),  # noqa: RUF001 - an apostrophe
            "nsfw": ("nsfw", "Not safe for work"),
            "moderated": ("moderated", "It has enough staff for its visitors"),
            "read-only": ("read-only", "Only its staff can write here"),
            "uploads off": ("no uploads", "Files and pictures can’t be sent here"),  # noqa: RUF001 - an apostrophe
            "new": ("new", "Created within the last four weeks"),
            "test": ("test", "For tests only"),
        }
    )
    """Tags of the directory: how each is shown, and what it means. One without a text is shown as it is."""
    nsfw_reasons: Mapping[str, str] = field(
        default_factory=lambda: {
            "tag": "Not safe for work: a tag of its operators says so",
            "word": "Not safe for work: a word in its name says so",
            "curator": "Not safe for work: the curator of this directory says so",
        }
    )
    script: ScriptTexts = field(default_factory=ScriptTexts)

    @property
    def for_script(self) -> dict[str, str]:
        """The texts of the scripts, as JSON can carry them."""
        return asdict(self.script)


ENGLISH = Texts()
