# By digest (Python 3.13.15), since a tag moves. Renew it in both stages when the base image has a security fix:
# docker buildx imagetools inspect python:3.13-slim
FROM python:3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b AS build

# gunicorn's parser in C comes as source. No version is pinned: the base image decides which compiler there is.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /src
COPY . .
ENV PATH=/opt/venv/bin:$PATH \
    HEADCOUNT_DATABASE_URL=sqlite:////data/headcount.db
# Loaded here, so that a container serves at once and bad seeds fail the build instead of the start.
RUN python -m venv /opt/venv \
    && pip install --no-cache-dir '.[fast]' \
    && headcount load


FROM python:3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b

# Only whoever builds knows these two: --build-arg SOURCE=<URL> --build-arg REVISION=<commit>
ARG SOURCE
ARG REVISION
LABEL org.opencontainers.image.title="Headcount" \
      org.opencontainers.image.description="A REST API for structured estimates: numbers in the news about armed groups, each with who said it, in which words, and who printed it" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT AND CC-BY-4.0" \
      org.opencontainers.image.authors="The Headcount contributors" \
      org.opencontainers.image.source="$SOURCE" \
      org.opencontainers.image.revision="$REVISION"

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HEADCOUNT_DATABASE_URL=sqlite:////data/headcount.db

COPY --from=build /opt/venv /opt/venv
# The user's own, so that `headcount load` can replace the dataset while the server runs.
COPY --from=build --chown=10001:10001 /data /data

# A number, because Kubernetes' runAsNonRoot cannot judge a name.
USER 10001:10001
EXPOSE 8000

# No proxy: HTTP_PROXY may be set in the container, and would be asked for 127.0.0.1 too.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
    CMD ["python", "-c", "import os; from urllib.request import ProxyHandler, build_opener; build_opener(ProxyHandler({})).open('http://127.0.0.1:%s/health/ready' % (os.environ.get('HEADCOUNT_PORT') or 8000), timeout=4)"]

# No shell in between: SIGTERM must reach gunicorn, which gives running requests 30 seconds to finish.
ENTRYPOINT ["headcount"]
CMD ["serve", "--host", "0.0.0.0"]
