"""One definition of what is settled, and of who is still named."""

from sessioncrawler.model import Address, Outcome
from sessioncrawler.site.pages.status import build_status
from tests.support.knowing import failed, http, knowledge, link, reached, room


def test_an_address_with_the_port_of_the_other_scheme_is_the_one_without():
    """``http://h:443`` is asked as ``h``: what is known of it must be found there."""
    odd = http("sogs.example", 443)
    known = knowledge(reached(room()), links=[link(address=odd)])
    (facts,) = known.addresses.values()
    assert [one.link.address for one in facts.sightings] == [odd]
    assert [source.alive for source in build_status(known).sources] == [1]
    moved = knowledge(
        failed(Outcome.REDIRECTED, aliases=(odd,), address=http("old.example")),
        reached(room()),
        links=[link(address=http("old.example"))],
    )
    assert moved.addresses["sogs.example"].redirected_from == (Address("http", "old.example", 80),)
