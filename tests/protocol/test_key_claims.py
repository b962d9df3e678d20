import pytest

from sessioncrawler.model import KeyClaim, KeyProof, Outcome
from sessioncrawler.protocol.candidates import DIRECTORY
from sessioncrawler.protocol.key_claims import PREVIEW_PAGE, KeyVerdict, decide_key

A, B = "a" * 64, "b" * 64
SITE, CONFIG = ("site",), (DIRECTORY,)


@pytest.mark.parametrize(
    ("claims", "page_key", "verdict"),
    [
        ((), A, KeyVerdict(A, KeyProof.PREVIEW_PAGE)),
        ((KeyClaim(A, SITE),), A, KeyVerdict(A, KeyProof.PREVIEW_PAGE)),
        ((KeyClaim(A, CONFIG),), None, KeyVerdict(A, KeyProof.DIRECTORY)),
        ((KeyClaim(A, SITE),), None, KeyVerdict(A, KeyProof.CLAIM)),
        (
            (KeyClaim(B, ("site", DIRECTORY)),),
            A,
            KeyVerdict(A, KeyProof.PREVIEW_PAGE, (KeyClaim(A, (PREVIEW_PAGE,)), KeyClaim(B, (DIRECTORY, "site")))),
        ),
        (
            (KeyClaim(B, SITE), KeyClaim(A, CONFIG)),
            None,
            KeyVerdict(A, KeyProof.DIRECTORY, (KeyClaim(A, CONFIG), KeyClaim(B, SITE))),
        ),
    ],
)
def test_who_is_believed(claims, page_key, verdict):
    assert decide_key(claims, page_key) == verdict


def test_without_any_claim_there_is_no_key():
    verdict = decide_key((), None)
    assert (verdict.key, verdict.proof, verdict.claims, verdict.outcome) == (None, None, (), Outcome.NO_KEY)


@pytest.mark.parametrize("by", [SITE, CONFIG])
def test_claims_that_differ_settle_nothing(by):
    claims = (KeyClaim(A, by), KeyClaim(B, by))
    verdict = decide_key(claims, None)
    assert (verdict.key, verdict.proof, verdict.claims, verdict.outcome) == (None, None, claims, Outcome.KEY_CONFLICT)
    assert verdict.detail.startswith("2 different keys")
