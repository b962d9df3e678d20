"""Settings in three parts: Scrapy's own, ours about Scrapy, ours.

Each of ours can be set with ``-s NAME=…`` or by an environment variable ``SESSIONCRAWLER_NAME``; the environment is
read here and nowhere else.
"""

import os
from typing import Any

DEFAULTS: dict[str, Any] = {}
"""Of our settings. What is a number stays one; with a point it may have a fraction (``wrong_settings.py``)."""
LIMITS: dict[str, tuple[float, float]] = {}
"""The least and the most that a number may be, where that is not any number from 0 on."""


def _ours(name: str, default: Any, *limits: float) -> Any:
    """The value of ``SESSIONCRAWLER_NAME``, else ``default``; ``limits`` are the least number and the most."""
    DEFAULTS[name] = default
    if limits:
        LIMITS[name] = limits[0], limits[1] if limits[1:] else float("inf")
    return os.environ.get(f"SESSIONCRAWLER_{name}", default)


# --- Scrapy's own ---------------------------------------------------------------------------------------------------

BOT_NAME = "sessioncrawler"
SPIDER_MODULES = ["sessioncrawler.spiders"]
NEWSPIDER_MODULE = "sessioncrawler.spiders"
COMMANDS_MODULE = "sessioncrawler.commands"

CONCURRENT_REQUESTS = 0  # default 16; no bound: the lanes of downloadhandlers/ are, and say who is next
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
ROBOTSTXT_OBEY = False  # default False; a poll asks what a Session app asks; the spiders of sources set it
ROBOTSTXT_USER_AGENT = "sessioncrawler"  # default the User-Agent, in which an operator may have written any name
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

ADDONS = {
    "sessioncrawler.discretion.Discretion": 0,
    "sessioncrawler.logs.OneLineLogs": 10,
    "sessioncrawler.files.OpenFiles": 20,
}
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
    "sessioncrawler.middlewares.robots.SourceRobots": 100,  # Scrapy's own, bounded
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

# What is published, and where
SITE_URI = _ours("SITE_URI", "site")  # folder or s3://, gs://, ftp://; used by spiders/sogs.py
STATE_URL = _ours("STATE_URL", "sqlite:///data/state.db")  # SQLAlchemy URL; used by pipelines/, spiders/sogs.py
DIRECTORY_CONFIG = _ours("DIRECTORY_CONFIG", None)  # path; docs/directory.md; used by editorial/config/
GUESS_LANGUAGES = _ours("GUESS_LANGUAGES", True)  # True or False; where nobody says one; used by pipelines/language.py
SITE_TEMPLATES = _ours("SITE_TEMPLATES", None)  # folder whose templates go before ours; used by exporters/
RENDER_PROCESSES = _ours("RENDER_PROCESSES", 0)  # 1 or 2, 0: as the cores allow; used by exporters/
SERVERS_TRANSLATED = _ours("SERVERS_TRANSLATED", 2_000)  # more have English pages only: eight of each is much
COMMUNITIES_TRANSLATED = _ours("COMMUNITIES_TRANSLATED", 300)  # those listed longest; the others' pages: English only
POSTERS = _ours("POSTERS", 500)  # pictures of Communities for links elsewhere, 35 kB each in the state; 0: none
POSTERS_NEW = _ours("POSTERS_NEW", 40)  # drawn in a publication, 0.03 s each; the others later; used by exporters/
POSTER_FONTS = _ours("POSTER_FONTS", "/usr/share/fonts,/usr/local/share/fonts")  # folders; none is ever fetched
SHELF_LANGUAGES = _ours("SHELF_LANGUAGES", 100)  # languages that have a page, strangers name 8,000; used by exporters/
SHELF_ROOMS = _ours("SHELF_ROOMS", 200)  # Communities on the page of a language or topic; used by exporters/
SIGNING_KEY = _ours("SIGNING_KEY", None)  # path or content of a minisign key; docs/data.md; used by publish/signing.py
ZIP_BYTES = _ours("ZIP_BYTES", 100_000_000)  # bytes of data in one zip, 30,000 Communities; of more: none; 0: never
LIST_WHOLE = _ours("LIST_WHOLE", 500)  # Communities in one page; of more each page has 200; used by exporters/
CRAWL_TIME = _ours("CRAWL_TIME", None)  # Unix seconds that count as now, for reproducible output; used by clock.py
LISTED_AS_EVER = _ours("LISTED_AS_EVER", 6.0)  # hours that a silent server stays as it was; docs/memory.md; knowledge/
LISTED_AT_ALL = _ours("LISTED_AT_ALL", 72.0)  # hours that it stays at all; as above
NEWS_PER_SERVER = _ours("NEWS_PER_SERVER", 10, 1)  # entries a server and day, then one for all more; used by pipelines/
NEWS_DAYS = _ours("NEWS_DAYS", 90, 1)  # days that news are kept, as long as incidents are told; as above
REMEMBERED_PER_SERVER = _ours("REMEMBERED_PER_SERVER", 1_000, 1)  # Communities that are gone; docs/memory.md; as above
ROUND_HOURS = _ours("ROUND_HOURS", 3.0)  # hours for which polls of many machines count as one round; used by site/

