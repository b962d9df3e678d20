"""Commands of ``scrapy`` in this project; modules with an underscore are their parts."""
