"""Feeds in buckets: Amazon S3 and what speaks its protocol, Google Cloud Storage."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import unquote, urlsplit

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.settings import BaseSettings

from sessioncrawler.feedstorages._content import content_type
from sessioncrawler.feedstorages._lease import MARK, Lease
from sessioncrawler.feedstorages._site import Read, Target, Trouble, rank_of
from sessioncrawler.feedstorages._storage import PlaceStorage

try:
    import obstore
    from obstore.exceptions import (
        AlreadyExistsError,
        BaseError,
        PermissionDeniedError,
        PreconditionError,
        UnauthenticatedError,
    )
    from obstore.store import from_url
except ImportError:  # optional: only buckets need it
    if not TYPE_CHECKING:
        obstore = None

logger = logging.getLogger(__name__)

PARALLEL = 8
"""Files that are stored at the same time: a bucket is far away."""
AHEAD = 4 * PARALLEL
"""Files that are held in memory for that."""
CONNECT_SECONDS = 10
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(seconds=20)
"""Between tries; each pause may be twice as long as the one before."""
_ACLS = {"s3": ("x-amz-acl", "FEED_STORAGE_S3_ACL"), "gs": ("x-goog-acl", "FEED_STORAGE_GCS_ACL")}
"""Scheme → header and setting for who may read what is stored."""
_METADATA = ("169.254.", "metadata.google")
"""Where machines in a cloud find credentials; asked only where no others are known."""
_ELSEWHERE = ("configured region", "AuthorizationHeaderMalformed")
"""What is answered to a question in the wrong region."""

_UNKNOWN = ("NotImplemented", "Not Implemented", "not supported")
"""What is answered by those who know no conditions."""

_REFUSED = "Check the credentials, and that they may read, list, write and delete in the bucket, and run it again."
_MISSING = "Make the bucket, or name another in SITE_URI, and run it again."
_REGION = "Set AWS_REGION_NAME to the region of the bucket and run it again."
_LATER = "The storage is overloaded or out of reach: run it again later."

Argument = TypeVar("Argument")


class Bucket(Target):
    """What is below a prefix in a bucket. A file is replaced in one step; there is no renaming."""

    def __init__(self, uri: str, settings: BaseSettings) -> None:
        place = urlsplit(uri)
        self._prefix = place.path.strip("/")
        self._root = f"{place.scheme}://{place.hostname}"
        self._settings = settings
        self._lease: BucketLease | None = None
        self._config = _s3_config(uri, settings) if place.scheme == "s3" else {}
        header, acl = _ACLS[place.scheme]
        # Google's setting has names such as publicRead, its header has public-read.
        self._acl = {header: re.sub("(?=[A-Z])", "-", settings[acl]).lower()} if settings[acl] else {}
        self._pool = ThreadPoolExecutor(PARALLEL)  # its threads start with the first file

    def __enter__(self) -> Self:
        """Find credentials."""
        with self._told(""):
            self._store = _store(self._root, self._config, self._settings, {})
            self._writing = _store(self._root, self._config, self._settings, self._acl)
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for what is under way."""
        self._pool.shutdown()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold a mark; a bucket that knows no conditions is used without one."""
        lease = BucketLease(self._settings, f"{self._root}/{self._prefix}", self._store, self._key(MARK))
        with ExitStack() as stack:
            with self._told(MARK):
                try:
                    stack.enter_context(lease.held())
                    self._lease = lease
                except NoConditionsError:
                    logger.warning("%s knows no conditions: that no two runs publish there is up to you.", self._root)
            yield

    def read(self, path: str) -> bytes | None:
        """The content of a file; None where there is none, nor a bucket."""
        with self._told(path):
            try:
                return bytes(obstore.get(self._store, self._key(path)).bytes())
            except FileNotFoundError:
                return None

    def below(self, folder: str) -> Iterator[str]:
        """All files."""
        with self._told(folder):
            for found in obstore.list(self._store, self._key(folder)):
                yield from (one["path"].removeprefix(self._key("")) for one in found)

    def put(self, paths: Iterable[str], read: Read) -> None:
        """Store files, several of one rank at a time."""
        for _, alike in groupby(paths, rank_of):
            while batch := list(islice(alike, AHEAD)):
                if self._lease:
                    with self._told(MARK):
                        self._lease.check(self)
                self._each(self._put, [(path, read(path)) for path in batch])

    def delete(self, paths: Iterable[str]) -> None:
        """Remove files, several at a time."""
        self._each(self._delete, paths)

    def _each(self, action: Callable[[Argument], None], arguments: Iterable[Argument]) -> None:
        """Do something several times at once; where one fails, those that did not begin do not."""
        for _ in self._pool.map(action, arguments):
            pass

    def _put(self, file: tuple[str, bytes]) -> None:
        path, content = file
        key = self._key(path)
        with self._told(path):
            # Of one piece, so that what breaks off leaves no parts behind.
            announced: Any = {"Content-Type": content_type(key)}
            obstore.put(self._writing, key, content, attributes=announced, use_multipart=False)

    def _delete(self, path: str) -> None:
        with self._told(path):
            try:
                obstore.delete(self._store, self._key(path))
            except FileNotFoundError:
                return

    def _key(self, path: str) -> str:
        return f"{self._prefix}/{path}".lstrip("/")

    @contextmanager
    def _told(self, path: str) -> Iterator[None]:
        try:
            yield
        except (BaseError, OSError) as error:
            words = _words(error)
            raise Trouble(f"{self._root}/{self._key(path)}", error, _mend(error, words), words) from error


class NoConditionsError(Exception):
    """The bucket does not know "only if it is not there", which most do."""


class BucketLease(Lease):
    """An object; each of its states is its content and its ``ETag``, or on Google its generation."""

    def __init__(self, settings: BaseSettings, where: str, store: Any, key: str) -> None:
        super().__init__(settings, where)
        self._store = store
        self._key = key

    def make(self, content: bytes) -> Any:
        """Write the object if it is not there."""
        return self._put(content, "create")

    def look(self) -> Any:
        """Read it."""
        try:
            found = obstore.get(self._store, self._key)
        except FileNotFoundError:
            return None
        return bytes(found.bytes()), _version(found.meta)

    def change(self, mark: Any, content: bytes) -> Any:
        """Write it if it is as ``mark`` says."""
        return self._put(content, mark[1])

    def take(self, mark: Any, content: bytes) -> Any:
        """The same."""
        return self._put(content, mark[1])

    def remove(self) -> None:
        """Remove it."""
        try:
            obstore.delete(self._store, self._key)
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            self.stays(_words(error))

    def _put(self, content: bytes, mode: Any) -> Any:
        try:
            told = obstore.put(self._store, self._key, content, mode=mode, use_multipart=False)
        except (AlreadyExistsError, PreconditionError, FileNotFoundError) as error:
            if mode == "create" and isinstance(error, FileNotFoundError):
                raise  # there is no bucket
            there = self.look()  # it may be ours, where the answer to a first try was lost
            return there if there and there[0] == content else None
        except BaseError as error:
            if any(sign in str(error) for sign in _UNKNOWN):
                raise NoConditionsError from error
            raise
        return content, _version(told)


def _version(told: Any) -> dict[str, str]:
    return {name: told[name] for name in ("e_tag", "version") if told[name] is not None}


def _words(error: Exception) -> str:
    """What is said of an error, without how obstore came to it."""
    return str(error).partition("\n\nDebug source")[0]


def _mend(error: Exception, words: str) -> str:
    """What to do about ``error``."""
    refused = isinstance(error, UnauthenticatedError | PermissionDeniedError)
    if refused or any(one in words for one in _METADATA):
        return _REFUSED
    if isinstance(error, FileNotFoundError):
        return _MISSING
    return _REGION if any(one in words for one in _ELSEWHERE) else _LATER


def _store(root: str, config: Any, settings: BaseSettings, headers: dict[str, str]) -> Any:
    """A client that gives up after ``STORE_TRIES`` tries, each ``STORE_TIMEOUT`` seconds long at most."""
    tries, seconds = settings.getint("STORE_TRIES"), settings.getfloat("STORE_TIMEOUT")
    return from_url(
        root,
        config=config,
        client_options={
            "allow_http": True,  # endpoints are https by themselves; one that somebody named may be otherwise
            "connect_timeout": timedelta(seconds=min(CONNECT_SECONDS, seconds)),
            "timeout": timedelta(seconds=seconds),
            "default_headers": headers,
        },
        retry_config={
            "max_retries": tries - 1,
            "retry_timeout": tries * (timedelta(seconds=seconds) + LONGEST_PAUSE),
            "backoff": {"init_backoff": FIRST_PAUSE, "max_backoff": LONGEST_PAUSE, "base": 2},
        },
    )


def _s3_config(uri: str, settings: BaseSettings) -> dict[str, str]:
    """What Scrapy's settings and the URI say; obstore asks the environment for the rest."""
    place = urlsplit(uri)
    told = {
        "access_key_id": unquote(place.username or "") or settings["AWS_ACCESS_KEY_ID"],
        "secret_access_key": unquote(place.password or "") or settings["AWS_SECRET_ACCESS_KEY"],
        "session_token": settings["AWS_SESSION_TOKEN"],
        "endpoint": settings["AWS_ENDPOINT_URL"],
        "region": settings["AWS_REGION_NAME"],
    }
    return {name: value for name, value in told.items() if value}


class BucketStorage(PlaceStorage):
    """Storage for ``s3:`` and ``gs:`` URIs."""

    def __init__(self, crawler: Crawler, uri: str, *, is_site: bool) -> None:
        if obstore is None:
            raise NotConfigured("obstore is not installed: run 'pip install obstore'")
        super().__init__(crawler, uri, is_site=is_site)

    def place(self, uri: str) -> Bucket:
        """A bucket, or what is below a prefix in it."""
        return Bucket(uri, self.crawler.settings)
