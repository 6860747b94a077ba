// SPDX-License-Identifier: Apache-2.0
// Does what makes events, and tells what the kernel itself says of it at that moment, by /proc and by calls: truths DIRECTORY.
// A line "event ID TYPE TID RESULT" names an event (result -1: any but 0), a line "ID PARAMETER VALUE" what it has to say. Processes are stopped by
// ptrace right behind the place where the driver looks at them, so that nothing changes in between.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define MUST(what) ((what) < 0 ? (perror(#what), exit(3)) : (void)0)

static char page[65536];

static char *read_file(int task, const char *name)
{
	char path[64];
	int fd;
	long size;

	snprintf(path, sizeof(path), "/proc/%d/%s", task, name);
	MUST(fd = open(path, O_RDONLY));
	size = read(fd, page, sizeof(page) - 1);
	page[size > 0 ? size : 0] = 0;
	close(fd);
	return page;
}

/* The value of a line of /proc/TASK/status: its word at `index`, or its last one. */
static const char *status(int task, const char *key, int index)
{
	static char value[32];
	char *line = strstr(read_file(task, "status"), key), *word, *saved;

	value[0] = 0;
	strtok_r(line + strlen(key), "\n", &saved);
	for (word = strtok_r(line + strlen(key), " \t", &saved); word; word = strtok_r(NULL, " \t", &saved)) {
		snprintf(value, sizeof(value), "%s", word);
		if (index-- == 0)
			break;
	}
	return value;
}

#define LAST 99

/* A field of a task's stat, counted from 1 as in proc(5). */
static long long stat_field(int task, int number)
{
	char name[32], *text;

	snprintf(name, sizeof(name), "task/%d/stat", task);
	text = strrchr(read_file(task, name), ')') + 2;
	for (int i = 3; i < number; i++)
		text = strchr(text, ' ') + 1;
	return atoll(text);
}

static void tell_memory(const char *id, int task)
{
	printf("%s vm_size %s\n", id, status(task, "\nVmSize:", 0));
	printf("%s vm_rss %s\n", id, status(task, "\nVmRSS:", 0));
	printf("%s vm_swap %s\n", id, status(task, "\nVmSwap:", 0));
}

static void tell_capability(const char *id, const char *parameter, int task, const char *key)
{
	printf("%s %s %lld\n", id, parameter, (long long)strtoull(status(task, key, 0), NULL, 16));
}

/* What execs and clones say alike. */
static void tell_task(const char *id, int task)
{
	char *limit;

	printf("%s tid %s\n", id, status(task, "\nPid:", 0));
	printf("%s pid %s\n", id, status(task, "\nTgid:", 0));
	printf("%s ptid %s\n", id, status(task, "\nPPid:", 0));
	printf("%s uid %s\n", id, status(task, "\nUid:", 1));
	printf("%s gid %s\n", id, status(task, "\nGid:", 1));
	limit = strstr(read_file(task, "limits"), "Max open files") + strlen("Max open files");
	printf("%s fdlimit %lld\n", id, atoll(limit));
	printf("%s pgft_min %lld\n", id, stat_field(task, 10));
	printf("%s pgft_maj %lld\n", id, stat_field(task, 12));
	printf("%s comm %s", id, read_file(task, "comm"));
	tell_memory(id, task);
	for (char *line = strtok(read_file(task, "cgroup"), "\n"); line; line = strtok(NULL, "\n"))
		printf("%s cgroups %s\n", id, line);
}

static void tell_clone(const char *id, int task)
{
	tell_task(id, task);
	printf("%s vtid %s\n", id, status(task, "\nNSpid:", LAST));
	printf("%s vpid %s\n", id, status(task, "\nNStgid:", LAST));
}

static void tell_exec(const char *id, int task)
{
	struct stat file;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/exe", task);
	MUST(stat(path, &file));
	tell_task(id, task);
	printf("%s tty %lld\n", id, stat_field(task, 7) & 0xffffffff);
	printf("%s pgid %s\n", id, status(task, "\nNSpgid:", 0));
	printf("%s vpgid %s\n", id, status(task, "\nNSpgid:", LAST));
	printf("%s loginuid %s\n", id, read_file(task, "loginuid"));
	tell_capability(id, "cap_inheritable", task, "\nCapInh:");
	tell_capability(id, "cap_permitted", task, "\nCapPrm:");
	tell_capability(id, "cap_effective", task, "\nCapEff:");
	printf("%s exe_ino %lu\n", id, file.st_ino);
	printf("%s exe_ino_ctime %lu%09lu\n", id, file.st_ctim.tv_sec, file.st_ctim.tv_nsec);
	printf("%s exe_ino_mtime %lu%09lu\n", id, file.st_mtim.tv_sec, file.st_mtim.tv_nsec);
	page[readlink(path, page, sizeof(page) - 1)] = 0;
	printf("%s trusted_exepath %s\n", id, page);
	read_file(task, "cmdline");
	printf("%s exe %s\n%s args %s\n", id, page, id, page + strlen(page) + 1);
	printf("%s env %s\n", id, read_file(task, "environ"));
}

