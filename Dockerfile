# For those who have Docker: `docker build --tag cleat.dev/cleat:0.1.0 .`. `make image` makes an equal image without it.
FROM node:26.10.0-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-fund --no-audit
COPY . .
RUN node tools/build.ts

FROM node:26.10.0-bookworm-slim
LABEL org.opencontainers.image.title="cleat" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production
COPY --from=build /build/LICENSE /build/dist/cleat.js /app/
COPY --from=build /build/dist/chunks /app/chunks
RUN echo '{"type":"module"}' >/app/package.json
USER 65532:65532
WORKDIR /
ENTRYPOINT ["/usr/local/bin/node", "/app/cleat.js"]
