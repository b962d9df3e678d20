"""Guessing the language of a Community from its name and description, for rooms of which nobody says it.

How well it guesses was measured and is told in docs/languages.md; ``python -m bench.languages`` measures it anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import version

from sessioncrawler.editorial.letters import MAX_TEXT, letters_of
from sessioncrawler.editorial.mentions import speaks_of_others

CONFIDENCE = 0.7
"""The model's probability, from 0 to 1, below which there is no guess."""
LETTERS = 30
"""Letters, repeats aside, below which there is no guess; an ideograph counts as 3, a Korean syllable as 2."""
MAX_NAME = 200
"""Characters of the name that are looked at."""

ANSWERS = frozenset({
    "af", "ar", "az", "be", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fr",
    "gl", "he", "hi", "hu", "hy", "id", "is", "it", "ja", "ka", "kk", "km", "ko", "lt", "lv", "mk", "ml", "mn",
    "mr", "ms", "my", "ne", "nl", "no", "pa", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "sw", "ta",
    "te", "th", "tr", "uk", "ur", "vi", "zh",
})  # fmt: skip
"""Codes that may be answered (BCP 47). Bosnian and Croatian are missing, because a short text does not tell them from
Serbian; so is Cantonese (yue), which is mostly written as Chinese. The model knows more languages: where one of them
wins, there is no guess."""

RULES = 1
"""Grows with each change of what is guessed here: what was guessed before is forgotten then."""

_FAMILY = {"wuu": "zh", "nb": "no", "nn": "no"}
"""What the model tells apart and the directory does not."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A language that a text is probably written in."""

    code: str
    """BCP 47, one of :data:`ANSWERS`."""
    confidence: float
    """The model's probability, from 0 to 1."""


Classifier = Callable[[str], tuple[str, float]]
"""Takes words of one script, gives the code of the most likely language and its probability."""


@lru_cache(maxsize=2_000)
def guess_language(name: str, description: str) -> Guess | None:
    """Return the language in which a room presents itself; None where that is uncertain.

    Both texts are of strangers and may be anything; :data:`MAX_NAME` and ``MAX_TEXT`` characters of them are read. No
    guess is made on fewer than :data:`LETTERS` letters, on mixed scripts, on texts that name another language or the
    country of one («French-language discussion» is English), for languages outside :data:`ANSWERS`, and below
    :data:`CONFIDENCE`. The same texts give the same guess. The model is loaded at the first text that is worth it.
    """
    return guess_by(classify, name, description)


class RememberedGuesses:
    """:func:`guess_language`, but for texts of which it is remembered what the model said.

    ``read`` is asked once, when the first guess is wanted: hash of a text → its guess. ``classifier`` stands for the
    model; what it raises, :meth:`guess` raises, and nothing is remembered.
    """

    def __init__(self, read: Callable[[], Mapping[str, Guess | None]], classifier: Classifier) -> None:
        self._read = read
        self._classifier = classifier
        self._known: Mapping[str, Guess | None] | None = None
        self.new: dict[str, Guess | None] = {}
        """What the model was asked about."""
        self.used: set[str] = set()
        """Hashes of texts that were remembered and wanted."""

    def guess(self, name: str, description: str) -> Guess | None:
        """Return what :func:`guess_language` returns."""
        if self._known is None:
            self._known = self._read()
        text_hash = hash_of(name, description)
        if text_hash in self._known:
            self.used.add(text_hash)
            return self._known[text_hash]
        if text_hash in self.new:
            return self.new[text_hash]
        asked: list[str] = []

        def classifier(words: str) -> tuple[str, float]:
            asked.append(words)
            return self._classifier(words)

        found = guess_by(classifier, name, description)
        if asked:
            self.new[text_hash] = found
        return found

    def taken(self) -> tuple[dict[str, Guess | None], set[str]]:
        """What is new and what was used since this was asked last."""
        new, used = self.new, self.used
        self._known = {**(self._known or {}), **new}
        self.new, self.used = {}, set()
        return new, used


def hash_of(name: str, description: str) -> str:
    """The hash of all that a guess depends on: 32 hex digits."""
    text = "\0".join((_model(), name[:MAX_NAME], description[:MAX_TEXT]))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@cache
def _model() -> str:
    return f"{RULES} {version('py3langid')}"


def guess_by(
    classifier: Classifier, name: str, description: str, *, confidence: float = CONFIDENCE, letters: int = LETTERS
) -> Guess | None:
    """Return what :func:`guess_language` would return with another model or other limits; for measuring."""
    text = f"{name[:MAX_NAME]}\n{description[:MAX_TEXT]}"
    found = letters_of(text)
    if found is None or found.count < letters:
        return None
    code, probability = classifier(found.words)
    if probability < confidence or code not in ANSWERS or speaks_of_others(text, code):
        return None
    return Guess(code, probability)


def classify(words: str) -> tuple[str, float]:
    """Return what py3langid holds most likely, and its probability; the two kinds of Norwegian count as one."""
    probabilities: dict[str, float] = {}
    for label, probability in _ranking()(words):
        code = _FAMILY.get(label, label)
        probabilities[code] = probabilities.get(code, 0.0) + probability
    # Of equal ones the first by code, so that the outcome never depends on an order within the model.
    return min(probabilities.items(), key=lambda pair: (-pair[1], pair[0]))


@cache
def _ranking() -> Callable[[str], list[tuple[str, float]]]:
    # Loaded here, because it takes half a second and 100 MB, and a crawl may have no need of it.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    rank: Callable[[str], list[tuple[str, float]]]
    rank = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True).rank
    return rank
