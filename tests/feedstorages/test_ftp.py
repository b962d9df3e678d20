"""FTP servers, and how they fail."""

from __future__ import annotations

import pytest

from sessioncrawler.feedstorages._site import NotPublished, store_site
from sessioncrawler.feedstorages.ftp import FTPServer
from sessioncrawler.publish.manifest import FILES
from tests.support import ftp
from tests.support.loopback import refusing
from tests.support.operators import operators_settings
from tests.support.packed_sites import NEW, OLD, archive, publish_site, whole
from tests.support.publishing import community, publish


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """An FTP server: its folder and its address."""
    root = tmp_path_factory.mktemp("ftp")
    with ftp.server(root) as port:
        yield root, f"ftp://user:se%20cret@127.0.0.1:{port}"


def found(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_site_is_stored_and_what_is_gone_is_removed(served):
    root, url = served
    (root / "a").mkdir()
    (root / "a" / "health.json").write_bytes(b"{}")
    for files in (OLD, NEW, NEW):
        store_site(archive(files), FTPServer(f"{url}/a/site/", operators_settings()))
        assert found(root / "a") == {f"site/{path}": content for path, content in whole(files).items()} | {
            "health.json": b"{}"
        }


def test_what_a_killed_run_left_is_told(served, caplog):
    root, url = served
    for files in (OLD, NEW):
        store_site(archive(files), FTPServer(f"{url}/b", operators_settings()))
        (root / "b" / FILES).unlink()
    assert "What is no longer published stays in ftp://127.0.0.1:" in caplog.text
    assert "secret" not in caplog.text
    assert found(root / "b").items() >= NEW.items()


def test_through_a_crawl(served, tmp_path):
    root, url = served
    assert publish_site(NEW, f"{url}/c", tmp_path).errors == []
    assert found(root / "c") == whole(NEW)
    done = publish([community()], {f"{url}/rooms.csv": {"format": "csv", "fields": ["room"]}}, tmp_path)
    assert done.errors == []
    assert "general" in (root / "rooms.csv").read_text()


def test_a_wrong_password_is_told(served):
    _, url = served
    with pytest.raises(NotPublished, match="so what is published stays as it was") as told:
        store_site(archive(NEW), FTPServer(f"{url.replace('cret', 'CRET')}/d", operators_settings()))
    assert "CRET" not in str(told.value)


def test_a_folder_in_the_place_of_a_file_is_told(served):
    root, url = served
    (root / "e" / "index.html").mkdir(parents=True)
    with pytest.raises(NotPublished, match=r"/e/index\.html could not be stored .* so the site is partly new"):
        store_site(archive(NEW), FTPServer(f"{url}/e", operators_settings()))


def test_a_server_that_is_not_there_is_told():
    with refusing() as url:
        port = url.rpartition(":")[2]
        with pytest.raises(NotPublished) as told:
            store_site(archive(NEW), FTPServer(f"ftp://user:secret@127.0.0.1:{port}/site", operators_settings()))
    assert f"ftp://127.0.0.1:{port}/site/ could not be stored (ConnectionRefusedError" in str(told.value)
    assert "Check that it can be reached and that we may write there" in str(told.value)
    assert "secret" not in str(told.value)
