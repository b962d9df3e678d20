# The project as a custom image of Scrapy Cloud (docs/zyte.md). `shub deploy image` builds, checks and sends it.
FROM python:3.11-slim-bookworm

ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PYTHONUNBUFFERED=1

WORKDIR /app
COPY requirements.txt requirements-cloud.txt ./
RUN pip install -r requirements.txt -r requirements-cloud.txt

# Installed as a package: directory.toml and the templates go into it, refresh.py to the scripts.
COPY setup.py pyproject.toml LICENSE directory.toml ./build/
COPY requirements.txt ./build/
COPY bin ./build/bin
COPY templates ./build/templates
COPY sessioncrawler ./build/sessioncrawler
RUN pip install --no-deps ./build && rm -rf build

# The cloud calls start-crawl and shub-image-info, as whichever user it likes: both find the settings by this file, and
# nothing is written but temporary files.
COPY scrapy.cfg ./
RUN useradd --create-home crawler
USER crawler
