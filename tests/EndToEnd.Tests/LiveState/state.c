// SPDX-License-Identifier: Apache-2.0
// Does what changes the state that the detector keeps: state SCENARIO FOLDER. What the detector knows of a descriptor is asked
// with fchmod: its mode is the number of the question.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char *self, *folder;

static void need(int done, const char *what)
{
	if (done)
		return;
	perror(what);
	exit(2);
}

static void ask(int question, int fd)
{
	syscall(SYS_fchmod, fd, question);
}

static int opened(const char *name)
{
	int fd = open(name, O_RDWR | O_CREAT, 0600);
	need(fd >= 0, name);
	return fd;
}

static void ended(pid_t child)
{
	int status;
	need(child > 0 && waitpid(child, &status, __WALL) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0, "child");
}

static void again(const char *scenario)
{
	char *arguments[] = {self, (char *)scenario, folder, NULL};
	execv(self, arguments);
	need(0, self);
}

static void inherit(void)
{
	int fd = opened("first"), other = fd + 1;
	pid_t child = fork();
	if (!child) {
		ask(1, fd);
		need(opened("childs") == other, "childs");
		ask(2, other);
		_exit(0);
	}
	ended(child);
	ask(3, other);
	child = syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	if (!child) {
		need(opened("shared") == other, "shared");
		_exit(0);
	}
	ended(child);
	ask(4, other);
}

static void close_on_exec(void)
{
	need(dup3(opened("first"), 20, O_CLOEXEC) == 20 && dup3(3, 21, 0) == 21 && dup3(3, 22, 0) == 22 && dup3(3, 23, O_CLOEXEC) == 23, "dup3");
	need(!fcntl(22, F_SETFD, FD_CLOEXEC) && !fcntl(23, F_SETFD, 0), "F_SETFD");
	ask(1, 20);
	again("close-on-exec-after");
}

static void close_on_exec_after(void)
{
	for (int i = 0; i < 4; i++)
		ask(2 + i, 20 + i);
}

static void dups(void)
{
	int first = opened("first"), second = opened("second");
	ask(1, dup(first));
	need(dup2(first, 30) == 30 && dup3(first, 31, O_CLOEXEC) == 31 && fcntl(first, F_DUPFD, 40) == 40 && fcntl(first, F_DUPFD_CLOEXEC, 50) == 50, "dup");
	ask(2, 30);
	ask(3, 31);
	ask(4, 40);
	ask(5, 50);
	close(first);
	ask(6, 30);
	ask(7, first);
	need(dup2(second, 30) == 30, "dup2");
	ask(8, 30);
	need(!syscall(SYS_close_range, 40, 50, 0), "close_range");
	ask(9, 40);
	ask(10, 31);
}

static void *elsewhere(void *argument)
{
	need(!chdir("b"), "b");
	return argument;
}

static void folders(void)
{
	pthread_t thread;
	int b;
	need(!mkdir("a", 0700) && !mkdir("a/b", 0700) && !mkdir("a/b/etc", 0700) && !chdir("a"), "a");
	ask(1, opened("here"));
	b = open("b", O_RDONLY | O_DIRECTORY);
	need(!fchdir(b), "b");
	ask(2, opened("there"));
	need(!chdir(".."), "..");
	ask(3, opened("./b/../back"));
	ask(4, openat(b, "at", O_RDWR | O_CREAT, 0600));
	/* Threads have one working directory. */
	pthread_create(&thread, NULL, elsewhere, NULL);
	pthread_join(thread, NULL);
	ask(5, opened("threads"));
	need(!chroot(".") && !chdir("/etc"), "chroot");
	ask(6, opened("rooted"));
}

static void deleted(void)
{
	int fd = opened("first");
	need(!unlink("first"), "unlink");
	ask(1, fd);
	ask(2, dup(fd));
}

static void tcp(int question, int family)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr *address = family == AF_INET ? (void *)&four : (void *)&six;
	socklen_t size = family == AF_INET ? sizeof(four) : sizeof(six);
	int server = socket(family, SOCK_STREAM, 0), client = socket(family, SOCK_STREAM, 0);
	need(!bind(server, address, size) && !listen(server, 1) && !getsockname(server, address, &size) && !connect(client, address, size), "tcp");
	ask(question, client);
	ask(question + 1, accept(server, NULL, NULL));
}

