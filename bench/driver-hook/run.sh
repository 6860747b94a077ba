#!/bin/sh
# Builds and runs the measurement behind docs/decisions/0010-driver-hook.md. Needs root, clang-14, libbpf-dev, gcc.
set -eu
cd "$(dirname "$0")"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
clang-14 -O2 -g -target bpf -I/usr/include/"$(uname -m)"-linux-gnu -c hook.bpf.c -o "$out/hook.bpf.o"
gcc -O2 -o "$out/hook" hook.c -lbpf
"$out/hook" "$out/hook.bpf.o"
