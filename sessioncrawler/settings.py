"""Settings in three parts: Scrapy's own, ours about Scrapy, ours.

Each of ours can be set with ``-s NAME=…`` or by an environment variable ``SESSIONCRAWLER_NAME``; the environment is
read here and nowhere else.
"""

import os
from typing import Any


def _ours(name: str, default: Any) -> Any:
    """The value of ``SESSIONCRAWLER_NAME``, else ``default``."""
    return os.environ.get(f"SESSIONCRAWLER_{name}", default)


# --- Scrapy's own ---------------------------------------------------------------------------------------------------

BOT_NAME = "sessioncrawler"
SPIDER_MODULES = ["sessioncrawler.spiders"]
NEWSPIDER_MODULE = "sessioncrawler.spiders"
COMMANDS_MODULE = "sessioncrawler.commands"

CONCURRENT_REQUESTS = 1000  # default 16; most of them wait for servers, CONCURRENT_WORK bounds those that cost work
CONCURRENT_REQUESTS_PER_DOMAIN = 2  # default 8; servers are small
CONCURRENT_ITEMS = 1  # default 100; one task a response is cheaper
DOWNLOAD_DELAY = 0  # default 0; a server is asked a handful of times a crawl
DOWNLOAD_TIMEOUT = 30  # default 180; seconds for a whole answer
DOWNLOAD_MAXSIZE = 5_000_000  # default 1 GiB; bytes, before and after decompression
DOWNLOAD_WARNSIZE = 0  # default 32 MiB; the outcome too-large says it
DNS_TIMEOUT = 10  # default 60; seconds
URLLENGTH_LIMIT = 0  # default 2083; a dropped request would lose its server without any outcome
REDIRECT_MAX_TIMES = 5  # default 20
RETRY_ENABLED = False  # default True; the download handler is patient by itself
COOKIES_ENABLED = False  # default True
ROBOTSTXT_OBEY = False  # default False; a poll asks what a Session app asks, a source is one page
TELNETCONSOLE_ENABLED = False  # default True; whoever reaches its port can run code
REMOTE_CONTROL_ENABLED = False  # default True; as above
SCHEDULER_PRIORITY_QUEUE = "scrapy.pqueues.ScrapyPriorityQueue"  # default looks at every server for every request
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 100_000_000  # default 5 MB; answers whose icons are fetched hold nobody up
FEED_EXPORT_ENCODING = "utf-8"  # default None
LOG_LEVEL = "INFO"  # default DEBUG
LOG_INSTALL_ROOT_HANDLER = False  # default True; sessioncrawler/logs.py makes one that keeps to one line an event
MEMUSAGE_ENABLED = True  # default True
LOGSTATS_INTERVAL = 0.0  # default 60; pages a minute say little of servers; `scrapy refresh` shows progress
STATS_DUMP = False  # default True; `scrapy refresh` prints a summary
CLOSESPIDER_TIMEOUT = 3600  # default 0; seconds; whatever happens, a crawl ends within the hour
DEFAULT_REQUEST_HEADERS = {"Accept": "*/*"}  # default asks for HTML in English

# --- Ours about Scrapy ----------------------------------------------------------------------------------------------

ADDONS = {"sessioncrawler.logs.OneLineLogs": 0}
LOG_FORMATTER = "sessioncrawler.logs.OneLineLogFormatter"

DOWNLOAD_HANDLERS = {
    "http": "sessioncrawler.downloadhandlers.PatientDownloadHandler",
    "https": "sessioncrawler.downloadhandlers.PatientDownloadHandler",
    "ftp": None,
    "s3": None,
    "file": None,
}
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": None,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
}
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
}
EXTENSIONS = {
    "sessioncrawler.extensions.garbage.RareGarbageCollection": 0,
    "sessioncrawler.extensions.watch.Watch": 0,
}
ITEM_PIPELINES = {
    "sessioncrawler.pipelines.sightings.SightingsPipeline": 50,
    "sessioncrawler.pipelines.answers.AnswersPipeline": 60,
    "sessioncrawler.pipelines.dedupe.DedupePipeline": 100,
    "sessioncrawler.pipelines.tags.TagsPipeline": 200,
    "sessioncrawler.pipelines.language.LanguagePipeline": 300,
    "sessioncrawler.pipelines.policy.PolicyPipeline": 400,
    "sessioncrawler.pipelines.icons.IconsPipeline": 600,
    "sessioncrawler.pipelines.monitors.MonitorsPipeline": 890,
    "sessioncrawler.pipelines.history.HistoryPipeline": 900,
}
FEED_EXPORTERS = {
    "site": "sessioncrawler.exporters.site.SiteItemExporter",
    "jinja": "sessioncrawler.exporters.jinja.JinjaItemExporter",
}
FEED_STORAGES = {
    "": "sessioncrawler.feedstorages.folder.FolderStorage",
    "file": "sessioncrawler.feedstorages.folder.FolderStorage",
    "s3": "sessioncrawler.feedstorages.bucket.BucketStorage",
    "gs": "sessioncrawler.feedstorages.bucket.BucketStorage",
    "ftp": "sessioncrawler.feedstorages.ftp.FTPStorage",
    "ftps": "sessioncrawler.feedstorages.ftp.FTPStorage",
}

