"""What a text looks like, so that two that readers take for one another can be told to be such (UTS 39)."""

from __future__ import annotations

from functools import lru_cache

from disarm import skeleton_key

from sessioncrawler.text.names import REMEMBERED, visible


@lru_cache(REMEMBERED)
def plain_letters(text: str) -> str:
    """``text`` without case, and with the usual letter for those that look like it: of other scripts, bold, wide."""
    return skeleton_key(visible(text))


@lru_cache(REMEMBERED)
def looks(text: str) -> frozenset[str]:
    """The skeletons of ``text`` (UTS 39, section 4): two texts that share one are easily confused.

    Case, marks, spaces and pictures tell no two texts apart. There are several because ``I`` looks like ``l`` but
    ``i`` does not; none where ``text`` holds no letter and no digit.
    """
    clean = visible(text)
    return frozenset(filter(None, map(_skeleton, (clean, clean.casefold(), clean.upper()))))


def _skeleton(text: str) -> str:
    letters = "".join(filter(str.isalnum, skeleton_key(text, digit_policy="tr39")))
    # The one rule of confusables.txt that the library leaves out, since it joins words.
    return letters.replace("rn", "m")