static void run(void)
{
	char *arguments[] = {"told", "one", NULL}, *environment[] = {"KEY=value", NULL};
	execve("/bin/true", arguments, environment);
	_exit(127);
}

/* On another CPU, where there is one. */
static void move(int turn)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(turn % (int)sysconf(_SC_NPROCESSORS_ONLN), &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* Pages of all kinds, some from each of two CPUs, which keep their own counts of them. */
static void take_memory(void)
{
	for (int i = 0; i < 2; i++) {
		move(i);
		MUST(mmap(NULL, 37 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0) == MAP_FAILED ? -1 : 0);
		MUST(mmap(NULL, 23 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0) == MAP_FAILED ? -1 : 0);
	}
}

static void with_terminal(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);

	MUST(master);
	MUST(grantpt(master));
	MUST(unlockpt(master));
	MUST(setsid());
	MUST(open(ptsname(master), O_RDWR));
	run();
}

static void with_fewer_rights(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[2];
	struct rlimit files = {.rlim_cur = 777, .rlim_max = 778};

	MUST(syscall(SYS_capget, &header, sets));
	sets[0].inheritable = sets[0].permitted & (1 << CAP_CHOWN | 1 << CAP_KILL);
	MUST(syscall(SYS_capset, &header, sets));
	MUST(prctl(PR_CAPBSET_DROP, CAP_SYS_TIME));
	MUST(setrlimit(RLIMIT_NOFILE, &files));
	MUST(setgroups(0, NULL));
	MUST(setresgid(1001, 1002, 1003));
	MUST(setpgid(0, 0));
	run();
}

static void as_another_user(void)
{
	MUST(setresgid(1002, 1002, 1002));
	MUST(setresuid(1000, 1001, 1001));
	run();
}

static void in_pid_namespace(void)
{
	long child = syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);

	MUST(child);
	if (!child) {
		child = syscall(SYS_fork);
		if (!child) {
			setpgid(0, 0);
			run();
		}
	}
	waitpid(child, NULL, 0);
	_exit(0);
}

static const struct {
	const char *name;
	void (*act)(void);
} acts[] = {
	{"terminal", with_terminal},
	{"rights", with_fewer_rights},
	{"user", as_another_user},
	{"namespace", in_pid_namespace},
};

static void tell_event(const char *id, const char *type, int task, long result)
{
	printf("event %s %s %d %ld\n", id, type, task, result);
}

