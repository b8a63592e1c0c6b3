# syntax=docker/dockerfile:1
# slowburn as a container image. better-sqlite3 is compiled in the first stage when no prebuilt binary fits; the
# second stage has neither compiler nor development packages.
#
#   docker build -t slowburn .
#   docker run -p 127.0.0.1:4317-4319:4317-4319 -e SLOWBURN_ALLOW_REMOTE=on -v slowburn:/data -v ./rules:/app/rules:ro slowburn

FROM node:24-bookworm-slim AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends python3 make g++ \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY src ./src
COPY bench ./bench
RUN npm run build \
 && npm prune --omit=dev \
 && rm -rf dist/bench dist/.tsbuildinfo

FROM node:24-bookworm-slim
ENV NODE_ENV=production
# A fixed uid, so that volumes can be prepared for it.
RUN groupadd --gid 10001 slowburn \
 && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin slowburn \
 && mkdir /data /monitoring \
 && chown slowburn:slowburn /data /monitoring
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY rules ./rules
COPY LICENSE ./
# Loopback is of no use in a container. slowburn still refuses to listen for everyone without TLS and tokens, unless
# SLOWBURN_ALLOW_REMOTE=on says that the network around it is trusted.
ENV SLOWBURN_DATA_DIRECTORY=/data \
    SLOWBURN_RULES_DIRECTORY=/app/rules \
    SLOWBURN_OTLP_HTTP_HOST=0.0.0.0 \
    SLOWBURN_OTLP_GRPC_HOST=0.0.0.0 \
    SLOWBURN_API_HOST=0.0.0.0 \
    SLOWBURN_LOG_FORMAT=json
USER 10001:10001
VOLUME /data
EXPOSE 4317 4318 4319
# Node is pid 1 and handles SIGTERM itself: it stops within 25 s, so give it 30 (docker stop --time 30).
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4319/-/healthy').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--enable-source-maps", "/app/dist/src/cli/main.js"]
CMD ["serve"]
