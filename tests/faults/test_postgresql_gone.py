"""PostgreSQL that goes away while a crawl runs."""

from __future__ import annotations

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.faults.runs import faults, files
from tests.support import postgresql

pytest.importorskip("psycopg", reason="needs psycopg, the driver for PostgreSQL")


@pytest.fixture
def server():
    """The URL of a new server, and how to stop it for as long as the test goes on."""
    if not postgresql.installed():
        pytest.skip(postgresql.MISSING)
    with postgresql.server() as url:
        folder = url.partition("host=")[2]
        control = ("pg_ctl", "-D", f"{folder}/data", "-w", "-l", f"{folder}/log")
        stopped = []

        def stop():
            postgresql.run(*control, "-m", "immediate", "stop")
            stopped.append(True)

        yield url, stop
        if stopped:  # it is stopped once more, by its owner
            postgresql.run(*control, "-o", f"-k {folder} -c listen_addresses='' -c fsync=off", "start")


@contextmanager
def calling(action):
    """A listing that calls ``action`` when it is read, and shows nothing."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            action()
            self.send_response(404)
            self.end_headers()

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        thread.join()


def test_a_server_that_goes_away_in_the_middle(tmp_path, server):
    url, stop = server
    with faults(tmp_path, STATE_URL=url) as faulty:
        folder = faulty.fresh("gone")
        before = files(folder / "site")
        with calling(stop) as listing:
            done = faulty.run(folder, STATE_URL=url, listing=listing)
    assert done.code == 1
    assert "Traceback" not in done.output
    assert "cannot be used. Check STATE_URL, and that the database server runs and lets this user in" in done.output
    assert done.last_line == "Nothing was published: the state database could not be used: see the log."
    assert files(folder / "site") == before
