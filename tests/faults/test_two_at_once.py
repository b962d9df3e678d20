"""Two whole refreshes at the same time, with other directories and states: one site is there in the end, whole."""

from __future__ import annotations

import os
import subprocess
from contextlib import nullcontext

import pytest

from sessioncrawler.publish.manifest import FILES, decode, fingerprint
from tests.faults.bucket import NAME, bucket_behind_a_door
from tests.faults.runs import LATER, PATIENCE, faults, files
from tests.support.scrapy_process import command, environment, refresh_settings


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
            patch.delenv(name)
        with faults(tmp_path_factory.mktemp("two")) as it:
            yield it


@pytest.mark.parametrize("place", ["folder", "bucket"])
def test_two_refreshes_at_once(faulty, tmp_path, place):
    with bucket_behind_a_door() if place == "bucket" else nullcontext() as bucket:
        uri = f"s3://x:y@{NAME}/site" if bucket else str(tmp_path / "site")
        options = [f"AWS_ENDPOINT_URL={bucket.url}", "AWS_REGION_NAME=us-east-1"] if bucket else []
        order = command("refresh", *(part for option in options for part in ("-s", option)))
        running = []
        for name in ("first", "second"):
            ours = {
                "CRAWL_TIME": LATER,
                "DIRECTORY_CONFIG": str(faulty.root / f"{name}.toml"),
                "SITE_URI": uri,
                "MONITOR_MIN_SOURCES": 0,
            }
            variables = environment(refresh_settings(faulty.net, faulty.fresh(f"{place}-{name}"), **ours), faulty.proxy)
            running.append(
                subprocess.Popen(order, cwd=tmp_path, env=variables, stdout=-1, stderr=subprocess.STDOUT, text=True)
            )
        told = [process.communicate(timeout=PATIENCE)[0] for process in running]
        assert [process.returncode for process in running] == [0, 0], told
        if bucket:
            site = {key.removeprefix("site/"): content for key, content in bucket.objects().items()}
            site = {path: content for path, content in site.items() if not path.startswith("health.")}
        else:
            site = files(tmp_path / "site")
    listed = decode(site.pop(FILES))
    assert {path: fingerprint(content) for path, content in site.items()} == listed
    assert not any("Another run published here" in one for one in told)
