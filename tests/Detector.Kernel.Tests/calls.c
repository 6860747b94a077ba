// SPDX-License-Identifier: Apache-2.0
// Makes each call with arguments that Calls.cs knows: calls DIRECTORY. Descriptors are closed at once, so a new one is 3.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define DO(name, ...) syscall(SYS_##name, ##__VA_ARGS__)
#define CLOSED(name, ...) syscall(SYS_close, syscall(SYS_##name, ##__VA_ARGS__))

static void names(void)
{
	DO(mkdir, "dir", 0750);
	DO(mkdirat, AT_FDCWD, "dir/sub", 0711);
	DO(rename, "nothing", "something");
	DO(renameat, AT_FDCWD, "dir/sub", AT_FDCWD, "dir/moved");
	DO(renameat2, AT_FDCWD, "dir/moved", AT_FDCWD, "dir/sub", 1);
	DO(symlink, "/etc/shadow", "soft");
	DO(symlinkat, "/etc/passwd", AT_FDCWD, "soft2");
	DO(link, "soft", "hard");
	DO(linkat, AT_FDCWD, "soft", AT_FDCWD, "hard2", 0);
	DO(unlink, "hard");
	DO(unlinkat, AT_FDCWD, "dir/sub", AT_REMOVEDIR);
	DO(rmdir, "no-dir");
	DO(chmod, "dir", 04755);
	DO(fchmod, 99, 0600);
	DO(fchmodat, AT_FDCWD, "dir", 0700);
	DO(chown, "dir", 12, 34);
	DO(lchown, "soft", 0, -1);
	DO(fchown, 99, 1, 2);
	DO(fchownat, AT_FDCWD, "soft", 5, 6, AT_SYMLINK_NOFOLLOW);
	DO(mount, "none", "/no/such", "tmpfs", 0xc0ed0000 | 6, NULL);
	DO(umount2, "/no/such", 2);
	DO(chdir, "dir");
	DO(chdir, "..");
	DO(fchdir, 99);
	DO(chroot, "/no/such");
}

static void descriptors(void)
{
	struct io_uring_params ring = {.flags = IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP, .cq_entries = 64};
	int pair[2];
	DO(dup, 99);
	CLOSED(dup, 1);
	CLOSED(dup2, 1, 50);
	CLOSED(dup3, 1, 51, O_CLOEXEC);
	DO(close_range, 60, 61, 4);
	DO(fcntl, 99, F_GETFD, 0);
	CLOSED(fcntl, 1, F_DUPFD_CLOEXEC, 70);
	DO(pipe, pair);
	DO(close, 3);
	DO(close, 4);
	DO(pipe2, pair, O_CLOEXEC | O_NONBLOCK);
	DO(close, 3);
	DO(close, 4);
	DO(pipe2, pair, 0x1);
	CLOSED(eventfd, 7);
	CLOSED(eventfd2, 5, O_NONBLOCK);
	CLOSED(signalfd, -1, &(unsigned long){1}, 8);
	CLOSED(signalfd4, -1, &(unsigned long){1}, 8, O_CLOEXEC);
	CLOSED(timerfd_create, 1, 0);
	CLOSED(inotify_init);
	CLOSED(inotify_init1, O_CLOEXEC);
	CLOSED(epoll_create, 4);
	CLOSED(epoll_create1, EPOLL_CLOEXEC);
	CLOSED(memfd_create, "memory", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	CLOSED(pidfd_open, 1, 04000);
	DO(pidfd_getfd, 99, 5, 0);
	DO(userfaultfd, 0x10000);
	DO(open_by_handle_at, -1, &(int[4]){0, 1, 2}, O_RDONLY);
	CLOSED(io_uring_setup, 4, &ring);
}

static void sockets(void)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(45871), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct iovec pieces[2] = {{"ab", 2}, {"cdef", 4}};
	struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 2};
	struct mmsghdr many[2] = {{{.msg_iov = pieces, .msg_iovlen = 1}}, {{.msg_iov = pieces + 1, .msg_iovlen = 1}}};
	char buffer[300];
	struct iovec into = {buffer, sizeof(buffer)};
	struct msghdr received = {.msg_name = &in, .msg_namelen = sizeof(in), .msg_iov = &into, .msg_iovlen = 1};
	struct mmsghdr two[2] = {{{.msg_iov = &into, .msg_iovlen = 1}}, {{.msg_iov = &into, .msg_iovlen = 1}}};
	socklen_t size = sizeof(in);
	int value, pair[2];

	DO(socketpair, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair);
	memset(buffer, 'x', sizeof(buffer));
	DO(sendto, 3, buffer, 100, 0, NULL, 0);
	DO(recvfrom, 4, buffer, 300, 0, NULL, NULL);
	DO(sendmsg, 3, &message, 0);
	DO(recvmsg, 4, &received, 0);
	DO(sendmmsg, 3, many, 2, 0);
	DO(recvmmsg, 4, two, 2, 0, NULL);
	DO(shutdown, 3, SHUT_WR);
	DO(close, 3);
	DO(close, 4);

	DO(socket, AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	size = sizeof(value);
	DO(getsockopt, 3, SOL_SOCKET, SO_TYPE, &value, &size);
	DO(getsockopt, 3, SOL_SOCKET, SO_ERROR, &value, &size);
	in = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(45871), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	DO(bind, 3, &in, sizeof(in));
	DO(listen, 3, 7);
	DO(accept, 3, NULL, NULL);
	DO(socket, AF_INET, SOCK_STREAM, 0);
	DO(connect, 4, &in, sizeof(in));
	poll(&(struct pollfd){.fd = 3, .events = POLLIN}, 1, 1000);
	DO(accept4, 3, NULL, NULL, SOCK_CLOEXEC);
	DO(sendto, 99, "lost", 4, 0, NULL, 0);
	DO(close, 5);
	DO(close, 4);
	DO(close, 3);

	DO(socket, AF_INET, SOCK_DGRAM, 0);
	DO(bind, 3, &in, sizeof(in));
	DO(sendto, 3, "self", 4, 0, &in, sizeof(in));
	size = sizeof(in);
	DO(recvfrom, 3, buffer, 9, 0, &in, &size);
	DO(close, 3);
}

