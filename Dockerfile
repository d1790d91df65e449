# Any Debian-based image with Node 20.19 or later and npm. Behind a proxy with its own certificate
# authority, give an image that trusts it.
ARG NODE_IMAGE=node:22-trixie-slim

FROM ${NODE_IMAGE} AS build
LABEL berth.stage=build
WORKDIR /berth
# better-sqlite3 is compiled where no prebuilt binary can be downloaded.
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 make g++ \
 && rm -rf /var/lib/apt/lists/*
COPY package.json package-lock.json .npmrc ./
COPY web/package.json web/
COPY packages/lab-format/package.json packages/lab-format/
COPY packages/terminal-client/package.json packages/terminal-client/
RUN npm ci --ignore-scripts \
 && npm_config_nodedir="$(dirname "$(dirname "$(command -v node)")")" npm rebuild better-sqlite3
COPY tsconfig.json schema.graphql ./
COPY packages packages
COPY prisma prisma
COPY setup setup
COPY src src
COPY web web
RUN npm run generate && npm run build:server && npm run build:web
# Removes what only the build needs, and keeps the compiled module.
RUN npm prune --omit=dev --omit=optional --ignore-scripts

FROM ${NODE_IMAGE}
ENV NODE_ENV=production BERTH_HOST=0.0.0.0 BERTH_DATA_DIR=/data BERTH_ENGINE_SETUP=off
WORKDIR /berth
# Labs can be fetched from git repositories.
RUN apt-get update \
 && apt-get install -y --no-install-recommends git openssh-client ca-certificates \
 && rm -rf /var/lib/apt/lists/*
RUN groupadd --system --gid 990 berth \
 && useradd --system --uid 990 --gid berth --home-dir /data --shell /usr/sbin/nologin berth \
 && install -d -o berth -g berth /data
COPY --from=build /berth/node_modules node_modules
COPY --from=build /berth/dist dist
COPY --from=build /berth/package.json ./
COPY bin bin
COPY prisma prisma
COPY setup setup
COPY images images
COPY labs labs
USER berth
VOLUME /data
EXPOSE 8080
# The first start makes the lab images.
HEALTHCHECK --interval=15s --timeout=5s --start-period=10m --retries=3 \
  CMD ["node", "bin/berth.js", "health"]
CMD ["node", "--enable-source-maps", "bin/berth.js", "up"]
