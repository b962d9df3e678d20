"""No secret in any line, page, file or traceback: a canary in every setting, in runs that succeed and that fail."""

from __future__ import annotations

import os
import re
from base64 import b64encode
from urllib.parse import quote

import pytest
from scrapy.settings import default_settings

from sessioncrawler.settings import DEFAULTS
from simnet import SimNet
from tests.faults.bucket import NAME, bucket_behind_a_door
from tests.support import ftp
from tests.support.loopback import Answer, refusing, serve
from tests.support.scrapy_process import offline, refresh_settings, scrapy

CANARY = "tWee/ty+9 bird"
WRITTEN = quote(CANARY, safe="")
OURS = {name for name, default in DEFAULTS.items() if not isinstance(default, (bool, int, float))}
NUMBERS = sorted(DEFAULTS.keys() - OURS)
"""These are all looked at in one place, before anything else is done."""
OTHERS = [name for name in vars(default_settings) if re.search("PASS$|PASSWORD|SECRET|TOKEN|ACCESS_KEY", name)]
LOUD = ("-s", "LOG_LEVEL=DEBUG", "-s", "STATS_DUMP=True")


@pytest.fixture(scope="module")
def net():
    with SimNet(seed=1, scenario="demo", servers=3) as net:
        yield net


@pytest.fixture(scope="module")
def reach(net, tmp_path_factory):
    """Runs a command in a folder of its own; all that it wrote, wherever."""
    with pytest.MonkeyPatch.context() as patch, offline() as away:
        for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
            patch.delenv(name)

        def run(*arguments, folder=None, extra=away, **settings):
            folder = folder or tmp_path_factory.mktemp("run")
            ours = refresh_settings(net, folder, PATIENT_RETRY_TIMES=1, RENDER_PROCESSES=1, **settings)
            done = scrapy(folder, *arguments, *LOUD, settings=ours, extra=extra)
            (folder / "told.txt").write_text(done.stdout + done.stderr)
            assert_no_canary(folder)
            return done

        yield run


def assert_no_canary(folder):
    login = b64encode(f"user:{CANARY}".encode()).decode().rstrip("=")
    forms = [form.encode() for form in (CANARY, WRITTEN, quote(CANARY), login, repr(CANARY)[1:-1], "tWee")]
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    assert [(path.name, form) for path in files for form in forms if form in path.read_bytes()] == []


def test_a_site_on_an_ftp_server(reach, tmp_path):
    """One run stores all of it, and another what is new, with a log in JSON."""
    with ftp.server(tmp_path, CANARY) as port:
        site = f"ftp://user:{WRITTEN}@127.0.0.1:{port}/site"
        for as_json in (False, True):
            run = reach("refresh", SITE_URI=site, PROMETHEUS_FILE=f"{site}/metrics", LOG_JSON=as_json)
            assert run.returncode == 0, run.stdout + run.stderr
            assert f"to ftp://***@127.0.0.1:{port}/site." in run.stdout
    assert (tmp_path / "site" / "index.html").exists()
    assert_no_canary(tmp_path)


@pytest.mark.parametrize("password", [WRITTEN, "tWee#ty", "tWee@ty", "tWee%zzty"])
def test_an_ftp_server_that_does_not_let_us_in(reach, tmp_path, password):
    with ftp.server(tmp_path, "another") as port:
        run = reach("refresh", SITE_URI=f"ftp://user:{password}@127.0.0.1:{port}/site", LOG_JSON=True)
    assert run.returncode == 1
    assert "Nothing was published" in run.stdout


def test_an_ftp_server_out_of_reach(reach):
    with refusing() as nobody:
        run = reach("refresh", SITE_URI=f"ftp://user:{WRITTEN}@{nobody.removeprefix('http://')}/site")
    assert run.returncode == 1
    assert "Check that it can be reached" in run.stderr


