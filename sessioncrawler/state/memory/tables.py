"""The tables of how servers were reached."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, MetaData, Table, Text

_metadata = MetaData()
servers = Table(
    "servers",
    _metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("public_key", Text, unique=True),
    Column("first_reached", BigInteger),
    Column("last_reached", BigInteger),
    Column("last_checked", BigInteger),
)
checks = Table(
    "checks",
    _metadata,
    Column("server", Integer, primary_key=True),
    Column("span", Integer, primary_key=True),
    Column("start", Integer, primary_key=True),
    Column("asked", Integer),
    Column("reached", Integer),
    Column("seconds", Float),
)
incidents = Table(
    "incidents",
    _metadata,
    Column("server", Integer, primary_key=True),
    Column("began", BigInteger, primary_key=True),
    Column("ended", BigInteger),
    Column("how", Text),
    Column("replaced", Boolean),
)
