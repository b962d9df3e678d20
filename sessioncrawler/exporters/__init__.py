"""Feed formats: a template rendered with the items of a crawl, and the data files of the directory."""

from sessioncrawler.exporters._context import page_context, status_context
from sessioncrawler.exporters.jinja import JinjaItemExporter
from sessioncrawler.exporters.polls_json import PollsJsonItemExporter
from sessioncrawler.exporters.servers_json import ServersJsonItemExporter

__all__ = ["JinjaItemExporter", "PollsJsonItemExporter", "ServersJsonItemExporter", "page_context", "status_context"]
