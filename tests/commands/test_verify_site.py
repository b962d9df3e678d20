"""``scrapy verify SITE``: folders and the web, and mirrors that mean harm."""

from __future__ import annotations

import gzip
from contextlib import contextmanager

import pytest

from sessioncrawler.opendata.signatures import SigningKey
from tests.downloadhandlers.canary import canary
from tests.downloadhandlers.crawls import in_background
from tests.support.command_line import scrapy
from tests.support.loopback import Answer, refusing, serve, silent
from tests.support.minisign import ANOTHER, PUBLIC, PUBLIC_FILE, SECRET
from tests.support.open_data import data_of_everything
from tests.support.publishing import NOW

MANIFEST = "v1/manifest.json"
ALLOWED = ("-s", "ALLOWED_PRIVATE_NETWORKS=127.0.0.1/32")


@pytest.fixture(scope="module")
def files():
    site = data_of_everything()
    signature = SigningKey.parse(SECRET).sign(site[MANIFEST], NOW, "manifest.json", "https://rooms.directory/")
    return {**site, f"{MANIFEST}.minisig": signature}


@pytest.fixture
def folder(files, tmp_path):
    for path, content in files.items():
        (tmp_path / "site" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / path).write_bytes(content)
    return tmp_path / "site"


@contextmanager
def web(files, **changed):
    answers = {f"/copy/{path}": Answer(content) for path, content in files.items()}
    with serve(answers | {f"/copy/{path}": answer for path, answer in changed.items()}) as url:
        yield f"{url}/copy"


def verify(site, *more, key=PUBLIC):
    return scrapy("verify", str(site), *ALLOWED, *(("--key", str(key)) if key else ()), *more)


def test_a_folder_that_is_right(folder, tmp_path):
    (tmp_path / "site.pub").write_text(PUBLIC_FILE)
    for site, key in ((folder, PUBLIC), (folder.as_uri(), tmp_path / "site.pub")):
        done = verify(site, key=key)
        assert (done.returncode, done.stderr) == (0, "")
        assert (
            "was signed by the holder of the key, for https://rooms.directory/; it is of 22 January 2026" in done.stdout
        )


def test_without_a_key_only_hashes_are_checked_and_it_says_so(folder):
    done = verify(folder, key="")
    assert done.returncode == 0
    assert done.stderr.startswith("Nothing says who made these files: ")
    assert "signed" not in done.stdout


def test_what_differs_is_told(folder):
    (folder / "v1/keys.json").write_bytes(b"{}")
    (folder / "v1/polls.json").unlink()
    done = verify(folder)
    assert done.returncode == 1
    assert [line.partition(" ")[0] for line in done.stderr.splitlines()] == ["v1/keys.json", "v1/polls.json"]


def test_another_key_and_old_data(folder):
    assert "do not believe these data" in verify(folder, key=ANOTHER).stderr
    done = verify(folder, "--max-age", "24")
    assert done.returncode == 1
    assert "which is more than 24: the mirror is behind" in done.stderr


def test_links_and_pipes_in_a_folder_are_not_read(folder, tmp_path):
    (tmp_path / "secret").write_bytes((folder / "v1/keys.json").read_bytes())
    for path in ("keys", "polls", "stats"):
        (folder / f"v1/{path}.json").unlink()
    (folder / "v1/keys.json").symlink_to(tmp_path / "secret")
    (folder / "v1/polls.json").symlink_to("polls.json")
    (folder / "v1/stats.json").symlink_to("/dev/zero")
    done = verify(folder)
    assert done.returncode == 1
    assert "v1/keys.json is a link that leads out of the folder." in done.stderr
    assert "v1/polls.json cannot be read (a link to itself)." in done.stderr
    assert "v1/stats.json is a link that leads out of the folder." in done.stderr


@pytest.mark.parametrize(
    ("site", "more", "sentence"),
    [
        ("s3://bucket/site", (), "is neither a folder nor file:// or http(s)://"),
        ("http://rooms.example/?x", (), "is neither a folder nor"),
        ("http://[::1/", (), "is neither a folder nor"),
        ("site", ("--key", "RWxyz"), "--key cannot be used: it is no public key of minisign"),
        ("site", ("--key", SECRET.splitlines()[1]), "--key cannot be used: it is no public key"),
    ],
)
def test_what_cannot_be_meant(site, more, sentence):
    done = scrapy("verify", site, *more)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_mirror_on_the_web(files):
    with web(files) as url:
        for site in (url, f"{url}/"):
            done = verify(site)
            assert (done.returncode, done.stderr) == (0, "")
        assert "files are as the manifest names them" in done.stdout
        packed = Answer(gzip.compress(files["v1/keys.json"]), headers={"Content-Encoding": "gzip"})
        with web(files, **{"v1/keys.json": packed}) as other:
            assert verify(other).returncode == 0


def test_private_networks_are_not_asked_unless_they_are_named(files):
    with web(files) as url:
        done = scrapy("verify", url, "--key", PUBLIC)
    assert done.returncode == 1
    assert "is not a public address); where you trust it, name its network in ALLOWED_PRIVATE_NETWORKS." in done.stderr


def test_a_mirror_that_means_harm_costs_little_and_leads_nowhere(files):
    bomb = Answer(gzip.compress(b" " * 50_000_000), headers={"Content-Encoding": "gzip"})
    with in_background(canary()) as it:
        elsewhere = Answer(status=302, headers={"Location": f"http://127.0.0.2:{it.port}/\x1b[2J"})
        changed = {
            "v1/communities.json": elsewhere,
            "v1/keys.json": bomb,
            "v1/polls.json": Answer(b"x" * 1_000_000),
            "v1/policy.json": Answer(files["v1/policy.json"] + b" "),
            "v1/servers.json": Answer(files["v1/servers.json"], 404),
        }
        with web(files, **changed) as url:
            done = verify(url)
        assert it.connections == 0
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    told = dict(line.split(" ", 1) for line in done.stderr.splitlines())
    assert told["v1/communities.json"].startswith("is no file but leads to http://127.0.0.2")
    assert "\x1b" not in done.stderr
    assert set(told) == set(changed)
    assert told["v1/servers.json"] == "is not there (it answers 404)."


def test_a_mirror_that_is_silent_or_not_there():
    with silent() as url:
        done = verify(url, "-s", "VERIFY_SECONDS=1")
        assert done.returncode == 1
        assert done.stderr == f"{url} takes longer than VERIFY_SECONDS, 1.\n"
    with refusing() as url:
        assert "has no v1/manifest.json that can be read: it cannot be had (refuses connections)" in verify(url).stderr


def test_settings_that_cannot_be_used_are_told():
    done = scrapy("verify", "http://127.0.0.1:9999", "-s", "ALLOWED_PRIVATE_NETWORKS=all")
    assert done.returncode == 1
    assert "ALLOWED_PRIVATE_NETWORKS names 'all', which is no network" in done.stderr
    assert "could not be asked: see above" in done.stderr