static void sockets(void)
{
	struct sockaddr_un path = {.sun_family = AF_UNIX, .sun_path = "named"};
	struct sockaddr_in far = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(9)};
	int fd, server;
	tcp(1, AF_INET);
	tcp(3, AF_INET6);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	need(!connect(fd, (void *)&far, sizeof(far)), "udp");
	ask(5, fd);
	server = socket(AF_UNIX, SOCK_STREAM, 0);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	need(!bind(server, (void *)&path, sizeof(path)) && !listen(server, 1) && !connect(fd, (void *)&path, sizeof(path)), "unix");
	ask(6, fd);
	ask(7, accept(server, NULL, NULL));
}

/* Servers of IPv6 that clients of IPv4 talk to, as those of Java, Go and Python are. */
static void dual(void)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6};
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_storage from;
	socklen_t size = sizeof(any), length = sizeof(from);
	int server = socket(AF_INET6, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0), no = 0;
	char byte = 0;
	need(!setsockopt(server, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no)) && !bind(server, (void *)&any, size) && !listen(server, 1)
	     && !getsockname(server, (void *)&any, &size), "dual");
	to.sin_port = any.sin6_port;
	need(!connect(client, (void *)&to, sizeof(to)), "connect");
	ask(1, client);
	ask(2, accept(server, NULL, NULL));
	/* The other way round: the client is of IPv6. */
	inet_pton(AF_INET6, "::ffff:127.0.0.1", &any.sin6_addr);
	client = socket(AF_INET6, SOCK_STREAM, 0);
	need(!connect(client, (void *)&any, sizeof(any)), "mapped");
	ask(3, client);
	/* Datagrams: a server that learns who asks, and connects to it. */
	any = (struct sockaddr_in6){.sin6_family = AF_INET6};
	server = socket(AF_INET6, SOCK_DGRAM, 0);
	client = socket(AF_INET, SOCK_DGRAM, 0);
	need(!setsockopt(server, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no)) && !bind(server, (void *)&any, size)
	     && !getsockname(server, (void *)&any, &size), "datagrams");
	to.sin_port = any.sin6_port;
	need(sendto(client, &byte, 1, 0, (void *)&to, sizeof(to)) == 1, "sendto");
	ask(4, client);
	need(recvfrom(server, &byte, 1, 0, (void *)&from, &length) == 1, "recvfrom");
	ask(5, server);
	need(!connect(server, (void *)&from, length), "answer");
	ask(6, server);
}

/* The way out of a container: a file by its handle. */
static void handle(void)
{
	struct { struct file_handle head; char bytes[MAX_HANDLE_SZ]; } file = {.head.handle_bytes = MAX_HANDLE_SZ};
	int mount, folder, fd;
	close(opened("first"));
	need(!name_to_handle_at(AT_FDCWD, "first", &file.head, &mount, 0), "name_to_handle_at");
	folder = open(".", O_RDONLY | O_DIRECTORY);
	fd = open_by_handle_at(folder, &file.head, O_RDONLY);
	need(fd >= 0, "open_by_handle_at");
	ask(1, fd);
	ask(2, folder);
}

