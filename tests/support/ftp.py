"""An FTP server on loopback: Twisted's, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SERVER = """
import sys
from pathlib import Path
from twisted.cred.checkers import InMemoryUsernamePasswordDatabaseDontUse
from twisted.cred.portal import Portal
from twisted.internet import reactor
from twisted.protocols.ftp import FTPFactory, SystemFTPRealm
from twisted.python.filepath import FilePath


class Realm(SystemFTPRealm):
    def getHomeDirectory(self, avatarId):
        return FilePath(sys.argv[1])


users = InMemoryUsernamePasswordDatabaseDontUse()
users.users = {"user": sys.argv[2], b"user": sys.argv[2].encode()}
port = reactor.listenTCP(0, FTPFactory(Portal(Realm("/nowhere"), [users])), interface="127.0.0.1")
print(port.getHost().port, flush=True)
reactor.run()
"""


@contextmanager
def server(root: Path, password: str = "se cret") -> Iterator[int]:
    """The port of a server that keeps the files of ``user`` (and ``password``) in ``root``."""
    order = [sys.executable, "-c", _SERVER, str(root), password]
    with subprocess.Popen(order, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield int(process.stdout.readline())
        finally:
            process.terminate()
