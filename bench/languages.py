"""``python -m bench.languages``: how often guesses of languages are right, and what they cost (docs/languages.md).

The main sample is the directory of 2026-01-22 (``servers.json``), whose rooms have a language by their flag or by the
table of directory.toml. The second is synthetic: the texts of the simulated network. Any folder of compiled gettext
catalogues (``xx/LC_MESSAGES/*.mo``) makes a third. Without ``lingua-language-detector``, which the project does not
need, only py3langid is measured.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from math import sqrt
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from babel.messages.mofile import read_mo
from rich.console import Console
from rich.table import Table

from sessioncrawler.editorial.config import load_directory
from sessioncrawler.editorial.guess import CONFIDENCE, LETTERS, Classifier, classify, guess_by
from sessioncrawler.editorial.languages import GLOBE, LanguageTable, parse_language
from sessioncrawler.model import DEFAULT_PORTS, Address, Room, Server
from simnet.texts import PLAIN

RECORDED = Path("../shared/realworld/servers-2026-01-22.json")
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
MINIMA = (15, 20, 30, 40)
GOAL = 0.95
FOLDS = 10
_REGIONAL_A = 0x1F1E6
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z]|\{[^{}]*\}|<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A room whose language is known. ``many``: its operator says that any language is welcome."""

    language: str
    name: str
    description: str
    many: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """Guesses on a sample: how many rooms it has, how many were guessed, how many of these are right."""

    rooms: int
    guessed: int
    right: int

    @property
    def precision(self) -> float:
        """Right guesses of all guesses; 1 where there is none."""
        return self.right / self.guessed if self.guessed else 1.0

    @property
    def coverage(self) -> float:
        """Guesses of all rooms."""
        return self.guessed / self.rooms if self.rooms else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval of the precision at 95 %."""
        z, n = 1.96, max(1, self.guessed)
        middle = (self.precision + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * sqrt(self.precision * (1 - self.precision) / n + z * z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.right}/{self.guessed} = {self.precision:.3f} ({low:.2f} to {high:.2f})"


def recorded_rooms(servers: Iterable[Mapping[str, Any]], table: LanguageTable) -> Iterator[Labelled]:
    """Yield the rooms of a ``servers.json`` that have a language: by their flag, else by the table.

    Where the flag is 🌐, the table (of 2023, for many of these rooms) says which language that was before; where it
    says nothing, the room has none and its language here is ``mul``.
    """
    for each in servers:
        place = urlsplit(each["base_url"])
        address = Address(place.scheme, place.hostname or "", place.port or DEFAULT_PORTS[place.scheme])
        server = Server(address, each["pubkey"], proven=True)
        for room in each["rooms"]:
            flag = room["language_flag"]
            named = table.language(server, Room(room["token"], room["name"]))
            code = "mul" if flag == GLOBE else parse_language(_letters(flag))
            language = named if code in {None, "mul"} and named not in {None, "und"} else code
            if language:
                # The file has the tags apart; servers send them at the end of the description.
                tags = "".join(f" #{tag}" for tag in room["string_tags"])
                yield Labelled(language, room["name"], room["description"] + tags, many=flag == GLOBE)


def synthetic_rooms() -> Iterator[Labelled]:
    """Yield the texts of the simulated network: written for it, so no proof of anything, but in 16 languages."""
    for language, texts in PLAIN.items():
        for name, description in texts:
            yield Labelled(language, name, description)


def translated_texts(folder: Path) -> Iterator[Labelled]:
    """Yield the messages of all gettext catalogues under ``folder``, each once; the language is that of the path."""
    seen = set()
    for path in sorted(folder.glob("**/LC_MESSAGES/*.mo")):
        language = path.parts[-3].partition("_")[0]
        with path.open("rb") as file:
            messages = [message for message in read_mo(file) if message.id]
        for message in messages:
            source, text = _singular(message.id), " ".join(_PLACEHOLDER.sub(" ", _singular(message.string)).split())
            if text and _singular(message.string) != source and (language, text) not in seen:
                seen.add((language, text))
                yield Labelled({"nb": "no", "nn": "no"}.get(language, language), "", text)


def score(
    rooms: Sequence[Labelled], classifier: Classifier, confidence: float = CONFIDENCE, letters: int = LETTERS
) -> Score:
    """Guess every room with the limits of :func:`~sessioncrawler.editorial.guess.guess_by`."""
    guesses = [
        guess_by(classifier, room.name, room.description, confidence=confidence, letters=letters) for room in rooms
    ]
    right = sum(guess.code == room.language for room, guess in zip(rooms, guesses, strict=True) if guess)
    return Score(len(rooms), len([guess for guess in guesses if guess]), right)


def cross_validated(rooms: Sequence[Labelled], classifier: Classifier) -> tuple[Score, Counter[str]]:
    """Choose both limits on nine tenths of the sample, score the other tenth, ten times; add up the scores.

    The choice is the one of most guesses among those that reach :data:`GOAL` on the nine tenths; of equal ones the
    strictest.
    """
    total, chosen = Score(0, 0, 0), Counter[str]()
    grid = [(confidence, letters) for confidence in THRESHOLDS for letters in MINIMA]
    for fold in range(FOLDS):
        rest = [room for number, room in enumerate(rooms) if number % FOLDS != fold]
        scores = [(score(rest, classifier, *limits), limits) for limits in grid]
        _, limits = max((each.coverage, limits) for each, limits in scores if each.precision >= GOAL)
        chosen["{} at {} letters".format(*limits)] += 1
        part = score(rooms[fold::FOLDS], classifier, *limits)
        total = Score(total.rooms + part.rooms, total.guessed + part.guessed, total.right + part.right)
    return total, chosen


@dataclass(frozen=True, slots=True)
class Cost:
    """What a model costs in a process of its own: seconds to load, MB of memory, milliseconds a text."""

    load: float
    memory: float
    text: float


def cost(library: str) -> Cost:
    """Load a model in a fresh process and classify the texts of the simulated network."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(_cost, library).result()


