"""Certificates and handshakes, right and wrong."""

from __future__ import annotations

import asyncio
import ssl

import pytest
import trustme

from sessioncrawler.model import Outcome
from tests.downloadhandlers.asking import failing, never
from tests.downloadhandlers.loopback import answer_ok, fetch, handler, server


def test_a_certificate_of_a_trusted_authority_is_accepted(tmp_path):
    authority, context, ca_file = _authority(tmp_path, "127.0.0.1")

    async def main():
        async with server(answer_ok, tls=context) as it, handler(TLS_CA_FILE=str(ca_file)) as client:
            return await fetch(client, it.url(scheme="https"))

    assert asyncio.run(main()).body == b"ok"
    assert authority is not None


@pytest.mark.parametrize("trusted", [True, False])
def test_other_certificates_are_refused_at_once(tmp_path, trusted):
    _, context, ca_file = _authority(tmp_path, "another.example")
    error, it = failing(answer_ok, tls=context, scheme="https", TLS_CA_FILE=str(ca_file) if trusted else None)
    assert error.outcome is Outcome.TLS
    assert it.connections <= 1


def test_a_server_that_answers_tls_with_plain_http():
    async def plain(connection):
        await connection.reader.read(100)
        await connection.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    error, it = failing(plain, scheme="https")
    assert error.outcome is Outcome.TLS
    assert it.connections == 1


def test_a_handshake_that_is_broken_off_is_tried_again():
    async def close(connection):
        await connection.reader.read(100)

    error, it = failing(close, {"max_tries": 3}, scheme="https")
    assert error.outcome is Outcome.RESET
    assert it.connections == 3


def test_a_handshake_that_hangs_is_a_stall():
    error, it = failing(never, {"max_tries": 2}, scheme="https")
    assert error.outcome is Outcome.STALLED
    assert it.connections == 2


def _authority(tmp_path, host: str):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    return authority, context, ca_file