static void pass(void)
{
	char byte = 0, control[CMSG_SPACE(sizeof(int))] = {};
	struct iovec data = {&byte, 1};
	struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int pair[2], fd = opened("first");
	pid_t child;
	need(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
	child = fork();
	if (!child) {
		close(fd);
		need(recvmsg(pair[1], &message, 0) == 1, "recvmsg");
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
		ask(1, fd);
		/* What was passed is looked up where it is, so it must stay until then. */
		need(read(pair[1], &byte, 1) >= 0, "read");
		_exit(0);
	}
	*header = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	need(sendmsg(pair[0], &message, 0) == 1, "sendmsg");
	need(getchar() == EOF, "wait");
	need(write(pair[0], &byte, 1) == 1, "write");
	ended(child);
}

static void *in_thread(void *fd)
{
	*(int *)fd = opened("threads");
	ask(1, *(int *)fd);
	return NULL;
}

static void threads(void)
{
	pthread_t thread;
	int fd;
	pthread_create(&thread, NULL, in_thread, &fd);
	pthread_join(thread, NULL);
	ask(2, fd);
}

static void vforks(void)
{
	char *arguments[] = {self, "vfork-after", folder, NULL};
	int fd = opened("first");
	pid_t child;
	need(dup2(fd, 60) == 60 && !mkdir("sub", 0700) && !chdir("sub"), "sub");
	child = vfork();
	if (!child) {
		execv(self, arguments);
		_exit(2);
	}
	ended(child);
}

static void *exec_in_thread(void *argument)
{
	again("thread-exec-after");
	return argument;
}

static void *sleeps(void *argument)
{
	pause();
	return argument;
}

static void thread_exec(void)
{
	pthread_t thread;
	need(dup2(opened("first"), 60) == 60, "dup2");
	for (int i = 0; i < 3; i++)
		pthread_create(&thread, NULL, sleeps, NULL);
	pthread_create(&thread, NULL, exec_in_thread, NULL);
	pause();
}

/* The id of a child that has ended is given out again at once, if nobody else takes it. */
static void reuse(void)
{
	for (int i = 0; i < 1000; i++) {
		int last = open("/proc/sys/kernel/ns_last_pid", O_WRONLY);
		pid_t old = fork(), new;
		char number[32];
		if (!old) {
			need(dup2(opened("olds"), 60) == 60, "olds");
			ask(1, 60);
			_exit(0);
		}
		ended(old);
		need(last >= 0 && write(last, number, sprintf(number, "%d", old - 1)) > 0, "ns_last_pid");
		close(last);
		new = fork();
		if (!new) {
			ask(2, 60);
			again("nothing");
		}
		ended(new);
		if (new == old)
			return;
	}
	need(0, "reuse");
}

static void on_cpu(int number)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(number, &set);
	need(!sched_setaffinity(0, sizeof(set), &set), "affinity");
}

static void migrate(void)
{
	for (int i = 0; i < 1000; i++) {
		pid_t child;
		on_cpu(i & 1);
		child = fork();
		if (!child) {
			on_cpu(~i & 1);
			again("nothing");
		}
		ended(child);
	}
}

/* Everything is there before the detector starts, and is asked about when standard input ends. */
static void before(void)
{
	pthread_t thread;
	int pipes[2];
	need(dup2(opened("first"), 60) == 60 && dup2(opened("gone"), 61) == 61 && !unlink("gone") && !pipe(pipes), "before");
	pthread_create(&thread, NULL, sleeps, NULL);
	tcp(511, AF_INET);
	need(!mkdir("sub", 0700) && !chdir("sub"), "sub");
	puts("ready");
	fflush(stdout);
	need(getchar() == EOF, "wait");
	ask(1, 60);
	ask(2, 61);
	ask(3, pipes[0]);
	ask(4, opened("later"));
	tcp(5, AF_INET);
	again("nothing");
}

int main(int count, char **arguments)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} scenarios[] = {
		{"inherit", inherit}, {"close-on-exec", close_on_exec}, {"close-on-exec-after", close_on_exec_after}, {"dups", dups},
		{"folders", folders}, {"deleted", deleted}, {"sockets", sockets}, {"dual", dual}, {"handle", handle}, {"pass", pass}, {"threads", threads}, {"vforks", vforks},
		{"thread-exec", thread_exec}, {"reuse", reuse}, {"migrate", migrate}, {"before", before},
	};
	need(count == 3, "state SCENARIO FOLDER");
	self = "/proc/self/exe";
	self = realpath(self, NULL);
	folder = arguments[2];
	if (!strcmp(arguments[1], "nothing"))
		return 0;
	if (!strcmp(arguments[1], "vfork-after") || !strcmp(arguments[1], "thread-exec-after")) {
		ask(1, 60);
		ask(2, opened("after"));
		return 0;
	}
	for (unsigned i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++) {
		if (strcmp(arguments[1], scenarios[i].name))
			continue;
		need(!chdir(folder), folder);
		scenarios[i].run();
		return 0;
	}
	return 2;
}
