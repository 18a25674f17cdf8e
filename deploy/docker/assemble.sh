#!/bin/sh
# Builds the server from a checkout and lays out what runs in $1: its code and its production dependencies, nothing that
# is only for building. The Dockerfile and scripts/check-image.mjs both do just this.
set -eu
out=${1:?usage: assemble.sh DIRECTORY}
export TURBO_TELEMETRY_DISABLED=1 CI=true
pnpm() { npx -y pnpm@12.21.0 "$@"; }

pnpm install --frozen-lockfile --filter forebay-monorepo --filter @forebay/server...
pnpm exec turbo run build --filter=@forebay/server... --output-logs=errors-only
pnpm --filter @forebay/server deploy --prod "$out"

# Types, sources and their maps are for those who build on the packages.
find "$out" -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.md' \) -delete
find "$out" -type d -path '*/@forebay/*/src' -prune -exec rm -rf {} +
rm -rf "$out/src" "$out/pnpm-lock.yaml" "$out/pnpm-workspace.yaml"
# Reads for all, writes for nobody; one time for all files, so that the same checkout gives the same layer.
chmod -R u=rwX,go=rX "$out"
find "$out" -exec touch -h -d "@${SOURCE_DATE_EPOCH:-0}" {} +
