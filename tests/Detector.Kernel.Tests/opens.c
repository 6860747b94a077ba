// SPDX-License-Identifier: Apache-2.0
// Opens of paths that lie in several regions: opens ACT DIRECTORY. Prints "key value" lines, as acts.c does.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void tell(const char *key, long value)
{
	printf("%s %ld\n", key, value);
	fflush(stdout);
}

/* One open after the other, each under another mark: what each thread's starts and ends say is the test's to know. */
static void opens(void)
{
	struct open_how how = {.flags = O_RDONLY};
	syscall(SYS_open, "/usr/bin/env", O_RDONLY, 0);
	syscall(SYS_open, "/etc/passwd", O_RDONLY, 0);
	syscall(SYS_open, "/etc/passwd", O_RDONLY | O_CREAT, 0600);
	syscall(SYS_open, "/usr/bin/../bin/env", O_RDONLY, 0);
	syscall(SYS_open, "//usr/bin/env", O_RDONLY, 0);
	syscall(SYS_open, "/usr/./bin/env", O_RDONLY, 0);
	syscall(SYS_open, "usr/bin/env", O_RDONLY, 0);
	syscall(SYS_open, "/usr/bin", O_RDONLY, 0);
	syscall(SYS_open, "/dev/null", O_RDONLY, 0);
	syscall(SYS_open, "/no/such", O_RDONLY, 0);
	syscall(SYS_open, "/etc/no/such", O_RDONLY, 0);
	syscall(SYS_open, "/usr/bin/env", O_RDONLY, 0);
	syscall(SYS_open, "/usr/bin/id", O_RDONLY, 0);
	/* What winds stands on both sides of a boundary of eight bytes; behind the last, the one before it is left over. */
	syscall(SYS_open, "/usr/li//x", O_RDONLY, 0);
	syscall(SYS_open, "/usr/li./x", O_RDONLY, 0);
	syscall(SYS_open, "/usr/li..x", O_RDONLY, 0);
	syscall(SYS_open, "/no", O_RDONLY, 0);
	syscall(SYS_open, "/usr/bin/id", O_RDONLY, 0);
	syscall(SYS_openat, AT_FDCWD, "/usr/bin/env", O_RDONLY, 0);
	syscall(SYS_openat2, AT_FDCWD, "/usr/bin/env", &how, sizeof(how));
	syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", &how, sizeof(how));
}

static char raced[64];

static void *opens_raced(void *argument)
{
	tell((char *)argument, gettid());
	syscall(SYS_open, raced, O_RDONLY, 0);
	return NULL;
}

/* A lease makes the open wait, and meanwhile its path is written over. */
static void race(const char *key, const char *path, const char *other)
{
	pthread_t thread;
	int fd = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT, 0600);
	signal(SIGIO, SIG_IGN);
	strcpy(raced, path);
	if (fcntl(fd, F_SETLEASE, F_WRLCK))
		abort();
	pthread_create(&thread, NULL, opens_raced, (void *)key);
	while (fcntl(fd, F_GETLEASE) == F_WRLCK)
		usleep(1000);
	strcpy(raced, other);
	fcntl(fd, F_SETLEASE, F_UNLCK);
	pthread_join(thread, NULL);
	close(fd);
	unlink(path);
}

static void races(void)
{
	race("told", "/tmp/saker-told", "/usr/bin/env");
	race("swapped", "/tmp/saker-hidden", "/tmp/saker-told");
	race("hidden", "/tmp/saker-hidden", "/tmp/saker-hidden");
}

int main(int count, char **arguments)
{
	const char *act = count > 1 ? arguments[1] : "";
	if (count > 2 && chdir(arguments[2]))
		return 2;
	tell("pid", getpid());
	if (!strcmp(act, "opens"))
		opens();
	else if (!strcmp(act, "races"))
		races();
	else
		return 2;
	return 0;
}
