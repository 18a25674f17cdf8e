#!/bin/sh
# Makes a cluster of the servers that are named host:port, an even number from six up: the first half are masters, each
# of the second half is a replica of one. Ends when every slot is served.
#
# Every step may be done twice, so it may be run again, and by several at once: nobody needs to be first. Where there
# is a cluster already, whatever it has become, nothing is changed.
set -eu
[ "$#" -ge 6 ] && [ $(($# % 2)) -eq 0 ] || { echo 'usage: make-cluster.sh HOST:PORT … (six, eight, …)' >&2; exit 64; }
masters=$(($# / 2))
deadline=$(($(date +%s) + ${TIMEOUT:-120}))

ask() { where=$1; shift; redis-cli -h "${where%:*}" -p "${where##*:}" "$@" 2>/dev/null | tr -d '\r'; }
info() { ask "$1" cluster info | awk -F: -v name="$2" '$1 == name { print $2 }'; }
# Waits until a command succeeds: wait_until 'what it would mean' command …
wait_until() {
  what=$1; shift
  until "$@"; do
    [ "$(date +%s)" -lt "$deadline" ] || { echo "waited in vain until $what" >&2; exit 1; }
    sleep 0.1
  done
}
node_at() { index=$1; shift; shift $((index - 1)); echo "$1"; }
# Servers introduce themselves to each other by address.
address_of() { getent ahostsv4 "$1" 2>/dev/null | awk 'NR == 1 { print $1 }' | grep . || echo "$1"; }

answers() { [ "$(ask "$1" ping)" = PONG ]; }
knows() { [ "$(info "$1" cluster_known_nodes)" -ge "$2" ]; }
serves() { [ "$(info "$1" cluster_state)" = ok ]; }
has_slots() { ask "$1" cluster nodes | grep myself | awk '{ exit NF > 8 ? 0 : 1 }'; }
is_replica() { ask "$1" cluster nodes | grep myself | grep -q slave; }
# One that took over from its master stays what it is.
follows() { is_replica "$1" || has_slots "$1" || [ "$(ask "$1" cluster replicate "$2")" = OK ]; }

for node in "$@"; do wait_until "$node answers" answers "$node"; done

for node in "$@"; do
  ask "$1" cluster meet "$(address_of "${node%:*}")" "${node##*:}" >/dev/null
done
for node in "$@"; do wait_until "$node knows all" knows "$node" "$#"; done

if [ "$(info "$1" cluster_slots_assigned)" -lt 16384 ]; then
  index=1
  while [ "$index" -le "$masters" ]; do
    node=$(node_at "$index" "$@")
    first=$((16384 * (index - 1) / masters))
    last=$((16384 * index / masters - 1))
    # Refused if somebody was quicker, which is as good.
    has_slots "$node" || ask "$node" cluster addslotsrange "$first" "$last" >/dev/null
    wait_until "$node has slots" has_slots "$node"
    index=$((index + 1))
  done
fi
index=1
while [ "$index" -le "$masters" ]; do
  replica=$(node_at $((masters + index)) "$@")
  wait_until "$replica follows" follows "$replica" "$(ask "$(node_at "$index" "$@")" cluster myid)"
  index=$((index + 1))
done

for node in "$@"; do wait_until "$node serves every slot" serves "$node"; done
echo 'the cluster serves every slot'
