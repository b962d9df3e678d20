"""Which outcome of a poll each of aiohttp's exceptions means."""

from __future__ import annotations

import errno
import ssl

import aiohttp

from sessioncrawler.downloadhandlers._attempt import Attempt
from sessioncrawler.downloadhandlers._crowds import OUT_OF_FILES
from sessioncrawler.model import Outcome
from sessioncrawler.protocol.failures import TryError

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
    refused = None if attempt.sockets else refusal(attempt)
    if refused:
        return refused
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return TryError(Outcome.PROXY, f"the proxy answers {error.status}")
    if isinstance(error, aiohttp.ClientProxyConnectionError) or (proxied and not attempt.sockets):
        return TryError(Outcome.PROXY, f"the proxy did not reach it ({_words(error)})")
    if isinstance(error, (aiohttp.ClientSSLError, ssl.SSLError)):
        return TryError(Outcome.TLS, _tls_reason(error))
    if isinstance(error, aiohttp.ClientConnectorError):
        return _no_connection(error, https=https)
    return _no_answer(error)


def unwind(error: BaseException) -> None:
    """Let go of all that ``error`` and its causes hold: the frames in which they were raised.

    aiohttp and asyncio keep an exception in a variable of a frame that the exception itself holds by its traceback. In
    that circle hang the connection and its buffers, 300 kB with TLS, until garbage is looked for: a host that resets
    every connection would fill the memory.
    """
    chain: list[BaseException | None] = [error]
    while chain:
        one = chain.pop()
        if one is not None and one.__traceback__ is not None:
            one.__traceback__ = None
            chain += [one.__cause__, one.__context__]


def refusal(attempt: Attempt) -> TryError | None:
    """Why we made no socket for it; None where that was not for us to refuse."""
    if attempt.later:
        return no_socket()
    if attempt.crowded:
        return TryError(Outcome.CROWDED, f"is one of too many new addresses at {attempt.crowded} are asked a crawl")
    if attempt.forbidden:
        return TryError(Outcome.FORBIDDEN_ADDRESS, f"leads to {attempt.forbidden}, which is not a public address")
    return None


def no_socket() -> TryError:
    """A try that was not made since one more connection would be too many, for this machine or for the other."""
    error = TryError(
        Outcome.ABANDONED, "got no connection: too many are open here (see 'ulimit -n'), or to its machine"
    )
    error.later = True
    return error


def _no_connection(error: aiohttp.ClientConnectorError, *, https: bool) -> TryError:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return TryError(Outcome.DNS, "its name does not resolve")
    if error.errno in OUT_OF_FILES:
        return no_socket()
    if error.errno == errno.ECONNREFUSED:
        return TryError(Outcome.REFUSED, "refuses connections")
    if error.errno in _UNREACHABLE:
        return TryError(Outcome.REFUSED, "cannot be reached from here")
    when = "during the TLS handshake" if https else "as soon as it is made"
    broken = TryError(Outcome.RESET, f"breaks the connection off {when}", again=True)
    broken.handshake = https
    return broken


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
