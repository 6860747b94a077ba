#!/usr/bin/env bash
# Runs the shared measure on the published router (./run.sh --build), three times each:
#   bench/Router.Benchmarks/route.sh ROUTEBENCH.PY ALERT.JSON [accept|webhook|hanging|sync ...]
# Prints one JSON object a run. Needs h2load and nginx: eng/install.sh bench.
set -euo pipefail
bench=$1 alert=$2
shift 2
[ $# -gt 0 ] || set -- accept webhook hanging sync
app=$(cd "$(dirname "$0")/../.." && pwd)/artifacts/app/saker-router
work=$(mktemp -d "${SAKER_BENCH_DIR:-$PWD}/route.XXXXXX")
hanging=''
trap 'if [ -n "$hanging" ]; then kill "$hanging"; fi; rm -rf "$work"' EXIT

configure() { # NAME ADDRESS
  printf 'listenaddress: 127.0.0.1\nlistenport: 29801\n' > "$work/$1.yaml"
  if [ -n "${2:-}" ]; then printf 'webhook:\n  address: %s\n' "$2" >> "$work/$1.yaml"; fi
}

measure() { # NAME ARGUMENTS…
  local name=$1
  shift
  for run in 1 2 3; do
    rm -rf "$work/data"
    python3 "$bench" --name "$name" --cmd "$app --config $work/$name.yaml --data-dir $work/data" --sink-port 29800 \
      --ready http://127.0.0.1:29801/ping --url http://127.0.0.1:29801/ --body "$alert" "$@"
  done
}

for load in "$@"; do
  case $load in
    accept) configure accept ''; measure accept --count 50000 --expect 0 --drain 1 ;;
    webhook) configure webhook http://127.0.0.1:29800/hook; measure webhook --count 20000 ;;
    hanging)
      python3 -c '
import socket
server = socket.create_server(("127.0.0.1", 29802), backlog=4096)
held = []
while True: held.append(server.accept())' & hanging=$!
      configure hanging http://127.0.0.1:29802/hook
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
