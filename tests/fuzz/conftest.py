"""Prints what ``make fuzz`` did: the cases of each property, also those that other processes ran."""

from __future__ import annotations

import pytest

from tests.fuzz.cases import RUN, WANTED
from tests.fuzz.world import make_crawler


@pytest.fixture(scope="session")
def crawler(tmp_path_factory):
    return make_crawler(tmp_path_factory.mktemp("world"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call" and (name := getattr(item, "originalname", None)) in RUN:
        report.user_properties.append(("cases", RUN[name]))
    return report


def pytest_terminal_summary(terminalreporter):
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    run = {report.nodeid: dict(report.user_properties).get("cases") for report in reports if report.when == "call"}
    counts = {nodeid: count for nodeid, count in sorted(run.items()) if count}
    if WANTED and counts:
        terminalreporter.section("cases of the hostile world")
        for nodeid, count in counts.items():
            terminalreporter.write_line(f"{count:>9,}  {nodeid}")
        terminalreporter.write_line(f"{sum(counts.values()):>9,}  in all")
