# The image brings its own Node, so the runtime that package.json pins for older machines stays out of it.

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY samples samples
RUN npm run build

FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional && npm cache clean --force

FROM node:24-slim
ENV NODE_ENV=production PFI_CONFIG=/etc/pfi/pfi.yaml
WORKDIR /app
COPY package.json ./
COPY bin bin
COPY config config
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist

# Everything else may be mounted read-only: the journal (journal.url: "sqlite:/var/lib/pfi/journal.db") is all that is
# written, beside /tmp.
RUN install -d -o node -g node -m 0700 /var/lib/pfi
VOLUME /var/lib/pfi

# By number, so that an orchestrator can see that it is not root.
USER 1000:1000
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/livez').then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/bin/pfi.js"]
CMD ["run"]