# Asking servers and sources, fetching icons, storing the site
PATIENT_RETRY_TIMES = _ours("PATIENT_RETRY_TIMES", 120)  # tries a request; used by downloadhandlers/
PATIENT_RETRY_TIMEOUT = _ours("PATIENT_RETRY_TIMEOUT", 3.0)  # seconds a try; used by downloadhandlers/
PATIENT_RETRY_DELAY = _ours("PATIENT_RETRY_DELAY", 4.0)  # seconds at most after a try that broke off; as above
SILENT_RETRY_TIMES = _ours("SILENT_RETRY_TIMES", 12)  # tries of who gave no answer lately; all once a day; spiders/
DAILY_AFTER = _ours("DAILY_AFTER", 7.0)  # days without success, then asked once a day, 0: never; used by knowledge/
WEEKLY_AFTER = _ours("WEEKLY_AFTER", 30.0)  # days without success, then once a week, 0: never; as above
DROPPED_AFTER = _ours("DROPPED_AFTER", 90.0)  # days without success or a link, then never, 0: asked on; as above
LAST_GRACE = _ours("LAST_GRACE", 15.0)  # seconds for those that stall when all others are done, 0: all; spiders/
RETRY_PAUSE = _ours("RETRY_PAUSE", 0.5)  # seconds after what passes, then doubled; used by spiders/, downloadhandlers/
HTTPS_HEAD_START = _ours("HTTPS_HEAD_START", 0.25)  # seconds until http is asked, too; browsers; spiders/sogs.py
HTTPS_GRACE = _ours("HTTPS_GRACE", 4.0)  # seconds for https once http has told all: some dozen tries; spiders/sogs.py
CONNECT_TIMEOUT = _ours("CONNECT_TIMEOUT", 2.0)  # seconds to connect; used by downloadhandlers/
SERVER_BUDGET = _ours("SERVER_BUDGET", 600.0)  # seconds for all that one server is asked; used by spiders/sogs.py
LINKS_PER_SOURCE = _ours("LINKS_PER_SOURCE", 2_000)  # join links; known ones first; used by spiders/_source.py
PAGES_PER_SOURCE = _ours("PAGES_PER_SOURCE", 2_000)  # as many as links; the largest has 60; used by spiders/_source.py
ROBOTS_TIME = _ours("ROBOTS_TIME", 5.0)  # seconds for a robots.txt, all tries; used by middlewares/
ROBOTS_DAYS = _ours(
    "ROBOTS_DAYS", 7.0
)  # days between two questions to a server for its own, 0: never; used by spiders/
ROBOTS_SIZE = _ours("ROBOTS_SIZE", 512_000)  # bytes of a robots.txt, what RFC 9309 wants read; as above
ROOMS_PER_SERVER = _ours("ROOMS_PER_SERVER", 1_000)  # the oldest; the largest has some 100; used by spiders/sogs.py
TEXT_PER_SERVER = _ours("TEXT_PER_SERVER", 1_000_000)  # bytes of all names, descriptions, staff; as above
ROOMS_ON_PAGE = _ours("ROOMS_ON_PAGE", 100)  # of one server, 0: any; the largest has 29; used by knowledge/
NEW_ON_PAGE = _ours("NEW_ON_PAGE", 1_000)  # of all servers that are new, 0: any; the network has fewer; as above
OPENING_FACTOR = _ours("OPENING_FACTOR", 6)  # times as many newcomers until a server was published for a week; as above
NEW_SERVER_SHARE = _ours("NEW_SERVER_SHARE", 0.1)  # of both, until it was published for a week; as above
NAME_LETTERS = _ours("NAME_LETTERS", 500)  # of a room's name; a longer one is cut; as above
DESCRIPTION_LETTERS = _ours("DESCRIPTION_LETTERS", 4_000)  # twice the longest that was seen; as above
ANSWERS_MEMORY = _ours("ANSWERS_MEMORY", 40_000_000)  # bytes of large answers read at a time; used by downloadhandlers/
ANSWER_RATE = _ours("ANSWER_RATE", 1_000.0)  # bytes/s after 10 s; a list of 100 rooms takes a minute; used by as above
ANSWER_PIECES = _ours("ANSWER_PIECES", 10_000)  # packets or chunks a server; 5 MB take 3,500; used by downloadhandlers/
CONCURRENT_WORK = _ours("CONCURRENT_WORK", 100)  # first questions at a time; used by downloadhandlers/
CONCURRENT_PATIENCE = _ours("CONCURRENT_PATIENCE", 250)  # requests that are waited for at a time; 4 sockets each
PATIENCE_BUDGET = _ours("PATIENCE_BUDGET", 300.0)  # seconds of a crawl in which patience may begin; as above
OPEN_FILES = _ours("OPEN_FILES", 8192)  # files to ask the system for: 6 a request under way; used by files.py
MAX_SOCKETS = _ours("MAX_SOCKETS", 0)  # sockets at a time, 0: 80 % of the files; used by downloadhandlers/_sockets.py
NEW_PER_IP = _ours("NEW_PER_IP", 8)  # new addresses an IP address and crawl, 0: any; one machine, few servers
NEW_PER_NETWORK = _ours("NEW_PER_NETWORK", 32)  # new addresses a /24 or /48 and crawl, 0: any; as above
NEW_PER_DOMAIN = _ours("NEW_PER_DOMAIN", 32)  # new addresses a registrable domain and crawl, 0: any; names are free
NEW_PER_SOURCE = _ours("NEW_PER_SOURCE", 500)  # new addresses a source and crawl, 0: any; the network has as many
CONNECTIONS_PER_IP = _ours("CONNECTIONS_PER_IP", 4)  # at a time, of those new or waited for, 0: any; downloadhandlers/
CONNECTION_RATE = _ours("CONNECTION_RATE", 4.0)  # new connections a second to one IP address, of the same, 0: any
DNS_THREADS = _ours("DNS_THREADS", 64)  # names that are looked up at a time; each may hang; used by downloadhandlers/
GARBAGE_THRESHOLD = _ours("GARBAGE_THRESHOLD", 20_000)  # objects, 0: Python's own; used by extensions/garbage.py
ALLOWED_PRIVATE_NETWORKS = _ours("ALLOWED_PRIVATE_NETWORKS", "")  # CIDR, comma-separated; used by downloadhandlers/
SOCKS_PROXY = _ours("SOCKS_PROXY", None)  # socks5://host:port for .onion and .loki; used by downloadhandlers/
TLS_CA_FILE = _ours("TLS_CA_FILE", None)  # PEM of authorities to trust besides the system's; used by downloadhandlers/
CONTACT_URL = _ours("CONTACT_URL", None)  # in the User-Agent; None: site.contact of directory.toml; used by spiders/
ICONS_ENABLED = _ours("ICONS_ENABLED", True)  # True or False; whether icons are shown; used by pipelines/icons.py
ICONS_EXPIRE_DAYS = _ours("ICONS_EXPIRE_DAYS", 90)  # days until an icon is fetched anew; used by pipelines/icons.py
ICONS_PER_SERVER = _ours("ICONS_PER_SERVER", 20)  # requests for icons a server and crawl; used by pipelines/icons.py
ICONS_AT_ONCE = _ours("ICONS_AT_ONCE", 40)  # pictures asked for, of CONCURRENT_WORK; used by pipelines/icons.py
ICONS_PER_PLACE = _ours("ICONS_PER_PLACE", 4)  # of these, of one domain or network; used by pipelines/icons.py
ICONS_SERVER_BUDGET = _ours("ICONS_SERVER_BUDGET", 20.0)  # seconds for the icons of a server; as above
ICONS_BUDGET = _ours("ICONS_BUDGET", 300.0)  # seconds for all icons of a crawl; used by pipelines/icons.py
ICONS_GRACE = _ours("ICONS_GRACE", 2.0)  # seconds a publication waits for icons alone; used by pipelines/icons.py
ICON_CPU = _ours("ICON_CPU", 1.0)  # seconds of CPU to decode a picture, good ones take 0.25; used by pipelines/icons.py
ICON_MEMORY = _ours("ICON_MEMORY", 200)  # MiB to decode a picture, good ones take 100; used by pipelines/icons.py
ICON_TIME = _ours("ICON_TIME", 10.0)  # seconds to decode a picture, on a busy machine; used by pipelines/icons.py
VERIFY_BYTES = _ours("VERIFY_BYTES", 300_000_000)  # of a site that is verified: data and zip; used by commands/trust/
VERIFY_SECONDS = _ours("VERIFY_SECONDS", 600.0)  # for all of it; 200 MB by a slow line; used by commands/trust/
STORE_TRIES = _ours("STORE_TRIES", 5)  # tries a file in a bucket, pauses between them; used by feedstorages/
STORE_TIMEOUT = _ours("STORE_TIMEOUT", 30.0)  # seconds in which a bucket must answer; used by feedstorages/
PUBLISH_WAIT = _ours("PUBLISH_WAIT", 300.0)  # seconds for another run that publishes there; used by feedstorages/
PUBLISH_LEASE = _ours("PUBLISH_LEASE", 120.0)  # seconds of silence until such a run is dead; buckets, FTP; as above

