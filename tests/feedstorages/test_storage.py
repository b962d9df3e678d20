"""The guard, through whole crawls: what is published stays as it was unless all is well."""

from __future__ import annotations

import pytest
from scrapy.exporters import BaseItemExporter

from sessioncrawler.feedstorages import folder as folder_storage
from sessioncrawler.feedstorages.folder import FolderStorage
from tests.support.packed_sites import NEW, OLD, publish_site, whole
from tests.support.publishing import community, publish

FAILED = "feedexport/failed_count/FolderStorage"
STORED = "feedexport/success_count/FolderStorage"
PLAIN = {"format": "csv", "fields": ["room"]}


def found(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def site(tmp_path):
    """A folder with the old site."""
    folder = tmp_path / "site"
    assert publish_site(OLD, str(folder), tmp_path).errors == []
    return folder


def assert_vetoed(published, site, sentence):
    assert found(site) == whole(OLD)
    assert published.stats[FAILED] == 1
    assert STORED not in published.stats
    (told,) = [line for line in published.errors if line.startswith("ERROR Error storing")]
    assert sentence in told
    assert "Traceback" not in told


def test_a_whole_crawl_is_published(site, tmp_path):
    published = publish_site(NEW, str(site), tmp_path)
    assert published.errors == []
    assert published.stats[STORED] == 1
    assert found(site) == whole(NEW)
    assert not (site / "c" / "gone").exists()


def test_a_crawl_that_was_cancelled_publishes_nothing(site, tmp_path):
    published = publish_site(NEW, str(site), tmp_path, reason="cancelled")
    assert_vetoed(published, site, "the crawl did not finish (cancelled), so what is published stays as it was.")


def test_a_spider_that_failed_publishes_nothing(site, tmp_path):
    published = publish_site(NEW, str(site), tmp_path, fault=RuntimeError("a mistake"))
    assert_vetoed(published, site, "so what is published stays as it was.")


def test_an_exception_that_was_counted_publishes_nothing(site, tmp_path):
    class Counting:
        @classmethod
        def from_crawler(cls, crawler):
            crawler.stats.inc_value("spider_exceptions/count")
            return cls()

    published = publish_site(NEW, str(site), tmp_path, EXTENSIONS={Counting: 1})
    assert_vetoed(published, site, "exceptions in the spider: 1, so what is published stays as it was.")


def test_a_site_that_could_not_be_made_publishes_nothing(site, tmp_path):
    def broken():
        yield from NEW.items()
        raise LookupError("no such filter")

    published = publish_site(broken, str(site), tmp_path)
    assert_vetoed(published, site, "the site could not be made, so what is published stays as it was. See the log")


def test_a_feed_of_ones_own_is_stored_whatever_happens(tmp_path):
    published = publish([community()], {f"{tmp_path}/a.csv": PLAIN}, tmp_path, reason="cancelled")
    assert published.errors == []
    assert "general" in (tmp_path / "a.csv").read_text()


def test_a_feed_whose_exporter_failed_and_closed_its_file_is_not_stored(tmp_path):
    class Failing(BaseItemExporter):
        def __init__(self, file, **kwargs):
            super().__init__(**kwargs)
            self._file = file

        def export_item(self, item):
            self._file.write(b"half")

        def finish_exporting(self):
            self._file.close()

    (tmp_path / "a").write_text("old")
    published = publish([community()], {f"{tmp_path}/a": {"format": "x"}}, tmp_path, FEED_EXPORTERS={"x": Failing})
    (told,) = published.errors
    assert told.endswith("| the feed could not be made, so what is published stays as it was. See the log above.")
    assert published.stats[FAILED] == 1
    assert (tmp_path / "a").read_text() == "old"


def test_a_temporary_folder_that_is_not_there_is_told(site, tmp_path):
    published = publish_site(NEW, str(site), tmp_path, FEED_TEMPDIR=str(tmp_path / "nowhere"))
    assert found(site) == whole(OLD)
    assert published.stats[FAILED] == 1
    (told,) = published.errors
    assert "no temporary file could be opened (" in told
    assert "Check the setting FEED_TEMPDIR." in told
    assert "Traceback" not in told


def test_mistakes_of_the_program_keep_their_traceback(site, tmp_path, monkeypatch):
    monkeypatch.setattr(folder_storage.Folder, "prepare", lambda *_: 1 / 0)
    published = publish_site(NEW, str(site), tmp_path)
    assert published.stats[FAILED] == 1
    assert "ZeroDivisionError" in published.errors[0]
    assert "Traceback" in published.errors[0]
    assert found(site) == whole(OLD)


def test_appending_is_refused_with_a_mend(tmp_path):
    published = publish([community()], {f"{tmp_path}/a.csv": {**PLAIN, "overwrite": False}}, tmp_path)
    assert f"WARNING {tmp_path}/a.csv is always replaced, never appended to: remove overwrite=False" in "".join(
        published.log
    )


def test_a_temporary_file_that_cannot_be_closed_is_no_failure(tmp_path):
    class Unwilling(FolderStorage):
        def open(self, spider):
            file = super().open(spider)
            close = file.close

            def closing():
                close()
                raise OSError(28, "No space left on device")

            file.close = closing
            return file

    published = publish([community()], {f"{tmp_path}/a.csv": PLAIN}, tmp_path, FEED_STORAGES={"": Unwilling})
    assert published.errors == []
    assert "general" in (tmp_path / "a.csv").read_text()


def test_temporary_files_have_no_names(tmp_path):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    seen = []

    class Looking(FolderStorage):
        def open(self, spider):
            file = super().open(spider)
            file.write(b" ")
            file.flush()
            seen.append(list(temporary.iterdir()))
            return file

    more = {"FEED_STORAGES": {"": Looking}, "FEED_TEMPDIR": str(temporary)}
    publish([community()], {f"{tmp_path}/a.csv": PLAIN}, tmp_path, **more)
    assert seen == [[]]
