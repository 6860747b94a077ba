#!/bin/sh
# Loads and attaches the committed driver, looks whether events come, and compares how many opens were told with how many were
# made, on Debian's current 6.1 cloud kernel and on the newest that Debian packages (trixie-backports), in qemu (TCG, no KVM
# needed); about 90 s. On the newest it does so both ways: hooked by perf's tracepoints, where none may be lost, and by tp_btf,
# where each that is lost has to be counted. Prints a line that starts with VERIFIED for each.
# Needs: apt-get install qemu-system-x86 busybox-static gcc cpio libbpf-dev, and a package mirror for the kernels.
# Usage: verify-driver-qemu.sh [OBJECT]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
object=${1:-$here/../src/Detector/Drivers/ModernEbpf/saker_modern_ebpf.x86_64.o}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gcc -O1 -D_GNU_SOURCE -no-pie -fno-pie -o "$work/load" "$here/verify-driver-qemu.c" -lbpf
cp "$object" "$work/driver.o"
cd "$work"

# Lists of trixie-backports from the mirror that this machine uses, apart from its own.
newest_lists() {
	mkdir -p lists/partial archives/partial
	mirror=$(apt-get indextargets --format '$(REPO_URI)' | grep '/debian/*$' | head -n 1)
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie-backports main" > newest.list
	cat > newest.conf <<CONF
Dir::State::Lists "$work/lists";
Dir::Cache::Archives "$work/archives";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Dir::Etc::SourceList "$work/newest.list";
Dir::Etc::SourceParts "-";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Default-Release "";
APT::Sandbox::User "root";
CONF
	APT_CONFIG=$work/newest.conf apt-get update -qq
}

# boot NAME PACKAGE WAY...: the package's kernel runs the check once for each way to hook.
boot() {
	name=$1
	package=$2
	shift 2
	mkdir -p "$name/root/bin" "$name/root/sys" "$name/root/proc" "$name/root/dev"
	(cd "$name" && apt-get download -qq -o Acquire::Retries=3 "$package" && dpkg -x ./*.deb kernel)
	cp load driver.o "$name/root"
	cp /bin/busybox "$name/root/bin/busybox"
	ldd load | sed -n 's/.*[ \t]\(\/[^ ]*\) (.*/\1/p' | while read -r library; do
		mkdir -p "$name/root$(dirname "$library")"
		cp -L "$library" "$name/root$library"
	done
	{
		echo "#!/bin/busybox sh"
		echo "echo BOOTED"
		echo "/bin/busybox mount -t sysfs none /sys"
		echo "/bin/busybox mount -t proc none /proc"
		echo "/bin/busybox mount -t tracefs none /sys/kernel/tracing"
		for way in "$@"; do
			echo "/load /driver.o $way"
		done
		echo "/bin/busybox poweroff -f"
	} > "$name/root/init"
	chmod +x "$name/root/init"
	(cd "$name/root" && find . | cpio -o -H newc --quiet | gzip -1) > "$name/initramfs"
	for attempt in 1 2 3; do
		emulate "$name" && return
		echo "$package did not come up (attempt $attempt, at most $patience seconds each); nothing of ours ran in it." >&2
	done
}

# emulate NAME: runs the kernel to its end. False when it did not get as far as its first program: now and then the emulator
# hangs, or ends, in the first instructions of a kernel.
emulate() {
	: > "$1/output"
	timeout 400 qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m 768 -nographic -no-reboot \
		-kernel "$(find "$1/kernel" -name 'vmlinuz*')" -initrd "$1/initramfs" \
		-append "console=ttyS0 quiet panic=-1 rdinit=/init" < /dev/null > "$1/output" 2>&1 &
	emulator=$!
	waited=0
	while kill -0 "$emulator" 2> /dev/null && ! grep -aq BOOTED "$1/output"; do
		if [ "$waited" -ge "$patience" ]; then
			kill "$emulator"
			wait "$emulator" || true
			return 1
		fi
		sleep 1
		waited=$((waited + 1))
	done
	wait "$emulator" || true
	grep -aq BOOTED "$1/output"
}

patience=150
newest_lists
stable=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/ *Depends: //p' | head -n 1)
newest=$(APT_CONFIG=$work/newest.conf apt-cache depends linux-image-cloud-amd64 | sed -n 's/ *Depends: linux-image-/linux-binary-/p')
boot stable "$stable" tp_btf &
(export APT_CONFIG="$work/newest.conf"; boot newest "$newest" steady "tp_btf few")
wait
for name in stable newest; do
	if ! wanted=$(grep -c "^/load" "$name/root/init") || [ "$(grep -ac "VERIFIED " "$name/output")" != "$wanted" ]; then
		echo "The $name kernel did not verify the driver. The end of what it wrote:" >&2
		tail -n 60 "$name/output" >&2
		exit 1
	fi
	grep -ao "VERIFIED [^[:cntrl:]]*" "$name/output"
done
