// SPDX-License-Identifier: Apache-2.0
// Makes each call with arguments that Calls.cs knows: calls DIRECTORY. Descriptors are closed at once, so a new one is 3.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <linux/io_uring.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
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

static void transfers(void)
{
	struct iovec pieces[2] = {{"one ", 4}, {"two", 3}}, *local = pieces, remote = {(void *)1, 1};
	char buffer[300], other[8];
	struct iovec into[2] = {{buffer, 5}, {other, sizeof(other)}};
	long offset = 3;
	int pair[2];

	memset(buffer, 'x', sizeof(buffer));
	DO(open, "file", O_RDWR | O_CREAT, 0600);
	DO(write, 3, buffer, 300);
	DO(pwrite64, 3, "place", 5, 7);
	DO(writev, 3, pieces, 2);
	DO(pwritev, 3, pieces, 2, 0x11, 0);
	DO(lseek, 3, -5L, SEEK_END);
	DO(read, 3, buffer, 200);
	DO(read, 99, buffer, 12);
	DO(write, 99, "lost", 4);
	DO(pread64, 3, buffer, 5, 7);
	DO(lseek, 3, 17, SEEK_SET);
	DO(readv, 3, into, 2);
	DO(preadv, 3, into, 2, 0x11, 0);
	DO(open, "copy", O_RDWR | O_CREAT, 0600);
	DO(sendfile, 4, 3, &offset, 9);
	DO(copy_file_range, 3, &offset, 4, NULL, 5, 0);
	DO(pipe, pair);
	DO(splice, 3, NULL, 6, NULL, 4, SPLICE_F_MOVE | SPLICE_F_MORE);
	DO(ioctl, 3, 0x5401, 0x1234);
	DO(process_vm_readv, 999999999, local, 1, &remote, 1, 0);
	DO(process_vm_writev, getpid(), local, 2, into, 2, 0);
	DO(io_uring_enter, 99, 1, 2, 1, NULL, 0);
	DO(io_uring_register, 99, 8, 0x77, 3);
	DO(flock, 3, LOCK_EX | LOCK_NB);
	DO(getdents64, 3, buffer, 100);
	DO(getdents, 99, buffer, 100);
	DO(close_range, 3, 6, 0);
}

static void waits(void)
{
	struct timespec brief = {0, 1000}, none = {0, 0};
	struct sembuf steps[2] = {{1, -2, IPC_NOWAIT}, {3, 4, SEM_UNDO}};
	struct pollfd polled[2] = {{.fd = 99, .events = POLLIN}, {.fd = -1}};
	struct epoll_event event;
	int word = 0;

	DO(epoll_wait, 99, &event, 5, 0);
	DO(nanosleep, &brief, NULL);
	DO(poll, polled, 2, 6);
	DO(ppoll, polled, 2, &none, &(unsigned long){SIGHUP}, 8);
	DO(select, 0, NULL, NULL, NULL, &(long[2]){0, 1});
	DO(futex, &word, FUTEX_WAKE_PRIVATE, 17, NULL, NULL, 0);
	DO(semop, -1, steps, 2);
	DO(semget, 0x1234, 2, IPC_CREAT | IPC_EXCL | 0x80000000);
	DO(semctl, -1, 1, SETVAL, 9);
}

