"""The benchmark behind ``make bench``: whole crawls of simulated networks, measured from outside (docs/cost.md)."""
