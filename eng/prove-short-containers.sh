#!/usr/bin/env bash
# Proves that alerts about containers that live for 50 ms have their name and image: starts a Docker of its own, which touches no
# network, watches with the published detector, runs containers one after the other, and counts. Fails below 99 %.
# Needs root, docker.io, busybox-static, python3 and ./run.sh --build. A thousand take about five minutes on a quiet machine.
#   eng/prove-short-containers.sh [COUNT] [HOLD_MS]      default: 1000, and 150 as container.hold_ms has it
set -euo pipefail
cd "$(dirname "$0")/.."
case "${1:-}" in -h | --help) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
count=${1:-1000}
hold=${2:-150}
detector=${DETECTOR:-artifacts/app/saker-detector}
[ "$(id -u)" -eq 0 ] || { echo "prove-short-containers.sh: watching system calls needs root." >&2; exit 2; }
for file in /usr/sbin/dockerd /bin/busybox "$detector"; do
  [ -x "$file" ] || { echo "prove-short-containers.sh: $file is missing; see eng/install.sh test and ./run.sh --build." >&2; exit 2; }
done

work=$(mktemp -d)
engine='' watcher=''
stop() {
  for pid in $watcher $engine; do
    kill -TERM "$pid" 2> /dev/null || true
    wait "$pid" 2> /dev/null || true
  done
  # The last shim may still be about to end.
  for _ in $(seq 50); do
    awk -v below="$work/" 'index($2, below) == 1 { print $2 }' /proc/self/mounts | sort -r | while read -r mount; do umount -l "$mount" || true; done
    rm -rf --one-file-system "$work" 2> /dev/null && return
    sleep 0.2
  done
  echo "prove-short-containers.sh: $work is left." >&2
}
trap stop EXIT

engine_says() { /usr/bin/docker -H "unix://$work/e.sock" "$@"; }
/usr/sbin/dockerd --host "unix://$work/e.sock" --data-root "$work/data" --exec-root "$work/exec" --pidfile "$work/pid" \
  --iptables=false --ip6tables=false --bridge=none --exec-opt native.cgroupdriver=cgroupfs --default-ulimit nofile=1024:1024 > "$work/engine.log" 2>&1 &
engine=$!
for _ in $(seq 600); do
  engine_says version > /dev/null 2>&1 && break
  kill -0 "$engine" 2> /dev/null || { cat "$work/engine.log" >&2; exit 1; }
  sleep 0.1
done
mkdir -p "$work/image/bin"
cp /bin/busybox "$work/image/bin/"
tar -C "$work/image" -c . | engine_says import - localhost/short:1.0 > /dev/null

cat > "$work/rules.yaml" << 'RULES'
- rule: started
  desc: The container's program runs.
  condition: evt.type = execve and container.id != host and proc.name = busybox
  output: "%container.name %container.image.repository %evt.rawtime"
  priority: NOTICE
RULES
cat > "$work/detector.yaml" << SETTINGS
rules_files: [$work/rules.yaml]
json_output: true
engine: { modern_ebpf: { buf_size_preset: 7 } }
container: { hold_ms: $hold }
container_engines: { docker: { enabled: true, sockets: [$work/e.sock] }, podman: { enabled: false }, cri: { enabled: false }, containerd: { enabled: false } }
webserver: { enabled: false }
SETTINGS

# When each alert came is noted behind it.
mkfifo "$work/alerts"
python3 -u -c '
import sys, time
for line in sys.stdin:
    print(time.time_ns(), line, end="")' < "$work/alerts" > "$work/seen" &
reader=$!
"$detector" --config "$work/detector.yaml" > "$work/alerts" 2> "$work/detector.log" &
watcher=$!
for _ in $(seq 600); do
  grep -q Watching "$work/detector.log" && break
  kill -0 "$watcher" 2> /dev/null || { cat "$work/detector.log" >&2; exit 1; }
  sleep 0.1
done

echo "$(date -u +%FT%TZ): $count containers, container.hold_ms $hold, load $(cut -d' ' -f1-3 /proc/loadavg)"
for i in $(seq "$count"); do
  engine_says run --rm --network=none --name "short$i" localhost/short:1.0 /bin/busybox sleep 0.05
done
echo "$(date -u +%FT%TZ): done, load $(cut -d' ' -f1-3 /proc/loadavg)"
kill -TERM "$watcher"
wait "$watcher" || true
watcher=''
wait "$reader"
grep -E 'Stopped|were lost' "$work/detector.log" || true
python3 - "$work/seen" "$count" << 'COUNT'
import json, sys

named, waits, alerts = set(), [], 0
for line in open(sys.argv[1]):
    came, alert = line.split(" ", 1)
    if not alert.startswith("{") or json.loads(alert)["rule"] != "started":
        continue
    fields = json.loads(alert)["output_fields"]
    alerts += 1
    waits.append((int(came) - int(fields["evt.rawtime"])) / 1e6)
    if (fields["container.name"] or "").startswith("short") and fields["container.image.repository"] == "localhost/short":
        named.add(fields["container.name"])
waits.sort()
count = int(sys.argv[2])
share = 100 * len(named) / count
print(f"{alerts} alerts about {count} containers; {len(named)} ({share:.2f} %) have name and image")
if waits:
    at = lambda part: waits[min(len(waits) - 1, int(part * len(waits)))]
    print(f"from the event to the alert: median {at(0.5):.0f} ms, 99 % {at(0.99):.0f} ms, longest {waits[-1]:.0f} ms")
sys.exit(0 if share >= 99 else 1)
COUNT
