"""Open data in a bucket: an S3 of loopback, which tells browsers what it was told."""

from __future__ import annotations

import os

import boto3
import pytest

from sessioncrawler.feedstorages._content import content_type
from tests.support import s3
from tests.support.open_data import polled, room, run

SETTINGS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION_NAME": "us-east-1"}
TYPES = {
    "v1/communities.json": "application/json; charset=utf-8",
    "v1/communities.schema.json": "application/json; charset=utf-8",
    "v1/manifest.json": "application/json; charset=utf-8",
    "communities.csv": "text/csv; charset=utf-8",
    "communities.jsonl": "application/x-ndjson; charset=utf-8",
    "tags.json": "application/json; charset=utf-8",
    "listings": "application/json; charset=utf-8",
    "listing/all": "application/json; charset=utf-8",
    "feed/all.xml": "application/atom+xml; charset=utf-8",
    "feed/tag/linux.xml": "application/atom+xml; charset=utf-8",
    "feed/index.opml": "text/x-opml; charset=utf-8",
}


@pytest.fixture
def endpoint(monkeypatch):
    for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    with s3.server() as url:
        yield url


def test_a_bucket_has_every_file_with_its_content_type(tmp_path, endpoint):
    client = boto3.client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    client.create_bucket(Bucket="rooms")
    client.put_object(Bucket="rooms", Key="site/feed/tag/old.xml", Body=b"gone")
    client.put_object(Bucket="rooms", Key="site/listings-of-mine", Body=b"stays")
    items = [room("linux", "Penguins #linux"), polled()]
    for target in ("s3://rooms/site", ""):
        done = run(tmp_path, items, target, AWS_ENDPOINT_URL=endpoint, **SETTINGS)
        assert done.errors == []
    names = {found["Key"] for found in client.list_objects_v2(Bucket="rooms")["Contents"]}
    here = {f"site/{path.relative_to(tmp_path / 'site')}" for path in (tmp_path / "site").rglob("*") if path.is_file()}
    assert names == here | {"site/listings-of-mine"}
    for name, expected in TYPES.items():
        found = client.get_object(Bucket="rooms", Key=f"site/{name}")
        assert found["ContentType"] == expected, name
        assert found["Body"].read() == (tmp_path / "site" / name).read_bytes(), name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("listings", "application/json; charset=utf-8"),
        ("a/b/listing/family_2-x", "application/json; charset=utf-8"),
        ("listing/x/index.html", "text/html; charset=utf-8"),
        ("old-listings", "application/octet-stream"),
        ("feed/lang/pt-BR.xml", "application/atom+xml; charset=utf-8"),
        ("feedback/sitemap.xml", "text/xml; charset=utf-8"),
    ],
)
def test_files_whose_names_do_not_tell_what_they_are(name, expected):
    assert content_type(name) == expected
