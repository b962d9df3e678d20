"""Pictures that are sent to take the crawl's time: what they cost, and that they cost nobody else an icon."""

import json
import os
import signal
import subprocess
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pytest

from simnet.attacks import Attackers
from simnet.bombs import many_scans
from simnet.images import checked
from tests.pipelines.icon_crawls import DAY, NOW, Answers, IconCrawls, counts, icons, picture, room
from tests.support.crawl_process import QUICK
from tests.support.loopback import Answer, serve
from tests.support.scrapy_process import command, environment

HONEST = 20
COSTLY = Answer(many_scans(2000, 3000))
"""Seven seconds of work."""


@pytest.fixture
def crawl(tmp_path):
    return IconCrawls(tmp_path)


def stranger(address, *, tokens=1, image_id=1):
    key = sha256(address.encode()).hexdigest()
    return [room(f"http://{address}", f"stranger{number}", image_id, key=key) for number in range(tokens)]


def honest(url, image_id=1):
    return [room(url, f"honest{number}", image_id) for number in range(HONEST)]


def pictures(*image_ids):
    return Answers(**{f"honest{n}__{i}": picture(f"{n}-{i}") for n in range(HONEST) for i in image_ids})


def test_a_picture_that_takes_seconds_to_decode_is_refused_once_for_long(crawl):
    answers = Answers(first__1=picture(), second__1=COSTLY, third__1=picture("3"))
    with serve(answers) as url, serve(pictures(1)) as other:
        rooms = [room(url, token, key="ab" * 32) for token in ("first", "second", "third")]
        done, shown = crawl([*rooms, *honest(other)])
        assert counts(done) == {"fetched": HONEST + 1, "too-costly": 1, "later": 1, "shown": HONEST + 1}
        assert len(shown) == HONEST + 1
        assert done.log.count(f"{url} is asked for no more pictures in this crawl: that of the room second takes") == 1
        assert "ICON_CPU" in done.log
        again, _ = crawl([*rooms, *honest(other)], NOW + DAY)
    assert counts(again) == {"known": HONEST + 2, "fetched": 1, "shown": HONEST + 2}
    assert answers.asked.count("/room/second/file/1") == 1


def test_one_machine_with_dripping_pictures_takes_nobody_elses_icons(crawl):
    """More of them than all work there may be at a time (``CONCURRENT_WORK``), and all of them before the honest."""
    with Attackers("drip-pictures", 110, hosts=["127.0.9.9"]) as attackers, serve(pictures(1)) as url:
        rooms = [one for address in attackers.addresses for one in stranger(address, tokens=10)]
        done, shown = crawl([*rooms, *honest(url)], ALL_ANSWERED=True, ICONS_GRACE=8)
    assert len(shown) == HONEST
    assert counts(done)["fetched"] == HONEST
    assert counts(done)["later"] == 1100


def test_dripping_pictures_from_everywhere_take_no_icons_of_servers_that_are_known(crawl):
    hosts = [f"127.0.8.{number}" for number in range(1, 111)]
    with Attackers("drip-pictures", 110, hosts=hosts) as attackers, serve(pictures(1, 2)) as url:
        crawl(honest(url))
        rooms = [one for address in attackers.addresses for one in stranger(address)]
        done, shown = crawl([*rooms, *honest(url, 2)], NOW + DAY, ALL_ANSWERED=True, ICONS_GRACE=8)
    assert counts(done)["fetched"] == HONEST
    assert {path.rpartition("-")[2] for path in shown} == {"2.webp"}


def test_a_server_that_drips_loses_its_own_time_only(crawl):
    with Attackers("drip-pictures", 1) as attackers, serve(pictures(1)) as url:
        (address,) = attackers.addresses
        rooms = [*stranger(address, tokens=5), *honest(url)]
        done, _ = crawl(rooms, ICONS_SERVER_BUDGET=1, DOWNLOAD_TIMEOUT=2)
    assert counts(done) == {"fetched": HONEST, "shown": HONEST, "stalled": 1, "later": 4}
    assert f"http://{address} is asked for no more pictures in this crawl: its pictures took 1 s" in done.log


def test_few_lines_in_the_log_are_about_pictures(crawl):
    with serve(Answers(lobby__1=Answer(checked("cut")))) as url:
        rooms = [room(url.replace("127.0.0.1", f"127.0.7.{n}"), key=f"{n:064x}") for n in range(1, 31)]
        done, _ = crawl(rooms, ICONS_SERVER_BUDGET=0.0001)
    assert done.log.count("is asked for no more pictures") == 20


def test_where_no_process_can_be_started_a_crawl_goes_on_without_new_icons(crawl):
    with serve(pictures(1)) as url:
        crawl([room(url, "honest0")])
        crawl.spiders.write_text(crawl.spiders.read_text() + "\nimport sys\nsys.executable = '/nowhere/python'\n")
        done, shown = crawl(honest(url), NOW + DAY)
    assert done.reason == "finished"
    assert len(shown) == 1
    assert counts(done) == {"known": 1, "shown": 1, "later": HONEST - 1}
    assert done.log.count("This crawl fetches no more icons") == 1
    assert "/nowhere/python" in done.log
    assert len(icons(done)) == HONEST


@pytest.mark.parametrize("to_all", [True, False], ids=["Ctrl-C", "SIGTERM"])
def test_a_crawl_that_is_stopped_leaves_no_process_behind(crawl, tmp_path, to_all):
    with Attackers("drip-pictures", 1) as attackers, serve(pictures(1)) as url:
        (address,) = attackers.addresses
        rooms = json.dumps([*stranger(address), *honest(url)])
        settings = QUICK | {
            "ROOMS": rooms,
            "STATE_URL": crawl.state_url,
            "ICONS_ENABLED": True,
            "ITEM_PIPELINES": PIPELINE,
        }
        given = [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
        process = subprocess.Popen(
            command("runspider", "icon_spiders.py", *given),
            cwd=tmp_path,
            env=environment({}, {}),
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        child = decoder_of(process.pid)
        if to_all:
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.terminate()
        _, log = process.communicate(timeout=60)
    assert "Closing spider (shutdown)" in log
    assert "Traceback" not in log
    assert not Path(f"/proc/{child}").exists()


PIPELINE = json.dumps({"sessioncrawler.pipelines.icons.IconsPipeline": 600})


def decoder_of(pid):
    """Wait for the process in which a crawl decodes pictures; others of its children are short errands of Python."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            with suppress(OSError):  # it has ended meanwhile
                if b"serve(" in Path(f"/proc/{child}/cmdline").read_bytes():
                    return child
        time.sleep(0.05)
    raise AssertionError("no picture is decoded")
