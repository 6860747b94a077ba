#!/usr/bin/env bash
# Builds Saker and runs it here: the detector on this kernel, the router beside it, every alert printed as it arrives.
# Without root, or on a kernel without BTF, the detector reads a recorded example in place of the kernel.
#   ./run.sh            build, start both, stop both with Ctrl-C
#   ./run.sh --build    build only, into artifacts/app
# Environment: SAKER_DATA (where the router keeps its log; default ./data), SAKER_ROUTER_CONFIG, SAKER_DETECTOR_CONFIG.
set -euo pipefail
cd "$(dirname "$0")"

say() { printf '\033[1m%s\033[0m\n' "$*"; }
build_only=false
case "${1:-}" in
  '') ;;
  --build) build_only=true ;;
  -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
  *) echo "run.sh: unknown argument '$1' (try --help)" >&2; exit 2 ;;
esac

app=$PWD/artifacts/app
command -v dotnet > /dev/null || { echo "run.sh: the .NET 10 SDK is missing; see https://dotnet.microsoft.com/download" >&2; exit 1; }
if [ -w . ] && { [ ! -e artifacts ] || [ -w artifacts ]; }; then
  say "Building into artifacts/app …"
  for program in Router Detector; do
    dotnet publish "src/$program" -c Release -r linux-x64 --no-self-contained -p:PublishReadyToRun=true -o artifacts/app -v quiet --nologo
  done
elif [ -x "$app/saker-router" ] && [ -x "$app/saker-detector" ]; then
  say "This folder belongs to somebody else; what was built in artifacts/app is used as it is."
  SAKER_DATA=${SAKER_DATA:-${TMPDIR:-/tmp}/saker-$(id -u)}
else
  echo "run.sh: nothing is built yet, and this folder cannot be written: run it once as its owner, or clone it for yourself." >&2
  exit 1
fi
$build_only && exit 0

data=${SAKER_DATA:-$PWD/data}
router_config=${SAKER_ROUTER_CONFIG:-config/router.yaml}
detector_config=${SAKER_DETECTOR_CONFIG:-config/detector.yaml}
mkdir -p -m 0700 "$data"
example=assets/example.scap.gz
router='' detector='' replays=false

# The detector stops first, so that the router still takes its last alerts.
stop() {
  trap '' INT TERM
  for pid in $detector $router; do
    kill -TERM "$pid" 2> /dev/null || continue
    while kill -0 "$pid" 2> /dev/null; do sleep 0.1; done
  done
  say "Stopped. The alert log is kept in $data."
}
trap 'stop; exit 0' INT TERM

"$app/saker-router" --config "$router_config" --data-dir "$data/router" &
router=$!
url=http://127.0.0.1:$(sed -n 's/^listenport: *\([0-9][0-9]*\).*/\1/p' "$router_config" | head -n 1)
[ "$url" = http://127.0.0.1: ] && url=http://127.0.0.1:2801
for _ in $(seq 100); do
  (: < "/dev/tcp/127.0.0.1/${url##*:}") 2> /dev/null && break
  kill -0 "$router" 2> /dev/null || { wait "$router" || exit $?; exit 1; }
  sleep 0.1
done
say "The router takes alerts at $url (health: $url/healthz, metrics: $url/metrics)."

# What of this machine keeps the driver from running; empty when nothing does.
reason=''
if [ "$(id -u)" -ne 0 ]; then
  reason="watching system calls needs root ('sudo ./run.sh')"
elif [ ! -r /sys/kernel/btf/vmlinux ]; then
  reason="this kernel ($(uname -r)) has no BTF (CONFIG_DEBUG_INFO_BTF)"
elif ! eng/install.sh run; then
  reason="libbpf could not be installed"
fi
replay() { # REASON
  say "This kernel's system calls are not watched: $1."
  say "In their place the detector reads $example, which was recorded elsewhere, and its alerts follow."
  "$app/saker-detector" replay "$example" --config "$detector_config" -o http_output.enabled=true -o "http_output.url=$url/" -o log_level=warning &
  detector=$!
  replays=true
}

if [ -z "$reason" ]; then
  "$app/saker-detector" --config "$detector_config" &
  detector=$!
  say "The detector is starting. Try, in another terminal: cat /etc/shadow"
else
  replay "$reason"
fi
say "Alerts appear below and are kept in $data/router. Ctrl-C stops everything."

while kill -0 "$router" 2> /dev/null; do
  ended='' code=0
  wait -n -p ended || code=$?
  [ -n "$detector" ] && [ "$ended" = "$detector" ] || continue
  detector=''
  if $replays; then
    say "The example is over. Send an alert by hand: curl -X POST $url/test"
  elif [ "$code" -ne 0 ]; then
    replay "the detector has ended with code $code, for the reason in its last lines above"
  else
    say "The detector has stopped (see its last lines above); the router goes on alone."
  fi
done
echo "run.sh: the router has stopped unexpectedly; see its last lines above." >&2
[ -n "$detector" ] && kill -TERM "$detector"
exit 1
