"""One directory from two scrapyds that share nothing but a PostgreSQL."""

from __future__ import annotations

import shutil
from contextlib import ExitStack

import pytest

from tests.deploy.scrapyd_server import scrapyd
from tests.support import postgresql
from tests.support.deploying import differing, ours, run, site

CONFIG = "[settings]\ndefault = sessioncrawler.settings\n"
TARGET = "\n[deploy:{name}]\nurl = {url}/\nproject = sessioncrawler\n"


@pytest.fixture
def state():
    if not postgresql.installed():
        pytest.skip(postgresql.MISSING)
    with postgresql.server() as url:
        yield url


def test_shards_on_two_nodes_publish_what_one_machine_publishes(world, refreshed, state, tmp_path):
    checkout = tmp_path / "checkout"
    shutil.copytree(world.checkout, checkout)
    with ExitStack() as stack:
        nodes = []
        for name in ("one", "two"):
            folder = tmp_path / name
            folder.mkdir()
            extra = {**world.proxy, **ours(world.settings(folder, STATE_URL=state))}
            nodes.append(stack.enter_context(scrapyd(folder, extra)))
        targets = (TARGET.format(name=node.folder.name, url=node.url) for node in nodes)
        (checkout / "scrapy.cfg").write_text(CONFIG + "".join(targets))
        done = run("scrapyd-deploy", "-a", "-p", "sessioncrawler", cwd=checkout, extra={"HOME": str(tmp_path)})
        assert done.stdout.count('"status": "ok"') == 2, done.stdout + done.stderr

        one, two = nodes
        names = {"extra": "sources"}
        listings = world.net.listing_urls.items()
        one.finished(*[one.schedule(names.get(name, name), url=url) for name, url in listings])
        world.net.reset_log()
        jobs = [one.schedule("sogs", shard="1/2"), two.schedule("sogs", shard="2/2")]
        for node, job in zip(nodes, jobs, strict=True):
            node.finished(job)
            assert "Spider closed (finished)" in node.log("sogs", job)
        assert not (one.folder / "site").exists()
        assert not (two.folder / "site").exists()
        two.finished(two.schedule("directory"))
    assert differing(site(two.folder / "site"), refreshed) == []