def _cost(library: str) -> Cost:
    texts = [f"{name} {text}" for texts in PLAIN.values() for name, text in texts]
    before, start = _memory(), time.perf_counter()
    classifier = LIBRARIES[library]()
    for text in texts:  # lingua loads a language when it first needs it
        classifier(text)
    loaded = time.perf_counter()
    for _ in range(20):
        for text in texts:
            classifier(text)
    each = (time.perf_counter() - loaded) / 20 / len(texts)
    return Cost(loaded - start, _memory() - before, each * 1000)


def _memory() -> float:
    """MB that the process holds now (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def _lingua(*, low: bool) -> Classifier:
    from lingua import LanguageDetectorBuilder  # noqa: PLC0415 (not needed by the project)

    builder = LanguageDetectorBuilder.from_all_languages()
    detector = (builder.with_low_accuracy_mode() if low else builder).build()

    def classify_by_lingua(words: str) -> tuple[str, float]:
        best = detector.compute_language_confidence_values(words)[0]
        code = best.language.iso_code_639_1.name.lower()
        return ("no" if code in {"nb", "nn"} else code), best.value

    return classify_by_lingua


LIBRARIES: Mapping[str, Callable[[], Classifier]] = {
    "py3langid": lambda: classify,
    "lingua": lambda: _lingua(low=False),
    "lingua, low accuracy": lambda: _lingua(low=True),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit code is 1 where the recorded directory is not there."""
    parser = argparse.ArgumentParser(prog="python -m bench.languages", description=__doc__)
    parser.add_argument("--recorded", type=Path, default=RECORDED, help="a servers.json with flags")
    parser.add_argument("--directory", type=Path, default=Path("directory.toml"), help="its table [languages]")
    parser.add_argument("--gettext", type=Path, help="a folder of compiled gettext catalogues")
    parser.add_argument("--cost", action="store_true", help="time and memory as well, each in a fresh process")
    options = parser.parse_args(arguments)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    if not options.recorded.exists():
        console.print(f"{options.recorded} is not there; name a recorded servers.json with --recorded", markup=False)
        return 1
    table = LanguageTable(load_directory(options.directory))
    labelled = list(recorded_rooms(json.loads(options.recorded.read_text(encoding="utf-8")), table))
    samples = {"recorded": [room for room in labelled if room.language != "mul"], "synthetic": list(synthetic_rooms())}
    if options.gettext:
        samples["translations"] = list(translated_texts(options.gettext))
    for library in _installed(console):
        _report(console, library, samples, labelled)
        if options.cost:
            spent = cost(library)
            console.print(f"{library}: {spent.load:.1f} s to load, {spent.memory:.0f} MB, {spent.text:.2f} ms a text")
    return 0


