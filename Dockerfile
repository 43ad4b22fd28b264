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

# better-sqlite3 is native: its production copy is made where the tool chain is.
FROM build AS production-modules
RUN npm ci --omit=dev

FROM node:24-bookworm-slim
ENV NODE_ENV=production \
  PORT=3000 \
  KEYSTEWARD_DATABASE=/data/keysteward.db \
  KEYSTEWARD_POLICY=/data/policy.yml \
  NODE_OPTIONS=--max-old-space-size=256
WORKDIR /app
COPY package.json LICENSE ./
COPY db/migrations db/migrations
COPY --from=production-modules /app/node_modules node_modules
COPY --from=build /app/dist dist
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/cli.js", "start"]
