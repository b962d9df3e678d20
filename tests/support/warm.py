"""A process that has imported everything and forks others on demand: what runs in them begins at once.

``run_warm("tests.support.crawl_process:main", …)`` calls a function in a new process, as ``subprocess.run`` runs a
program. Each process of tests keeps one warm process for that. Orders go there as lines of JSON, answers come back.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).parents[2]
LIBRARIES = (
    "PIL.Image",
    "aiohttp",
    "aiohttp_socks",
    "babel.dates",
    "http.cookies",
    "jinja2",
    "lxml.etree",
    "obstore",
    "rich.console",
    "rich.progress",
    "scrapy.cmdline",
    "scrapy.core.engine",
    "scrapy.extensions.closespider",
    "scrapy.extensions.corestats",
    "scrapy.extensions.feedexport",
    "scrapy.extensions.logstats",
    "scrapy.extensions.memusage",
    "scrapy.pipelines.files",
    "scrapy.pqueues",
    "scrapy.squeues",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "sqlite3",
    "tldextract",
)
TEMPLATES = ("html", "svg", "txt", "webmanifest", "xml")
LEFT_OUT = {"sessioncrawler.settings"}
"""Settings read the environment when they are imported."""


def warm_up() -> None:
    """Import what a crawl imports, and make what it makes once; no reactor, no settings, which belong to one run."""
    for name in LIBRARIES:
        importlib.import_module(name)
    package = importlib.import_module("sessioncrawler")
    for module in pkgutil.walk_packages(package.__path__, "sessioncrawler."):
        if "-" not in module.name and not any(module.name.startswith(left) for left in LEFT_OUT):
            importlib.import_module(module.name)
    named_language = importlib.import_module("sessioncrawler.editorial.topics.meanings").named_language
    assert named_language("english") == "en"  # names of all languages in all languages
    languages = importlib.import_module("sessioncrawler.site.i18n.languages")
    build_environment = importlib.import_module("sessioncrawler.site.render.environment").build_environment
    for code in languages.LOCALES:
        language = languages.site_language(code)
        language.day(0)  # Babel reads its data of the language
        language.number(1)
        environment = build_environment(None, language)
    for name in environment.list_templates(extensions=TEMPLATES):  # compiled once for all languages
        environment.get_template(name)
    assert "twisted.internet.reactor" not in sys.modules


def run_warm(
    function: str,
    arguments: Sequence[str] = (),
    *,
    folder: Path,
    environment: Mapping[str, str],
    seconds: float,
    text: str = "",
) -> subprocess.CompletedProcess[str]:
    """Call ``module:function`` in a new process in ``folder``, ``text`` being its input; its code and what it wrote.

    ``arguments`` are those of a command line. What takes longer than ``seconds`` is ended: TimeoutExpired.
    """
    with tempfile.TemporaryDirectory() as name:
        streams = [Path(name, stream) for stream in ("in", "out", "err")]
        streams[0].write_text(text, encoding="utf-8")
        order = {
            "function": function,
            "arguments": [function, *arguments],
            "folder": str(folder),
            "environment": dict(environment),
            "streams": [str(stream) for stream in streams],
            "seconds": seconds,
        }
        code = _warm().ask(order)
        out, err = (stream.read_text(encoding="utf-8") for stream in streams[1:])
        if code is None:
            raise subprocess.TimeoutExpired([function, *arguments], seconds, out, err)
        return subprocess.CompletedProcess([function, *arguments], code, out, err)


def run_fresh(
    function: str, *, folder: Path, environment: Mapping[str, str], seconds: float, text: str = ""
) -> subprocess.CompletedProcess[str]:
    """The same in a Python of its own; the module calls the function when it is run."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", function.partition(":")[0]],
        cwd=folder,
        env=environment,
        input=text,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


class Warm:
    """The process that forks others, from the side of the tests. ``module`` is what it runs."""

    def __init__(self, module: str, environment: Mapping[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", module],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._answer() == "warm"

    def close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        self._process.wait(60)

    def ask(self, order: Mapping[str, Any]) -> Any:
        """Give an order; what came of it."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


_KEPT: list[Warm] = []


def _warm() -> Warm:
    if not _KEPT:
        _KEPT.append(Warm("tests.support.warm"))
        atexit.register(_KEPT[0].close)
    return _KEPT[0]


def answer(value: Any) -> None:
    """Say something to the tests."""
    sys.stdout.write(f"{json.dumps(value)}\n")
    sys.stdout.flush()


def be(order: Mapping[str, Any]) -> Callable[[], object]:
    """Become, in a process that was forked for it, one that has just begun; what is to be called."""
    for number, (stream, flags) in enumerate(zip(order["streams"], _FLAGS, strict=True)):
        file = os.open(stream, flags)
        os.dup2(file, number)
        os.close(file)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - the old one may hold the next order
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    time.tzset()
    sys.path.insert(0, order["folder"])
    sys.argv = list(order["arguments"])
    module, _, name = order["function"].partition(":")
    function: Callable[[], object] = getattr(importlib.import_module(module), name)
    return function


_FLAGS = (os.O_RDONLY, *[os.O_WRONLY | os.O_CREAT | os.O_TRUNC] * 2)


def attend(child: int, pipe: int, seconds: float) -> int | None:
    """Wait for a process, whose side of ``pipe`` closes when it ends; its code, None if it had to be ended."""
    late = not select.select([pipe], [], [], seconds)[0]
    if late:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return None if late else os.waitstatus_to_exitcode(status)


def orders() -> Mapping[str, Any] | None:
    """Fork a process for every order. Returns in each of them with it, and here with None at the end."""
    while line := sys.stdin.readline():
        order: dict[str, Any] = json.loads(line)
        ours, theirs = os.pipe()
        child = os.fork()
        if not child:
            os.close(ours)
            return order
        os.close(theirs)
        answer(attend(child, ours, order["seconds"]))
        os.close(ours)
    return None


def end(function: Callable[[], object]) -> NoReturn:
    """Call a function and end as every Python does, but for one thing: what a process has imported is not taken down.

    That takes a tenth of a second or two, most of it for copies of memory that is thrown away. Threads are waited for,
    exit functions called (coverage is one), and what nobody holds any more is collected, so that it can warn.
    """
    code: object = 0
    try:
        function()
    except SystemExit as ended:
        code = ended.code
        if not isinstance(code, int | None):
            print(code, file=sys.stderr)  # noqa: T201 - as Python does
            code = 1
    except BaseException:  # noqa: BLE001 - nobody above would print it
        traceback.print_exc()
        code = 1
    threading._shutdown()
    atexit._run_exitfuncs()
    gc.collect()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0)


def main() -> None:
    warm_up()
    importlib.import_module("tests.support.crawl_process")
    gc.collect()
    gc.freeze()  # so that a process need not copy what it never changes
    answer("warm")
    order = orders()
    if order is not None:
        end(be(order))


if __name__ == "__main__":
    main()