static void control(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{.effective = 1 << CAP_SYS_PTRACE | 1 << CAP_SYS_ADMIN, .permitted = -1}, {}};
	DO(unshare, 0);
	DO(setns, -1, 0x40000000);
	DO(kill, 999999999, SIGTERM);
	DO(tkill, 999999999, SIGKILL);
	DO(tgkill, 999999999, 999999998, SIGUSR1);
	DO(ptrace, PTRACE_ATTACH, 999999999, 0, 0);
	DO(prctl, PR_SET_NAME, "renamed");
	DO(prctl, PR_SET_DUMPABLE, 1);
	DO(bpf, 99, NULL, 0);
	DO(init_module, "image", 5, "key=value");
	DO(finit_module, -1, "key=value", 2);
	DO(delete_module, "no_module", O_NONBLOCK | O_TRUNC);
	DO(setpgid, 0, 999999999);
	DO(setsid);
	DO(setregid, -1, 5);
	DO(setresgid, -1, -1, 5);
	DO(setgid, 5);
	DO(setreuid, -1, -1);
	DO(setresuid, -1, 0, -1);
	DO(setuid, 0);
	data[0].permitted = data[0].effective;
	DO(capset, &header, data);
	DO(getpid);
}

static long int80(long number, long one, long two, long three)
{
	long result;
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(one), "c"(two), "d"(three) : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}

/* 32-bit calls, told apart from those above by their arguments. */
static void narrow(void)
{
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	unsigned int *words = (void *)(low + 4096 - 16), *message = (void *)(low + 1024), *piece = (void *)(low + 1100);
	strcpy(low, "narrow");
	int80(10, (long)low, 0, 0);
	int80(22, (long)low, 0, 0);
	int80(182, (long)low, 0xffff, 77);
	int80(212, (long)low, 70000, -1);
	int80(221, 98, 14, 0);
	int80(20, 0, 0, 0);
	piece[0] = (unsigned long)low;
	piece[1] = 6;
	message[2] = (unsigned long)piece;
	message[3] = 1;
	int80(370, 98, (long)message, 0);
	/* The words of send end where the memory ends. */
	words[0] = 97;
	words[1] = (unsigned long)low;
	words[2] = 3;
	int80(102, 9, (long)words, 0);
	int80(102, 10, (long)words, 0);
	words[0] = AF_INET;
	words[1] = SOCK_STREAM;
	words[2] = 77;
	int80(102, 1, (long)words, 0);
}

int main(int count, char **arguments)
{
	if (count < 2 || chdir(arguments[1]))
		return 2;
	printf("pid %d\n", getpid());
	fflush(stdout);
	names();
	descriptors();
	sockets();
	narrow();
	control();
	return 0;
}