# --- Ours -----------------------------------------------------------------------------------------------------------

SITE_URI = _ours("SITE_URI", "site")  # folder or s3://, gs://, ftp://; used by spiders/sogs.py
STATE_URL = _ours("STATE_URL", "sqlite:///data/state.db")  # SQLAlchemy URL; used by pipelines/, spiders/sogs.py
DIRECTORY_CONFIG = _ours("DIRECTORY_CONFIG", None)  # path; docs/directory.md; used by editorial/config/
GUESS_LANGUAGES = _ours("GUESS_LANGUAGES", True)  # yes or no; where nobody says one; used by pipelines/language.py
SITE_TEMPLATES = _ours("SITE_TEMPLATES", None)  # folder whose templates go before ours; used by exporters/
RENDER_PROCESSES = _ours("RENDER_PROCESSES", 0)  # 1 or 2, 0: as the cores allow; used by exporters/
CRAWL_TIME = _ours("CRAWL_TIME", None)  # Unix seconds that count as now, for reproducible output; used by clock.py
LISTED_AS_EVER = _ours("LISTED_AS_EVER", 6)  # hours that a silent server stays as it was; docs/memory.md; knowledge/
LISTED_AT_ALL = _ours("LISTED_AT_ALL", 72)  # hours that it stays at all; as above
ROUND_HOURS = _ours("ROUND_HOURS", 3)  # hours for which polls of many machines count as one round; used by site/

PATIENT_RETRY_TIMES = _ours("PATIENT_RETRY_TIMES", 120)  # tries a request; used by downloadhandlers/
PATIENT_RETRY_TIMEOUT = _ours("PATIENT_RETRY_TIMEOUT", 3)  # seconds a try; used by downloadhandlers/
PATIENT_RETRY_DELAY = _ours("PATIENT_RETRY_DELAY", 2)  # seconds after a try that broke off; used by downloadhandlers/
CONNECT_TIMEOUT = _ours("CONNECT_TIMEOUT", 2)  # seconds to connect; used by downloadhandlers/
SERVER_BUDGET = _ours("SERVER_BUDGET", 600)  # seconds for all that one server is asked; used by spiders/sogs.py
CONCURRENT_WORK = _ours("CONCURRENT_WORK", 100)  # requests under way, stalling ones aside; used by downloadhandlers/
GARBAGE_THRESHOLD = _ours("GARBAGE_THRESHOLD", 20_000)  # objects, 0: Python's own; used by extensions/garbage.py
ALLOWED_PRIVATE_NETWORKS = _ours("ALLOWED_PRIVATE_NETWORKS", "")  # CIDR, comma-separated; used by downloadhandlers/
SOCKS_PROXY = _ours("SOCKS_PROXY", None)  # socks5://host:port for .onion and .loki; used by downloadhandlers/
TLS_CA_FILE = _ours("TLS_CA_FILE", None)  # PEM of authorities to trust besides the system's; used by downloadhandlers/
CONTACT_URL = _ours("CONTACT_URL", None)  # in the User-Agent; None: site.contact of directory.toml; used by spiders/
ICONS_ENABLED = _ours("ICONS_ENABLED", True)  # yes or no; whether icons are shown; used by pipelines/icons.py
ICONS_EXPIRE_DAYS = _ours("ICONS_EXPIRE_DAYS", 90)  # days until an icon is fetched anew; used by pipelines/icons.py
ICONS_PER_SERVER = _ours("ICONS_PER_SERVER", 20)  # requests for icons a server and crawl; used by pipelines/icons.py
ICONS_BUDGET = _ours("ICONS_BUDGET", 300)  # seconds for all icons of a crawl; used by pipelines/icons.py
ICONS_GRACE = _ours("ICONS_GRACE", 5)  # seconds a publication waits for icons alone; used by pipelines/icons.py
STORE_TRIES = _ours("STORE_TRIES", 5)  # tries a file in a bucket, pauses between them; used by feedstorages/
STORE_TIMEOUT = _ours("STORE_TIMEOUT", 30)  # seconds in which a bucket must answer; used by feedstorages/

MONITOR_MIN_SERVERS = _ours("MONITOR_MIN_SERVERS", 0.5)  # share of the last good run; used by pipelines/monitors.py
MONITOR_MIN_COMMUNITIES = _ours("MONITOR_MIN_COMMUNITIES", 0.5)  # share, as above
MONITOR_MIN_SOURCES = _ours("MONITOR_MIN_SOURCES", 0.5)  # share, as above
MONITOR_MAX_FAILURES = _ours("MONITOR_MAX_FAILURES", 0.25)  # share of what answered that may fail alike; as above
MONITOR_EXPLAINED_AFTER = _ours("MONITOR_EXPLAINED_AFTER", 24)  # hours, 0: never; as above
MONITOR_MAX_AGE = _ours("MONITOR_MAX_AGE", 6)  # hours; used by extensions/watch.py, commands/health.py
FORCE_PUBLISH = _ours("FORCE_PUBLISH", False)  # yes or no; publish what monitors object to; used by pipelines/
PROMETHEUS_FILE = _ours("PROMETHEUS_FILE", "")  # path, empty: none; for node_exporter; used by extensions/watch.py
LOG_JSON = _ours("LOG_JSON", False)  # yes or no; one JSON object a line; used by logs.py
