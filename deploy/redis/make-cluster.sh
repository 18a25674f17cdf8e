#!/bin/sh
# Makes a cluster of the servers that are named host:port, with a replica for each master, and waits until it serves
# every slot. May be run again, and by several at once: who comes second finds the cluster and waits for it.
set -eu
[ "$#" -ge 6 ] || { echo "usage: make-cluster.sh HOST:PORT … (six or more)" >&2; exit 64; }
deadline=$(($(date +%s) + ${TIMEOUT:-120}))
ask() { where=$1; shift; redis-cli -h "${where%:*}" -p "${where##*:}" "$@" 2>/dev/null; }
late() { [ "$(date +%s)" -ge "$deadline" ]; }

# Names are resolved once: the servers introduce themselves to each other by address.
address_of() {
  name=${1%:*}
  found=$(getent ahostsv4 "$name" 2>/dev/null | awk 'NR == 1 { print $1 }')
  echo "${found:-$name}:${1##*:}"
}

for node in "$@"; do
  until [ "$(ask "$node" ping)" = PONG ]; do
    late && { echo "$node does not answer" >&2; exit 1; }
    sleep 0.2
  done
done

if [ "$(ask "$1" cluster info | tr -d '\r' | awk -F: '$1 == "cluster_slots_assigned" { print $2 }')" = 0 ]; then
  addresses=
  for node in "$@"; do addresses="$addresses $(address_of "$node")"; done
  # Refuses if any of them is in a cluster or holds keys; then another one was quicker, and the wait below will tell.
  # shellcheck disable=SC2086 # a list of words on purpose
  redis-cli --cluster create $addresses --cluster-replicas 1 --cluster-yes || echo 'not made here; waiting for it'
fi

for node in "$@"; do
  until ask "$node" cluster info | tr -d '\r' | grep -qx 'cluster_state:ok' &&
    [ "$(ask "$node" cluster info | tr -d '\r' | awk -F: '$1 == "cluster_known_nodes" { print $2 }')" -ge "$#" ]; do
    late && { echo "the cluster does not serve every slot, says $node" >&2; exit 1; }
    sleep 0.2
  done
done
echo 'the cluster serves every slot'
