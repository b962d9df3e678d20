"""Certificates of servers behind proxies."""

from __future__ import annotations

import ssl

import pytest
import trustme

from sessioncrawler.downloadhandlers.patient import _tls
from tests.downloadhandlers.proxies import HOST, ONION


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """A server context for HOST and ONION, and the file of the authority behind it."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST, ONION).configure_cert(context)
    ca_file = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    yield context, str(ca_file)
    _tls.cache_clear()
