"""How polling an address ended, in plain words, and what the server's operator can do about it.

One table for ``scrapy explain``, the status page and docs/explain.md, so that all three say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sessioncrawler.model import KeyProof, Outcome
from sessioncrawler.text.messages import N_


@dataclass(frozen=True, slots=True)
class OutcomeText:
    """``words`` begin small and go on after "it" or stand alone; ``advice`` is whole sentences to the operator.

    The advice is to be translated; the words are in English only.
    """

    words: str
    advice: str


OUTCOME_TEXTS: Mapping[Outcome, OutcomeText] = MappingProxyType({
    Outcome.REACHED: OutcomeText("answers with its rooms", N_("Nothing: all is well.")),
    Outcome.DNS: OutcomeText(
        "has a name that does not resolve",
        N_(
            "Check the DNS records of the name and that its domain has not expired. If the server has moved for "
            "good, post join links with its new address."
        ),
    ),
    Outcome.REFUSED: OutcomeText(
        "does not accept connections on this port",
        N_("Start the server, and check that it listens on this port and that no firewall rejects it."),
    ),
    Outcome.CONNECT_TIMEOUT: OutcomeText(
        "does not react when a connection is attempted",
        N_("Check that the machine is running and that its firewall lets this port through."),
    ),
    Outcome.TLS: OutcomeText(
        "has a certificate or TLS set-up that cannot be trusted",
        N_(
            "Renew the certificate, issue it for exactly this name, and serve it with its whole chain; certbot does "
            "all of that."
        ),
    ),
    Outcome.STALLED: OutcomeText(
        "accepts connections but does not answer in time",
        N_(
            "Restart the server, and look at its load and its log. Behind a proxy, check that the proxy still "
            "reaches it."
        ),
    ),
    Outcome.RESET: OutcomeText(
        "breaks connections off before its answer is whole",
        N_(
            "Look into the logs of the server and of the proxy before it: one of them gives up in the middle of an "
            "answer."
        ),
    ),
    Outcome.TOO_LARGE: OutcomeText(
        "answers with more than this directory reads",
        N_("Open /rooms in a browser: it should be a list of rooms of at most a few megabytes, and no download."),
    ),
    Outcome.HTTP_STATUS: OutcomeText(
        "answers with an error when asked for its rooms",
        N_(
            "Open /rooms in a browser, look into the server's log, and check that the proxy before it passes /rooms "
            "on."
        ),
    ),
    Outcome.NOT_JSON: OutcomeText(
        "answers, but not with a list of rooms",
        N_(
            "Open /rooms in a browser: if a web site answers there, let the proxy pass /rooms, /room/ and /r/ on to "
            "the server."
        ),
    ),
    Outcome.NO_ROOMS: OutcomeText(
        "is running but shows no room",
        N_(
            "Create a room, or make one readable or accessible to everybody. A server from before 2022 shows no "
            "rooms to directories: update it."
        ),
    ),
    Outcome.NO_KEY: OutcomeText(
        "shows rooms, but its public key is not known",
        N_(
            "Let the preview pages (/r/TOKEN/) be seen, which show the key, or post a join link that holds it. If "
            "links are about, their key is not the server's: have them replaced."
        ),
    ),
    Outcome.KEY_CONFLICT: OutcomeText(
        "has join links with different keys, and nothing tells which is right",
        N_(
            "Let the preview pages (/r/TOKEN/) be seen, which show the key, and have join links with another key "
            "removed where they were posted. The directory's operator can name the right key under [[servers]] in "
            "directory.toml."
        ),
    ),
    Outcome.KEY_COPY: OutcomeText(
        "is given with the key of another server",
        N_(
            "Post a join link with the server's own key, and have those with the other server's key removed. If the "
            "key is its own, let POST requests to /oxen/v4/lsrpc reach the server, so that it can prove it."
        ),
    ),
    Outcome.KEY_CONTESTED: OutcomeText(
        "shows a key that another address has or is said to have, and nothing tells whose it is",
        N_(
            "Let POST requests to /oxen/v4/lsrpc reach the server: apps cannot join without them, and they prove "
            "the key. Have join links with this key and another address removed. The directory's operator can name "
            "the right address under [[servers]] in directory.toml."
        ),
    ),
    Outcome.KEY_CHANGED: OutcomeText(
        "does not hold the key that it is known by",
        N_(
            "If the server was given a new key, let its preview pages (/r/TOKEN/) be seen and post join links with "
            "the new key; where directory.toml names the old one, the directory's operator must write the new one "
            "there. If nobody changed the key, somebody else answers at this address: look at its DNS records and "
            "the proxy before it."
        ),
    ),
    Outcome.REDIRECTED: OutcomeText(
        "passes on to another server",
        N_("Post join links with the new address: apps do not follow to another server."),
    ),
    Outcome.FORBIDDEN_ADDRESS: OutcomeText(
        "leads to an address that is not on the public Internet",
        N_("Let the name resolve to a public IP address, and post join links with that name."),
    ),
    Outcome.FORBIDDEN_PORT: OutcomeText(
        "is named with a port that belongs to another service",
        N_("Let the server listen on port 80, 443 or any from 1024 on, and post join links with that port."),
    ),
    Outcome.NO_SOCKS_PROXY: OutcomeText(
        "is in a network (.onion, .loki) that this directory has no way into",
        N_("Offer an address on the public Internet as well. The directory's operator can name a SOCKS_PROXY instead."),
    ),
    Outcome.UNJOINABLE: OutcomeText(
        "answers with its rooms, at an address to which no app takes a join link",
        N_(
            "Offer an IPv4 address or a name with a dot and without _ on the public Internet, and post join links "
            "with it: apps take neither IPv6 addresses nor .onion or .loki."
        ),
    ),
    Outcome.PROXY: OutcomeText(
        "was not reached by this directory's own proxy",
        N_(
            "Check that the server is running. If others fail in the same way, the directory's operator should look "
            "at the proxy."
        ),
    ),
    Outcome.CROWDED: OutcomeText(
        "waits for its turn among many new addresses in the same place",
        N_(
            "Wait: others have their turn each hour, and what was reached once is asked in every crawl. The "
            "directory's operator can name the address under [[servers]] in directory.toml: then it is asked at "
            "once."
        ),
    ),
    Outcome.ABANDONED: OutcomeText(
        "was given up before it had told all",
        N_("Open /rooms and a preview page (/r/TOKEN/) in a browser: both should answer at once, and without detours."),
    ),
})  # fmt: skip

_SHORT: Mapping[str, tuple[Outcome, ...]] = {
    N_("its name did not resolve"): (Outcome.DNS,),
    N_("it did not accept connections"): (Outcome.REFUSED,),
    N_("it did not answer in time"): (Outcome.CONNECT_TIMEOUT, Outcome.STALLED, Outcome.ABANDONED),
    N_("its certificate could not be trusted"): (Outcome.TLS,),
    N_("it broke connections off"): (Outcome.RESET,),
    N_("it answered with an error, or not with rooms"): (Outcome.HTTP_STATUS, Outcome.NOT_JSON, Outcome.TOO_LARGE),
    N_("it showed no room"): (Outcome.NO_ROOMS,),
    N_("its key could not be believed"): (
        Outcome.NO_KEY, Outcome.KEY_CONFLICT, Outcome.KEY_COPY, Outcome.KEY_CONTESTED, Outcome.KEY_CHANGED,
    ),
    N_("it led to where this directory does not go"): (
        Outcome.REDIRECTED, Outcome.FORBIDDEN_ADDRESS, Outcome.FORBIDDEN_PORT,
    ),
    N_("no app reached it"): (Outcome.UNJOINABLE,),
    N_("this directory had no way to it"): (Outcome.NO_SOCKS_PROXY, Outcome.PROXY, Outcome.CROWDED),
}  # fmt: skip
IN_SHORT: Mapping[str, str] = MappingProxyType({end.value: words for words, ends in _SHORT.items() for end in ends})
"""Value of an outcome → how a server was not reached then, for visitors, to be translated."""

NEVER_ASKED = OutcomeText(
    "is known, but was not asked yet",
    N_("Nothing: the next crawl asks it ('scrapy refresh'). Polls are recorded when a crawl ends."),
)
NOT_ASKED_LATELY = OutcomeText(
    "was not asked in the last crawl",
    N_("Nothing: it is still named, so a whole crawl asks it."),
)
NOT_NAMED = OutcomeText(
    "is named by nobody any more, so it is not asked and nothing of it is listed",
    N_("Nothing, if the server is gone. Otherwise post a join link on a site that this directory reads."),
)
OPTED_OUT = OutcomeText(
    "asks in its robots.txt not to be listed, so it is not, and is asked once a day",
    N_(
        "Nothing, if that is meant. Otherwise take the group 'User-agent: sessioncrawler' out of robots.txt: it is "
        "read again within a day, and the server is listed again then."
    ),
)
WRONG_KEYS = OutcomeText(
    "answers with its rooms, but join links with another key are about",
    N_("Have the join links with another key removed where they were posted: they do not work in apps."),
)

UNPROVEN = OutcomeText(
    "answers with its rooms, but does not prove its key",
    N_(
        "Let POST requests to /oxen/v4/lsrpc reach the server, and update it if it is older than 2022: then its key "
        "can be proven, and nobody else can be taken for it."
    ),
)
NEW_KEY = OutcomeText(
    "answers with its rooms, under a new key",
    N_(
        "Post join links with the new key, and have those with the former one removed: they do not work in apps any "
        "more. If the key was not meant to change, put the server's former key file back."
    ),
)

PROOF_TEXTS: Mapping[KeyProof, str] = MappingProxyType({
    KeyProof.ONION: "it answers what only the holder of the key can read",
    KeyProof.PREVIEW_PAGE: "its preview page shows it",
    KeyProof.DIRECTORY: "directory.toml names it, and no preview page says otherwise",
    KeyProof.CLAIM: "all who name it agree, and no preview page can be had",
})  # fmt: skip


def outcome_text(outcome: Outcome) -> OutcomeText:
    """The words for an outcome; general ones for an outcome that the table does not have."""
    return OUTCOME_TEXTS.get(outcome) or OutcomeText(f"ended as {outcome}", N_("Look at polls.json for the details."))


def in_short(outcome: str) -> str:
    """How a server was not reached, in a few words of English for a row of a table: a key of the catalogues."""
    return IN_SHORT.get(outcome, N_("it did not answer"))


def proof_text(proof: KeyProof | None) -> str:
    """Why a key is believed, to go on after "because"."""
    if proof is None:
        return "nobody says otherwise"
    return PROOF_TEXTS.get(proof) or f"of {proof.replace('-', ' ')}"
