"""``python -m bench.reference`` (``make reference``): ``docs/settings.md`` and ``docs/commands.md``, from the code.

Settings are those of ``settings.py`` with the comments behind them, commands those of ``sessioncrawler/commands`` with
their docstrings and options. A test holds that what is committed is what would be written.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.settings import Settings
from scrapy.spiderloader import get_spider_loader
from scrapy.utils.misc import walk_modules_iter

from bench.usage import ROOT

SETTINGS = ROOT / "sessioncrawler" / "settings.py"
_HEADING = re.compile(r"# (?:-{3} )?(.+?)(?: -{3,})?")
_MADE = "<!-- Made by `make reference` from {} -->\n"
_LINK = re.compile(r"docs/([\w-]+\.md)")


def _comments(text: str) -> dict[int, str]:
    """Number of a line → the comment in it, or the whole line where it is a comment."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}


def _default(value: ast.expr) -> str:
    """What a setting is where nobody sets it, as ``-s`` takes it; nothing where it is empty."""
    given = value.args[1] if isinstance(value, ast.Call) else value
    default = ast.literal_eval(given)
    return "" if default in (None, "") else f"`{default}`"


def _cell(text: str) -> str:
    return _LINK.sub(r"[\1](\1)", text.replace("|", "\\|"))


def _rows(text: str) -> Iterator[tuple[str, str, str] | str]:
    """Each setting that has a reason, in order: name, default, reason; and the headings above them."""
    comments = _comments(text)
    last = 0
    for statement in ast.parse(text).body:
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
            continue
        end = statement.end_lineno or statement.lineno
        above = (comments.get(line, "") for line in range(last + 1, statement.lineno))
        yield from (found[1] for found in map(_HEADING.fullmatch, filter(None, above)) if found)
        last = end
        reason = " ".join(
            comments[line].removeprefix("# ") for line in range(statement.lineno, end + 1) if line in comments
        )
        if reason:
            yield statement.targets[0].id, _default(statement.value), reason


def settings_page(text: str) -> str:
    """``docs/settings.md`` of the text of ``settings.py``."""
    lines = [
        "# Settings",
        _MADE.format("sessioncrawler/settings.py"),
        "All of them are set with `-s NAME=value`. Those of ours are also read from the environment variable",
        "`SESSIONCRAWLER_NAME`. The [README](../README.md#settings) shows those that most operators want; Scrapy has",
        "more, which work as it says. What names components (pipelines, handlers, storages) stands in",
        '[`settings.py`](../sessioncrawler/settings.py) alone. "As above" is the row before.',
    ]
    for row in _rows(text):
        if isinstance(row, str):
            lines += ["", f"## {row}"]
            continue
        if not lines[-1].startswith("|"):
            theirs = lines[-1] == "## Scrapy's own"
            head = "| name | here | Scrapy's default, and why |" if theirs else "| name | default | what, and why |"
            lines += ["", head, "|---|---|---|"]
        name, default, reason = row
        lines.append(f"| `{name}` | {default} | {_cell(reason)} |")
    return re.sub(r"\n## [^\n]+\n(?=\n## )", "", "\n".join(lines) + "\n")  # no heading above nothing


def commands() -> dict[str, ScrapyCommand]:
    """Name → command of the project, in order of name."""
    found: dict[str, ScrapyCommand] = {}
    for module in walk_modules_iter("sessioncrawler.commands"):
        for one in vars(module).values():
            if isinstance(one, type) and issubclass(one, ScrapyCommand) and one.__module__ == module.__name__:
                command = one()
                command.settings = Settings()
                found[module.__name__.rpartition(".")[2]] = command
    return dict(sorted(found.items()))


def _options(command: ScrapyCommand) -> Iterator[str]:
    """A row for each option that not every command of Scrapy has."""
    ours, all_have = (argparse.ArgumentParser(add_help=False, conflict_handler="resolve") for _ in range(2))
    command.add_options(ours)
    ScrapyCommand.add_options(command, all_have)
    known = {name for action in all_have._actions for name in action.option_strings}  # noqa: SLF001 - has no other way
    for action in ours._actions:  # noqa: SLF001 - as above
        if not known.issuperset(action.option_strings):
            names = ", ".join(action.option_strings)
            value = "" if action.nargs == 0 else f" {action.metavar or action.dest.upper()}"
            yield f"| `{names}{value}` | {_cell(action.help or '')} |"


def _command_section(name: str, command: ScrapyCommand) -> Iterator[str]:
    yield from ("", f"## {name}", "", "```text", f"sessioncrawler {name} {command.syntax()}", "```", "")
    yield _LINK.sub(r"[\1](\1)", f"{command.long_desc().rstrip('.')}.")
    yield ""
    yield " ".join((command.__doc__ or "").split())
    if options := list(_options(command)):
        yield from ("", "| option | |", "|---|---|", *options)


def commands_page() -> str:
    """``docs/commands.md``."""
    loader = get_spider_loader(Settings({"SPIDER_MODULES": ["sessioncrawler.spiders"]}))
    lines = [
        "# Commands",
        _MADE.format("sessioncrawler/commands and sessioncrawler/spiders"),
        "Each is a command of Scrapy: `scrapy NAME` in a checkout, `sessioncrawler NAME` in any folder where the",
        "package is installed. Scrapy's own commands (`list`, `settings`, `shell` …) are there as well. Every command",
        "takes `-s NAME=value` for a [setting](settings.md), and `--help`.",
    ]
    for name, command in commands().items():
        lines += _command_section(name, command)
    lines += [
        "",
        "## Spiders",
        "",
        "`sessioncrawler crawl NAME` runs one of them.",
        "",
        "| name | what it does |",
        "|---|---|",
    ]
    for name in sorted(loader.list()):
        told = " ".join((loader.load(name).__doc__ or "").strip().split("\n\n")[0].split())
        lines.append(f"| `{name}` | {_cell(told)} |")
    return re.sub(r"(?<!`)``(?!`)", "`", "\n".join(lines)) + "\n"


def pages() -> dict[Path, str]:
    """Path → what is to be in it."""
    return {
        ROOT / "docs" / "settings.md": settings_page(SETTINGS.read_text(encoding="utf-8")),
        ROOT / "docs" / "commands.md": commands_page(),
    }


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
