"""How a network whose servers have names and ports of their own is reached: on this machine, by nobody else.

Every server is bound to a free port of 127.0.0.1. Names of ``.example`` lead to IP addresses that only this process
knows, and a connection to one of those goes to the port of its server, whatever port was meant. No name server is
asked, and no proxy.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Self

from simnet.specs import IP, ServerSpec

NETWORKS = 250
ROADS = {"ALLOWED_PRIVATE_NETWORKS": f"{IP}/32,127.128.0.0/9"}
"""Settings of a crawl of such a network."""
SOURCE = "forum.paperlantern.example"
"""The name of the further source of such a network; its port is the true one."""
_RESERVED = ".example"


def ip_at(index: int) -> str:
    """The IP address of a server, in a /24 of its own."""
    return f"127.{128 + index // NETWORKS}.{index % NETWORKS}.1"


class Roads:
    """Leads this process to the ``servers`` behind ``ports`` (index → port on 127.0.0.1) for a ``with`` block."""

    def __init__(self, servers: Iterable[ServerSpec], ports: Mapping[int, int]) -> None:
        there = [spec for spec in servers if spec.index in ports and spec.ports]
        self._ips = {SOURCE: IP, **{spec.name: spec.ip for spec in there}}
        self._behind = {spec.ip: ports[spec.index] for spec in there}
        self._look_up = socket.getaddrinfo
        self._no_proxy = os.environ.get("no_proxy")

    def __enter__(self) -> Self:
        behind = self._behind

        def connect(sock: socket.socket, address: Any) -> None:
            port = behind.get(address[0]) if isinstance(address, tuple) else None
            super(socket.socket, sock).connect((IP, port) if port else address)

        past = self._no_proxy or os.environ.get("NO_PROXY", "")
        os.environ["no_proxy"] = ",".join(filter(None, (past, _RESERVED)))
        socket.getaddrinfo = self.look_up
        socket.socket.connect = connect  # type: ignore[assignment,method-assign]  # as long as the block lasts
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        socket.getaddrinfo = self._look_up
        del socket.socket.connect
        os.environ.pop("no_proxy")
        if self._no_proxy is not None:
            os.environ["no_proxy"] = self._no_proxy

    def look_up(self, host: Any, *args: Any, **kwargs: Any) -> Any:
        """As ``getaddrinfo``; names of ``.example`` are known here or nowhere."""
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if isinstance(name, str) and name.endswith(_RESERVED) and name not in self._ips:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return self._look_up(self._ips.get(name, host), *args, **kwargs)
