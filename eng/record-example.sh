#!/usr/bin/env bash
# Records assets/example.scap.gz anew: the acts of example-acts.sh, and of this machine its users and addresses. The name of
# the cgroup that this was started in is overwritten. Needs root, BTF, and artifacts/app (./run.sh --build).
set -euo pipefail
cd "$(dirname "$0")/.."
detector=$PWD/artifacts/app/saker-detector
capture=$PWD/assets/example.scap.gz
home=/tmp/saker-example
groups=/sys/fs/cgroup
[ -e "$groups/cgroup.procs" ] || groups=/sys/fs/cgroup/cpu # cgroup v1
cgroup=$groups/docker-$(printf '5ace%.0s' {1..16}).scope
acts='' recorder=''
cleanup() {
  [ -n "$recorder" ] && kill "$recorder" 2> /dev/null
  [ -n "$acts" ] && kill "$acts" 2> /dev/null
  rm -rf "$home"
  [ -d "$cgroup" ] && rmdir "$cgroup"
  return 0
}
trap cleanup EXIT

rm -rf "$home"
mkdir -m 0755 -p "$home/.ssh" "$home/.aws" assets
echo 'not a key' > "$home/.ssh/id_ed25519"
echo 'not a secret' > "$home/.aws/credentials"
touch "$home/.bash_history"
cp /bin/true "$home/xmrig"
cp /bin/true "$home/updater"
mkfifo "$home/start" "$home/ready"

cp eng/example-acts.sh "$home/acts.sh"
(cd "$home" && exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="$home" sh acts.sh start "$cgroup" < /dev/null > /dev/null 2>&1) &
acts=$!
"$detector" record "$home/raw.scap" --process "$acts" --config config/detector.yaml 2> >(tee "$home/ready" >&2) &
recorder=$!
grep -q 'Recording into' "$home/ready"
echo go > "$home/start"
wait "$acts" || true
sleep 1
kill -TERM "$recorder" # a shell starts its background programs deaf to INT
wait "$recorder"
recorder='' acts=''
python3 - "$home/raw.scap" "$capture" << 'END'
import gzip, sys
data = open(sys.argv[1], 'rb').read()
for line in open('/proc/self/cgroup', 'rb'):
    path = line.rstrip(b'\n').split(b':', 2)[2]
    if len(path) > 1:
        data = data.replace(path, b'/' + b'x' * (len(path) - 1))
with open(sys.argv[2], 'wb') as file, gzip.GzipFile('', 'wb', 9, file, mtime=0) as out:
    out.write(data)
END
chmod 0644 "$capture"
ls -l "$capture"