def _installed(console: Console) -> list[str]:
    try:
        import lingua  # noqa: F401, PLC0415 (only to know whether it is there)
    except ImportError:
        console.print("lingua-language-detector is not installed, so only py3langid is measured")
        return ["py3langid"]
    return list(LIBRARIES)


def _report(
    console: Console, library: str, samples: Mapping[str, Sequence[Labelled]], labelled: Sequence[Labelled]
) -> None:
    classifier = cache(LIBRARIES[library]())  # the same texts are scored with many limits
    for title, rooms in samples.items():
        parts = {"both": rooms}
        if title != "translations":
            parts["name only"] = [Labelled(room.language, room.name, "") for room in rooms]
            parts["description only"] = [Labelled(room.language, "", room.description) for room in rooms]
        table = Table(title=f"{library}, {title}, {len(rooms):,} rooms: right/guessed = precision (Wilson 95 %)")
        for column in ("confidence", *parts):
            table.add_column(column)
        for threshold in THRESHOLDS:
            scores = [score(part, classifier, threshold) for part in parts.values()]
            table.add_row(f"{threshold}", *map(str, scores))
        console.print(table)
    recorded = samples["recorded"]
    total, chosen = cross_validated(recorded, classifier)
    choices = ", ".join(f"{limits} ({times}x)" for limits, times in chosen.most_common())
    console.print(f"recorded, cross-validated on {total.rooms} rooms: {total}; chosen: {choices}")
    strict = [Labelled("mul" if room.many else room.language, room.name, room.description) for room in labelled]
    harder = score(strict, classifier)
    console.print(f"recorded, all {len(strict)} rooms, those of many languages counted as wrong: {harder}")
    others = [room for room in recorded if room.language != "en"]
    console.print(f"recorded, the {len(others)} rooms not labelled English: {score(others, classifier)}")
    if "translations" in samples:
        _report_languages(console, samples["translations"], classifier)


def _report_languages(console: Console, rooms: Sequence[Labelled], classifier: Classifier) -> None:
    """Which answers are wrong more often than the goal allows, and for what."""
    meant: dict[str, Counter[str]] = {}
    for room in rooms:
        if guess := guess_by(classifier, room.name, room.description):
            meant.setdefault(guess.code, Counter())[room.language] += 1
    for code, languages in sorted(meant.items()):
        if languages[code] < GOAL * languages.total():
            console.print(f"answered {code}, meant: {dict(languages.most_common(4))}")
    console.print(f"answered: {' '.join(sorted(meant))}")


def _letters(flag: str) -> str:
    return "".join(chr(ord(sign) - _REGIONAL_A + ord("a")) for sign in flag if ord(sign) >= _REGIONAL_A)


def _singular(text: str | Sequence[str] | None) -> str:
    return text if isinstance(text, str) else text[0] if text else ""


if __name__ == "__main__":
    sys.exit(main())
