"""Which outcome of a poll each of aiohttp's exceptions means."""

from __future__ import annotations

import errno
import ssl

import aiohttp

from sessioncrawler.downloadhandlers._attempt import Attempt
from sessioncrawler.model import Outcome
from sessioncrawler.protocol.failures import TryError

_OUT_OF_FILES = frozenset({errno.EMFILE, errno.ENFILE})
_UNREACHABLE = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EACCES, errno.EPERM})
_LONGEST_WORDS = 200


class BrokenOffError(aiohttp.ClientError):
    """The connection ended before the head of an answer had come."""


async def no_second_try(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """A middleware for aiohttp, which would silently ask once more where a connection breaks off: we count tries."""
    try:
        return await send(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise BrokenOffError(str(error)) from error


def explain(error: Exception, attempt: Attempt, *, https: bool, proxied: bool = False) -> TryError:
    """The :class:`TryError` for what a try raised.

    ``https`` tells a broken handshake from a broken connection, ``proxied`` our proxy's failures from the server's.
    """
    if attempt.forbidden and not attempt.sockets:
        return TryError(Outcome.FORBIDDEN_ADDRESS, f"leads to {attempt.forbidden}, which is not a public address")
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return TryError(Outcome.PROXY, f"the proxy answers {error.status}")
    if isinstance(error, aiohttp.ClientProxyConnectionError) or (proxied and not attempt.sockets):
        return TryError(Outcome.PROXY, f"the proxy did not reach it ({_words(error)})")
    if isinstance(error, (aiohttp.ClientSSLError, ssl.SSLError)):
        return TryError(Outcome.TLS, _tls_reason(error))
    if isinstance(error, aiohttp.ClientConnectorError):
        return _no_connection(error, https=https)
    return _no_answer(error)


def _no_connection(error: aiohttp.ClientConnectorError, *, https: bool) -> TryError:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return TryError(Outcome.DNS, "its name does not resolve")
    if error.errno in _OUT_OF_FILES:
        advice = "raise 'ulimit -n' or lower CONCURRENT_REQUESTS"
        return TryError(Outcome.ABANDONED, f"this machine ran out of open files: {advice}")
    if error.errno == errno.ECONNREFUSED:
        return TryError(Outcome.REFUSED, "refuses connections")
    if error.errno in _UNREACHABLE:
        return TryError(Outcome.REFUSED, "cannot be reached from here")
    when = "during the TLS handshake" if https else "as soon as it is made"
    return TryError(Outcome.RESET, f"breaks the connection off {when}", again=True)


def _no_answer(error: Exception) -> TryError:
    if isinstance(error, TimeoutError):
        return TryError(Outcome.STALLED, "falls silent in the middle of its answer", again=True)
    if isinstance(error, (BrokenOffError, aiohttp.ClientPayloadError, OSError)):
        return TryError(Outcome.RESET, "breaks the connection off before its answer is whole", again=True)
    return TryError(Outcome.RESET, "answers with something that is not HTTP")


def _words(error: Exception) -> str:
    """What an exception says, in one short line."""
    return " ".join(str(error).split())[:_LONGEST_WORDS] or type(error).__name__


def _tls_reason(error: Exception) -> str:
    cause = getattr(error, "certificate_error", None) or error
    text = getattr(cause, "verify_message", "") or getattr(cause, "reason", "") or "handshake failed"
    return f"its TLS cannot be trusted ({str(text).lower().replace('_', ' ')})"
