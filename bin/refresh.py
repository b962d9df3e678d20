#!/usr/bin/env python
"""``scrapy refresh`` where only scripts can be scheduled: ``py:refresh.py`` on Scrapy Cloud (docs/zyte.md).

It takes the same options and ends with the same exit code.
"""

import sys

from scrapy.cmdline import execute

try:
    # The settings of the job, of the spider's page and of the project, besides those of the code.
    from sh_scrapy.utils import get_project_settings
except ImportError:
    from scrapy.utils.project import get_project_settings

if __name__ == "__main__":
    execute(["scrapy", "refresh", *sys.argv[1:]], settings=get_project_settings())
