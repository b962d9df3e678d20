"""What pages need: the Jinja environment, filters, views and data shapes; no Scrapy."""
