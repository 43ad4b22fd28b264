# Builds with the development tools, runs without them.
FROM node:24-bookworm-slim AS build
RUN apt-get update \
  && apt-get install -y --no-install-recommends python3 make g++ \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/copy-assets.mjs scripts/
COPY src src
RUN npm run build
# better-sqlite3 is native: what runs is taken from where the tool chain was.
RUN npm prune --omit=dev

FROM node:24-bookworm-slim
# A port that is published arrives from outside the container: 0.0.0.0 takes it, and /metrics then wants a token.
ENV NODE_ENV=production \
  PORT=3000 \
  KEYSTEWARD_HOST=0.0.0.0 \
  KEYSTEWARD_DATABASE=/data/keysteward.db \
  KEYSTEWARD_POLICY=/data/policy.yml \
  NODE_OPTIONS=--max-old-space-size=256
WORKDIR /app
COPY package.json LICENSE manifest.yml policy.example.yml ./
COPY db/migrations db/migrations
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/cli.js", "start"]
