"""The download handler against loopback servers that stall, break off, drip and lie."""

from __future__ import annotations

import asyncio
import socket

import pytest
from scrapy.http import Request

from sessioncrawler.model import Outcome
from tests.downloadhandlers.asking import failing, failure, fetching, never
from tests.downloadhandlers.loopback import OK, answer_ok, fetch, handler, server


def test_an_answer_comes_through_whole():
    async def speak(connection):
        head = await connection.head()
        assert b"Host: 127.0.0.1" in head
        assert b"X-Test: a" in head
        await connection.send(b"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nX-Twice: a\r\nX-Twice: b\r\n")
        await connection.send(b"Content-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")

    async def main():
        async with server(speak) as it, handler() as client:
            request = Request(it.url("/a?b=%2F"), headers={"X-Test": "a"})
            return await client.download_request(request), request

    response, request = asyncio.run(main())
    assert (response.status, response.body) == (503, b"abc")
    assert response.headers["Retry-After"] == b"7"
    assert response.headers.getlist("X-Twice") == [b"a", b"b"]
    assert response.text == "abc"
    assert response.url == request.url
    assert request.meta["tries"] == 1


def test_redirects_are_not_followed():
    async def redirect(connection):
        await connection.head()
        await connection.send(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")

    response, it = fetching(redirect)
    assert response.status == 302
    assert it.connections == 1


def test_a_server_that_answers_one_time_in_five_is_read_soon():
    async def fifth(connection):
        await connection.head()
        await (answer_now(connection) if connection.number % 5 == 0 else connection.reader.read())

    async def answer_now(connection):
        await connection.send(OK)

    response, it = fetching(fifth)
    assert response.body == b"ok"
    assert response.status == 200
    assert it.connections == 5
    assert it.most_open <= 4


def test_a_server_that_never_answers_is_given_up_after_all_tries():
    error, it = failing(never)
    assert error.outcome is Outcome.STALLED
    assert it.connections == error.tries == 12
    assert it.most_open <= 4


def test_a_request_may_be_less_patient():
    error, it = failing(never, {"max_tries": 2})
    assert error.outcome is Outcome.STALLED
    assert it.connections == 2


def test_the_budget_of_a_server_ends_its_tries():
    error, it = failing(never, {"budget": 0.3}, PATIENT_RETRY_TIMES=1000)
    assert error.outcome is Outcome.STALLED
    assert it.connections < 12


def test_a_budget_that_is_spent_asks_nothing():
    error, it = failing(never, {"budget": 0.0})
    assert error.outcome is Outcome.STALLED
    assert it.connections == 0


def test_a_healthy_slow_server_is_not_asked_twice():
    async def slow(connection):
        await connection.head()
        await asyncio.sleep(0.3)
        await connection.send(OK)

    response, it = fetching(slow, PATIENT_RETRY_TIMEOUT=4)
    assert response.status == 200
    assert it.connections == 1


def test_a_connection_that_breaks_off_is_tried_again():
    async def third(connection):
        await connection.head()
        if connection.number == 3:
            await connection.send(OK)

    response, it = fetching(third)
    assert response.status == 200
    assert it.connections == 3


@pytest.mark.parametrize("part", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"])
def test_connections_that_always_break_off_are_resets(part):
    async def broken(connection):
        await connection.head()
        await connection.send(part)

    error, it = failing(broken)
    assert error.outcome is Outcome.RESET
    assert it.connections == 12


def test_what_was_heard_tells_more_than_tries_that_hang():
    async def once(connection):
        await connection.head()
        if connection.number > 1:
            await connection.reader.read()

    error, it = failing(once, {"max_tries": 3})
    assert error.outcome is Outcome.RESET
    assert it.connections == 3


def test_a_reset_by_the_other_side_is_tried_again():
    async def reset(connection):
        await connection.head()
        linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
        connection.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    error, it = failing(reset)
    assert error.outcome is Outcome.RESET
    assert it.connections == 12


@pytest.mark.parametrize("garbage", [b"SSH-2.0-OpenSSH\r\n\r\n", b"\x00" * 200, b"HTTP/1.1 abc\r\n\r\n"])
def test_what_is_not_http_is_not_asked_again(garbage):
    async def speak(connection):
        await connection.head()
        await connection.send(garbage)

    error, it = failing(speak)
    assert error.outcome is Outcome.RESET
    assert "not HTTP" in error.detail
    assert it.connections == 1


def test_headers_without_end_are_not_http():
    async def speak(connection):
        await connection.head()
        await connection.send(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\n")

    error, _ = failing(speak)
    assert error.outcome is Outcome.RESET


def test_a_drip_ends_at_the_time_limit():
    async def drip(connection):
        await connection.head()
        await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            await connection.send(b".")
            await asyncio.sleep(0.05)

    error, it = failing(drip)
    assert error.outcome is Outcome.STALLED
    assert "too slowly" in error.detail
    assert it.connections == 1


def test_silence_in_the_middle_of_an_answer_is_a_stall():
    async def half(connection):
        await connection.head()
        if connection.number == 3:
            await connection.send(OK)
            return
        await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
        await connection.reader.read()

    response, it = fetching(half)
    assert response.body == b"ok"
    assert it.connections == 3


def test_a_declared_length_beyond_the_limit_is_refused_at_once():
    async def large(connection):
        await connection.head()
        await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        await connection.reader.read()

    error, it = failing(large)
    assert error.outcome is Outcome.TOO_LARGE
    assert it.connections == 1


def test_an_endless_answer_is_cut_off():
    async def endless(connection):
        await connection.head()
        await connection.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            await connection.send(b"x" * 10_000)

    error, it = failing(endless)
    assert error.outcome is Outcome.TOO_LARGE
    assert it.connections == 1


def test_a_closed_port_refuses():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    error = failure(f"http://127.0.0.1:{port}/")
    assert error.outcome is Outcome.REFUSED
    assert error.tries == 1


def test_a_connection_that_hangs_is_told_from_an_answer_that_never_comes():
    with socket.socket() as listening, socket.socket() as one, socket.socket() as two:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for sock in (one, two):  # a full backlog drops what comes next
            sock.setblocking(False)
            sock.connect_ex(listening.getsockname())
        error = failure(f"http://127.0.0.1:{listening.getsockname()[1]}/")
    assert error.outcome is Outcome.CONNECT_TIMEOUT
    assert error.tries == 1


@pytest.mark.parametrize("host", ["no.such.name.invalid", "x" * 70 + ".example"])
def test_a_name_that_does_not_resolve(host):
    assert failure(f"http://{host}/").outcome is Outcome.DNS


def test_names_are_resolved_off_the_loop(monkeypatch):
    def slow(*_, **__):
        import time

        time.sleep(0.3)
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    error = failure("http://slow.example/", DNS_TIMEOUT=0.05)
    assert error.outcome in {Outcome.DNS, Outcome.CONNECT_TIMEOUT}


@pytest.mark.parametrize("port", [22, 25, 1023])
def test_ports_of_other_services_are_refused(port):
    assert failure(f"http://127.0.0.1:{port}/").outcome is Outcome.FORBIDDEN_PORT


def test_hidden_services_need_a_socks_proxy():
    assert failure("http://abcdef.onion/").outcome is Outcome.NO_SOCKS_PROXY
    assert failure("http://abcdef.loki/").outcome is Outcome.NO_SOCKS_PROXY


def test_stalling_requests_do_not_hold_up_others():
    async def main():
        async with server(never) as dead, server(answer_ok) as fine, handler(CONCURRENT_WORK=1) as client:
            stalled = [asyncio.ensure_future(fetch(client, dead.url(f"/{n}"))) for n in range(3)]
            await asyncio.sleep(0)
            response = await asyncio.wait_for(fetch(client, fine.url()), 2)
            waiting = [not task.done() for task in stalled]
            for task in stalled:
                task.cancel()
            await asyncio.gather(*stalled, return_exceptions=True)
            return response, waiting

    response, waiting = asyncio.run(main())
    assert response.body == b"ok"
    assert all(waiting)


def test_cancelling_a_request_closes_its_connections():
    async def main():
        async with server(never) as it, handler() as client:
            task = asyncio.ensure_future(fetch(client, it.url()))
            await asyncio.sleep(0.05)
            assert it.open == 1
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await asyncio.sleep(0.05)
            return it.open

    assert asyncio.run(main()) == 0
