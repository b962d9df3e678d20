"""Throw-away certificates: a certificate authority of its own for every run, and three certificates that are wrong."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import trustme

from simnet.specs import IP, NAME, Certificate

LONG_AGO = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 3, 1, tzinfo=UTC))


def _context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def _self_signed() -> ssl.SSLContext:
    """A certificate that signs itself: that of an authority which nobody trusts."""
    stranger = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    both = trustme.Blob(stranger.private_key_pem.bytes() + stranger.cert_pem.bytes())
    with both.tempfile() as path:
        context.load_cert_chain(path)
    return context


def make_contexts(
    ca_file: Path, others: Iterable[tuple[str, str]] = ()
) -> tuple[dict[Certificate, ssl.SSLContext], dict[str, ssl.SSLContext]]:
    """TLS contexts for every kind of certificate, and good ones for ``others`` (name and IP address), by name.

    The authority that signs the good ones is written to ``ca_file``.
    """
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(ca_file))
    begin, end = LONG_AGO
    kinds = {
        Certificate.GOOD: _context(authority.issue_cert(NAME, IP)),
        Certificate.SELF_SIGNED: _self_signed(),
        Certificate.EXPIRED: _context(authority.issue_cert(NAME, IP, not_before=begin, not_after=end)),
        Certificate.WRONG_HOST: _context(authority.issue_cert("sogs.example.org")),
    }
    return kinds, {name: _context(authority.issue_cert(name, ip)) for name, ip in others}
