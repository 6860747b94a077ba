#!/bin/bash
# Measures the whole detector on this kernel; needs root and ./run.sh --build. Each step takes less than 90 s.
#   run.sh idle | loops | rate | search      RULES=FILE… (default: config/rules)  COUNT=LOOPS  ROUNDS=N
# idle: CPU of a detector to which little happens, 20 s. loops: a fixed load with and without the detector, interleaved.
# rate: 200,000 calls per second for 30 s. search: nine opens of ten fail, without a detector, with one, and with one whose
# prefilter is off, interleaved. All print the detector's memory and what it says of lost events at its end.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
detector=${DETECTOR:-$root/artifacts/app/saker-detector}
rules=${RULES:-$root/config/rules}
work=$(mktemp -d)
pid=''
trap '[ -n "$pid" ] && kill "$pid" 2> /dev/null; rm -rf "$work"' EXIT
gcc -O1 -static -o "$work/load" "$here/load.c"
{ echo 'rules_files:'; printf '  - %s\n' $rules; } > "$work/detector.yaml"
printf 'json_output: true\nstdout_output:\n  enabled: false\nfile_output:\n  enabled: true\n  keep_alive: true\n  filename: %s/alerts\n' "$work" >> "$work/detector.yaml"

start() {
  "$detector" --config "$work/detector.yaml" ${SETTINGS:-} > "$work/log" 2>&1 &
  pid=$!
  for _ in $(seq 300); do grep -q 'Watching' "$work/log" && return; kill -0 "$pid" 2> /dev/null || break; sleep 0.1; done
  cat "$work/log" >&2
  exit 1
}

# Seconds of CPU so far, user and system.
used() { awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); split($0, f, " "); printf "%.2f\n", (f[12] + f[13]) / hz }' "/proc/$pid/stat"; }

memory() { awk '/^(RssAnon|RssFile|RssShmem|VmHWM):/ { printf "%s %d MiB  ", $1, $2 / 1024 } END { print "" }' "/proc/$pid/status"; }

stop() {
  memory
  kill -TERM "$pid"
  wait "$pid" || true
  pid=''
  grep -E 'Stopped|were lost' "$work/log" | tail -n 3 || true
  [ -f "$work/alerts" ] && echo "alerts: $(wc -l < "$work/alerts")" || true
}

median() { sort -n | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

case "${1:-}" in
  idle)
    start
    sleep 5
    before=$(used)
    sleep 20
    awk -v a="$before" -v b="$(used)" 'BEGIN { printf "idle: %.2f %% of a CPU\n", (b - a) * 100 / 20 }'
    stop ;;
  rate)
    start
    sleep 2
    "$work/load" rate 200 2 # warm-up
    sleep 1
    before=$(used)
    "$work/load" rate 200 30
    awk -v a="$before" -v b="$(used)" 'BEGIN { printf "detector: %.2f s of CPU, %.1f %% of a CPU\n", b - a, (b - a) * 100 / 30 }'
    sleep 1
    stop ;;
  loops)
    count=${COUNT:-10000}
    for _ in $(seq "${ROUNDS:-3}"); do
      "$work/load" loops "$count" >> "$work/without"
      start
      sleep 1
      before=$(used)
      "$work/load" loops "$count" >> "$work/with"
      sleep 1
      awk -v a="$before" -v b="$(used)" 'BEGIN { print b - a }' >> "$work/detector"
      stop
    done
    for kind in without with; do
      echo "$count loops $kind: $(cut -d' ' -f1 "$work/$kind" | median) s, $(cut -d' ' -f2 "$work/$kind" | median) s of CPU"
    done
    echo "detector meanwhile: $(median < "$work/detector") s of CPU" ;;
  search)
    count=${COUNT:-100000}
    for _ in $(seq "${ROUNDS:-3}"); do
      "$work/load" search "$count" >> "$work/nobody"
      for prefilter in true false; do
        SETTINGS="-o engine.modern_ebpf.prefilter=$prefilter" start
        sleep 1
        before=$(used)
        "$work/load" search "$count" >> "$work/$prefilter"
        sleep 1
        awk -v a="$before" -v b="$(used)" 'BEGIN { print b - a }' >> "$work/$prefilter-detector"
        echo "prefilter $prefilter:"
        stop
      done
    done
    echo "$count searches without a detector: $(cut -d' ' -f1 "$work/nobody" | median) s, $(cut -d' ' -f2 "$work/nobody" | median) s of CPU"
    for prefilter in true false; do
      echo "prefilter $prefilter: $(cut -d' ' -f1 "$work/$prefilter" | median) s, $(cut -d' ' -f2 "$work/$prefilter" | median) s of CPU; detector $(median < "$work/$prefilter-detector") s of CPU"
    done ;;
  *) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
