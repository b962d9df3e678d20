"""What became of the pictures of rooms, and what their operators can do about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sessioncrawler.editorial.icons import IconVerdict
from sessioncrawler.editorial.judge import Judge
from sessioncrawler.explain.phrases import when
from sessioncrawler.model import Room, Server
from sessioncrawler.state import Icon
from sessioncrawler.text.numbers import counted

_ICON_VERDICTS = {
    IconVerdict.SHOWN: "its picture may be shown",
    IconVerdict.BLOCKED: "its picture is not shown, because [icons] of directory.toml blocks it",
    IconVerdict.UNREADABLE: "its picture is not shown, because its server gives it to members only",
    IconVerdict.NSFW: "its picture is not shown, because it is marked nsfw",
}
_FIT = "a PNG, JPEG, WEBP or GIF of at most 1 MB and 4 million pixels that takes no second to decode (ICON_CPU)"
Icons = Mapping[tuple[str, str], Icon]
"""What is remembered of pictures, by ``host[:port]`` and lower-case token."""


def picture_sentences(server: Server, room: Room, verdict: IconVerdict, icons: Icons | None) -> Iterator[str]:
    """What became of the picture of one room; ``icons`` are None where nothing is known of any."""
    if room.image_id is None:
        return
    yield f"600 icons: {_ICON_VERDICTS[verdict]}."
    if icons is None or verdict is not IconVerdict.SHOWN:
        return
    icon = _icon_of(server, room, icons)
    if icon is None:
        yield (
            "600 icons: its picture has not come so far; the next crawl asks for it. What can be done: let the server "
            "answer sooner, since its pictures have few seconds in a crawl (ICONS_SERVER_BUDGET)."
        )
    elif not icon.usable:
        yield (
            f"600 icons: no icon could be made of the picture that came on {when(icon.fetched_at)}; another one is "
            f"looked at by the next crawl, the same one after ICONS_EXPIRE_DAYS. What can be done: upload {_FIT}."
        )


def pictures_in_short(server: Server, rooms: Iterable[Room], judge: Judge, icons: Icons) -> Iterator[str]:
    """How many pictures of a server came to nothing, and what can be done; nothing where all is well."""
    wanted = [
        room
        for room in rooms
        if room.image_id is not None
        and judge.off_record(server, room) is None
        and judge.icon(server, room) is IconVerdict.SHOWN
    ]
    found = [_icon_of(server, room, icons) for room in wanted]
    if unfit := sum(icon is not None and not icon.usable for icon in found):
        yield (
            f"Of {counted(unfit, 'picture', 'pictures')} no icon could be made: too large, broken, or too costly to "
            f"decode. What can be done: upload {_FIT}."
        )
    if missing := found.count(None):
        yield (
            f"{counted(missing, 'picture has', 'pictures have')} not come so far, and the next crawls ask for "
            f"{'it' if missing == 1 else 'them'}: a few of each server, for as long as it has time (ICONS_PER_SERVER, "
            "ICONS_SERVER_BUDGET, of all together ICONS_BUDGET). What can be done: let the server give its pictures "
            "sooner."
        )


def _icon_of(server: Server, room: Room, icons: Icons) -> Icon | None:
    """What is remembered of the picture that a room has now."""
    icon = icons.get((server.address.netloc, room.token.lower()))
    same = icon is not None and (icon.public_key, icon.image_id) == (server.public_key, room.image_id)
    return icon if same else None