/* Runs one act under ptrace, and tells of each process that it makes and of each program that it starts. */
static void watch(const char *name, void (*act)(void))
{
	char id[64];
	unsigned long child;
	int state, number = 0, task, early = 0, first = fork();

	MUST(first);
	if (!first) {
		MUST(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
		raise(SIGSTOP);
		take_memory();
		act();
	}
	waitpid(first, NULL, 0);
	MUST(ptrace(PTRACE_SETOPTIONS, first, NULL, PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL));
	ptrace(PTRACE_CONT, first, NULL, 0);
	while ((task = waitpid(-1, &state, __WALL)) > 0) {
		if (!WIFSTOPPED(state))
			continue;
		if (state >> 16 == 0 && WSTOPSIG(state) == SIGSTOP && (early = task))
			continue; /* a child may stop before its caller has told of it, and must not run on before that */
		switch (state >> 16) {
		case PTRACE_EVENT_EXEC:
			snprintf(id, sizeof(id), "%s.exec", name);
			tell_event(id, "execve", task, 0);
			tell_exec(id, task);
			printf("%s filename /bin/true\n", id);
			break;
		case PTRACE_EVENT_FORK:
		case PTRACE_EVENT_CLONE:
			/* It is in its call still; the child waits for us before its first step. */
			ptrace(PTRACE_GETEVENTMSG, task, NULL, &child);
			if (early != (int)child)
				waitpid(child, NULL, __WALL);
			snprintf(id, sizeof(id), "%s.child%d", name, ++number);
			tell_event(id, "clone|fork", child, 0);
			tell_clone(id, child);
			snprintf(id, sizeof(id), "%s.caller%d", name, number);
			tell_event(id, "clone|fork", task, -1);
			tell_clone(id, task);
			ptrace(PTRACE_CONT, child, NULL, 0);
			break;
		}
		ptrace(PTRACE_CONT, task, NULL, WSTOPSIG(state) == SIGTRAP ? 0 : WSTOPSIG(state));
	}
}

/* Calls that tell how much memory there is: what stands before and behind the call must be the same. */
static void memory(void)
{
	char before[4096];

	take_memory();
	for (int i = 0; i < 3; i++) {
		snprintf(before, sizeof(before), "%s", status(getpid(), "\nVmRSS:", 0));
		syscall(SYS_munmap, 0x77700001 + 2 * i, 4096);
		syscall(SYS_brk, 0x1000 + i);
		if (strcmp(before, status(getpid(), "\nVmRSS:", 0)))
			continue;
		tell_event("munmap", "munmap", getpid(), -EINVAL);
		tell_memory("munmap", getpid());
		printf("munmap addr %d\n", 0x77700001 + 2 * i);
		tell_event("brk", "brk", getpid(), -1);
		tell_memory("brk", getpid());
		printf("brk addr %d\n", 0x1000 + i);
		return;
	}
}

static void tell_opened(const char *id, const char *name, int flags)
{
	struct stat file;
	int fd = syscall(SYS_openat, AT_FDCWD, name, flags, 0640);

	MUST(fd);
	MUST(fstat(fd, &file));
	tell_event(id, "openat", getpid(), fd);
	printf("%s dev %lu\n%s ino %lu\n%s name %s\n", id, file.st_dev, id, file.st_ino, id, name);
}

static void files(void)
{
	tell_opened("open.device", "/dev/null", O_RDWR);
	tell_opened("open.made", "made-here", O_RDWR | O_CREAT);
	tell_opened("open.proc", "/proc/self/status", O_RDONLY);
	tell_opened("open.folder", "/", O_RDONLY | O_DIRECTORY);
}

static void print_end(const struct sockaddr_storage *end)
{
	const struct sockaddr_in *four = (const void *)end;
	const struct sockaddr_in6 *six = (const void *)end;
	const unsigned char *ip = end->ss_family == AF_INET ? (const void *)&four->sin_addr : (const void *)&six->sin6_addr;
	unsigned short port = ntohs(four->sin_port);

	for (int i = 0; i < (end->ss_family == AF_INET ? 4 : 16); i++)
		printf("%02x", ip[i]);
	printf("%02x%02x", port & 255, port >> 8);
}

/* The tuple of a socket, from the one end that it knows to the other. */
static void tell_tuple(const char *id, int socket, int inbound)
{
	struct sockaddr_storage near, far;
	socklen_t size = sizeof(near);

	MUST(getsockname(socket, (void *)&near, &size));
	size = sizeof(far);
	MUST(getpeername(socket, (void *)&far, &size));
	printf("%s tuple %02x", id, near.ss_family);
	print_end(inbound ? &far : &near);
	print_end(inbound ? &near : &far);
	printf("\n");
}

static void sockets(const char *family, struct sockaddr *address, socklen_t size)
{
	int server = socket(address->sa_family, SOCK_STREAM, 0), clients[3], accepted, result;
	struct tcp_info info = {};
	socklen_t length = sizeof(info);
	char id[64];

	if (server < 0 || bind(server, address, size))
		return; /* no IPv6 here */
	MUST(listen(server, 5));
	MUST(getsockname(server, address, &size));
	for (int i = 0; i < 3; i++) {
		clients[i] = socket(address->sa_family, SOCK_STREAM, 0);
		MUST(result = connect(clients[i], address, size));
	}
	snprintf(id, sizeof(id), "connect.%s", family);
	tell_event(id, "connect", getpid(), 0);
	printf("%s fd %d\n", id, clients[2]);
	tell_tuple(id, clients[2], 0);
	MUST(accepted = syscall(SYS_accept4, server, NULL, NULL, 0));
	MUST(getsockopt(server, SOL_TCP, TCP_INFO, &info, &length));
	snprintf(id, sizeof(id), "accept.%s", family);
	tell_event(id, "accept4", getpid(), accepted);
	tell_tuple(id, accepted, 1);
	printf("%s queuelen %u\n%s queuemax %u\n%s queuepct %u\n", id, info.tcpi_unacked, id, info.tcpi_sacked, id,
	       info.tcpi_unacked * 100 / info.tcpi_sacked);
	MUST(syscall(SYS_sendto, accepted, family, strlen(family), 0, NULL, 0));
	snprintf(id, sizeof(id), "sendto.%s", family);
	tell_event(id, "sendto", getpid(), strlen(family));
	printf("%s fd %d\n", id, accepted);
	tell_tuple(id, accepted, 0);
}

int main(int count, char **arguments)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};

	if (count < 2 || chdir(arguments[1]))
		return 2;
	setvbuf(stdout, NULL, _IOFBF, 1 << 20);
	for (unsigned int i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		fflush(stdout);
		watch(acts[i].name, acts[i].act);
	}
	memory();
	files();
	sockets("inet", (void *)&in, sizeof(in));
	sockets("inet6", (void *)&in6, sizeof(in6));
	return 0;
}
