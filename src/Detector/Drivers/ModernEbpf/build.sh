#!/bin/sh
# Rebuilds the driver's object. Usage: build.sh [FILE]; without FILE the committed object is replaced.
# clang's version is pinned (Debian 12's), so that the same sources give the same bytes:
#   apt-get install clang-14 llvm-14 libbpf-dev
set -eu
cd "$(dirname "$0")"
out=${1:-saker_modern_ebpf.x86_64.o}
clang-14 -target bpf -mcpu=v2 -O2 -g -Wall -Werror -fno-ident -ffile-prefix-map="$PWD"=. -fdebug-compilation-dir=. \
	-D__TARGET_ARCH_x86 -c driver.bpf.c -o "$out"
llvm-strip-14 -g "$out"
