#!/bin/sh
# Loads and attaches the committed driver, and looks whether events come, on Debian's current 6.1 cloud kernel in qemu (TCG, no KVM needed); about 15 s.
# Needs: apt-get install qemu-system-x86 busybox-static gcc cpio libbpf-dev, and a package mirror for the kernel.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
object=$here/../src/Detector/Drivers/ModernEbpf/saker_modern_ebpf.x86_64.o
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
kernel=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/ *Depends: //p')
apt-get download -qq "$kernel" 2>/dev/null
dpkg -x ./*.deb kernel
mkdir -p root/bin root/lib root/sys root/proc root/dev
gcc -O1 -D_GNU_SOURCE -no-pie -fno-pie -o root/load "$here/verify-driver-qemu.c" -lbpf
ldd root/load | sed -n 's/.*[ \t]\(\/[^ ]*\) (.*/\1/p' | while read -r library; do
	mkdir -p "root$(dirname "$library")"
	cp -L "$library" "root$library"
done
cp /bin/busybox root/bin/busybox
cp "$object" root/driver.o
cat > root/init <<'INIT'
#!/bin/busybox sh
/bin/busybox mount -t sysfs none /sys
/bin/busybox mount -t proc none /proc
/load /driver.o
/bin/busybox poweroff -f
INIT
chmod +x root/init
(cd root && find . | cpio -o -H newc --quiet | gzip -1) > initramfs
timeout 120 qemu-system-x86_64 -accel tcg -cpu max -m 512 -nographic -no-reboot -kernel kernel/boot/vmlinuz-* \
	-initrd initramfs -append "console=ttyS0 quiet panic=-1 rdinit=/init" < /dev/null > output 2>&1 || true
grep -ao "VERIFIED [^[:cntrl:]]*" output || { tail -n 60 output; exit 1; }
