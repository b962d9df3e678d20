"""``python -m simnet``: a simulated network until stdin closes."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

from simnet.process import serve
from simnet.spread import spread
from simnet.world import NOW, SCENARIOS, make_world


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line and serve; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m simnet", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same world (default: 1)")
    parser.add_argument("--scenario", choices=SCENARIOS, default="demo")
    parser.add_argument("--servers", type=int, help="number of servers (bench), or where to cut the scenario short")
    parser.add_argument(
        "--latency", type=float, nargs=2, default=(0.0, 0.0), metavar=("LEAST", "GREATEST"), help="seconds a request"
    )
    parser.add_argument("--later", action="store_true", help="begin with what else only happens later (impostors)")
    parser.add_argument("--spread", action="store_true", help="a domain and an IP address of its own for each server")
    parser.add_argument("--now", type=int, default=NOW, help="Unix seconds at which a lifelike world is looked at")
    options = parser.parse_args(arguments)
    least, greatest = options.latency
    world = make_world(
        options.seed, options.scenario, options.servers, (least, greatest), later=options.later, now=options.now
    )
    asyncio.run(serve(spread(world) if options.spread else world))
    return 0


if __name__ == "__main__":
    sys.exit(main())
