// SPDX-License-Identifier: Apache-2.0
// Does what its arguments say, under whatever name it was copied to: words that start with + are acts, done one after the
// other; any other word is a program that it turns into, with the words behind as arguments. Without an act in front it does
// nothing, so that a copy named nc can be started with nc's arguments.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/if_packet.h>
#include <linux/userfaultfd.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void need(int done, const char *what)
{
	if (done)
		return;
	perror(what);
	exit(2);
}

static void ended(pid_t child)
{
	int status;
	need(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0, "child");
}

static struct sockaddr_in at(char **words)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(words[1]))};
	need(inet_pton(AF_INET, words[0], &address.sin_addr) == 1, words[0]);
	return address;
}

static int listening(struct sockaddr_in address)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	need(!bind(fd, (void *)&address, sizeof(address)) && !listen(fd, 4), "listen");
	return fd;
}

static int connected(int kind, struct sockaddr_in address)
{
	int fd = socket(AF_INET, kind, 0);
	need(!connect(fd, (void *)&address, sizeof(address)), "connect");
	return fd;
}

/* The child is the first of its session and has a terminal. Whatever it says is read, so that it never waits. */
static int in_terminal(void)
{
	char text[256];
	int terminal;
	pid_t child = forkpty(&terminal, NULL, NULL, NULL);
	if (!child)
		return 1;
	while (read(terminal, text, sizeof(text)) > 0)
		;
	ended(child);
	return 0;
}

static int forked(void)
{
	pid_t child = fork();
	if (child)
		ended(child);
	return !child;
}

static void run_from_memory(char **words)
{
	char buffer[65536];
	long size;
	int from = open(words[0], O_RDONLY), memory = memfd_create("nowhere", MFD_CLOEXEC);
	while ((size = read(from, buffer, sizeof(buffer))) > 0)
		need(write(memory, buffer, size) == size, "memory");
	need(size == 0, words[0]);
	syscall(SYS_execveat, memory, "", words, environ, AT_EMPTY_PATH);
	need(0, "execveat");
}

static void unshare_without_power(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[2] = {};
	need(!syscall(SYS_capset, &header, sets) && unshare(CLONE_NEWUTS) == -1, "unshare");
}

static void take_over(void)
{
	pid_t child = fork();
	if (!child) {
		pause();
		_exit(0);
	}
	need(!ptrace(PTRACE_ATTACH, child, 0, 0) && waitpid(child, NULL, 0) == child && !ptrace(PTRACE_DETACH, child, 0, 0), "ptrace");
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

/* Until this process has lived longer than the given time. */
static void grow_old(const char *milliseconds)
{
	long wait = atol(milliseconds);
	struct timespec time = {wait / 1000, wait % 1000 * 1000000};
	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &time, &time))
		;
}

static void receive(struct sockaddr_in address)
{
	static const unsigned char class_file[] = {0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52};
	char buffer[64];
	int server = listening(address), client = connected(SOCK_STREAM, address), peer = accept(server, NULL, NULL);
	need(send(peer, class_file, sizeof(class_file), 0) == sizeof(class_file), "send");
	need(recv(client, buffer, sizeof(buffer), 0) == sizeof(class_file), "recv");
}

static void to_unix_socket(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int server = socket(AF_UNIX, SOCK_STREAM, 0);
	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	need(!bind(server, (void *)&address, sizeof(address)) && !listen(server, 1), path);
	need(!connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&address, sizeof(address)), path);
}

static int opened(const char *path, const char *how)
{
	int flags = strchr(how, 'r') ? O_RDONLY : O_WRONLY;
	if (strchr(how, 'c') || strchr(how, 'x'))
		flags |= O_CREAT;
	if (strchr(how, 't'))
		flags |= O_CREAT | O_TRUNC;
	return open(path, flags, strchr(how, 'x') ? 0755 : 0644);
}

/* Does one act; returns how many words it took, or 0 when this process has nothing left to do. */
static int act(char **words)
{
	const char *name = words[0] + 1;
	union bpf_attr program = {};
	int fd;

	if (!strcmp(name, "spawn"))
		return forked() ? 1 : 0;
	if (!strcmp(name, "terminal"))
		return in_terminal() ? 1 : 0;
	if (!strcmp(name, "first"))
		return need(!unshare(CLONE_NEWPID), "unshare"), forked() ? 1 : 0;
	if (!strcmp(name, "as"))
		return need(!syscall(SYS_setuid, atoi(words[1])), "setuid"), 2;
	if (!strcmp(name, "old"))
		return grow_old(words[1]), 2;
	if (!strcmp(name, "open"))
		return need((fd = opened(words[1], words[2])) >= 0 && !close(fd), words[1]), 3;
	if (!strcmp(name, "open-fails"))
		return need(opened(words[1], "r") < 0, words[1]), 2;
	if (!strcmp(name, "tcp"))
		return listening(at(words + 1)), connected(SOCK_STREAM, at(words + 1)), 3;
	if (!strcmp(name, "accept"))
		return fd = listening(at(words + 1)), connected(SOCK_STREAM, at(words + 1)), need(accept(fd, NULL, NULL) >= 0, "accept"), 3;
	if (!strcmp(name, "receive"))
		return receive(at(words + 1)), 3;
	if (!strcmp(name, "udp"))
		return connected(SOCK_DGRAM, at(words + 1)), 3;
	if (!strcmp(name, "stdin-is"))
		return listening(at(words + 1)), need(!syscall(SYS_dup2, connected(SOCK_STREAM, at(words + 1)), 0), "dup2"), 3;
	if (!strcmp(name, "unix"))
		return to_unix_socket(words[1]), 2;
	if (!strcmp(name, "packet"))
		return need(socket(AF_PACKET, SOCK_RAW, 0) >= 0, "packet"), 1;
	if (!strcmp(name, "setns"))
		return need((fd = open(words[1], O_RDONLY)) >= 0 && !setns(fd, 0), "setns"), 2;
	if (!strcmp(name, "unshare-without-power"))
		return unshare_without_power(), 1;
	if (!strcmp(name, "userfault"))
		return need(syscall(SYS_userfaultfd, UFFD_USER_MODE_ONLY) >= 0, "userfaultfd"), 1;
	if (!strcmp(name, "traced"))
		return need(!ptrace(PTRACE_TRACEME, 0, 0, 0), "ptrace"), 1;
	if (!strcmp(name, "take-over"))
		return take_over(), 1;
	if (!strcmp(name, "module"))
		return need(syscall(SYS_init_module, "no module", 9UL, "") == -1, "module"), 1;
	if (!strcmp(name, "bpf"))
		return need(syscall(SYS_bpf, BPF_PROG_LOAD, &program, sizeof(program)) == -1, "bpf"), 1;
	if (!strcmp(name, "memory"))
		run_from_memory(words + 1);
	fprintf(stderr, "There is no act %s.\n", words[0]);
	exit(2);
}

int main(int count, char **words)
{
	if (count < 2 || words[1][0] != '+')
		return 0;
	words++;
	while (*words && **words == '+') {
		int taken = act(words);
		if (!taken)
			return 0;
		words += taken;
	}
	if (!*words)
		return 0;
	execv(*words, words);
	perror(*words);
	return 2;
}
