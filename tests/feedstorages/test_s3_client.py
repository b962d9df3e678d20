"""The client behind all feeds in a bucket."""

from __future__ import annotations

import sys

import pytest
from scrapy import Spider
from scrapy.utils.test import get_crawler

from sessioncrawler.feedstorages import GuardedS3FeedStorage
from tests.support.publishing import community, publish

FEED = {"format": "servers.json"}
SETTINGS = {"AWS_REGION_NAME": "us-east-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}


def test_feeds_share_one_client_and_credentials_of_the_uri_go_first():
    pytest.importorskip("boto3", reason="boto3 is an optional dependency")
    crawler = get_crawler(Spider, SETTINGS)
    one, two, own = (
        GuardedS3FeedStorage.from_crawler(crawler, uri)
        for uri in ("s3://rooms/site/a.json", "s3://rooms/site/b.json", "s3://key:word@rooms/site/b.json")
    )
    assert one.s3_client is two.s3_client
    assert (one.bucketname, one.keyname, one.place) == ("rooms", "site/a.json", "s3://rooms/site/a.json")
    assert own.place == two.place
    assert own.s3_client is not two.s3_client


def test_without_boto3_the_mend_is_told(tmp_path, monkeypatch):
    for name in ("boto3", "boto3.session"):
        monkeypatch.setitem(sys.modules, name, None)
    done = publish([community()], {"s3://rooms/a.json": FEED}, tmp_path, **SETTINGS, AWS_SESSION_TOKEN="another client")
    assert any("boto3 is not installed: run 'pip install boto3'" in line for line in done.errors)
