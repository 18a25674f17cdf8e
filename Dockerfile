# syntax=docker/dockerfile:1
# Two stages: one that builds, one that holds Node, the server and nothing else: no shell, no package manager.
# For builds that can be repeated to the byte, pin both images by digest:
#   docker build --build-arg BUILD_IMAGE=node@sha256:… --build-arg RUN_IMAGE=gcr.io/distroless/nodejs20-debian12@sha256:… .
ARG BUILD_IMAGE=node:20-bookworm-slim
ARG RUN_IMAGE=gcr.io/distroless/nodejs20-debian12:nonroot

FROM ${BUILD_IMAGE} AS build
ARG SOURCE_DATE_EPOCH=0
WORKDIR /checkout
COPY . .
RUN sh deploy/docker/assemble.sh /out && mkdir /cache

FROM ${RUN_IMAGE}
LABEL org.opencontainers.image.title="Forebay" \
      org.opencontainers.image.description="A caching media proxy" \
      org.opencontainers.image.licenses="MIT"
WORKDIR /app
ENV NODE_ENV=production CACHE_DIR=/cache
COPY --from=build /out /app
COPY --from=build --chown=65532:65532 /cache /cache
USER 65532:65532
VOLUME /cache
EXPOSE 3000
# Node is process 1 and takes SIGTERM itself: it drains, and ends within SHUTDOWN_TIMEOUT.
ENTRYPOINT ["/nodejs/bin/node", "/app/dist/main.js"]
HEALTHCHECK --interval=10s --timeout=6s --start-period=20s --retries=3 \
  CMD ["/nodejs/bin/node", "/app/dist/main.js", "healthcheck"]
