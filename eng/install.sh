#!/usr/bin/env bash
# Installs what Saker needs from Debian: `eng/install.sh run` to run it, `test` to test it, `bench` to measure the router.
# Does nothing when all of it is there; needs root otherwise.
set -euo pipefail

run_packages=(libbpf1)
test_packages=("${run_packages[@]}" bpftool busybox-static clang-14 conmon containerd cpio docker-registry docker.io fish gcc git iptables libbpf-dev libc6-dev llvm-14 mount netavark podman postgresql prometheus prometheus-alertmanager python3 python3-aiosmtpd qemu-system-x86 runc zsh)
bench_packages=("${run_packages[@]}" nghttp2-client nginx-light python3)

case "${1:-}" in
  run) packages=("${run_packages[@]}") ;;
  test) packages=("${test_packages[@]}") ;;
  bench) packages=("${bench_packages[@]}") ;;
  *) echo "usage: eng/install.sh run|test|bench" >&2; exit 2 ;;
esac

# Emulators of destinations; tests that need one are skipped where it cannot be had.
if [ "$1" = test ] && command -v npm > /dev/null && [ "$(id -u)" -eq 0 ] && [ ! -d "$(npm root -g)/fauxqs" ]; then
  echo "Installing from npm: fauxqs"
  npm install -g --silent --no-audit --no-fund fauxqs@1.9.2 > /dev/null || echo "fauxqs (SNS, SQS) could not be installed from npm; its tests are skipped." >&2
fi

missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
[ "${#missing[@]}" -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ]; then
  echo "Missing Debian packages: ${missing[*]}" >&2
  echo "Install them with: sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
  exit 1
fi
echo "Installing from Debian: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# A service that a package brings must not start beside what already runs here.
guard=/usr/sbin/policy-rc.d
if [ ! -e "$guard" ]; then
  printf '#!/bin/sh\nexit 101\n' > "$guard"
  chmod +x "$guard"
  trap 'rm -f "$guard"' EXIT
fi
apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
