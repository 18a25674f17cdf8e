#!/bin/sh
# A Redis server for a cluster that is a cache, and keeps queues: what it must not lose is in its append-only file.
# Further arguments are passed on, such as --port.
set -eu
exec redis-server \
  --cluster-enabled yes \
  --cluster-node-timeout 2000 \
  --cluster-require-full-coverage no \
  --cluster-announce-hostname "$(hostname)" \
  --cluster-preferred-endpoint-type "${ENDPOINT_TYPE:-hostname}" \
  --maxmemory "${MAXMEMORY:-256mb}" \
  --maxmemory-policy volatile-lru \
  --appendonly yes \
  --appendfsync everysec \
  --save '' \
  --protected-mode no \
  "$@"
