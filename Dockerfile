# The project as a custom image of Scrapy Cloud (docs/zyte.md). `shub deploy image` builds, checks and sends it. The base
# is that of deploy/container/Containerfile.
FROM python:3.11.16-slim-bookworm@sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b

ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PYTHONUNBUFFERED=1

WORKDIR /app
COPY requirements-cloud.txt ./
RUN pip install -r requirements-cloud.txt

# Installed as a package: directory.toml and the templates go into it, refresh.py to the scripts.
COPY setup.py pyproject.toml LICENSE README.md directory.toml ./build/
COPY bin ./build/bin
COPY templates ./build/templates
COPY sessioncrawler ./build/sessioncrawler
RUN pip install --no-deps ./build && rm -rf build

# The cloud calls start-crawl and shub-image-info, as whichever user it likes: both find the settings by this file, and
# nothing is written but temporary files.
COPY scrapy.cfg ./
RUN useradd --create-home crawler
USER crawler