@pytest.mark.parametrize("status", [0, 403])
def test_a_bucket(reach, status):
    with bucket_behind_a_door() as bucket:
        bucket.become(lambda _: status)
        options = (f"AWS_ENDPOINT_URL={bucket.url}", "AWS_REGION_NAME=us-east-1", f"AWS_SESSION_TOKEN={CANARY}")
        arguments = [part for option in options for part in ("-s", option)]
        run = reach("refresh", *arguments, SITE_URI=f"s3://user:{WRITTEN}@{NAME}/site", STORE_TRIES=1)
        assert (run.returncode, bool(bucket.objects())) == ((0, True) if not status else (1, False)), run.stderr
        assert not any(b"tWee" in content for content in bucket.objects().values())


@pytest.mark.parametrize("place", [f"user:{WRITTEN}@127.0.0.1:1/x", f"127.0.0.1:1/x?user=u&password={WRITTEN}"])
@pytest.mark.parametrize("command", [("refresh",), ("health",), ("explain", "some.host"), ("verify",)])
def test_a_database_out_of_reach(reach, place, command):
    run = reach(*command, STATE_URL=f"postgresql://{place}")
    assert run.returncode == 1
    assert "The state database postgresql" in run.stderr


@pytest.mark.parametrize("url", [f"mysql://user:{WRITTEN}@host/x", "postgresql://user:tWee ty@host:port/x"])
def test_a_database_that_is_none(reach, url):
    assert reach("health", STATE_URL=url).returncode == 1
    assert reach("refresh", STATE_URL=url).returncode == 1


def test_a_proxy_that_does_not_want_us_and_says_it_all_again(reach):
    words = f"Proxy-Authorization: Basic {b64encode(f'user:{CANARY}'.encode()).decode()} of user:{CANARY}"
    with serve({}) as nobody, serve({"/": Answer(words, 407, {"Proxy-Authenticate": words})}) as other:
        for one in (nobody, other):
            proxy = one.replace("//", f"//user:{WRITTEN}@")
            run = reach("refresh", extra=dict.fromkeys(("http_proxy", "https_proxy"), proxy))
            assert run.returncode == 1


@pytest.mark.parametrize("scheme", ["http://", "socks5://", ""])
def test_a_proxy_out_of_reach(reach, scheme):
    with refusing() as nobody:
        proxy = nobody.replace("http://", f"{scheme}user:{WRITTEN}@")
        proxies = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), proxy)
        assert reach("refresh", SOCKS_PROXY=proxy, extra=proxies).returncode == 1


def test_the_demo(reach):
    run = reach("demo", SOCKS_PROXY=f"socks5://user:{WRITTEN}@127.0.0.1:1", CONTACT_URL=f"https://u:{WRITTEN}@host/")
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("command", ["refresh", "health", "demo", "verify", "check-config", "explain"])
def test_what_was_meant_as_a_setting(reach, command):
    run = reach(command, f"SITE_URI=ftp://user:{WRITTEN}@host/")
    assert run.returncode in (1, 2)


@pytest.mark.parametrize("command", [("crawl", "directory"), ("health",)])
def test_any_number(reach, command):
    wrong = [part for name in NUMBERS for part in ("-s", f"{name}=ftp://user:{WRITTEN}@127.0.0.1:1/x")]
    run = reach(*command, *wrong)
    assert run.returncode == 2
    assert run.stderr.count("ftp://***@127.0.0.1:1/x") == len(NUMBERS) > 70, run.stderr


@pytest.mark.parametrize("name", sorted({*OURS, *OTHERS, "AWS_ENDPOINT_URL", "FEED_TEMPDIR", "JOBDIR"}))
def test_any_setting(reach, name):
    value = CANARY if name in OTHERS else f"ftp://user:{WRITTEN}@127.0.0.1:1/x"
    for command in ("crawl", "directory"), ("health",):
        reach(*command, "-s", f"{name}={value}")


def test_a_traceback_at_the_end_of_a_command(reach):
    run = reach("health", "-s", f"CRAWL_TIME=ftp://user:{WRITTEN}@127.0.0.1:1/x")
    assert "ftp://***@127.0.0.1:1/x" in run.stderr
