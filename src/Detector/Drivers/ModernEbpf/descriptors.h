/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Calls that make, copy and close descriptors of other things than files on disk and sockets. */
#pragma once
#include "files.h"
#include "path.h"
#include "shapes.h"

/* O_CLOEXEC, O_NONBLOCK and their like where there is no way of access to tell. */
static __always_inline __u32 descriptor_flags(__u64 kernel)
{
	return open_flags(kernel) & ~3;
}

EXIT_EVENT(dup3_exit, 4, {
	put_result(event, call);
	put_number(event, call, 0);
	put_number(event, call, 1);
	put_u32(event, descriptor_flags(argument(call, 2)));
})

EXIT_EVENT(close_range_exit, 4, {
	put_result(event, call);
	put_word(event, call, 0);
	put_word(event, call, 1);
	put_u32(event, argument(call, 2) & 6); /* CLOSE_RANGE_UNSHARE, CLOSE_RANGE_CLOEXEC */
})

static __always_inline __u8 fcntl_command(__u32 kernel)
{
	switch (kernel) {
	case 0: /* F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK */
	case 1:
	case 2:
	case 3:
	case 4:
	case 5:
		return kernel + 1;
	case 6: /* F_SETLK, F_SETLKW, F_SETOWN */
	case 7:
	case 8:
		return kernel + 2;
	case 9: /* F_GETOWN */
		return 12;
	case 10: /* F_SETSIG */
		return 13;
	case 11: /* F_GETSIG */
		return 15;
	case 12: /* F_GETLK64, F_SETLK64, F_SETLKW64: 32-bit only */
	case 13:
	case 14:
		return kernel + 5;
	case 15: /* F_SETOWN_EX, F_GETOWN_EX */
	case 16:
		return kernel + 6;
	case 36: /* F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW */
	case 37:
	case 38:
		return kernel - 6;
	case 1024: /* F_SETLEASE, F_GETLEASE */
	case 1025:
		return kernel - 1001;
	case 1026: /* F_NOTIFY */
		return 27;
	case 1029: /* F_CANCELLK, F_DUPFD_CLOEXEC */
	case 1030:
		return kernel - 1004;
	case 1031: /* F_SETPIPE_SZ, F_GETPIPE_SZ */
	case 1032:
		return kernel - 1003;
	default:
		return 0;
	}
}

EXIT_EVENT(fcntl_exit, 4, {
	put_result(event, call);
	put_number(event, call, 0);
	put_u8(event, fcntl_command(argument(call, 1)));
	put_u64(event, argument(call, 2));
})

/* The two descriptors that a call wrote into the process's memory; -1 each when it failed. */
static __always_inline __s32 put_descriptors(struct event *event, const struct call *call, int index)
{
	__s32 pair[2] = {-1, -1};

	if (call->result >= 0 && bpf_probe_read_user(pair, sizeof(pair), (void *)argument(call, index))) {
		COUNT(unreadable);
		pair[0] = pair[1] = -1;
	}
	put_s64(event, pair[0]);
	put_s64(event, pair[1]);
	return pair[0];
}

EXIT_EVENT(pipe_exit, 4, {
	__s32 first;

	put_result(event, call);
	first = put_descriptors(event, call, 0);
	put_u64(event, opened_file(first).inode);
})

EXIT_EVENT(pipe2_exit, 5, {
	fill_pipe_exit(event, call);
	put_u32(event, descriptor_flags(argument(call, 1)));
})

EXIT_EVENT(eventfd_exit, 3, {
	put_result(event, call);
	put_u64(event, argument_u32(call, 0));
	put_u32(event, 0);
})

EXIT_EVENT(eventfd2_exit, 3, {
	put_result(event, call);
	put_u16(event, descriptor_flags(argument(call, 1)));
	put_u64(event, argument_u32(call, 0));
})

/* The mask is 0 in this format, whatever was asked for. */
EXIT_EVENT(signalfd_exit, 4, {
	put_result(event, call);
	put_number(event, call, 0);
	put_u32(event, 0);
	put_u8(event, 0);
})

EXIT_EVENT(signalfd4_exit, 4, {
	put_result(event, call);
	put_u16(event, descriptor_flags(argument(call, 3)));
	put_number(event, call, 0);
	put_u32(event, 0);
})

/* Its flags do not fit the 8 bits that the format has for them. */
EXIT_EVENT(timerfd_create_exit, 3, {
	put_result(event, call);
	put_u8(event, argument(call, 0));
	put_u8(event, 0);
})

EXIT_EVENT(inotify_init_exit, 2, {
	put_result(event, call);
	put_u8(event, 0);
})

EXIT_EVENT(inotify_init1_exit, 2, {
	put_result(event, call);
	put_u16(event, descriptor_flags(argument(call, 0)));
})

EXIT_EVENT(epoll_create1_exit, 2, {
	put_result(event, call);
	put_u32(event, argument(call, 0) & 02000000 ? 1 : 0); /* EPOLL_CLOEXEC */
})

EXIT_EVENT(memfd_create_exit, 3, {
	put_result(event, call);
	put_text(event, call, 0);
	put_u32(event, argument(call, 1) & 7);
})

EXIT_EVENT(pidfd_open_exit, 3, {
	put_result(event, call);
	put_number(event, call, 0);
	put_u32(event, argument(call, 1) & 04000 ? 1 : 0); /* PIDFD_NONBLOCK */
})

EXIT_EVENT(pidfd_getfd_exit, 4, {
	put_result(event, call);
	put_number(event, call, 0);
	put_number(event, call, 1);
	put_word(event, call, 2);
})

EXIT_EVENT(userfaultfd_exit, 2, {
	put_result(event, call);
	put_u32(event, open_flags(argument(call, 0)));
})

EXIT_EVENT(open_by_handle_at_exit, 6, {
	struct opened opened = opened_file(call->result);
	struct file *file = call->result >= 0 ? file_of(call->result) : NULL;

	put_result(event, call);
	put_number(event, call, 0);
	put_u32(event, open_flags(argument(call, 2)) | flags_of_file(&opened));
	if (file)
		put_path(event, file);
	else
		put_absent(event);
	put_u32(event, opened.device);
	put_u64(event, opened.inode);
})

/* The start of struct io_uring_params (linux/io_uring.h): the same in all ABIs. */
struct ring_parameters {
	__u32 sq_entries, cq_entries, flags, sq_thread_cpu, sq_thread_idle, features;
};

EXIT_EVENT(io_uring_setup_exit, 8, {
	struct ring_parameters ring = {};

	if (bpf_probe_read_user(&ring, sizeof(ring), (void *)argument(call, 1)))
		COUNT(unreadable);
	put_result(event, call);
	put_word(event, call, 0);
	put_u32(event, ring.sq_entries);
	put_u32(event, ring.cq_entries);
	/* IORING_SETUP_IOPOLL and SQPOLL stay; SQ_AFF to R_DISABLED are one bit higher in the format. */
	put_u32(event, (ring.flags & 3) | (ring.flags & 0x7c) << 1);
	put_u32(event, ring.sq_thread_cpu);
	put_u32(event, ring.sq_thread_idle);
	put_u32(event, ring.features & 0x7ff);
})