KEEP_GOING_LEAST = _ours("KEEP_GOING_LEAST", 600)  # seconds between rounds of --keep-going; servers are small
KEEP_GOING_JITTER = _ours("KEEP_GOING_JITTER", 0.1)  # share of a pause that is chance; commands/refresh.py
KEEP_GOING_BACKOFF = _ours("KEEP_GOING_BACKOFF", 8)  # times as long a pause at most after rounds that failed; as above
KEEP_GOING_LONGEST = _ours("KEEP_GOING_LONGEST", 9_000.0)  # seconds after which a round hangs, as the unit's; as above

# Watching
MONITOR_MIN_SERVERS = _ours(
    "MONITOR_MIN_SERVERS", 0.5, 0, 1
)  # share of the last good run; used by pipelines/monitors.py
MONITOR_MIN_COMMUNITIES = _ours("MONITOR_MIN_COMMUNITIES", 0.5, 0, 1)  # share, as above
MONITOR_MIN_SOURCES = _ours("MONITOR_MIN_SOURCES", 0.5, 0, 1)  # share, as above
MONITOR_MAX_FAILURES = _ours("MONITOR_MAX_FAILURES", 0.25, 0, 1)  # share of what answered that may fail alike; as above
MONITOR_EXPLAINED_AFTER = _ours("MONITOR_EXPLAINED_AFTER", 24.0)  # hours, 0: never; as above
MONITOR_MAX_AGE = _ours("MONITOR_MAX_AGE", 6.0)  # hours; used by extensions/watch.py, commands/health.py
FORCE_PUBLISH = _ours("FORCE_PUBLISH", False)  # True or False; publish what monitors object to; used by pipelines/
PROMETHEUS_FILE = _ours("PROMETHEUS_FILE", "")  # path, empty: none; for node_exporter; used by extensions/watch.py
LOG_JSON = _ours("LOG_JSON", False)  # True or False; one JSON object a line; used by logs.py