static void memory(void)
{
	char *mapped = (char *)DO(mmap, NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	DO(mmap, 0, 4096, PROT_EXEC, MAP_SHARED | MAP_POPULATE, 99, 0x3000);
	DO(mprotect, mapped, 4096, PROT_READ | PROT_EXEC);
	DO(mlock, mapped, 4095);
	DO(munlock, mapped, 4094);
	DO(mlock2, mapped, 4093, 1);
	DO(mlockall, 99);
	DO(munlockall);
	DO(munmap, mapped, 8191);
	DO(brk, 1);
}

static void queries(void)
{
	struct rlimit limits, wanted = {55, 66};
	unsigned int ids[3];
	char buffer[256];

	DO(access, "/no/such", R_OK | W_OK);
	DO(stat, "/no/stat", buffer);
	DO(lstat, "/no/lstat", buffer);
	DO(fstat, 99, buffer);
	DO(newfstatat, 98, "name", buffer, AT_SYMLINK_NOFOLLOW);
	DO(getcwd, buffer, 1);
	DO(mknod, "device", S_IFCHR | 0640, 0x503);
	DO(mknodat, AT_FDCWD, "fifo", S_IFIFO | 0600, 0);
	DO(getuid);
	DO(geteuid);
	DO(getgid);
	DO(getegid);
	DO(getresuid, ids, ids + 1, ids + 2);
	DO(getresgid, ids, ids + 1, ids + 2);
	DO(getrlimit, RLIMIT_CORE, &limits);
	DO(setrlimit, RLIMIT_NICE, &wanted);
	DO(setrlimit, 99, &wanted);
	DO(prlimit64, 0, RLIMIT_NICE, NULL, &limits);
	DO(seccomp, 99, 7, NULL);
	DO(keyctl, 0x63, 1, 2, 3, 4);
	DO(fsconfig, -1, 1, "key", "value", 0);
	DO(fsconfig, -1, 2, "key", "\1\2", 2);
	DO(quotactl, 0x80000700 | 1, "/dev/none", 12, buffer);
	DO(getsockname, 99, NULL, NULL);
	DO(getpeername, 99, NULL, NULL);
	DO(setsockopt, 99, SOL_SOCKET, SO_REUSEADDR, &(int){1}, 4);
}

static long int80_of_six(long number, const long *arguments)
{
	long result;
	/* The sixth lies in rbp, which the compiler keeps for itself. */
	__asm__ volatile("push %%rbp\n\tmov %2, %%rbp\n\tint $0x80\n\tpop %%rbp"
			 : "=a"(result)
			 : "a"(number), "r"(arguments[5]), "b"(arguments[0]), "c"(arguments[1]), "d"(arguments[2]),
			   "S"(arguments[3]), "D"(arguments[4])
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
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

	int80(180, 0, 0, 0);
	int80_of_six(180, (long[6]){96, (long)low, 6, 0x10, 0x2});
	piece[0] = (unsigned long)low;
	int80(146, 95, (long)piece, 1);
	int80_of_six(140, (long[6]){94, 1, 2, (long)low, 1});
	int80(19, 93, -4, 2);
	int80_of_six(192, (long[6]){0, 4096, PROT_READ, MAP_PRIVATE, 92, 3});
	memcpy(piece, (unsigned int[6]){0, 4096, PROT_WRITE, MAP_PRIVATE, 91, 0x2000}, 24);
	int80(90, (long)piece, 0, 0);
	memcpy(piece, (unsigned int[2]){0, 2000}, 8);
	int80(162, (long)piece, 0, 0);
	memcpy(piece, (unsigned int[2]){77, 88}, 8);
	int80(75, 99, (long)piece, 0);
	int80(165, (long)piece, (long)piece + 2, (long)piece + 4);
	int80(195, (long)low, (long)low, 0);
	int80(196, (long)low, (long)low, 0);
	int80(197, 89, (long)low, 0);
}

/* A network of its own: the port that the tests know is free there, whatever else runs. */
static int leave_network(void)
{
	struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int socket_fd, result;

	if (unshare(CLONE_NEWNET))
		return -1;
	socket_fd = socket(AF_INET, SOCK_DGRAM, 0);
	result = ioctl(socket_fd, SIOCSIFFLAGS, &loopback);
	close(socket_fd);
	return result;
}

int main(int count, char **arguments)
{
	if (count < 2 || chdir(arguments[1]) || leave_network())
		return 2;
	printf("pid %d\n", getpid());
	fflush(stdout);
	names();
	descriptors();
	sockets();
	transfers();
	waits();
	memory();
	queries();
	narrow();
	control();
	return 0;
}
