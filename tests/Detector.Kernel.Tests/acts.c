// SPDX-License-Identifier: Apache-2.0
// Acts whose events the tests know: acts ACT DIRECTORY. Prints "key value" lines with what only the act can tell.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void tell(const char *key, long value)
{
	printf("%s %ld\n", key, value);
	fflush(stdout);
}

static void tell_file(const char *key, int fd)
{
	struct stat file;
	char name[64];
	if (fstat(fd, &file))
		abort();
	snprintf(name, sizeof(name), "%s.fd", key);
	tell(name, fd);
	snprintf(name, sizeof(name), "%s.dev", key);
	tell(name, (minor(file.st_dev) & 0xff) | (major(file.st_dev) << 8));
	snprintf(name, sizeof(name), "%s.ino", key);
	tell(name, file.st_ino);
}

static void files(void)
{
	struct open_how how = {.flags = O_RDONLY | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
	int directory = syscall(SYS_open, ".", O_RDONLY | O_DIRECTORY, 0);
	int fd = syscall(SYS_open, "made", O_RDWR | O_CREAT | O_EXCL, 0640);
	tell_file("open", fd);
	syscall(SYS_close, fd);
	syscall(SYS_close, 9999);
	syscall(SYS_open, "/no/such", O_RDONLY, 0777);
	syscall(SYS_open, (void *)8, O_RDONLY, 0);
	tell_file("creat", syscall(SYS_creat, "created", 0604));
	tell("openat.dirfd", directory);
	tell_file("openat", syscall(SYS_openat, directory, "made", O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC, 0777));
	tell_file("tmpfile", syscall(SYS_openat, AT_FDCWD, ".", O_TMPFILE | O_RDWR | O_SYNC, 0600));
	tell_file("openat2", syscall(SYS_openat2, directory, "made", &how, sizeof(how)));
}

static void network(void)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "socket"};
	struct sockaddr_un abstract = {.sun_family = AF_UNIX, .sun_path = "\0hidden"};
	struct sockaddr none = {.sa_family = AF_UNSPEC};
	socklen_t size = sizeof(in);
	int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
	bind(server, (void *)&in, sizeof(in));
	listen(server, 1);
	getsockname(server, (void *)&in, &size);
	tell("tcp.port", ntohs(in.sin_port));
	tell("tcp.fd", client);
	connect(client, (void *)&in, sizeof(in));
	getsockname(client, (void *)&in, &size);
	tell("tcp.source", ntohs(in.sin_port));
	in.sin_port = htons(1);
	connect(socket(AF_INET, SOCK_STREAM, 0), (void *)&in, sizeof(in));
	connect(9999, (void *)&in, sizeof(in));

	server = socket(AF_INET6, SOCK_STREAM, 0);
	if (!bind(server, (void *)&in6, sizeof(in6)) && !listen(server, 1)) {
		size = sizeof(in6);
		getsockname(server, (void *)&in6, &size);
		tell("tcp6.port", ntohs(in6.sin6_port));
		connect(socket(AF_INET6, SOCK_STREAM, 0), (void *)&in6, sizeof(in6));
	}
	server = socket(AF_UNIX, SOCK_STREAM, 0);
	bind(server, (void *)&un, sizeof(un));
	listen(server, 1);
	connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&un, sizeof(un));
	server = socket(AF_UNIX, SOCK_STREAM, 0);
	bind(server, (void *)&abstract, 2 + 7);
	listen(server, 1);
	connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&abstract, 2 + 7);
	connect(socket(AF_INET, SOCK_DGRAM, 0), &none, sizeof(none));
}

static void *nothing(void *argument)
{
	tell("thread", gettid());
	return argument;
}

