from sessioncrawler.editorial.config import Site
from sessioncrawler.site.pages.webmanifest import ICONS, manifest

BASE = "https://rooms.example/list/"
SITE = Site(name="Rooms", url=BASE, contact="", description="All rooms.")


def test_the_manifest():
    found = manifest(SITE)
    assert (found["name"], found["description"], found["start_url"]) == ("Rooms", "All rooms.", "./index.html")
    assert [icon["src"] for icon in found["icons"]] == ["favicon.svg", *(f"logo/{name}" for name in ICONS)]
    assert "description" not in manifest(Site(name="Rooms", url=BASE, contact=""))
