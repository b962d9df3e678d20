"""A whole ``directory.toml`` checked for its operator: what it holds, and what is no mistake but does nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sessioncrawler.addresses import parse_address
from sessioncrawler.editorial.config.problems import Path, Problems
from sessioncrawler.editorial.config.reading import parse_directory
from sessioncrawler.editorial.config.schema import Directory, Rating, Rule
from sessioncrawler.editorial.match import SURE_DIGITS, Pattern, PatternKind
from sessioncrawler.model import Server

_EXAMPLES = ("example.org", "example.com", "example.net")
"""Domains that nobody can own (RFC 2606), and that stand in the file as it comes."""
_WORDS = {
    "servers": "servers", "sources": "sources", "languages": "languages", "flags": "flags", "hide": "hide rules",
    "pin": "pin rules", "rate": "ratings", "staff": "staff counts", "project": "project rooms", "listings": "listings",
    "topics": "topics",
}  # fmt: skip
_ALWAYS = {"servers", "sources", "languages"}


@dataclass(frozen=True, slots=True)
class Advice:
    """What there is to say about a ``directory.toml`` without mistakes."""

    summary: str
    """``2 servers, 1 source, 151 languages``."""
    warnings: tuple[str, ...]
    """One sentence each, with file, line, key and the mend, in the order of the lines."""


def advise(text: str, name: str, now: int) -> Advice:
    """Check the text of a ``directory.toml`` at ``now`` (Unix seconds); ``name`` stands for the file in messages.

    Raises :class:`~sessioncrawler.editorial.config.problems.DirectoryError`
    where it has mistakes. Nothing is asked of the
    network, so a pattern that fits no room is not noticed.
    """
    directory = parse_directory(text, name)
    problems = Problems(name, text)
    _warn_of_examples(directory, problems)
    for key, rules in _rules(directory).items():
        _warn_of_rules(key, rules, now, problems)
    _warn_of_hidden_pins(directory, now, problems)
    _warn_of_short_patterns(directory, now, problems)
    return Advice(_summary(directory), tuple(problems.sentences))


def powerless(directory: Directory, now: int) -> tuple[Pattern, ...]:
    """The patterns that would give a room something, and do not count since anybody can make a key that fits them."""
    return tuple(pattern for _, pattern in _speaking_for_rooms(directory, now) if not pattern.sure)


def _summary(directory: Directory) -> str:
    counts = {key: len(getattr(directory, key)) for key in _WORDS}
    return ", ".join(
        f"{count} {_WORDS[key].removesuffix('s') if count == 1 else _WORDS[key]}"
        for key, count in counts.items()
        if count or key in _ALWAYS
    )


def _rules(directory: Directory) -> dict[str, Sequence[Rule]]:
    return {
        "hide": directory.hide,
        "pin": directory.pin,
        "rate": [rated.rule for rated in directory.rate],
        "staff": [staff.rule for staff in directory.staff],
        "project": directory.project,
    }


def _warn_of_examples(directory: Directory, problems: Problems) -> None:
    site = directory.site
    place = parse_address(site.url)
    hosts = {"url": place.host if place else "", "contact": site.contact.rpartition("@")[2]}
    for key, host in hosts.items():
        if any(f".{host}".endswith(f".{example}") for example in _EXAMPLES):
            problems.add(("site", key), f"expected your own, found the example {host}; write yours before you publish")


def _warn_of_rules(key: str, rules: Sequence[Rule], now: int, problems: Problems) -> None:
    seen: list[Rule] = []
    for index, rule in enumerate(rules):
        if rule.over(now):
            sentence = f"the rule for {rule.pattern} was over on {rule.until}; remove it, or name a later day"
            problems.add((key, index, "until"), sentence)
        elif any(rule.pattern == other.pattern and _overlap(rule, other) for other in seen):
            sentence = f"{rule.pattern} has a rule above, and the first one decides; remove one of the two"
            problems.add((key, index, "match"), sentence)
        seen.append(rule)


def _overlap(rule: Rule, other: Rule) -> bool:
    """Whether there is a day on which both rules hold."""
    return not (rule.since and other.until and other.until < rule.since) and not (
        other.since and rule.until and rule.until < other.since
    )


def _warn_of_hidden_pins(directory: Directory, now: int, problems: Problems) -> None:
    hidden = {rule.pattern for rule in directory.hide if rule.in_force(now)}
    for index, rule in enumerate(directory.pin):
        if rule.pattern in hidden and rule.in_force(now):
            problems.add(
                ("pin", index, "match"), f"{rule.pattern} is hidden too, and that decides; remove one of the two"
            )


def _warn_of_short_patterns(directory: Directory, now: int, problems: Problems) -> None:
    for path, pattern in _speaking_for_rooms(directory, now):
        if not pattern.sure:
            what = "a server id" if pattern.kind is PatternKind.SERVER_ID else f"{len(pattern.value)} digits"
            problems.add(
                path,
                f"{pattern} does not count here, because anybody can make a key that fits {what}; "
                f"write {_sure_form(pattern, directory)}",
            )


def _speaking_for_rooms(directory: Directory, now: int) -> Iterator[tuple[Path, Pattern]]:
    """Where each pattern stands that gives a room something, and that will ever hold."""
    for key, rules in _rules(directory).items():
        for index, rule in enumerate(rules):
            warns = key == "hide" or (key == "rate" and directory.rate[index].rating is Rating.NSFW)
            if not warns and not rule.over(now):
                yield (key, index, "match"), rule.pattern
    for pattern in directory.icons.allow:
        yield ("icons", "allow"), pattern


def _sure_form(pattern: Pattern, directory: Directory) -> str:
    """What to write instead, with the whole key where ``[[servers]]`` tells it."""
    servers = (Server(one.address, one.public_key) for one in directory.servers)
    keys = {server.public_key for server in servers if pattern.names_server(server)}
    room = f"{pattern.token}+" if pattern.kind is PatternKind.ROOM else ""
    if len(keys) == 1:
        return f'"{room}{keys.pop()}"'
    whole = "the whole key, which join links hold after public_key="
    return f"{room} and {whole} (or {SURE_DIGITS} digits of it)" if room else f"{whole}, or its host"