static void processes(void)
{
	char *arguments[] = {"vforked", "one", "two words", NULL}, *environment[] = {"KEY=value", NULL};
	struct clone_args three = {.flags = CLONE_FS, .exit_signal = SIGCHLD};
	pthread_t thread;
	long child;

	child = syscall(SYS_fork);
	if (!child)
		_exit(7);
	tell("fork", child);
	waitpid(child, NULL, 0);

	child = vfork();
	if (!child) {
		execve("/bin/true", arguments, environment);
		_exit(127);
	}
	tell("vfork", child);
	waitpid(child, NULL, 0);

	child = syscall(SYS_clone3, &three, sizeof(three));
	if (!child) {
		pause();
		_exit(0);
	}
	tell("clone3", child);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);

	child = syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);
	if (!child)
		_exit(0);
	tell("newpid", child);
	waitpid(child, NULL, 0);

	pthread_create(&thread, NULL, nothing, NULL);
	pthread_join(thread, NULL);

	/* An orphan goes to the nearest process that asked for orphans. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	child = fork();
	if (!child) {
		if (!fork()) {
			usleep(50000);
			_exit(0);
		}
		_exit(3);
	}
	tell("orphaner", child);
	while (wait(NULL) > 0)
		;
	execve("/no/such/program", arguments, environment);
	syscall(SYS_execveat, AT_FDCWD, "/no/such/other", arguments, environment, 0);
}

static void *leads(void *argument)
{
	char *arguments[] = {"from-thread", NULL};
	tell("leader", getpid());
	tell("caller", gettid());
	execve("/bin/true", arguments, NULL);
	return argument;
}

static void thread_exec(void)
{
	pthread_t thread;
	pthread_create(&thread, NULL, leads, NULL);
	pthread_join(thread, NULL);
}

static void memfd_exec(void)
{
	char *arguments[] = {"from-memory", NULL};
	char buffer[65536];
	int source = open("/bin/true", O_RDONLY), memory = memfd_create("evil", MFD_CLOEXEC);
	long size;
	while ((size = read(source, buffer, sizeof(buffer))) > 0)
		if (write(memory, buffer, size) != size)
			abort();
	syscall(SYS_execveat, memory, "", arguments, environ, AT_EMPTY_PATH);
}

static void fill_many(void)
{
	char *arguments[80];
	static char big[3000];
	memset(big, 'x', sizeof(big) - 1);
	for (int i = 0; i < 79; i++)
		arguments[i] = big;
	arguments[79] = NULL;
	execve("/bin/true", arguments, environ);
}

static long int80(long number, long one, long two, long three)
{
	long result;
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(one), "c"(two), "d"(three) : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}

/* 32-bit calls out of a 64-bit program. */
static void compat(void)
{
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	struct sockaddr_un *un = (void *)(low + 512);
	unsigned int *words = (void *)(low + 1024), *pointers = (void *)(low + 1536);
	long fd;

	strcpy(low, "made-by-32");
	fd = int80(5, (long)low, O_RDWR | O_CREAT | 0100000 /* O_LARGEFILE, which is 0 here */, 0600);
	tell("open.fd", fd);
	int80(6, fd, 0, 0);
	un->sun_family = AF_UNIX;
	strcpy(un->sun_path, "/no/socket");
	words[0] = socket(AF_UNIX, SOCK_STREAM, 0);
	words[1] = (unsigned long)un;
	words[2] = sizeof(*un);
	tell("socket.fd", words[0]);
	int80(102, 3, (long)words, 0);
	int80(362, words[0], (long)un, sizeof(*un));
	int80(102, 2, (long)words, 0);
	words[0] = 9999;
	int80(102, 1, (long)words, 0);
	strcpy(low + 64, "/no/32");
	strcpy(low + 128, "first");
	strcpy(low + 192, "second");
	pointers[0] = (unsigned long)low + 128;
	pointers[1] = (unsigned long)low + 192;
	pointers[2] = 0;
	int80(11, (long)low + 64, (long)pointers, 0);
	fd = int80(2, 0, 0, 0);
	if (!fd)
		_exit(0);
	tell("fork", fd);
	waitpid(fd, NULL, 0);
}

/* Each turn happens on the other CPU and depends on the turn before: what one wrote, the next one reads. */
static void migrate(void)
{
	for (int i = 0; i < 2000; i++) {
		cpu_set_t set;
		CPU_ZERO(&set);
		CPU_SET(i & 1, &set);
		sched_setaffinity(0, sizeof(set), &set);
		syscall(SYS_close, 100000 + i);
	}
}

/* A call by an x32 number, and one that a tracer cancels before the kernel looks at it. */
static void strange(void)
{
	struct user_regs_struct registers;
	pid_t child;

	syscall(0x40000000 | SYS_close, 100001);
	child = fork();
	if (!child) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		syscall(SYS_close, 100002);
		syscall(SYS_close, 100003);
		_exit(0);
	}
	tell("child", child);
	while (waitpid(child, &(int){0}, 0) == child && !ptrace(PTRACE_GETREGS, child, NULL, &registers)) {
		if (registers.orig_rax == SYS_close && registers.rdi == 100002) {
			registers.orig_rax = -1;
			ptrace(PTRACE_SETREGS, child, NULL, &registers);
		}
		ptrace(PTRACE_SYSCALL, child, NULL, NULL);
	}
}

static void flood(void)
{
	for (int i = 0; i < 20000; i++)
		syscall(SYS_close, 100000 + i);
}

/* Calls that came after set_mempolicy_home_node, on nothing. */
static void newest(void)
{
	for (long call = 451; call <= 471; call++)
		syscall(call, -1, -1, -1, -1, -1, -1);
}

/* 200 events in each of 10,000 milliseconds. */
static void load(void)
{
	struct timespec next, now;
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (int i = 0; i < 10000; i++) {
		for (int j = 0; j < 200; j++)
			syscall(SYS_close, 100000 + j);
		next.tv_nsec += 1000000;
		if (next.tv_nsec >= 1000000000) {
			next.tv_nsec -= 1000000000;
			next.tv_sec++;
		}
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	tell("late.ms", (now.tv_sec - next.tv_sec) * 1000 + (now.tv_nsec - next.tv_nsec) / 1000000);
}

int main(int count, char **arguments)
{
	const char *act = count > 1 ? arguments[1] : "";
	if (count > 2 && chdir(arguments[2]))
		return 2;
	tell("pid", getpid());
	if (!strcmp(act, "files"))
		files();
	else if (!strcmp(act, "network"))
		network();
	else if (!strcmp(act, "processes"))
		processes();
	else if (!strcmp(act, "thread-exec"))
		thread_exec();
	else if (!strcmp(act, "memfd-exec"))
		memfd_exec();
	else if (!strcmp(act, "long-exec"))
		fill_many();
	else if (!strcmp(act, "compat"))
		compat();
	else if (!strcmp(act, "migrate"))
		migrate();
	else if (!strcmp(act, "strange"))
		strange();
	else if (!strcmp(act, "flood"))
		flood();
	else if (!strcmp(act, "newest"))
		newest();
	else if (!strcmp(act, "load"))
		load();
	else
		return 2;
	return 0;
}
