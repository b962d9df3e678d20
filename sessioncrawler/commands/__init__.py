"""Commands of ``scrapy`` in this project; modules with an underscore are their parts."""

import gc

# They import all there is, and what is imported lives until the end: looking for garbage in it takes a quarter of a
# second. Crawls have a threshold of their own (extensions/garbage.py).
gc.set_threshold(20_000)
