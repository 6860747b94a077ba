#!/usr/bin/env bash
# Runs the shared measure on the published router (./run.sh --build), three times each:
#   bench/Router.Benchmarks/route.sh ROUTEBENCH.PY ALERT.JSON [accept|ndjson|grpc|grpc-batches|webhook|five|elasticsearch|hanging|sync ...]
#   accept         no output: from the request to the answer
#   ndjson         no output, 100 alerts a request, 16 connections
#   grpc           no output, four streams of gRPC with an alert a message (needs bench/Router.Benchmarks built)
#   grpc-batches   the same with 20 alerts a message
#   webhook        one webhook
#   five           webhook, slack, loki, elasticsearch and alertmanager with their defaults, all to one sink
#   elasticsearch  Elasticsearch alone, in batches
#   hanging        a webhook that takes connections and never answers
#   sync           no router: what fdatasync takes here
# Prints one JSON object a run, and fails when a router did not end with every alert delivered (hanging apart). What is sent in
# batches is counted in requests, so that `delivered` of five and elasticsearch is no number of alerts: their measure ends when
# nothing has come for 4 s. Needs h2load and nginx: eng/install.sh bench.
set -euo pipefail
bench=$1 alert=$2
shift 2
[ $# -gt 0 ] || set -- accept webhook five elasticsearch hanging sync
here=$(cd "$(dirname "$0")" && pwd)
app=$here/../../artifacts/app/saker-router
work=$(mktemp -d "${SAKER_BENCH_DIR:-$PWD}/route.XXXXXX")
hanging=''
trap 'if [ -n "$hanging" ]; then kill "$hanging"; fi; rm -rf "$work"' EXIT

sink=http://127.0.0.1:29800

configure() { # NAME OUTPUT…
  printf 'listenaddress: 127.0.0.1\nlistenport: 29801\n' > "$work/$1.yaml"
  printf '%s\n' "${@:2}" >> "$work/$1.yaml"
}

# The measure throws away what a router says, so that the router is started by this, which becomes it.
cat > "$work/router" <<SCRIPT
#!/bin/sh
exec "$app" "\$@" > "$work/router.log" 2>&1
SCRIPT
chmod +x "$work/router"

delivered() { # NAME
  local last
  last=$(tail -n 1 "$work/router.log")
  case $last in
    *'[3112] Stopped. Every alert that was accepted is delivered or in the dead letters.') ;;
    *) echo "route.sh: $1: the router did not end with every alert delivered: $last" >&2; exit 1 ;;
  esac
}

measure() { # NAME ARGUMENTS…
  local name=$1
  shift
  for run in 1 2 3; do
    rm -rf "$work/data"
    python3 "$bench" --name "$name" --cmd "$work/router --config $work/$name.yaml --data-dir $work/data" --sink-port 29800 \
      --ready http://127.0.0.1:29801/ping --url http://127.0.0.1:29801/ --body "$alert" "$@"
    [ "$name" = hanging ] || delivered "$name"
  done
}

# What the shared measure cannot send.
stream() { # NAME COUNT COMMAND, in which COUNT stands for the number of alerts
  for run in 1 2 3; do
    rm -rf "$work/data"
    python3 "$here/streambench.py" --name "$1" --cmd "$work/router --config $work/$1.yaml --data-dir $work/data" --sink-port 29800 \
      --ready http://127.0.0.1:29801/ping --body "$alert" --count "$2" --send "${3/COUNT/$2}" --warmup "${3/COUNT/20000}"
    delivered "$1"
  done
}

sender=$here/../../artifacts/bin/Router.Benchmarks/release/Router.Benchmarks
for load in "$@"; do
  case $load in
    ndjson)
      configure ndjson
      for ((i = 0; i < 100; i++)); do tr -d '\n' < "$alert"; echo; done > "$work/batch"
      stream ndjson 200000 "sh -c 'h2load --h1 -n \$((COUNT / 100)) -c 16 -t 1 -d $work/batch -H content-type:application/x-ndjson http://127.0.0.1:29801/ | grep -q \" 0 4xx, 0 5xx\"'" ;;
    grpc) configure grpc; stream grpc 200000 "$sender send-grpc http://127.0.0.1:29801 $alert COUNT 4 1" ;;
    grpc-batches) configure grpc-batches; stream grpc-batches 400000 "$sender send-grpc http://127.0.0.1:29801 $alert COUNT 4 20" ;;
    accept) configure accept; measure accept --count 50000 --expect 0 --drain 1 ;;
    webhook) configure webhook "webhook: {address: '$sink/hook'}"; measure webhook --count 20000 ;;
    five)
      configure five "webhook: {address: '$sink/hook'}" "slack: {webhookurl: '$sink/slack'}" "loki: {hostport: '$sink'}" \
        "elasticsearch: {hostport: '$sink'}" "alertmanager: {hostport: '$sink'}"
      measure five --count 8000 --expect 1000000 ;;
    elasticsearch)
      configure elasticsearch "elasticsearch: {hostport: '$sink', batching: {enabled: true}}"
      measure elasticsearch --count 20000 --expect 1000000 ;;
    hanging)
      python3 -c '
import socket
server = socket.create_server(("127.0.0.1", 29802), backlog=4096)
held = []
while True: held.append(server.accept())' & hanging=$!
      configure hanging "webhook: {address: 'http://127.0.0.1:29802/hook'}"
      measure hanging --count 100000 --expect 0 --drain 1
      kill "$hanging"
      hanging='' ;;
    sync)
      python3 -c '
import os, sys, time
file, times = os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY, 0o600), []
for i in range(500):
    os.pwrite(file, bytes(1024), i * 1024)
    start = time.perf_counter()
    os.fdatasync(file)
    times.append(time.perf_counter() - start)
times.sort()
print("fdatasync after 1 KiB, microseconds: median %d, 99 %% %d" % (times[250] * 1e6, times[495] * 1e6))' "$work/sync" ;;
    *) echo "route.sh: unknown load '$load'" >&2; exit 2 ;;
  esac
done
