// SPDX-License-Identifier: Apache-2.0
// A stage for acts that must not touch the machine: the machine's files under an overlay, a network of its own.
//   stage hold SCRATCH PROGRAMS [MACHINE]
//                                  makes it, says "ready", and keeps it until standard input ends; with MACHINE, where a container
//                                  has the machine's files, in the container's own namespaces
//   stage run HOLDER CGROUPS NAME=VALUE... -- PROGRAM ARGUMENT...
//                                  runs a program on it, in the given cgroups (cgroup.procs files, with commas between)
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static void need(int done, const char *what)
{
	if (done)
		return;
	perror(what);
	exit(2);
}

static void mounted(const char *from, const char *to, const char *type, unsigned long flags, const char *options)
{
	need(!mkdir(to, 0755) || access(to, F_OK) == 0, to);
	need(!mount(from, to, type, flags, options), to);
}

static void device(const char *path, int major, int minor)
{
	need(!mknod(path, S_IFCHR | 0666, makedev(major, minor)) && !chmod(path, 0666), path);
}

/* Addresses that are nobody's here: the metadata service of clouds, and two that documentation uses. */
static void network(void)
{
	static const char *addresses[] = {"169.254.169.254", "203.0.113.7", "198.51.100.9"};
	struct ifreq request = {.ifr_name = "lo"};
	struct sockaddr_in *address = (void *)&request.ifr_addr;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	request.ifr_flags = IFF_UP;
	need(!ioctl(fd, SIOCSIFFLAGS, &request), "lo");
	for (int i = 0; i < 3; i++) {
		snprintf(request.ifr_name, sizeof(request.ifr_name), "lo:%d", i);
		address->sin_family = AF_INET;
		need(inet_pton(AF_INET, addresses[i], &address->sin_addr) == 1 && !ioctl(fd, SIOCSIFADDR, &request), addresses[i]);
	}
	close(fd);
}

static void hold(const char *scratch, const char *programs, const char *machine)
{
	char overlay[8192], byte;
	int own;

	need(machine || !unshare(CLONE_NEWNS | CLONE_NEWNET), "unshare");
	need(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private");
	own = open(programs, O_PATH);
	need(own >= 0, programs);
	mounted("stage", scratch, "tmpfs", 0, "mode=755");
	need(!chdir(scratch) && !mkdir("upper", 0755) && !mkdir("work", 0755) && !mkdir("root", 0755), scratch);
	snprintf(overlay, sizeof(overlay), "lowerdir=%s,upperdir=%s/upper,workdir=%s/work", machine ? machine : "/", scratch, scratch);
	mounted("stage", "root", "overlay", 0, overlay);
	need(!chdir("root"), "root");
	mounted("proc", "proc", "proc", 0, NULL);
	mounted("tmp", "tmp", "tmpfs", 0, "mode=1777");
	mounted("dev", "dev", "tmpfs", 0, "mode=755");
	mounted("shm", "dev/shm", "tmpfs", 0, "mode=1777");
	mounted("pts", "dev/pts", "devpts", 0, "newinstance,ptmxmode=0666,mode=0620");
	need(!symlink("pts/ptmx", "dev/ptmx"), "ptmx");
	device("dev/null", 1, 3);
	device("dev/zero", 1, 5);
	device("dev/random", 1, 8);
	device("dev/urandom", 1, 9);
	snprintf(overlay, sizeof(overlay), "/proc/self/fd/%d", own);
	mounted(overlay, "acts", NULL, MS_BIND, NULL);
	need(!mkdir(".old", 0700) && !syscall(SYS_pivot_root, ".", ".old") && !chroot(".") && !chdir("/"), "pivot_root");
	need(!umount2("/.old", MNT_DETACH) && !rmdir("/.old"), "old root");
	network();
	puts("ready");
	fflush(stdout);
	while (read(0, &byte, 1) > 0)
		;
}

static void enter(const char *holder, const char *namespace, int type)
{
	char path[128];
	int fd;
	snprintf(path, sizeof(path), "/proc/%s/ns/%s", holder, namespace);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	need(fd >= 0 && !setns(fd, type), path);
	close(fd);
}

static void join(char *cgroups)
{
	for (char *file = strtok(cgroups, ","); file; file = strtok(NULL, ",")) {
		int fd = open(file, O_WRONLY | O_CLOEXEC);
		need(fd >= 0 && write(fd, "0", 1) == 1, file);
		close(fd);
	}
}

int main(int count, char **arguments)
{
	if ((count == 4 || count == 5) && !strcmp(arguments[1], "hold")) {
		hold(arguments[2], arguments[3], arguments[4]);
		return 0;
	}
	if (count > 5 && !strcmp(arguments[1], "run")) {
		char **environment = arguments + 4, **program = environment;
		while (*program && strcmp(*program, "--"))
			program++;
		need(*program && program[1], "PROGRAM");
		*program++ = NULL;
		join(arguments[3]);
		/* The network first: its file is under the /proc that the other one takes away. */
		enter(arguments[2], "net", CLONE_NEWNET);
		enter(arguments[2], "mnt", CLONE_NEWNS);
		need(!chdir("/") && setsid() >= 0, "session");
		execve(*program, program, environment);
		perror(*program);
	}
	return 2;
}
