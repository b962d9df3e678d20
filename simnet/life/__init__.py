"""Simulated networks that live: from a seed, many days of crawls, on a clock of their own and without sockets.

:class:`Life` says for each crawl what runs at which address, who can be reached and what is posted; ``asking`` holds
the conversations of that crawl in this process, with the same servers that ``simnet`` puts behind ports.
"""

from simnet.life.asking import ask_all
from simnet.life.fates import HOUR
from simnet.life.lives import STEP, Life, Moment
from simnet.life.worlds import make_living_world

__all__ = ["HOUR", "STEP", "Life", "Moment", "ask_all", "make_living_world"]
