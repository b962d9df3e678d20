"""What happens on the sockets: TLS and plain HTTP on one port, faults of connections, the log and the control port."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
import struct
import time

import pytest

from simnet.specs import CANARY_HOST
from tests.simnet.networks import PATIENCE, run
from tests.support.onions import request_v4


def test_tls_and_plain_http_share_a_port(tmp_path):
    async def test(client, _handshake):
        plain = await client.get(0)
        assert plain.startswith(b"HTTP/1.1 200 OK")
        for host in ("localhost", "127.0.0.1"):
            assert await client.get(0, scheme="https", host=host) == plain

    run(tmp_path, ["https"], test)


def test_plain_http_on_a_tls_port(tmp_path):
    async def test(client, _handshake):
        assert (await client.get(0)).startswith(b"HTTP/1.1 400 ")
        assert b"\r\nLocation: https://h:1/rooms\r\n" in await client.get(1)

    run(tmp_path, ["https-clear-400", "https-clear-redirect"], test)


def test_client_hello_on_a_plain_port(tmp_path):
    async def test(client, _handshake):
        with pytest.raises((ConnectionError, ssl.SSLError)):
            await client.connect(0, "https")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.connect(1, "https"), PATIENCE)
        assert (await client.get(1)).startswith(b"HTTP/1.1 200")

    run(tmp_path, ["http", "http-hello-hangs"], test)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("self-signed-http-works", "self-signed certificate"),
        ("expired-http-works", "certificate has expired"),
        ("wrong-host-http-works", "Hostname mismatch"),
    ],
)
def test_wrong_certificates(tmp_path, kind, reason):
    async def test(client, _handshake):
        with pytest.raises(ssl.SSLCertVerificationError, match=reason):
            await client.connect(0, "https")
        assert (await client.get(0)).startswith(b"HTTP/1.1 200")

    run(tmp_path, [kind], test)


def test_refused_and_dropped_connections(tmp_path):
    async def test(client, _handshake):
        with pytest.raises(ConnectionRefusedError):
            await client.connect(0)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.connect(1), PATIENCE)

    run(tmp_path, ["refused", "connect-hang"], test)


def test_silent_dripping_and_resetting_servers(tmp_path):
    async def test(client, _handshake):
        with pytest.raises(TimeoutError):
            await client.get(0)
        reader, writer = await client.connect(1)
        writer.write(b"GET /rooms HTTP/1.1\r\n\r\n")
        assert (await reader.readuntil(b"\r\n\r\n[ "))[-2:] == b"[ "
        writer.close()
        await writer.wait_closed()
        with pytest.raises(ConnectionResetError):
            await client.get(2)
        outcomes = []
        for _ in range(3):
            try:
                outcomes.append((await client.get(3))[:12])
            except ConnectionResetError:
                outcomes.append(b"")
        assert sorted(outcomes) == [b"", b"", b"HTTP/1.1 200"]

    run(tmp_path, ["silent", "drip", "reset", "reset-sometimes"], test)


def test_keep_alive_is_bunsogs_alone(tmp_path):
    async def test(client, _handshake):
        for index, lasting in ((0, False), (1, True)):
            reader, writer = await client.connect(index)
            for _ in range(2):
                writer.write(b"GET /capabilities HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nxy")
                await asyncio.wait_for(reader.readuntil(b'sogs"]}'), PATIENCE)
                if not lasting:
                    assert (await reader.read()).strip() == b""
                    break
            writer.close()
            await writer.wait_closed()

    run(tmp_path, ["http", "bunsogs"], test)


@pytest.mark.parametrize(
    "rubbish", [b"", b"\x16", b"\x16\x03\x01 no hello", b"nonsense\r\n\r\n", b"GET / HTTP", b"x" * 70_000]
)
def test_rubbish_from_clients_leaves_the_server_well(tmp_path, rubbish):
    async def test(client, _handshake):
        _, writer = await client.connect(0)
        writer.write(rubbish)
        with contextlib.suppress(ConnectionError):
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        assert (await client.get(0)).startswith(b"HTTP/1.1 200")

    run(tmp_path, ["https"], test)


@pytest.mark.parametrize("rudely", [False, True])
def test_a_client_may_go_away_before_it_asks(tmp_path, rudely):
    async def test(client, _handshake):
        reader, writer = await client.connect(0)
        await asyncio.sleep(0.01)  # the server is waiting for the first byte now
        if rudely:
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()
        assert await reader.read() == b""
        assert (await client.get(0)).startswith(b"HTTP/1.1 200")

    run(tmp_path, ["http", "private-address"], test)


def test_latency_is_applied_to_each_request(tmp_path):
    async def test(client, _handshake):
        begin = time.monotonic()
        await client.get(0)
        assert time.monotonic() - begin >= 0.05

    run(tmp_path, ["http"], test, latency=0.05)


def test_log_control_and_listing_modes(tmp_path):
    async def test(client, handshake):
        port = int(handshake["control_url"].rpartition(":")[2])
        client.network.ports |= {-1: port, -2: int(handshake["listing_urls"]["extra"].split(":")[2].split("/")[0])}

        async def control(target: str) -> bytes:
            return (await client.get(-1, target)).partition(b"\r\n\r\n")[2]

        await client.get(0)
        await client.get(0, "/r/x/", "https")
        rows = json.loads(await control("/requests"))
        assert [row[3:] for row in rows] == [["GET", "/rooms", "t", "http"], ["GET", "/r/x/", "t", "https"]]
        assert [row[:2] for row in rows] == [["0-https", client.network.ports[0]]] * 2
        assert len(json.loads(await control("/connections"))) == 2
        assert await control("/reset") == b"true"
        assert await control("/requests") == b"[]"
        assert (await client.get(-2, "/groups")).startswith(b"HTTP/1.1 200")
        assert await control("/listing?name=extra&mode=down") == b"true"
        assert (await client.get(-2, "/groups")).startswith(b"HTTP/1.1 500")
        for wrong in ("name=extra&mode=odd", "name=odd&mode=up", ""):
            assert b"There is no source" in await control("/listing?" + wrong)
        assert (await client.get(-1, "/nope")).startswith(b"HTTP/1.1 404")

    run(tmp_path, ["https"], test)


def test_a_reset_brings_passing_faults_back(tmp_path):
    async def test(client, handshake):
        client.network.ports[-1] = int(handshake["control_url"].rpartition(":")[2])

        async def statuses() -> list[bytes]:
            return [(await client.get(0))[9:12] for _ in range(3)]

        assert await statuses() == [b"503", b"503", b"200"]
        await client.get(-1, "/reset")
        assert await statuses() == [b"503", b"503", b"200"]

    run(tmp_path, ["503-twice"], test)


def test_servers_know_their_own_and_their_peers_addresses(tmp_path):
    async def test(client, _handshake):
        home = f"https://localhost:{client.network.ports[0]}"
        assert f"Location: {home}/rooms".encode() in await client.get(1)
        spec = client.network.world.servers[0]
        page = await client.get(0, f"/r/{spec.rooms[0].token}/")
        assert f"<pre>{home}/{spec.rooms[0].token}?public_key={spec.key}</pre>".encode() in page
        page = await client.get(2, f"/r/{client.network.world.servers[2].rooms[0].token}/")
        assert b"<pre>http://example.net/" in page

    run(tmp_path, ["https", "redirect-peer", "example-net"], test)


def test_posts_are_read_and_counted_on_their_connection(tmp_path):
    async def test(client, _handshake):
        onion = request_v4(client.network.world.servers[0].key, "/capabilities")
        post = b"POST /oxen/v4/lsrpc HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % len(onion.body) + onion.body
        reader, writer = await client.connect(0)
        answers = []
        for request in (b"GET /capabilities HTTP/1.1\r\nHost: h\r\n\r\n", post, post):
            writer.write(request)
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
            answers.append((head[9:12], await reader.readexactly(int(head.rpartition(b": ")[2]))))
        writer.close()
        await writer.wait_closed()
        assert [status for status, _ in answers] == [b"200", b"502", b"200"]
        assert onion.open_v4(answers[2][1])[1] == answers[0][1]

    run(tmp_path, ["post-502"], test)


def test_the_canary_tells_who_comes(tmp_path):
    async def test(client, handshake):
        location = (await client.get(0)).partition(b"Location: ")[2].split(b"\r\n")[0].decode()
        assert location.startswith(f"http://{CANARY_HOST}:")
        port = int(location.rpartition(":")[2].partition("/")[0])
        reader, writer = await asyncio.open_connection(CANARY_HOST, port)
        writer.write(b"GET /rooms HTTP/1.1\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 404")
        writer.close()
        await writer.wait_closed()
        client.network.ports[-1] = int(handshake["control_url"].rpartition(":")[2])
        log = (await client.get(-1, "/requests")).partition(b"\r\n\r\n")[2]
        assert json.loads(log)[-1][0] == "canary"

    run(tmp_path, ["redirect-canary"], test)


def test_a_system_without_a_second_loopback_address_has_no_canary(tmp_path, monkeypatch):
    from simnet import process

    real = process.bind

    def bind(host="127.0.0.1", port=0, **more):
        if host == CANARY_HOST:
            raise OSError(99, "Cannot assign requested address")
        return real(host, port, **more)

    monkeypatch.setattr(process, "bind", bind)

    async def test(client, _handshake):
        assert f"http://{CANARY_HOST}:9/".encode() in await client.get(0)

    run(tmp_path, ["redirect-canary"], test)
